"""What lies over the edges of a conversation: a hair line where it goes on above, and the way back to
its end."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFrame, QWidget

from desktop_app.ui.conversation.end_button import SIZE, EndButton
from desktop_app.ui.conversation.stack import Stack

AWAY = 80  # px from the end at which the way back appears
GAP = 14  # px below the button


class Edges(QObject):
    """Belongs to the view ``owner``, which calls `place` when it has another size."""

    def __init__(self, stack: Stack, owner: QWidget) -> None:
        super().__init__(owner)
        self._stack = stack
        self._owner = owner
        self.button = EndButton(owner)
        self.button.hide()
        self._line = QFrame(owner)
        self._line.setProperty("line", True)
        self._line.hide()
        stack.moved.connect(self._moved)

    def place(self) -> None:
        width, height = self._owner.width(), self._owner.height()
        self.button.move((width - SIZE) // 2, height - SIZE - GAP)
        self._line.setGeometry(0, 0, width, 1)

    def _moved(self) -> None:
        stack = self._stack
        self._show(self.button, not stack.following and stack.offset_max - stack.offset > AWAY)
        self._show(self._line, stack.offset > 0)

    def hide(self) -> None:
        """There is nothing to scroll."""
        self._show(self.button, False)
        self._show(self._line, False)

    def _show(self, widget: QWidget, shown: bool) -> None:
        if widget.isHidden() == shown:
            widget.setVisible(shown)
            widget.raise_()
