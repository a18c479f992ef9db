"""The view with real widgets and real events."""

from __future__ import annotations

import itertools
from dataclasses import replace

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from desktop_app.core.chat import Note
from desktop_app.ui.conversation.end_button import EndButton
from desktop_app.ui.conversation.items import MessageItem
from desktop_app.ui.conversation.message_widget import MessageWidget
from desktop_app.ui.conversation.note_card import NoteCard
from desktop_app.ui.conversation.view import ConversationView
from desktop_app.ui.conversation.words import ending
from tests.ui.conversation.acting import actions, visible_widgets, wheel
from tests.ui.conversation.conftest import calm, many, message, settle, shown

# --- virtual list ---------------------------------------------------------------------------------


def test_of_ten_thousand_messages_few_are_widgets(app: QApplication, view: ConversationView) -> None:
    view.set_messages(many(10_000))
    calm(app, view)
    assert 0 < len(view.findChildren(MessageWidget)) < 60
    assert shown(view, 10_000).isVisible()
    view.scroll_to(5_000)
    calm(app, view)
    assert shown(view, 5_000).y() >= 0
    assert len(view.findChildren(MessageWidget)) < 60


def test_rows_stand_below_each_other_without_gaps(app: QApplication, view: ConversationView) -> None:
    view.set_messages(many(300))
    calm(app, view)
    for target in (0, 137, 250, 299):
        view.scroll_to(target + 1)
        calm(app, view)
        places = sorted((index, w.geometry()) for index, w in view.stack.realised.items())
        for (index, here), (following, below) in itertools.pairwise(places):
            if following == index + 1:
                assert here.y() + here.height() == below.y()
        for widget in visible_widgets(view):
            assert widget.height() == widget.height_for(widget.width())


def test_wrong_guesses_do_not_move_what_is_read(app: QApplication, view: ConversationView) -> None:
    view.set_messages([message(n, "| a |\n|---|\n" + "| b |\n" * (n % 7)) for n in range(1, 400)])
    view.scroll_to(200)
    calm(app, view)
    for _ in range(30):
        before = {w.item.message.id: w.y() for w in visible_widgets(view) if 0 <= w.y() < 500}
        view.stack.scroll_to(view.stack.offset - 60)
        after = {w.item.message.id: w.y() for w in visible_widgets(view)}
        moved = {after[number] - y for number, y in before.items() if number in after}
        assert moved == {60}
        calm(app, view)


def test_another_width_keeps_the_place(app: QApplication, view: ConversationView) -> None:
    view.set_messages(many(400))
    view.scroll_to(200)
    calm(app, view)
    view.resize(420, 600)
    calm(app, view)
    assert abs(shown(view, 200).y()) < 60
    assert shown(view, 200).width() <= 420


def test_home_end_and_pages(app: QApplication, view: ConversationView) -> None:
    view.set_messages(many(300))
    calm(app, view)
    QTest.keyClick(view, Qt.Key.Key_Home)
    calm(app, view)
    assert shown(view, 1).y() >= 0
    offset = view.stack.offset
    QTest.keyClick(view, Qt.Key.Key_PageDown)
    settle(app, lambda: view.stack.offset > offset + 300)
    QTest.keyClick(view, Qt.Key.Key_End)
    calm(app, view)
    assert view.following
    assert view.stack.offset == view.stack.offset_max


def test_the_scroll_bar_reaches_every_place(app: QApplication, view: ConversationView) -> None:
    view.set_messages(many(3_000))
    calm(app, view)
    bar = view.stack.verticalScrollBar()
    for share in (0.0, 0.31, 0.77, 1.0):
        bar.setValue(round(bar.maximum() * share))
        calm(app, view)
        seen = [w for w in visible_widgets(view) if w.geometry().intersects(view.stack.viewport().rect())]
        covered = sum(w.geometry().intersected(view.stack.viewport().rect()).height() for w in seen)
        assert covered >= view.stack.viewport().height() - 40
    assert view.following


# --- streaming ------------------------------------------------------------------------------------


