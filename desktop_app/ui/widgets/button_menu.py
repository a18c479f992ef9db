"""The menu of a button, kept inside the button's window."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QMenu, QWidget

from desktop_app.ui.theme import space


class ButtonMenu(QMenu):
    """Opens below ``button``; above it where it would reach below the window, and with their right
    edges in line where it would reach beyond the window's."""

    def __init__(self, button: QWidget) -> None:
        super().__init__(button)
        self._button = button

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        window = self._button.window()
        inside = QRect(window.mapToGlobal(QPoint(0, 0)), window.size())
        button = QRect(self._button.mapToGlobal(QPoint(0, 0)), self._button.size())
        self.move(menu_place(self.rect(), button, inside, self.layoutDirection().name == "RightToLeft"))


def menu_place(menu: QRect, button: QRect, window: QRect, from_right: bool = False) -> QPoint:
    """Where the corner of ``menu`` goes; all on the screen, of ``menu`` the size alone."""
    left, top = button.left(), button.bottom() + 1 + space(1)
    if from_right or left + menu.width() > window.right() - space(2):
        left = button.right() + 1 - menu.width()
    left = max(left, window.left() + space(2))
    above = button.top() - space(1) - menu.height()
    if top + menu.height() > window.bottom() and above >= window.top():
        top = above
    return QPoint(left, top)
