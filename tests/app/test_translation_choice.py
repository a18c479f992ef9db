"""Which installed models translate between which languages, as the library has them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.core.paths import Paths, make_paths
from desktop_app.core.settings import Settings
from desktop_app.library.catalogue import Catalogue, load_catalogue
from desktop_app.library.manifest import Manifest, StoredFile, write_manifest
from desktop_app.translation_choice import STRONG_ENOUGH, read_routes, route_for, with_route


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return make_paths(tmp_path)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(make_paths(Path("unused")).models)


def install(paths: Paths, catalogue: Catalogue, key: str) -> None:
    """As a download leaves it, with a file that holds nothing of use."""
    model = catalogue.find(key)
    assert model is not None
    variant = model.variants[0].id
    folder = paths.user_models / f"{key}--{variant}"
    folder.mkdir(parents=True)
    (folder / "weights").write_bytes(b"x")
    files = (StoredFile("weights", 1, hashlib.sha256(b"x").hexdigest()),)
    made = Manifest(model.name, "model", "download", files, model_id=key, variant=variant, tasks=model.tasks)
    write_manifest(folder, replace(made, family=model.family))


def test_pairs_and_pivots_of_what_is_here(paths: Paths, catalogue: Catalogue) -> None:
    for key in ("firefox-pt-en-tiny", "firefox-en-zh"):
        install(paths, catalogue, key)
    routes = read_routes(paths, Settings(threads=3), catalogue)
    route = routes.best("pt", "zh")
    assert route is not None
    assert route.load is not None
    assert route.load.path.endswith("firefox-pt-en-tiny--tiny")
    assert "firefox-en-zh" in route.load.pivot
    assert route.load.threads == 3
    assert route.models[0].name == "Firefox Translations, tiny"
    assert routes.best("zh", "pt") is None


def test_the_more_exact_form_of_a_direction_is_offered_first(paths: Paths, catalogue: Catalogue) -> None:
    get = read_routes(paths, Settings(), catalogue).to_get("en", "pt")
    assert get is not None
    assert [one.id for one in get.missing] == ["firefox-en-pt"]


def test_a_models_own_codes_are_told_as_the_app_writes_them(paths: Paths, catalogue: Catalogue) -> None:
    install(paths, catalogue, "nllb-200-distilled-600m")
    ready = read_routes(paths, Settings(), catalogue).ready()
    assert {"en", "zh", "zh-Hant", "pt", "de", "ja", "yue"} <= ready
    assert "eng_Latn" not in ready


def test_every_direction_of_the_catalogue_can_be_got(paths: Paths, catalogue: Catalogue) -> None:
    routes = read_routes(paths, Settings(), catalogue)
    for model in catalogue.models:
        if model.pair is not None:
            assert routes.to_get(*model.pair) is not None, model.id


def test_the_choice_is_remembered_in_the_settings(paths: Paths, catalogue: Catalogue) -> None:
    for key in ("firefox-en-zh", "opus-mt-en-zh"):
        install(paths, catalogue, key)
    routes = read_routes(paths, Settings(), catalogue)
    first, second = routes.between("en", "zh")
    assert "firefox" in first.key
    settings = Settings(models=with_route(Settings(models={"chat": "x"}), second))
    assert settings.models["chat"] == "x"
    again = read_routes(paths, settings, catalogue).best("en", "zh")
    assert again is not None
    assert again.key == second.key


def test_nonsense_in_the_settings_is_no_choice(paths: Paths, catalogue: Catalogue) -> None:
    install(paths, catalogue, "firefox-en-zh")
    for held in ("text", ["list"], {"en>zh": 7}):
        assert read_routes(paths, Settings(models={"translation": held}), catalogue).best("en", "zh")


def test_asking_for_what_is_not_there_says_what_is(paths: Paths, catalogue: Catalogue) -> None:
    with pytest.raises(InkhornError, match="models get firefox-en-ja") as caught:
        route_for(paths, Settings(), catalogue, "en", "ja")
    assert caught.value.kind == "model_missing"
    install(paths, catalogue, "firefox-en-zh")
    with pytest.raises(InkhornError, match="Installed for it: firefox-en-zh"):
        route_for(paths, Settings(), catalogue, "en", "zh", "opus-mt-en-zh")
    found = route_for(paths, Settings(), catalogue, "en", "zh", "firefox translations")
    assert "firefox-en-zh" in found.key


def test_a_damaged_model_translates_nothing(paths: Paths, catalogue: Catalogue) -> None:
    install(paths, catalogue, "firefox-en-zh")
    next(paths.user_models.glob("*/weights")).write_bytes(b"longer")
    assert read_routes(paths, Settings(), catalogue).best("en", "zh") is None


def test_a_chat_model_is_asked_only_where_it_is_strong_enough(paths: Paths, catalogue: Catalogue) -> None:
    chats = [model for model in catalogue.models if "chat" in model.tasks and not model.starter]
    small = min(chats, key=lambda model: model.parameters)
    strong = next(model for model in chats if model.parameters >= STRONG_ENOUGH)
    for model, expected in ((small, ""), (strong, strong.name)):
        install(paths, catalogue, model.id)
        key = f"{model.id}--{model.variants[0].id}"
        assert read_routes(paths, Settings(models={"chat": key}), catalogue).chat == expected
