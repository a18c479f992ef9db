"""Editing in place: the user's message or a note, as plain text with two buttons."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QKeySequence, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from desktop_app.core.i18n import tr
from desktop_app.ui.fonts import reading_font
from desktop_app.ui.theme import set_look, space

HIGHEST = 340  # px before it scrolls


class InlineEditor(QWidget):
    """Ctrl+Enter keeps, Esc gives up; neither while an input method is composing."""

    kept = Signal(str)
    cancelled = Signal()
    height_changed = Signal()

    def __init__(self, text: str, keep_label: str, name: str, text_size: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.field = QPlainTextEdit(self)
        self.field.setFont(reading_font(self.font(), text_size))
        self.field.setPlainText(text)
        self.field.setAccessibleName(name)
        self.field.setTabChangesFocus(True)
        self.field.installEventFilter(self)
        self.field.moveCursor(QTextCursor.MoveOperation.End)
        self.keep = QPushButton(keep_label, self)
        set_look(self.keep, kind="primary")
        self.cancel = QPushButton(tr("Cancel"), self)
        set_look(self.cancel, kind="quiet")
        native = QKeySequence.SequenceFormat.NativeText
        self.keep.setToolTip(QKeySequence("Ctrl+Return").toString(native))
        self.cancel.setToolTip(QKeySequence("Esc").toString(native))
        self._text_size = text_size
        self._last = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(2))
        column.addWidget(self.field, 1)
        row = QHBoxLayout()
        row.setSpacing(space(2))
        row.addStretch(1)
        row.addWidget(self.cancel)
        row.addWidget(self.keep)
        column.addLayout(row)
        self.keep.clicked.connect(self._keep)
        self.cancel.clicked.connect(self.cancelled)
        self.field.textChanged.connect(self._changed)
        self._changed()

    def height_for(self, width: int) -> int:
        document = self.field.document()
        frame = 2 * self.field.frameWidth() + 26
        lines = 0
        block = document.firstBlock()
        letters = max((width - frame) / (self._text_size * 0.55), 8.0)
        while block.isValid() and lines < 20:
            lines += max(round(len(block.text()) / letters + 0.49), 1)
            block = block.next()
        height = max(lines, 2) * QFontMetrics(self.field.font()).lineSpacing() + frame
        return min(height, HIGHEST) + space(2) + self.keep.sizeHint().height()

    def _changed(self) -> None:
        self.keep.setEnabled(bool(self.field.toPlainText().strip()))
        height = self.height_for(max(self.width(), 100))
        if height != self._last:
            self._last = height
            self.height_changed.emit()

    def _keep(self) -> None:
        text = self.field.toPlainText()
        if text.strip():
            self.kept.emit(text)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                    self._keep()
                    return True
            elif event.key() == Qt.Key.Key_Escape:
                self.cancelled.emit()
                return True
        return super().eventFilter(watched, event)
