"""The pane at work, with real files: what is added, used, checked, removed and taken back."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QPushButton, QSlider, QWidget

from desktop_app.core.messages import (
    Adapter,
    Failed,
    ListDevices,
    MeasureMemory,
    MemoryUse,
    Notice,
    UseAdapters,
)
from desktop_app.library import computer
from desktop_app.library.inspecting import inspect
from desktop_app.library.shape import shape_to_json
from desktop_app.ui.language import use_language
from desktop_app.ui.models.adapter_row import AdapterRow
from desktop_app.ui.models.drop_area import _Cover
from desktop_app.worker.engine_state import EngineState
from tests.engine.gguf_writer import write_gguf
from tests.library.models_on_disk import model_folder
from tests.ui.chrome.reading import left_in_english, unnamed
from tests.ui.models.conftest import MODEL, User

Open = Callable[..., User]


def a_gguf(folder: Path, name: str = "Mine") -> Path:
    """A file with a whole header; what its weights are matters to the engine alone."""
    folder.mkdir(parents=True, exist_ok=True)
    head = {"general.architecture": "llama", "general.name": name, "general.license": "mit"}
    weights = np.zeros((64, 64), np.float32)
    return write_gguf(folder / f"{name}.gguf", head, {"token_embd.weight": ("F32", weights)})


def an_adapter(folder: Path, base: str = "maker/Mine") -> Path:
    folder.mkdir(parents=True)
    config = {"peft_type": "LORA", "r": 8, "base_model_name_or_path": base}
    (folder / "adapter_config.json").write_text(json.dumps(config), encoding="utf-8")
    head = b'{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'
    (folder / "adapter_model.safetensors").write_bytes(len(head).to_bytes(8, "little") + head + bytes(8))
    return folder


def drop(user: User, *paths: Path) -> None:
    """As the system delivers it: to the window's handle, wherever the pointer is."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    handle = user.window.windowHandle()
    no_keys, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(QPoint(300, 300), Qt.DropAction.CopyAction, data, left, no_keys)
    QApplication.sendEvent(handle, enter)
    assert user.window.findChild(_Cover).isVisible()
    event = QDropEvent(QPointF(300, 300), Qt.DropAction.CopyAction, data, left, no_keys)
    QApplication.sendEvent(handle, event)
    assert not user.window.findChild(_Cover).isVisible()


def texts(widget: QWidget) -> str:
    return " ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget))


def press(widget: QWidget, words: str) -> None:
    found = [b for b in widget.findChildren(QPushButton) if b.text() == words and b.isVisibleTo(widget)]
    QTest.mouseClick(found[0], Qt.MouseButton.LeftButton)


def add(user: User, path: Path, how: str = "Copy to Inkhorn’s models") -> str:
    """Drop ``path`` and take it in; returns its id."""
    before = set(user.rows())
    drop(user, path)
    user.wait(lambda: user.pane.card.phase() == "found", "the card")
    press(user.pane.card, how)
    user.wait(lambda: set(user.rows()) - before, "the new model")
    return (set(user.rows()) - before).pop()


# --- added ----------------------------------------------------------------------------------------


def test_a_file_dropped_anywhere_is_shown_and_copied(open_user: Open, tmp_path: Path) -> None:
    user = open_user()
    user.window.show_pane("chat")
    drop(user, a_gguf(tmp_path / "own"))
    assert user.window.current_pane() == "models"
    user.wait(lambda: user.pane.card.phase() == "found", "the card")
    shown = texts(user.pane.card)
    for words in ("Add Mine?", "gguf", "17 kB", "llama", "mit"):
        assert words in shown
    press(user.pane.card, "Copy to Inkhorn’s models")
    user.wait(lambda: "Mine" in user.rows(), "the model")
    user.wait(lambda: user.pane.card.isHidden(), "the card to go")
    assert user.pane.installed.current_key() == "Mine"
    assert (user.paths.user_models / "Mine" / "Mine.gguf").is_file()


def test_a_file_can_be_used_where_it_lies_and_is_never_removed(open_user: Open, tmp_path: Path) -> None:
    user = open_user()
    path = a_gguf(tmp_path / "own")
    key = add(user, path, "Use it where it is")
    assert not (user.paths.user_models / key / "Mine.gguf").exists()
    user.pane.installed.choose(key)
    press(user.pane.installed_details, "Remove")
    assert "your own file stays" in user.window.toast._label.text()
    user.window.toast.dismiss()
    user.settle()
    assert path.is_file()
    assert not (user.paths.user_models / key).exists()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [("model.bin", b"\x80\x02pickle", "pickle"), ("model.gguf", b"not a model", "not a GGUF file")],
)
def test_what_is_no_model_is_refused_with_its_reason(
    open_user: Open, tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    user = open_user()
    path = tmp_path / name
    path.write_bytes(content)
    drop(user, path)
    user.wait(lambda: user.pane.card.phase() == "refused", "the refusal")
    assert f"{name} cannot be added" in texts(user.pane.card)
    assert reason in texts(user.pane.card)
    press(user.pane.card, "Close")
    assert user.pane.card.isHidden()


def test_several_files_come_one_after_another(open_user: Open, tmp_path: Path) -> None:
    user = open_user()
    drop(user, a_gguf(tmp_path, "One"), a_gguf(tmp_path, "Two"))
    for name in ("One", "Two"):
        user.wait(lambda name=name: f"Add {name}?" in texts(user.pane.card), f"the card of {name}")
        user.wait(lambda: user.pane.card.phase() == "found", "the card")
        press(user.pane.card, "Copy to Inkhorn’s models")
    user.wait(lambda: {"One", "Two"} <= set(user.rows()), "both models")


def test_other_drops_are_left_to_the_widgets(open_user: Open, tmp_path: Path) -> None:
    user = open_user()
    (tmp_path / "notes.txt").write_text("a note")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "notes.txt"))])
    no_keys, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(QPoint(300, 300), Qt.DropAction.CopyAction, data, left, no_keys)
    QApplication.sendEvent(user.window.windowHandle(), enter)
    assert not user.window.findChild(_Cover).isVisible()


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
    user.worker.arrived.emit(Failed(command.id, "model_unsupported", "It has another width."))
    assert "does not fit this model: It has another width." in texts(user.pane.installed_details)


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


