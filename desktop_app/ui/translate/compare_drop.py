"""Where a bilingual file is dropped or chosen."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop_app.core.i18n import tr
from desktop_app.ui.theme import set_look, space
from desktop_app.ui.widgets.elided_label import ElidedLabel
from desktop_app.ui.widgets.flowing import wrapped


class PairsDrop(QFrame):
    """``chosen`` with one file, or with two texts that belong together."""

    chosen = Signal(object)  # list[Path]

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("drop")
        self.setAcceptDrops(True)
        self._title, self._below = ElidedLabel(self), wrapped(self, size="caption", tone="quiet")
        self.button = QPushButton(self)
        self.button.setAutoDefault(False)
        self.button.clicked.connect(self._choose)
        self._said = ("", "")
        words = QVBoxLayout()
        words.setSpacing(space(1))
        words.addWidget(self._title)
        words.addWidget(self._below)
        row = QHBoxLayout(self)
        row.setContentsMargins(space(4), space(3), space(4), space(3))
        row.setSpacing(space(3))
        row.addLayout(words, 1)
        row.addWidget(self.button)
        self.retranslate()

    def say(self, title: str, below: str) -> None:
        """What was taken, "" for nothing yet."""
        self._said = (title, below)
        self.retranslate()

    def retranslate(self) -> None:
        title, below = self._said
        self._title.setText(title or tr("Drop a file with sentences in both languages here"))
        self._below.setText(
            below
            or tr(
                "A translation memory (TMX), a table of two columns (TSV, CSV), a PO catalogue, or two text "
                "files of as many lines."
            )
        )
        self.button.setText(tr("Choose…") if not title else tr("Another…"))
        self.button.setAccessibleName(tr("Choose a bilingual file…"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _files(event):
            set_look(self, over=True)
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        set_look(self, over=False)

    def dropEvent(self, event: QDropEvent) -> None:
        set_look(self, over=False)
        event.acceptProposedAction()
        self.chosen.emit(_files(event))

    def _choose(self) -> None:
        kinds = f"{tr('Bilingual files')} (*.tmx *.tsv *.csv *.tab *.po *.pot *.txt);;{tr('All files')} (*)"
        chosen, _ = QFileDialog.getOpenFileNames(
            self, tr("Choose one bilingual file, or two texts"), "", kinds
        )
        if chosen:
            self.chosen.emit([Path(name) for name in chosen])


def _files(event: QDropEvent) -> list[Path]:
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
