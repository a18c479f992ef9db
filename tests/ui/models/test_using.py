"""Models and adapters put to use from the list, and what is said where that fails."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QSlider

from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import (
    Adapter,
    Failed,
    ListDevices,
    MeasureMemory,
    MemoryUse,
    Notice,
    UseAdapters,
)
from desktop_app.core.paths import bundle_root
from desktop_app.library import computer
from desktop_app.library.inspecting import inspect
from desktop_app.library.shape import shape_to_json
from desktop_app.ui.engine_view import EngineView
from desktop_app.ui.language import use_language
from desktop_app.ui.models.adapter_row import AdapterRow
from desktop_app.worker.engine_state import EngineState
from tests.library.models_on_disk import model_folder
from tests.ui.models.conftest import MODEL
from tests.ui.models.desk import Open, a_gguf, add, an_adapter, press, texts

I18N = bundle_root() / "resources" / "i18n"

# --- used -----------------------------------------------------------------------------------------


def test_use_from_the_list_and_from_the_menu(open_user: Open, tmp_path: Path) -> None:
    user = open_user()
    one, two = add(user, a_gguf(tmp_path, "One")), add(user, a_gguf(tmp_path, "Two"))
    user.pane.installed.acted.emit(one)
    user.wait(lambda: user.settings.models.get("chat") == one, "the choice")
    assert user.picker.label() == "One"
    menu = user.picker.pop_up(user.window.status_line.model_field)
    names = {action.text().split("\t")[0]: action for action in menu.actions()}
    assert names["One"].isChecked()
    assert not names["Unload: give its memory back"].isEnabled()
    names["Two"].trigger()
    menu.close()
    user.wait(lambda: user.settings.models.get("chat") == two, "the choice")


def test_what_cannot_fit_is_refused_with_figures_and_ways_out(
    open_user: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = open_user()
    folder = user.paths.user_models / "qwen3-14b--q4_k_m"
    folder.mkdir(parents=True)
    made = a_gguf(folder, "model")
    manifest = {
        "format": 1,
        "name": "Qwen3-14B",
        "kind": "model",
        "origin": "download",
        "files": [{"name": made.name, "size": made.stat().st_size, "sha256": "0" * 64}],
        "main": made.name,
        "model_id": "qwen3-14b",
        "variant": "q4_k_m",
        "tasks": ["chat"],
    }
    (folder / "model.json").write_text(json.dumps(manifest), encoding="utf-8")
    monkeypatch.setattr(computer, "free_memory", lambda: 3_000_000_000)
    user.desk.refresh()
    user.wait(lambda: folder.name in user.rows(), "the model")
    user.desk.use(folder.name)
    user.wait(lambda: user.pane._banner is not None, "the refusal")
    said = user.pane._banner.accessibleName()
    assert "Qwen3-14B does not fit: it needs about" in said
    assert "3.0 GB is free" in said
    assert "chat" not in user.settings.models
    press(user.pane._banner, "Show what fits")
    assert user.pane.view() == "more"
    assert user.pane.filter.wanted().fits_only


def test_an_import_that_cannot_fit_is_refused_in_the_same_way(
    open_user: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = open_user()
    folder = tmp_path / "huge"
    folder.mkdir()
    config = {"model_type": "llama", "hidden_size": 4096, "num_hidden_layers": 32, "vocab_size": 1000}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    head = b'{"w":{"dtype":"BF16","shape":[14000000000],"data_offsets":[0,28000000000]}}'
    with (folder / "model.safetensors").open("wb") as file:
        file.write(len(head).to_bytes(8, "little") + head)
        file.truncate(8 + len(head) + 28_000_000_000)  # a hole: it takes no room
    found = inspect(folder)
    made = model_folder(tmp_path / "small")
    key = add(user, made)
    manifest = user.paths.user_models / key / "model.json"
    values = json.loads(manifest.read_text(encoding="utf-8"))
    assert found.shape is not None
    manifest.write_text(json.dumps({**values, "shape": shape_to_json(found.shape)}), encoding="utf-8")
    monkeypatch.setattr(computer, "free_memory", lambda: 3_000_000_000)
    user.desk.use(key)
    user.wait(lambda: user.pane._banner is not None, "the refusal")
    said = user.pane._banner.accessibleName()
    assert "small does not fit: it needs about 8.9 GB" in said
    assert "3.0 GB is free" in said
    assert "chat" not in user.settings.models
    press(user.pane._banner, "Show what fits")
    monkeypatch.setattr(computer, "free_memory", lambda: 30_000_000_000)
    user.desk.use(key)
    user.wait(lambda: user.settings.models.get("chat") == key, "the choice")


def test_a_failure_to_load_is_told_wherever_one_is(open_user: Open, tmp_path: Path) -> None:
    user = open_user()
    key = add(user, a_gguf(tmp_path))
    user.desk.use(key)
    user.wait(lambda: user.settings.models.get("chat") == key, "the choice")
    user.window.show_pane("chat")
    values = {"needed_bytes": 9_000_000_000, "free_bytes": 2_000_000_000}
    user.desk.load_failure.show(Failed(0, "memory", "No room.", values=values))
    banner = user.desk.load_failure.banner
    assert "9.0 GB" in banner.accessibleName()
    assert "2.0 GB" in banner.accessibleName()
    press(banner, "Choose another model")
    assert user.window.current_pane() == "models"
    press(banner, "Use the small starter model")
    assert user.settings.models["chat"] == ""
    user.desk.load_failure.forget()
    user.wait(lambda: user.desk.load_failure.banner is None, "the banner to go")


def test_an_engine_at_work_again_is_no_failure(open_user: Open, app: QApplication) -> None:
    user = open_user()
    view = EngineView(user.worker, user.window.status_line)  # type: ignore[arg-type]
    view.failed.connect(user.desk.load_failure.show)
    view.recovering.connect(user.desk.load_failure.forget)
    user.worker.say(EngineState("failed", failure=Failed(0, "engine_unavailable", "In English.")))
    banner = user.desk.load_failure.banner
    use_language(app, "zh_CN", I18N)
    try:
        app.processEvents()
        assert banner.accessibleName() == "引擎连续多次停止，没有再次启动。"
    finally:
        use_language(app, "en", I18N)
    app.processEvents()
    assert banner.accessibleName() == "The engine stopped several times in a row and was not started again."
    user.worker.say(EngineState("starting"))
    assert user.desk.load_failure.banner is None


def test_what_was_told_in_the_pane_follows_the_language(open_user: Open, app: QApplication) -> None:
    user = open_user()
    user.desk._tell(InkhornError("bad_file", "In English.", reason="linked"))
    use_language(app, "zh_CN", I18N)
    try:
        app.processEvents()
        assert user.pane._banner.accessibleName().startswith("这个文件夹")
    finally:
        use_language(app, "en", I18N)


def test_the_status_line_says_what_is_in_memory(open_user: Open) -> None:
    user = open_user()
    line, worker = user.window.status_line, user.worker
    notice = Notice("device_full", "Too small.")
    worker.say(EngineState("ready", replace(MODEL, notice=notice)))
    assert worker.of(ListDevices)
    worker.answer(MeasureMemory, MemoryUse(132_000_000, 60_000_000, 900_000_000, None))
    assert line._memory_field.label.text() == "192 MB"
    assert "too little memory" in line._device_field.toolTip()
    user.picker.unload_asked.emit()
    assert worker.state.phase == "unloaded"
    assert not line._memory_field.wanted
    assert line._device_field.toolTip().count("\n") == 0


# --- adapters ---------------------------------------------------------------------------------------


def test_an_adapter_is_switched_on_and_turned_up_below_its_base(open_user: Open, tmp_path: Path) -> None:
    user = open_user()
    base, adapter = add(user, a_gguf(tmp_path)), add(user, an_adapter(tmp_path / "style"))
    user.desk.use(base)
    user.wait(lambda: user.settings.models.get("chat") == base, "the choice")
    user.worker.say(EngineState("ready", MODEL))
    user.pane.installed.choose(base)
    row = user.pane.installed_details.findChild(AdapterRow)
    QTest.keyClick(row.findChild(QCheckBox), Qt.Key.Key_Space)
    path = str(user.paths.user_models / adapter)
    assert user.worker.of(UseAdapters)[-1].adapters == (Adapter(path, 1.0),)
    row.findChild(QSlider).setValue(150)
    user.wait(lambda: user.worker.of(UseAdapters)[-1].adapters == (Adapter(path, 1.5),), "the strength")
    assert user.settings.models["adapters"] == {base: {adapter: {"on": True, "scale": 1.5}}}
    command = user.worker.of(UseAdapters)[-1]
    user.worker.arrived.emit(Failed(command.id, "model_unsupported", "", values={"reason": "adapter_misfit"}))
    assert "This adapter does not fit the model." in texts(user.pane.installed_details)


def test_adapters_of_a_model_that_rests_come_with_it(open_user: Open, tmp_path: Path) -> None:
    user = open_user()
    base = add(user, a_gguf(tmp_path))
    add(user, an_adapter(tmp_path / "style"))
    user.desk.use(base)
    user.wait(lambda: user.settings.models.get("chat") == base, "the choice")
    user.pane.installed.choose(base)
    asked: list[bool] = []
    user.desk.reload_wanted.connect(lambda: asked.append(True))
    QTest.keyClick(user.pane.installed_details.findChild(AdapterRow).findChild(QCheckBox), Qt.Key.Key_Space)
    assert asked == [True]
    assert not user.worker.of(UseAdapters)


def test_an_adapter_is_offered_under_the_model_that_it_was_made_for(open_user: Open, tmp_path: Path) -> None:
    user = open_user()
    mine, other = add(user, a_gguf(tmp_path)), add(user, a_gguf(tmp_path, "Other"))
    style = add(user, an_adapter(tmp_path / "style"))
    details = user.pane.installed_details

    def offered(key: str) -> list[str]:
        user.pane.installed.choose(key)
        user.settle()
        return [
            row.findChild(QCheckBox).text() for row in details.findChildren(AdapterRow) if row.isVisible()
        ]

    assert offered(mine) == ["style"]
    assert offered(other) == []
    assert offered(user.desk.showing.shelf.catalogue.starter.id) == []
    user.pane.installed.choose(style)
    assert "maker/Mine" in [fact.value for fact in details._facts.facts()]
