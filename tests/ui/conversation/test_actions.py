"""What can be done with a message: by hovering, by keyboard, in place."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QToolButton

from desktop_app.ui.conversation.items import Problem
from desktop_app.ui.conversation.version_stepper import VersionStepper
from desktop_app.ui.conversation.view import ConversationView
from tests.ui.conversation.acting import actions, button
from tests.ui.conversation.conftest import calm, many, message, shown


def test_hovering_shows_actions_without_moving_anything(app: QApplication, view: ConversationView) -> None:
    view.set_messages([message(1, "q"), message(2, "a")])
    view.setFocus()
    calm(app, view)
    widget = shown(view, 1)
    before = widget.geometry(), widget.body.geometry()
    QTest.mouseMove(view, QPoint(1, 1))
    widget.enterEvent(None)  # type: ignore[arg-type]  # the offscreen platform sends none
    assert (widget.geometry(), widget.body.geometry()) == before
    seen = actions(view)
    QTest.mouseClick(button(widget, "Copy"), Qt.MouseButton.LeftButton)
    QTest.mouseClick(button(widget, "Keep in the model’s context"), Qt.MouseButton.LeftButton)
    QTest.mouseClick(button(widget, "Delete"), Qt.MouseButton.LeftButton)
    assert seen == [("copy", 1), ("pin", 1), ("delete", 1)]


def test_by_keyboard_from_message_to_message_to_action(app: QApplication, view: ConversationView) -> None:
    view.set_messages(many(30))
    view.activateWindow()
    calm(app, view)
    shown(view, 30).setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(shown(view, 30), Qt.Key.Key_Up)
    QTest.keyClick(shown(view, 29), Qt.Key.Key_Up)
    widget = shown(view, 28)
    assert widget.hasFocus()
    seen = actions(view)
    for _ in range(6):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        focus = QApplication.focusWidget()
        if focus is not None and focus.accessibleName() == "Write another reply":
            QTest.keyClick(focus, Qt.Key.Key_Space)
            break
    assert seen == [("regenerate", 28)]


def test_all_messages_can_be_reached_by_keyboard(app: QApplication, view: ConversationView) -> None:
    view.set_messages(many(60))
    view.activateWindow()
    calm(app, view)
    shown(view, 60).setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(59):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Up)
        app.processEvents()
    assert shown(view, 1).hasFocus()
    assert shown(view, 1).y() >= 0


def test_editing_in_place(app: QApplication, view: ConversationView) -> None:
    view.set_messages([message(1, "old words"), message(2, "a")])
    view.activateWindow()
    calm(app, view)
    edits: list[tuple[int, str]] = []
    view.edited.connect(lambda number, text: edits.append((number, text)))
    view.edit_message(1)
    editor = shown(view, 1).editor
    assert editor is not None
    QTest.keyClicks(editor.field, " and new")
    QTest.keyClick(editor.field, Qt.Key.Key_Return)
    QTest.keyClick(editor.field, Qt.Key.Key_Escape)
    assert shown(view, 1).editor is None
    assert edits == []
    view.edit_message(1)
    editor = shown(view, 1).editor
    assert editor is not None
    editor.field.selectAll()
    QTest.keyClicks(editor.field, "new words")
    QTest.keyClick(editor.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert edits == [(1, "new words")]
    assert shown(view, 1).editor is None


def test_an_edit_survives_scrolling_away(app: QApplication, view: ConversationView) -> None:
    view.set_messages(many(400))
    view.edit_message(201)
    editor = shown(view, 201).editor
    assert editor is not None
    editor.field.setPlainText("half written")
    view.stack.scroll_to(0)
    calm(app, view)
    view.scroll_to(201)
    calm(app, view)
    kept = shown(view, 201).editor
    assert kept is not None
    assert kept.field.toPlainText() == "half written"


def test_busy_and_read_only(app: QApplication, view: ConversationView) -> None:
    view.set_messages([message(1, "q"), message(2, "a", stop_reason="length", versions=2, version=2)])
    view.set_busy(True)
    calm(app, view)
    widget = shown(view, 2)
    widget.enterEvent(None)  # type: ignore[arg-type]
    assert not button(widget, "Write another reply").isEnabled()
    assert button(widget, "Copy").isEnabled()
    assert not button(widget, "Previous version").isEnabled()
    view.set_busy(False)
    assert button(widget, "Write another reply").isEnabled()
    view.set_read_only(True)
    names = {b.accessibleName() for b in widget.findChildren(QToolButton) if b.isVisible() and b.isEnabled()}
    assert names == {"Copy"}


def test_versions_and_continuing(app: QApplication, view: ConversationView) -> None:
    view.set_messages([message(1, "q"), message(2, "a", stop_reason="length", versions=3, version=2)])
    calm(app, view)
    seen = actions(view)
    stepper = shown(view, 2).findChild(VersionStepper)
    assert stepper is not None
    QTest.mouseClick(button(stepper, "Previous version"), Qt.MouseButton.LeftButton)
    QTest.mouseClick(button(stepper, "Next version"), Qt.MouseButton.LeftButton)
    go_on = next(b for b in shown(view, 2).findChildren(QPushButton) if b.text() == "Continue")
    QTest.mouseClick(go_on, Qt.MouseButton.LeftButton)
    assert seen == [("version_previous", 2), ("version_next", 2), ("continue", 2)]
    view.append_message(message(3, "next"))
    calm(app, view)
    assert go_on.isHidden()  # only the last reply goes on


def test_a_problem_has_ways_out(app: QApplication, view: ConversationView) -> None:
    view.set_messages([message(1, "q"), message(2, "", state="failed")])
    view.set_problem(
        2, Problem(lambda: "It broke.", (("retry", lambda: "Try again"), ("restart", lambda: "Start again")))
    )
    calm(app, view)
    seen = actions(view)
    ways = {b.text(): b for b in shown(view, 2).findChildren(QPushButton) if b.isVisible()}
    QTest.mouseClick(ways["Try again"], Qt.MouseButton.LeftButton)
    QTest.mouseClick(ways["Start again"], Qt.MouseButton.LeftButton)
    assert seen == [("problem:retry", 2), ("problem:restart", 2)]
    height = shown(view, 2).height()
    view.set_problem(2, None)
    calm(app, view)
    assert shown(view, 2).height() < height
