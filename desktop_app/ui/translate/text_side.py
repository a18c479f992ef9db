"""What both texts have in common: their look, and telling which sentence the pointer or the caret is at."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QFont, QMouseEvent, QTextBlockFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit, QWidget

from desktop_app.ui.theme import LINE_HEIGHT, set_look, theme_of

_AT_LEAST = QTextBlockFormat.LineHeightTypes.MinimumHeight.value


class TextSide(QTextEdit):
    """Plain text only. ``pointed`` with a place in Qt's units, -1 where the pointer left."""

    pointed = Signal(int)
    caret_moved = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_look(self, kind="bare")
        self._text_font: QFont | None = None
        self._marks: list[QTextEdit.ExtraSelection] = []
        self._marked: tuple[int, int] = (0, 0)
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(0)
        self.viewport().setMouseTracking(True)
        self.cursorPositionChanged.connect(lambda: self.caret_moved.emit(self.textCursor().position()))
        self.space_lines()

    def set_text_font(self, font: QFont) -> None:
        self._text_font = font
        self.setFont(font)
        self.space_lines()

    def space_lines(self) -> None:
        """Give every paragraph the height of lines for reading; those that are typed later take it over."""
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        shape = QTextBlockFormat()
        # In px, so that lines of both sides stand at the same height whatever their script.
        shape.setLineHeight(LINE_HEIGHT * self.font().pixelSize(), _AT_LEAST)
        cursor.mergeBlockFormat(shape)

    def mark(self, start: int, end: int) -> None:
        """Light up what stands there, in Qt's units; nothing where both are the same."""
        self._marked = (start, end)
        selection = QTextEdit.ExtraSelection()
        cursor = QTextCursor(self.document())
        last = max(0, self.document().characterCount() - 1)
        cursor.setPosition(min(start, last))
        cursor.setPosition(min(end, last), QTextCursor.MoveMode.KeepAnchor)
        selection.cursor = cursor
        selection.format.setBackground(QColor(theme_of(self).selection))
        selection.format.setForeground(QColor(theme_of(self).selection_ink))
        self._marks = [selection] if end > start else []
        self.setExtraSelections(self._marks)

    def top_place(self) -> int:
        """The place at the upper left corner."""
        return self.cursorForPosition(QPoint(1, 1)).position()

    def show_place(self, at: int) -> None:
        """Scroll so that ``at`` can be seen, without moving the caret."""
        cursor = QTextCursor(self.document())
        cursor.setPosition(min(at, max(0, self.document().characterCount() - 1)))
        rect = self.cursorRect(cursor)
        bar = self.verticalScrollBar()
        if rect.top() < 0:
            bar.setValue(bar.value() + rect.top())
        elif rect.bottom() > self.viewport().height():
            bar.setValue(bar.value() + rect.bottom() - self.viewport().height())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self.pointed.emit(self._place_under(event.position().toPoint()))

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Leave, QEvent.Type.HoverLeave):
            self.pointed.emit(-1)
        return super().viewportEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.pointed.emit(-1)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and getattr(self, "_text_font", None) is not None:
            # Qt forgets the font of a widget that comes below another stylesheet.
            if self._text_font is not None and self.font() != self._text_font:
                self.setFont(self._text_font)
        elif event.type() == QEvent.Type.StyleChange and hasattr(self, "_marked"):
            self.mark(*self._marked)

    def _place_under(self, where: QPoint) -> int:
        """-1 beside the text."""
        cursor = self.cursorForPosition(where)
        rect = self.cursorRect(cursor)
        near = rect.adjusted(-20, -4, 20, 4)
        return cursor.position() if near.contains(where) else -1
