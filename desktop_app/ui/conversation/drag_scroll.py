"""Selecting past the edge of the view scrolls it, faster the further away the mouse is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QCursor, QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QApplication

from desktop_app.ui.conversation.stack import Stack
from desktop_app.ui.markdown.browser import MarkdownBrowser


class DragScroll:
    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._body: MarkdownBrowser | None = None
        self._timer = QTimer(stack)
        self._timer.setInterval(20)
        self._timer.timeout.connect(self._tick)

    def dragged(self, body: MarkdownBrowser, where: QPoint) -> None:
        """The mouse is at ``where`` (global) while text in ``body`` is being selected."""
        self._body = body
        if self._distance(where) and not self._timer.isActive():
            self._timer.start()

    def _distance(self, where: QPoint) -> int:
        """Px above (negative) or below the view."""
        y = self._stack.viewport().mapFromGlobal(where).y()
        height = self._stack.viewport().height()
        return min(y, 0) or max(y - height, 0)

    def _tick(self) -> None:
        where = QCursor.pos()
        distance = self._distance(where)
        held = QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton
        if not distance or not held or self._body is None or not self._body.isVisible():
            self._timer.stop()
            return
        self._stack.scroll_to(self._stack.offset + max(-40, min(40, distance)))
        viewport = self._body.viewport()
        move = QMouseEvent(
            QEvent.Type.MouseMove,
            QPointF(viewport.mapFromGlobal(where)),
            QPointF(where),
            Qt.MouseButton.NoButton,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(viewport, move)
