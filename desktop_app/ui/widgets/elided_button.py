"""A tool button whose text gives way: what does not fit ends in an ellipsis, and a tool tip has it all."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget


class ElidedButton(QToolButton):
    """``set_label`` gives the whole text; the button may become as narrow as ``least`` px."""

    def __init__(self, parent: QWidget | None = None, least: int = 48, most: int = 240) -> None:
        super().__init__(parent)
        self._label = self._explanation = ""
        self._least, self._most = least, most
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)

    def label(self) -> str:
        return self._label

    def set_label(self, label: str, explanation: str) -> None:
        self._label, self._explanation = label, explanation
        self.setAccessibleName(explanation)
        self.setToolTip(explanation)
        self.updateGeometry()
        self._elide()

    def sizeHint(self) -> QSize:
        usual = super().sizeHint()
        shown = self.fontMetrics().horizontalAdvance(self.text())
        whole = self.fontMetrics().horizontalAdvance(" " + self._label)
        return QSize(min(self._most, usual.width() - shown + whole), usual.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self._least, self.sizeHint().width()), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        icon = not self.icon().isNull()
        edges = super().sizeHint().width() - self.fontMetrics().horizontalAdvance(self.text())
        room = max(0, self.width() - edges)
        text = self.fontMetrics().elidedText(self._label, Qt.TextElideMode.ElideRight, room)
        # Qt leaves hardly any room between a small icon and its text.
        self.setText((" " if icon and text else "") + text.replace("&", "&&"))
