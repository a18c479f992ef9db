"""Which models translate between which languages, and how each is loaded: beside `model_choice`, the place
where the library and the engine's commands meet."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from desktop_app.core.errors import InkhornError
from desktop_app.core.languages import LANGUAGES
from desktop_app.core.messages import Load
from desktop_app.core.paths import Paths
from desktop_app.core.settings import Settings
from desktop_app.core.translation_routes import Route, Routes, Translating, direction_key
from desktop_app.engine.translation.codes import model_code
from desktop_app.library.catalogue import Catalogue, Model
from desktop_app.library.installed import Installed, list_installed

CHOSEN = "translation"
"""In `Settings.models`: from a direction to the key of the route that the user chose for it."""

STRONG_ENOUGH = 1_500_000_000
"""Parameters from which on a chat model is offered as a translator: smaller ones invent and leave out."""

_PAIR_IN_NAME = re.compile(
    r"(?:opus-mt|firefox|bergamot)[-_.:/]*(?:tiny|base|small|big)?[-_.]*([a-z]{2,3})[-_]?([a-z]{2,3})$"
)
_RANKS = {"bergamot": 0, "marian": 2}
_MANY = 4  # one model for a hundred languages is weaker than one for a pair, and slower
_KNOWN: tuple[str, ...] = tuple(LANGUAGES)


def read_routes(paths: Paths, settings: Settings, catalogue: Catalogue) -> Routes:
    """Looks at the disk."""
    everything = list_installed(paths, catalogue)
    installed = [one for one in everything if "translation" in one.tasks]
    here = tuple(
        found
        for one in installed
        if one.kind == "model"
        and one.state == "present"
        and (found := _translating(one, paths, settings)) is not None
    )
    have = {one.model.id for one in installed if one.model is not None}
    could = tuple(
        _offered(model) for model in catalogue.models if "translation" in model.tasks and model.id not in have
    )
    return Routes(here, could, _chat_model(everything, settings), chosen_routes(settings))


def _chat_model(installed: Iterable[Installed], settings: Settings) -> str:
    """The name of the chosen chat model, "" where it is too small to be asked for a translation."""
    wanted = settings.models.get("chat", "")
    for one in installed:
        if one.id == wanted and one.state == "present" and one.model is not None:
            return one.name if one.model.parameters >= STRONG_ENOUGH else ""
    return ""


def chosen_routes(settings: Settings) -> dict[str, str]:
    held: Any = settings.models.get(CHOSEN)
    if not isinstance(held, dict):
        return {}
    return {key: value for key, value in held.items() if isinstance(key, str) and isinstance(value, str)}


def with_route(settings: Settings, route: Route) -> dict[str, Any]:
    """`Settings.models` with ``route`` chosen for its direction."""
    chosen = {**chosen_routes(settings), direction_key(route.source, route.target): route.key}
    return {**settings.models, CHOSEN: chosen}


def route_for(
    paths: Paths, settings: Settings, catalogue: Catalogue, source: str, target: str, wanted: str = ""
) -> Route:
    """The way from ``source`` into ``target``: with the installed model ``wanted`` (its id or name), or the
    best. Raises InkhornError ``model_missing`` that says what is there, or what to get."""
    # A chat model is loaded otherwise, and is for `inkhorn chat`.
    routes = replace(read_routes(paths, settings, catalogue), chat="")
    ways = routes.between(source, target)
    if wanted:
        plain = wanted.casefold()
        for way in ways:
            names = {name.casefold() for model in way.models for name in (model.id, model.name)} | {
                way.key.casefold()
            }
            if plain in names:
                return way
        message = f"There is no installed model “{wanted}” that translates from {source} into {target}."
        raise InkhornError("model_missing", f"{message}{_there(ways)}", model=wanted)
    best = routes.best(source, target)
    if best is not None:
        return best
    get = routes.to_get(source, target)
    ids = " and ".join(model.id for model in get.missing) if get is not None else ""
    hint = f" Get one with: inkhorn models get {ids}" if ids else ""
    message = f"No installed model translates from {source} into {target}.{hint}"
    raise InkhornError("model_missing", message, source=source, target=target)


def _there(ways: Iterable[Route]) -> str:
    names = ", ".join(way.key for way in ways)
    return f" Installed for it: {names}." if names else ""


def _translating(one: Installed, paths: Paths, settings: Settings) -> Translating | None:
    pair, languages = _directions(one.model, one.name)
    if pair is None and not languages:
        return None
    load = Load(
        0,
        str(one.path),
        str(paths.prepared),
        sha256=one.sha256,
        threads=settings.threads,
        name=one.name,
        device=settings.device,
        precision=settings.precision,
    )
    return Translating(
        one.id, _short(one.name), load, _rank(one.family, pair), pair, languages, _summary(one.model)
    )


def _offered(model: Model) -> Translating:
    pair, languages = _directions(model, model.name)
    rank = _rank(model.family, pair) + (10 if model.must_accept else 0)
    size = model.variants[0].download_bytes or round(model.parameters * model.variants[0].bits / 8)
    return Translating(model.id, _short(model.name), None, rank, pair, languages, _summary(model), size)


def _directions(model: Model | None, name: str) -> tuple[tuple[str, str] | None, frozenset[str]]:
    if model is not None and model.pair is not None:
        return model.pair, frozenset()
    if model is not None:
        return None, _spoken(model.languages)
    found = _PAIR_IN_NAME.search(name.lower())
    return ((found[1], found[2]), frozenset()) if found else (None, frozenset())


def _spoken(codes: tuple[str, ...]) -> frozenset[str]:
    """A model's own codes as the app writes them."""
    plain = {code: model_code(code, codes) for code in _KNOWN}
    known = {code: held for code, held in plain.items() if held in codes}
    if known.get("zh") == known.get("zh-Hant"):
        known.pop("zh-Hant", None)
    return frozenset({*known, *(set(codes) - set(known.values()))})


def _rank(family: str, pair: tuple[str, str] | None) -> int:
    return _RANKS.get(family, 3) if pair is not None else _MANY


def _summary(model: Model | None) -> tuple[str, str]:
    return (model.summary_en, model.summary_zh) if model is not None else ("", "")


def _short(name: str) -> str:
    """``Firefox Translations`` where the languages stand beside it anyway."""
    return name.partition(": ")[0]
