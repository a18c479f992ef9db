"""A model of one's own in the real app: dropped, used, unloaded, loaded again, removed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.core.paths import make_paths
from desktop_app.core.settings import Settings
from desktop_app.library.importing import import_model, inspect
from desktop_app.model_choice import choose_for_chat
from tests.app.conftest import MakeUser, User
from tests.engine.tiny_model import write_tiny

TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return write_tiny(tmp_path / "own", **{"tokenizer.chat_template": TEMPLATE})


def model_in_memory(user: User) -> str:
    state = user.desk.worker.state
    return state.model.name if state.model is not None and state.phase in ("ready", "busy") else ""


@pytest.mark.slow
def test_a_dropped_model_answers_rests_and_answers_again(
    open_app: MakeUser, tiny: Path, starter_model: Path
) -> None:
    user = open_app(settings=Settings(welcomed=True, language="en", reply_reserve=16))
    user.wait(lambda: model_in_memory(user) == "SmolLM2-135M-Instruct", "the starter")
    models = user.desk.models
    user.wait(lambda: models.showing.shelf is not None, "the shelf")
    models.adding.take([tiny])
    user.wait(lambda: models.pane.card.phase() == "found", "the card")
    models.pane.card.asked.emit("copy")
    user.wait(lambda: models.showing.shelf.find("Tiny") is not None, "the model")
    models.use("Tiny")
    user.wait(lambda: model_in_memory(user) == "Tiny", "the model to be loaded")
    assert user.desk.window.status_line.model_field.label() == "Tiny"
    assert user.pane.model.label() == "Tiny"
    assert "starter" not in user.pane.empty._words.text()
    assert user.ask("Hello").model == "Tiny"
    user.pane.model.unload_asked.emit()
    user.wait(lambda: user.desk.worker.state.phase == "unloaded", "the memory to be given back")
    user.wait(lambda: models.facts.model is None, "the pane to know")
    assert user.desk.window.status_line._state_field.label.text() == "Resting"
    assert user.ask("Are you back?").model == "Tiny"
    assert model_in_memory(user) == "Tiny"
    assert user.desk.settings.models["chat"] == "Tiny"
    models.tending.remove("Tiny")
    user.wait(lambda: model_in_memory(user) == "SmolLM2-135M-Instruct", "the starter to take its place")
    user.desk.window.toast.dismiss()
    user.wait(lambda: models.showing.shelf.find("Tiny") is None, "the model to go")


@pytest.mark.slow
def test_the_choice_is_the_same_at_the_next_start(open_app: MakeUser, tiny: Path, tmp_path: Path) -> None:
    paths = make_paths(tmp_path / "data")
    import_model(inspect(tiny), paths)
    settings = Settings(welcomed=True, language="en", models={"chat": "Tiny"})
    user = open_app(settings=settings)
    user.wait(lambda: model_in_memory(user) == "Tiny", "the model of the last time")
    user.desk.use(replace(user.desk.settings, models={"chat": "gone"}))
    user.wait(lambda: model_in_memory(user) == "SmolLM2-135M-Instruct", "the starter")
    assert "is not there" in user.desk.window.toast._label.text()


def test_the_settings_say_how_a_model_is_loaded(tiny: Path, tmp_path: Path, starter_model: Path) -> None:
    paths = make_paths(tmp_path / "data")
    made = import_model(inspect(tiny), paths)
    settings = Settings(
        models={"chat": made.id}, threads=3, device="cuda:0", precision="packed8", cache_megabytes=512
    )
    choice = choose_for_chat(paths, settings)
    load = choice.load
    assert (load.path, load.name, load.sha256) == (str(made.path), "Tiny", made.sha256)
    assert (load.threads, load.device, load.precision) == (3, "cuda:0", "packed8")
    assert load.cache_bytes == 512 << 20
    assert (choice.installed_id, choice.is_starter, choice.missing) == ("Tiny", False, "")


def test_a_damaged_choice_gives_way_to_the_starter(tiny: Path, tmp_path: Path, starter_model: Path) -> None:
    paths = make_paths(tmp_path / "data")
    made = import_model(inspect(tiny), paths)
    made.path.chmod(0o644)
    made.path.write_bytes(b"short")
    choice = choose_for_chat(paths, Settings(models={"chat": made.id}))
    assert (choice.is_starter, choice.missing) == (True, made.id)


def test_settings_that_people_have_broken_load_the_starter(tmp_path: Path, starter_model: Path) -> None:
    paths = make_paths(tmp_path / "data")
    for models in (
        {"chat": 3},
        {"chat": None},
        {"adapters": [1]},
        {"adapters": {"smollm2-135m-instruct": 1}},
    ):
        choice = choose_for_chat(paths, Settings(models=models))
        assert choice.is_starter
        assert choice.load.adapters == ()
