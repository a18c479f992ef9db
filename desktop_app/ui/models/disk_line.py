"""What models take on the disk, and a way to have some of it back."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QPushButton, QWidget

from desktop_app.core.i18n import tr
from desktop_app.library.installed import DiskUse
from desktop_app.ui.numbers import bytes_text
from desktop_app.ui.theme import set_look, space
from desktop_app.ui.widgets.elided_label import ElidedLabel

TWO_ROWS_BELOW = 430  # px: narrower, the figures stand above the buttons, and are fewer


class DiskLine(QWidget):
    clear_asked = Signal()
    folder_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._use: DiskUse | None = None
        self._words = ElidedLabel(self, least=16)
        set_look(self._words, size="caption", tone="quiet")
        self._clear, self._folder = QPushButton(self), QPushButton(self)
        self._narrow = False
        self._row = row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        row.setContentsMargins(space(4), space(1), space(4), space(1))
        row.setSpacing(space(1))
        row.addWidget(self._words, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(space(3))
        for button, signal in ((self._clear, self.clear_asked), (self._folder, self.folder_asked)):
            set_look(button, kind="link")
            button.clicked.connect(signal)
            buttons.addWidget(button)
        buttons.addStretch(1)
        row.addLayout(buttons)
        self.retranslate()

    def set_use(self, use: DiskUse) -> None:
        self._use = use
        self.retranslate()

    def retranslate(self) -> None:
        use = self._use
        parts = []
        if use is not None:
            if use.models:
                parts.append(tr("Models {size}", size=bytes_text(use.models)))
            if use.prepared and not self._narrow:
                parts.append(tr("prepared for speed {size}", size=bytes_text(use.prepared)))
            if use.partial:
                parts.append(tr("unfinished downloads {size}", size=bytes_text(use.partial)))
            parts.append(tr("{size} free on the disk", size=bytes_text(use.free)))
        self._words.setText(" · ".join(parts))
        self._words.setAccessibleName(self._words.text())
        self._clear.setText(tr("Clear prepared forms"))
        self._clear.setToolTip(tr("Gives the room back. They are made again when a model is loaded."))
        self._clear.setAccessibleName(self._clear.text())
        self._clear.setVisible(use is not None and use.prepared > 0)
        self._folder.setText(tr("Open folder"))
        self._folder.setAccessibleName(tr("Open the folder with your models"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if (self.width() < TWO_ROWS_BELOW) != self._narrow:
            self._narrow = not self._narrow
            way = QBoxLayout.Direction.TopToBottom if self._narrow else QBoxLayout.Direction.LeftToRight
            self._row.setDirection(way)
            self.retranslate()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
