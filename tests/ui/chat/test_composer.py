"""Writing a message: keys, input methods, long pastes, drafts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication, QInputMethodEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QToolButton

from desktop_app.ui.chat.composer import Composer
from desktop_app.ui.chat.draft import Draft
from desktop_app.ui.chat.message_input import PASTE_AS_BLOCK


@pytest.fixture
def composer(app: QApplication) -> Iterator[Composer]:
    made = Composer()
    made.resize(600, 160)
    made.show()
    made.input.setFocus()
    yield made
    made.deleteLater()
    app.processEvents()


def preedit(composer: Composer, text: str) -> None:
    QApplication.sendEvent(composer.input, QInputMethodEvent(text, []))


def commit(composer: Composer, text: str) -> None:
    event = QInputMethodEvent("", [])
    event.setCommitString(text)
    QApplication.sendEvent(composer.input, event)


def test_enter_sends_and_shift_enter_begins_a_line(composer: Composer) -> None:
    sent = QSignalSpy(composer.sent)
    QTest.keyClicks(composer.input, "one")
    QTest.keyClick(composer.input, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(composer.input, "two")
    assert sent.count() == 0
    QTest.keyClick(composer.input, Qt.Key.Key_Return)
    assert sent.at(0) == ["one\ntwo"]


def test_text_stays_until_it_is_stored(composer: Composer) -> None:
    QTest.keyClicks(composer.input, "keep me")
    QTest.keyClick(composer.input, Qt.Key.Key_Return)
    assert composer.input.toPlainText() == "keep me"


def test_enter_while_an_input_method_composes_never_sends(composer: Composer) -> None:
    sent = QSignalSpy(composer.sent)
    QTest.keyClicks(composer.input, "x ")
    preedit(composer, "ni hao")
    QTest.keyClick(composer.input, Qt.Key.Key_Return)
    QTest.keyClick(composer.input, Qt.Key.Key_Enter)
    assert sent.count() == 0
    commit(composer, "你好")
    assert composer.input.toPlainText().endswith("你好")
    QTest.keyClick(composer.input, Qt.Key.Key_Return)
    assert sent.at(0)[0].endswith("你好")


def test_ctrl_enter_where_the_user_wants_enter_for_lines(composer: Composer) -> None:
    composer.set_enter_sends(False)
    sent = QSignalSpy(composer.sent)
    QTest.keyClicks(composer.input, "a")
    QTest.keyClick(composer.input, Qt.Key.Key_Return)
    QTest.keyClicks(composer.input, "b")
    assert sent.count() == 0
    QTest.keyClick(composer.input, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert sent.at(0) == ["a\nb"]


@pytest.mark.parametrize("blank", ["", "   ", "\n\n"])
def test_nothing_is_not_sent(composer: Composer, blank: str) -> None:
    sent = QSignalSpy(composer.sent)
    composer.input.setPlainText(blank)
    QTest.keyClick(composer.input, Qt.Key.Key_Return)
    assert sent.count() == 0


def test_a_megabyte_becomes_a_block_and_is_sent_whole(composer: Composer) -> None:
    text = "墨池 ink " * 150_000
    mime = QMimeData()
    mime.setText(text)
    QGuiApplication.clipboard().setMimeData(mime)
    sent = QSignalSpy(composer.sent)
    QTest.keyClicks(composer.input, "Summarise this:")
    composer.input.paste()
    assert composer.input.toPlainText() == "Summarise this:"
    QTest.keyClick(composer.input, Qt.Key.Key_Return)
    assert sent.at(0)[0] == f"Summarise this:\n\n{text}"


def test_a_block_can_be_taken_out(composer: Composer, app: QApplication) -> None:
    composer.set_draft(Draft("typed", ("x" * (PASTE_AS_BLOCK + 1),)))
    remove = next(b for b in composer.findChildren(QToolButton) if b.accessibleName() == "Take this text out")
    QTest.mouseClick(remove, Qt.MouseButton.LeftButton)
    assert composer.draft() == Draft("typed")


def test_busy_turns_send_into_stop(composer: Composer) -> None:
    stopped, sent = QSignalSpy(composer.stop_pressed), QSignalSpy(composer.sent)
    composer.set_busy(True)
    QTest.keyClicks(composer.input, "next")
    QTest.keyClick(composer.input, Qt.Key.Key_Return)
    assert sent.count() == 0
    QTest.keyClick(composer.input, Qt.Key.Key_Escape)
    assert stopped.count() == 1


def test_steady_typing_is_kept_without_a_pause(composer: Composer) -> None:
    kept = QSignalSpy(composer.draft_changed)
    for _ in range(12):
        QTest.keyClicks(composer.input, "a")
        QTest.qWait(50)  # always shorter than the delay of a draft
    assert kept.count() >= 1


def test_the_field_grows_to_its_limit(composer: Composer) -> None:
    low = composer.input.height()
    composer.input.setPlainText("line\n" * 5)
    middle = composer.input.height()
    composer.input.setPlainText("line\n" * 500)
    assert low < middle < composer.input.height() < 400


@pytest.mark.parametrize(
    "draft",
    [
        Draft(),
        Draft("plain"),
        Draft("typed", ("a block", "二")),
        Draft('["json-looking", 1]'),
        Draft("a\x00b"),
    ],
)
def test_drafts_survive_storage(draft: Draft) -> None:
    assert Draft.decode(draft.encode()) == draft