def test_the_end_is_followed_until_one_scrolls_up(app: QApplication, view: ConversationView) -> None:
    view.set_messages([*many(50), message(51, "q"), message(52, "", state="streaming")])
    calm(app, view)
    for _ in range(30):
        view.append_text(52, "More words.\n\n")
        assert view.stack.offset == view.stack.offset_max
    wheel(view, 3)
    settle(app, lambda: not view.following)
    calm(app, view)
    end = view.findChild(EndButton)
    assert isinstance(end, EndButton)
    settle(app, end.isVisible)
    before = shown(view, 52).y()
    settle(app, lambda: not view.stack.is_gliding)
    before = shown(view, 52).y()
    view.append_text(52, "Even more.\n\n" * 10)
    assert shown(view, 52).y() == before
    QTest.mouseClick(end, Qt.MouseButton.LeftButton)
    calm(app, view)
    assert view.following
    assert not end.isVisible()


def test_text_streams_into_a_message_out_of_sight(app: QApplication, view: ConversationView) -> None:
    view.set_messages([*many(200), message(201, "q"), message(202, "", state="streaming")])
    view.scroll_to(5)
    calm(app, view)
    for word in ("one ", "two ", "three"):
        view.append_text(202, word)
    view.scroll_to(202)
    calm(app, view)
    assert shown(view, 202).body.toPlainText() == "one two three"


def test_a_finished_message_shows_its_figures_and_all_text(app: QApplication, view: ConversationView) -> None:
    streaming = message(2, "", state="streaming")
    view.set_messages([message(1, "q"), streaming])
    view.set_progress(2, "Reading…", 0.5)
    calm(app, view)
    assert not shown(view, 2).body.isVisible()
    view.append_text(2, "Some **text")
    calm(app, view)
    assert shown(view, 2).body.toPlainText() == "Some text"
    ended = replace(streaming, text="Some **text", state="complete", reply_tokens=3, tokens_per_s=42.4)
    view.replace_message(ended)
    calm(app, view)
    assert shown(view, 2).body.toPlainText() == "Some **text"
    assert "42 tokens/s" in shown(view, 2).accessibleDescription()


def test_a_megabyte_is_shown_in_part_and_never_lost(app: QApplication, view: ConversationView) -> None:
    text = "\n".join(f"{number} words in a line of a long paste" for number in range(25_000))
    view.set_messages([message(1, text)])
    calm(app, view)
    widget = shown(view, 1)
    assert 30_000 < len(widget.body.toPlainText()) < 60_000
    seen = actions(view)
    more = next(b for b in widget.findChildren(QPushButton) if f"{len(text):,}" in b.text())
    assert not more.isHidden()
    QTest.mouseClick(more, Qt.MouseButton.LeftButton)
    assert widget.item.text == text
    assert seen == []
    document = widget.document
    assert document is not None
    assert document.pending_characters > 0  # in turns, not at once


# --- context, notes, search -----------------------------------------------------------------------


def test_left_out_messages_and_their_divider(app: QApplication, view: ConversationView) -> None:
    view.set_messages([message(n, f"text {n}") for n in range(1, 7)])
    calm(app, view)
    view.set_left_out({1, 2, 3})
    calm(app, view)
    assert [shown(view, n).item.left_out for n in range(1, 7)] == [True] * 3 + [False] * 3
    assert [shown(view, n).item.divider for n in range(1, 7)] == [False] * 3 + [True] + [False] * 2
    view.set_left_out(set())
    calm(app, view)
    assert not any(shown(view, n).item.divider or shown(view, n).item.left_out for n in range(1, 7))


