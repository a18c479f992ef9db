"""Going through a conversation by keyboard: one message is the current one, and only it is a tab stop."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.ui.conversation.layout_work import WORK_S
from desktop_app.ui.conversation.message_widget import MessageWidget
from desktop_app.ui.conversation.stack import Stack


class Reader(QObject):
    """Keeps ``current`` (an index, or -1) and has the messages that it leaves and reaches shown anew."""

    def __init__(self, stack: Stack, refresh: Callable[[MessageWidget, int], None]) -> None:
        super().__init__(stack)
        self._stack = stack
        self._refresh = refresh
        self.current = -1
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._focus_changed)

    def go(self, index: int) -> None:
        """Make ``index`` the current message."""
        before, self.current = self.current, index
        for changed, widget in self._shown():
            if changed in (before, index):
                self._refresh(widget, changed)

    def step(self, step: int, count: int) -> None:
        """Go ``step`` messages on, of ``count``, and take the focus there."""
        stack = self._stack
        self.go(max(0, min(self.current + step, count - 1)))
        top = stack.row_top(self.current)
        stack.show_span(top, top + min(stack.row_height(self.current), stack.viewport().height()))
        widget = stack.realised.get(self.current)
        if widget is not None:
            widget.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def bring(self, index: int) -> None:
        """Have the top of message ``index`` in sight."""
        stack = self._stack
        top = stack.row_top(index)
        if index not in stack.realised or not 0 <= top - stack.offset < stack.viewport().height():
            stack.scroll_to_row(index)

    def show_found(self, widget: MessageWidget, index: int, text: str) -> None:
        """Mark every place of ``text`` in message ``index`` and have the first in sight."""
        document = widget.document
        while document is not None and document.pending_characters:
            document.step(time.perf_counter() + WORK_S)
        self._stack.changed(index)
        found = widget.body.mark_found(text)
        widget.flash()
        height = self._stack.viewport().height()
        inside = widget.body.y() + round(found.top()) if found is not None else 0
        if inside > height * 2 // 3:
            self._stack.scroll_to_row(index, inside - height // 3)

    def _shown(self) -> list[tuple[int, MessageWidget]]:
        """From the top down."""
        found = sorted(self._stack.realised.items())
        return [(index, widget) for index, widget in found if isinstance(widget, MessageWidget)]

    @Slot(QWidget, QWidget)
    def _focus_changed(self, old: QWidget | None, now: QWidget | None) -> None:
        for index, widget in self._shown():
            within = now is not None and (widget is now or widget.isAncestorOf(now))
            widget.set_focus_within(within)
            if not within or now is None:
                continue
            self._order_tabs()
            if index != self.current:
                self.go(index)
            if now is not widget and now is not widget.body:
                self._stack.show_span(*self._stack.to_content(now))

    def _order_tabs(self) -> None:
        """Widgets are used again in any order; the way of the Tab key is from the top down."""
        stops = [stop for _, widget in self._shown() for stop in widget.tab_stops()]
        for before, after in itertools.pairwise(stops):
            QWidget.setTabOrder(before, after)
