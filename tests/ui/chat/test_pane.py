"""The chat pane: how its parts stand to each other, and where the focus goes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.core.settings import Settings
from desktop_app.ui.chat.pane import ChatPane
from tests.ui.conversation.conftest import calm, many, message


@pytest.fixture
def pane(app: QApplication) -> Iterator[ChatPane]:
    made = ChatPane(Settings())
    made.resize(1000, 600)
    made.show()
    made.activateWindow()
    app.processEvents()
    yield made
    made.close()
    made.deleteLater()
    app.processEvents()


def edges(widget: QWidget, inside: QWidget) -> tuple[int, int]:
    left = widget.mapTo(inside, QPoint(0, 0)).x()
    return left, left + widget.width()


@pytest.mark.parametrize("width", [420, 639, 640, 801, 1000, 1279, 1280, 1600])
@pytest.mark.parametrize("count", [2, 60], ids=("short", "scrolled"))
def test_messages_and_the_field_have_the_same_edges(
    app: QApplication, pane: ChatPane, width: int, count: int
) -> None:
    pane.view.set_messages(many(count) if count > 2 else [message(1, "short"), message(2, "too")])
    pane.resize(width, 600)
    app.processEvents()
    calm(app, pane.view)
    bar = pane.view.stack.verticalScrollBar()
    assert bar.isVisible() == (count == 60)
    row = next(iter(pane.view.stack.realised.values()))
    assert edges(row, pane) == edges(pane.composer, pane)


def test_one_line_stands_beside_the_button_and_more_above_it(app: QApplication, pane: ChatPane) -> None:
    low = pane.composer.sizeHint().height()
    field, button = pane.composer.input, pane.composer.findChild(QWidget, "send")
    assert button is not None

    def is_beside() -> bool:
        for _ in range(3):
            app.processEvents()
        return field.geometry().right() < button.x()

    assert is_beside()
    QTest.keyClicks(field, "word " * 40)
    assert not is_beside()
    assert pane.composer.sizeHint().height() > low
    field.selectAll()
    QTest.keyClicks(field, "one")
    assert is_beside()
    assert pane.composer.sizeHint().height() == low
    QTest.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert not is_beside()


def test_what_is_written_looks_as_what_is_read(app: QApplication, pane: ChatPane) -> None:
    pane.use_settings(Settings(text_size=20))
    holder = QWidget()
    pane.setParent(holder)  # below another stylesheet Qt forgets fonts
    app.processEvents()
    assert pane.composer.input.font().pixelSize() == 20
    pane.setParent(None)
    holder.deleteLater()


def test_folding_the_list_is_remembered_and_gives_the_focus_to_the_field(
    app: QApplication, pane: ChatPane
) -> None:
    kept, shown = QSignalSpy(pane.remembered), QSignalSpy(pane.list_shown)
    pane.search()
    assert kept.count() == 0
    assert pane.list.search.hasFocus()
    pane.toggle_list()
    assert kept.at(0) == [{"list": False}]
    assert shown.at(shown.count() - 1) == [False]
    assert pane.composer.input.hasFocus()
    pane.search()
    assert pane.is_list_shown()
    assert pane.list.search.hasFocus()
    pane.list.leave_requested.emit()
    assert pane.composer.input.hasFocus()


def test_a_narrow_window_changes_nothing_that_is_kept(app: QApplication, pane: ChatPane) -> None:
    pane.toggle_list()
    kept = QSignalSpy(pane.remembered)
    pane.resize(420, 600)
    pane.toggle_list()
    assert pane.list.isVisible()
    assert not pane.composer.isVisible()
    pane.list.opened.emit(1, 0, "")
    assert not pane.list.isVisible()
    assert pane.composer.isVisible()
    pane.resize(1000, 600)
    assert not pane.is_list_shown()
    assert kept.count() == 0


def test_open_folders_are_told_and_taken_back(app: QApplication, pane: ChatPane) -> None:
    kept = QSignalSpy(pane.remembered)
    pane.list.view.fold_toggled.emit("Work")
    assert kept.at(0) == [{"folders": ["Work"]}]
    again = ChatPane(Settings(window={"folders": ["Work", 3], "list_width": "wide"}))
    assert again.list.open_folders() == ["Work"]
    again.deleteLater()


def test_letters_typed_in_the_list_are_meant_for_the_message(app: QApplication, pane: ChatPane) -> None:
    pane.list.view.setFocus()
    QTest.keyClicks(pane.list.view, "hi")
    assert pane.composer.input.toPlainText() == "hi"
    assert pane.composer.input.hasFocus()


def test_a_line_below_the_header_where_the_conversation_goes_on_above(
    app: QApplication, pane: ChatPane
) -> None:
    pane.view.set_messages(many(60))
    calm(app, pane.view)
    lines = [w for w in pane.view.children() if isinstance(w, QWidget) and w.property("line")]
    assert len(lines) == 1
    assert lines[0].isVisible()
    pane.view.stack.scroll_to(0)
    assert not lines[0].isVisible()
    pane.view.set_messages([message(1, "short")])
    calm(app, pane.view)
    assert not lines[0].isVisible()