def test_a_note_can_be_edited_and_deleted(app: QApplication, view: ConversationView) -> None:
    view.set_messages([message(n, f"text {n}") for n in range(1, 5)])
    view.set_note(Note(9, 1, 2, "What was said."), 3)
    view.activateWindow()
    calm(app, view)
    edits: list[tuple[int, str]] = []
    deleted: list[int] = []
    view.note_edited.connect(lambda number, text: edits.append((number, text)))
    view.note_deleted.connect(deleted.append)
    card = shown(view, 3).findChild(NoteCard)
    assert card is not None
    assert any(label.text() == "What was said." for label in card.findChildren(QLabel))
    buttons = {b.accessibleName(): b for b in card.findChildren(QPushButton)}
    QTest.mouseClick(buttons["Edit the summary"], Qt.MouseButton.LeftButton)
    assert card.editor is not None
    card.editor.field.selectAll()
    QTest.keyClicks(card.editor.field, "Less.")
    QTest.keyClick(card.editor.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert edits == [(9, "Less.")]
    QTest.mouseClick(buttons["Delete the summary"], Qt.MouseButton.LeftButton)
    assert deleted == [9]
    view.set_note(None, 0)
    calm(app, view)
    assert card.isHidden()


def test_search_hits_are_shown_and_marked(app: QApplication, view: ConversationView) -> None:
    texts = ["filler " * 200, "long text. " * 300 + "\n\nthe needle here, Needle there"]
    view.set_messages([message(n, texts[n == 60]) for n in range(1, 90)])
    view.scroll_to(60, "needle")
    calm(app, view)
    widget = shown(view, 60)
    marks = widget.body.extraSelections()
    assert len(marks) == 2
    place = widget.body.cursorRect(marks[0].cursor)  # type: ignore[attr-defined]
    y = widget.body.viewport().mapTo(view.stack.viewport(), place.topLeft()).y()
    assert 0 <= y < view.stack.viewport().height()


# --- the rest -------------------------------------------------------------------------------------


def test_branches_replace_what_comes_after(app: QApplication, view: ConversationView) -> None:
    view.set_messages(many(20))
    calm(app, view)
    view.remove_after(10)
    view.append_message(message(31, "another way"))
    calm(app, view)
    assert shown(view, 31).body.toPlainText() == "another way"
    assert shown(view, 31).accessibleName() == "You, message 11"
    view.remove_after(None)
    assert view.stack.realised == {}


def test_an_empty_conversation_shows_the_empty_widget(app: QApplication, view: ConversationView) -> None:
    empty = QLabel("Nothing yet")
    view.empty_widget(empty)
    assert empty.isVisible()
    view.append_message(message(1, "first"))
    calm(app, view)
    assert not empty.isVisible()
    assert shown(view, 1).isVisible()
    view.set_messages([])
    assert empty.isVisible()


def test_links_and_selection(app: QApplication, view: ConversationView) -> None:
    view.set_messages([message(1, "q"), message(2, "see [this](https://a.b) *now*")])
    calm(app, view)
    asked: list[str] = []
    view.link_requested.connect(asked.append)
    body = shown(view, 2).body
    QTest.mouseClick(body.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(36, body.height() // 2))
    assert asked == ["https://a.b"]
    body.setFocus()
    QTest.keyClick(body, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(body, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "see this now"


def test_size_and_font_change_while_reading(app: QApplication, view: ConversationView) -> None:
    view.set_messages(many(40))
    calm(app, view)
    before = shown(view, 40).height()
    view.set_reading(24, True)
    calm(app, view)
    assert shown(view, 40).height() > before
    assert shown(view, 40).body.document().defaultFont().pixelSize() == 24


def test_a_window_of_360_px(app: QApplication, view: ConversationView) -> None:
    view.set_messages(many(12))
    view.resize(360, 640)
    calm(app, view)
    for widget in visible_widgets(view):
        assert widget.x() >= 0
        assert widget.geometry().right() < 360
        assert widget.body.geometry().right() <= widget.width()


def test_a_reply_that_failed_long_ago_still_says_so() -> None:
    """Only the last message shows its fault in full; an older one must not be a mere gap."""
    assert ending(MessageItem(message(2, "", state="failed")))
    assert ending(MessageItem(message(2, "Once", state="failed"), "Once"))
    assert not ending(MessageItem(message(2, "Whole."), "Whole."))
