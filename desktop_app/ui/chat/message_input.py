"""The field where a message is written."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QEvent, QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QInputMethodEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

PASTE_AS_BLOCK = 20_000
"""Characters from which a pasted text becomes a block beside the field. A plain text field lays out a
paragraph at once; a megabyte on one line would stop the window for seconds."""


_KEYBOARD = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)


class MessageInput(QPlainTextEdit):
    """Grows with its text up to `max_lines`; Enter sends (or Ctrl+Enter, as the user set), never
    while an input method is composing."""

    send_pressed = Signal()
    big_paste = Signal(str)
    escape_pressed = Signal()
    focus_changed = Signal(str)
    """keyboard, other, or nothing where it has no focus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composing = False
        self._enter_sends = True
        self._text_font: QFont | None = None
        self.max_lines = 12
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(2)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)

    @property
    def enter_sends(self) -> bool:
        return self._enter_sends

    def set_enter_sends(self, enter_sends: bool) -> None:
        self._enter_sends = enter_sends

    def set_text_font(self, font: QFont) -> None:
        self._text_font = font
        self.setFont(font)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_text_font"):
            # Qt forgets the font of a widget that comes below another stylesheet.
            if self._text_font is not None and self.font() != self._text_font:
                self.setFont(self._text_font)
            self._fit()

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._wanted_height())

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self._wanted_height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._sends(event):
            event.accept()
            self.send_pressed.emit()
            return
        if event.key() == Qt.Key.Key_Escape:
            event.accept()
            self.escape_pressed.emit()
            return
        super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        # Some input methods send Enter to the application to end a composition; while there is a
        # preedit text it belongs to them.
        self._composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit("keyboard" if event.reason() in _KEYBOARD else "other")

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._composing = False
        super().focusOutEvent(event)
        self.focus_changed.emit("")

    def insertFromMimeData(self, source: QMimeData) -> None:
        # Always as plain text; files are named by path until documents can be read in.
        text = source.text()
        if len(text) > PASTE_AS_BLOCK:
            self.big_paste.emit(text)
        else:
            self.insertPlainText(text)
            self.ensureCursorVisible()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _sends(self, event: QKeyEvent) -> bool:
        if self._composing:
            return False
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if modifiers == Qt.KeyboardModifier.ControlModifier:
            return True
        return self._enter_sends and modifiers == Qt.KeyboardModifier.NoModifier

    def _wanted_height(self) -> int:
        # Measured, not counted: lines of Chinese are higher than the font's own.
        lines, height = 0, 0.0
        block = self.document().firstBlock()
        while block.isValid() and lines < self.max_lines:
            count = max(1, block.lineCount())
            shown = min(count, self.max_lines - lines)
            height += self.blockBoundingRect(block).height() * shown / count
            lines += shown
            block = block.next()
        height = max(height, self.fontMetrics().lineSpacing())
        margins = self.contentsMargins()
        frame = 2 * (self.frameWidth() + round(self.document().documentMargin()))
        return ceil(height) + frame + margins.top() + margins.bottom() + 2

    def _fit(self, _size: object = None) -> None:
        wanted = self._wanted_height()
        if wanted != self.height():
            self.setFixedHeight(wanted)
