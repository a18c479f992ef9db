"""What is under way: a line of words, how far it is, and a way to stop it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QVBoxLayout, QWidget

from desktop_app.core.i18n import tr
from desktop_app.ui.theme import set_look, space
from desktop_app.ui.widgets.elided_label import ElidedLabel


class WorkStrip(QWidget):
    """Hidden while nothing is done."""

    stop_asked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._words = ElidedLabel(self, least=60)
        set_look(self._words, size="caption", tone="quiet")
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self.stop_button = QPushButton(self)
        self.stop_button.setAutoDefault(False)
        set_look(self.stop_button, kind="quiet")
        self.stop_button.clicked.connect(self.stop_asked)
        column = QVBoxLayout()
        column.setSpacing(space(1))
        column.addStretch(1)
        column.addWidget(self._words)
        column.addWidget(self._bar)
        column.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(space(3))
        row.addLayout(column, 1)
        row.addWidget(self.stop_button)
        self.retranslate()
        self.hide()

    def say(self, words: str, done: int = 0, whole: int = 0) -> None:
        """``whole`` 0: nobody knows how much it will be."""
        self._words.setText(words)
        self._bar.setAccessibleName(words)
        self._bar.setRange(0, whole)
        self._bar.setValue(done)
        self.show()

    def over(self) -> None:
        self.hide()

    def retranslate(self) -> None:
        self.stop_button.setText(tr("Stop"))
        self.stop_button.setAccessibleName(tr("Stop"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
