"""The text that is to be translated: typed, pasted or dropped."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, Signal
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QWidget

from desktop_app.core.i18n import tr
from desktop_app.ui.translate.text_side import TextSide

LONGEST = 100_000
"""Characters. A longer text is a document: it is kept as one, with its progress and its receipt."""


class SourceEdit(TextSide):
    """``typed`` with the whole text once it is another, never with what an input method has not committed
    yet. Files that are dropped go to ``files_dropped``, texts over `LONGEST` to ``too_long``."""

    typed = Signal(str)
    files_dropped = Signal(object)  # list[Path]
    too_long = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composing = False
        self._told = ""
        self.textChanged.connect(self._tell)
        self.retranslate()

    @property
    def is_composing(self) -> bool:
        return self._composing

    def set_text(self, text: str) -> None:
        """Put ``text`` there without telling of it; it can be undone."""
        if text != self.toPlainText():
            cursor = self.textCursor()
            cursor.select(cursor.SelectionType.Document)
            self._told = text
            cursor.insertText(text)
            self.space_lines()
            self.moveCursor(cursor.MoveOperation.End)
        self._told = text

    def retranslate(self) -> None:
        self.setPlaceholderText(tr("Type or paste text, or drop a file"))
        self.setAccessibleName(tr("Text to translate"))

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._composing = bool(event.preeditString())
        super().inputMethodEvent(event)
        if not self._composing:
            self._tell()

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasUrls() or source.hasText()

    def insertFromMimeData(self, source: QMimeData) -> None:
        files = [Path(url.toLocalFile()) for url in source.urls() if url.isLocalFile()]
        if files:
            self.files_dropped.emit(files)
            return
        text = source.text()
        if len(text) + len(self.toPlainText()) > LONGEST:
            self.too_long.emit(text)
            return
        self.insertPlainText(text)
        self.ensureCursorVisible()

    def _tell(self) -> None:
        text = self.toPlainText()
        if not self._composing and text != self._told:
            self._told = text
            self.typed.emit(text)