# --- kept and removed -------------------------------------------------------------------------------


def test_removing_can_be_taken_back_until_the_note_goes(open_user: Open, tmp_path: Path) -> None:
    user = open_user()
    key = add(user, a_gguf(tmp_path))
    folder = user.paths.user_models / key
    user.pane.installed.setFocus()
    QTest.keyClick(user.pane.installed, Qt.Key.Key_Delete)
    assert key not in user.rows()
    assert user.window.toast._label.text() == "Mine removed: gives back 17 kB"
    QTest.mouseClick(user.window.toast._button, Qt.MouseButton.LeftButton)
    assert key in user.rows()
    user.settle()
    assert folder.is_dir()
    user.pane.installed.choose(key)
    press(user.pane.installed_details, "Remove")
    user.window.toast.dismiss()
    user.wait(lambda: not folder.exists(), "the folder to go")
    user.settle()
    assert key not in user.rows()


def test_removing_the_model_in_use_puts_the_starter_in_its_place(open_user: Open, tmp_path: Path) -> None:
    user = open_user()
    key = add(user, a_gguf(tmp_path))
    user.desk.use(key)
    user.wait(lambda: user.settings.models.get("chat") == key, "the choice")
    user.desk.tending.remove(key)
    assert user.settings.models["chat"] == ""
    QTest.mouseClick(user.window.toast._button, Qt.MouseButton.LeftButton)
    assert user.settings.models["chat"] == key


def test_what_was_removed_is_gone_also_when_the_app_is_closed_at_once(
    open_user: Open, tmp_path: Path
) -> None:
    user = open_user()
    key = add(user, a_gguf(tmp_path))
    user.desk.tending.remove(key)
    user.desk.stop()
    assert not (user.paths.user_models / key).exists()


def test_a_check_finds_the_byte_that_is_wrong(open_user: Open, tmp_path: Path) -> None:
    user = open_user()
    key = add(user, a_gguf(tmp_path))
    user.pane.installed.choose(key)
    details = user.pane.installed_details
    press(details, "Check")
    user.wait(lambda: "every byte is right" in texts(details), "the check")
    file = user.paths.user_models / key / "Mine.gguf"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.chmod(0o644)
    file.write_bytes(content)
    press(details, "Check")
    user.wait(lambda: "damaged" in texts(details), "the check")


def test_prepared_forms_are_cleared(open_user: Open) -> None:
    user = open_user()
    made = user.paths.prepared / "abc-packed4"
    made.mkdir(parents=True)
    (made / "weights.safetensors").write_bytes(bytes(3_000_000))
    user.desk.refresh()
    user.wait(lambda: "prepared for speed 3 MB" in texts(user.pane.disk), "the figures")
    press(user.pane.disk, "Clear prepared forms")
    user.wait(lambda: not made.exists(), "the folder to go")
    user.wait(lambda: user.window.toast._label.text() == "3 MB given back", "the note")


# --- everybody --------------------------------------------------------------------------------------


def test_everything_is_reached_and_done_by_keys_alone(open_user: Open, tmp_path: Path) -> None:
    user = open_user()
    key = add(user, a_gguf(tmp_path))
    user.window.show_pane("chat")
    QTest.keyClick(user.window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert user.pane.installed.hasFocus()
    user.pane.installed.choose(key)
    QTest.keyClick(user.pane.installed, Qt.Key.Key_Return)
    button = QApplication.focusWidget()
    assert isinstance(button, QPushButton)
    assert button.text() == "Use for chat"
    QTest.keyClick(button, Qt.Key.Key_Space)
    user.wait(lambda: user.settings.models.get("chat") == key, "the choice")


def test_every_control_has_a_name(open_user: Open, tmp_path: Path) -> None:
    user = open_user()
    add(user, an_adapter(tmp_path / "style"))
    for view in ("here", "more"):
        user.pane.show_view(view)
        assert not unnamed(user.pane)


def test_every_word_follows_the_language(
    open_user: Open, tmp_path: Path, app: QApplication, marked_words: Path
) -> None:
    user = open_user()
    key = add(user, a_gguf(tmp_path, "Q"))
    user.pane.installed.choose(key)
    user.pane.show_view("more")
    use_language(app, "zh_CN", marked_words)
    app.processEvents()
    user.desk.showing.show_all()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    shown = user.pane.offer_details._model
    names = (shown.name, shown.publisher, shown.licence, shown.summary_zh, "SHA-256", "llama", "gguf", "mit")
    left = []
    for text in left_in_english(user.pane, set()):
        rest = functools.reduce(lambda text, name: text.replace(name, ""), names, text.partition(": ")[2])
        is_value = "/" in rest or "@" in rest or re.search(r"[0-9a-f]{12}|Q[48]_|BF16|F32", rest)
        if not is_value and re.search(r"[A-Za-z]{2,}", re.sub(r"《.*》", "", rest)):
            left.append(text)
    assert not left
