"""The pane at work, with real files: what is added, used, checked, removed and taken back."""

from __future__ import annotations

import functools
import re
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from desktop_app.core.paths import bundle_root
from desktop_app.ui.language import use_language
from desktop_app.ui.models.drop_area import _Cover
from tests.ui.chrome.reading import left_in_english, unnamed
from tests.ui.models.desk import Open, a_gguf, add, an_adapter, drop, press, texts

# --- added ----------------------------------------------------------------------------------------


def test_a_file_dropped_anywhere_is_shown_and_copied(open_user: Open, tmp_path: Path) -> None:
    user = open_user()
    user.window.show_pane("chat")
    drop(user, a_gguf(tmp_path / "own"))
    assert user.window.current_pane() == "models"
    user.wait(lambda: user.pane.card.phase() == "found", "the card")
    shown = texts(user.pane.card)
    for words in ("Add Mine?", "GGUF", "17 kB", "llama", "MIT"):
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


def test_the_rows_follow_the_language(open_user: Open, tmp_path: Path) -> None:
    user = open_user()
    add(user, a_gguf(tmp_path))
    chat = [row.title for row in user.pane.installed.rows_model.rows() if row.kind == "heading"]
    assert chat == ["Chat"]
    use_language(user.app, "zh_CN", bundle_root() / "resources" / "i18n")
    user.use(replace(user.settings, language="zh_CN"))
    try:
        heading, *rows = user.pane.installed.rows_model.rows()
        assert heading.title == "对话"
        assert all("added by you" not in fact for row in rows for fact, _ in row.facts)
    finally:
        use_language(user.app, "en", bundle_root() / "resources" / "i18n")


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
    names = (shown.name, shown.publisher, shown.licence, shown.summary_zh, "SHA-256", "llama", "gguf", "MIT")
    left = []
    for text in left_in_english(user.pane, set()):
        rest = functools.reduce(lambda text, name: text.replace(name, ""), names, text.partition(": ")[2])
        is_value = "/" in rest or "@" in rest or re.search(r"[0-9a-f]{12}|Q[48]_|BF16|F32", rest)
        if not is_value and re.search(r"[A-Za-z]{2,}", re.sub(r"《.*》", "", rest)):
            left.append(text)
    assert not left
