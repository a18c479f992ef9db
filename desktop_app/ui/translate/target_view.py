"""The translation: shown sentence by sentence as it comes, changed only where it is another."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QKeyEvent, QMouseEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QWidget

from desktop_app.core.i18n import tr
from desktop_app.ui.theme import theme_of
from desktop_app.ui.translate.sheet import EMPTY, Line, Sheet
from desktop_app.ui.translate.text_side import TextSide
from desktop_app.ui.translate.utf16 import qt_length

_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ps", "sd", "ug", "ur", "yi"})


@dataclass(frozen=True, slots=True)
class _Piece:
    """What one line is drawn from: the space before it, its text, and how it looks."""

    gap: str
    text: str
    look: str

    @property
    def length(self) -> int:
        return qt_length(self.gap) + qt_length(self.text)


class TargetView(TextSide):
    """``chosen`` with a sentence's number when it is clicked, or Enter is pressed in it; ``menu_wanted`` with
    its number (-1 beside all) and where, on the screen."""

    chosen = Signal(int)
    menu_wanted = Signal(int, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._sheet = EMPTY
        self._pieces: list[_Piece] = []
        self._tail = ""
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._pressed_at: QPoint | None = None
        self.retranslate()

    def set_language(self, code: str) -> None:
        """Which way the text runs."""
        rtl = code.partition("-")[0] in _RIGHT_TO_LEFT
        option = self.document().defaultTextOption()
        option.setTextDirection(
            Qt.LayoutDirection.RightToLeft if rtl else Qt.LayoutDirection.LayoutDirectionAuto
        )
        self.document().setDefaultTextOption(option)

    def show_sheet(self, sheet: Sheet) -> None:
        """Replace what is another, and nothing else: scroll position and selection stay."""
        self._sheet = sheet
        pieces = [
            _Piece(gap, line.shown, _look_of(line))
            for gap, line in zip(sheet.gaps, sheet.lines, strict=False)
        ]
        self._replace(pieces, sheet.gaps[-1])
        self._pieces, self._tail = pieces, sheet.gaps[-1]
        self._starts, self._ends = [], []
        at = 0
        for piece in pieces:
            self._starts.append(at + qt_length(piece.gap))
            at += piece.length
            self._ends.append(at)

    def sentence_at(self, place: int) -> int:
        """The number of the sentence at ``place`` in Qt's units, -1 where there is none."""
        number = bisect_left(self._ends, place)
        return number if number < len(self._ends) and self._starts[number] <= place else -1

    def span_of(self, number: int) -> tuple[int, int]:
        """Where a sentence stands, in Qt's units."""
        return (self._starts[number], self._ends[number]) if 0 <= number < len(self._ends) else (0, 0)

    def retranslate(self) -> None:
        self.setPlaceholderText(tr("Translation"))
        self.setAccessibleName(tr("Translation"))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self._pressed_at = event.position().toPoint() if event.button() == Qt.MouseButton.LeftButton else None

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        where, self._pressed_at = self._pressed_at, None
        if where is None or self.textCursor().hasSelection():
            return
        place = self._place_under(event.position().toPoint())
        number = self.sentence_at(place) if place >= 0 else -1
        if number >= 0:
            self.chosen.emit(number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            number = self.sentence_at(self.textCursor().position())
            if number >= 0:
                event.accept()
                self.chosen.emit(number)
                return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
        place = self.textCursor().position() if keyboard else self._place_under(event.pos())
        where = self.viewport().mapToGlobal(self.cursorRect().bottomLeft()) if keyboard else event.globalPos()
        self.menu_wanted.emit(self.sentence_at(place) if place >= 0 else -1, where)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_pieces"):
            pieces, self._pieces, self._tail = self._pieces, [], ""
            self.clear()
            self.space_lines()
            self._replace(pieces, self._sheet.gaps[-1])
            self._pieces, self._tail = pieces, self._sheet.gaps[-1]
            self.mark(*self._marked)

    def _replace(self, pieces: list[_Piece], tail: str) -> None:
        """Take out the middle that differs, and put the new one in."""
        old = self._pieces
        head = 0
        while head < min(len(old), len(pieces)) and old[head] == pieces[head]:
            head += 1
        end = 0
        if tail == self._tail:
            while end < min(len(old), len(pieces)) - head and old[-1 - end] == pieces[-1 - end]:
                end += 1
        if head == len(old) == len(pieces) and tail == self._tail:
            return
        start = sum(piece.length for piece in old[:head])
        gone = sum(piece.length for piece in old[head : len(old) - end]) + (
            qt_length(self._tail) if not end else 0
        )
        bar = self.verticalScrollBar()
        scrolled = bar.value()
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        cursor.setPosition(start)
        cursor.setPosition(start + gone, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        for piece in pieces[head : len(pieces) - end]:
            cursor.insertText(piece.gap, self._format(""))
            cursor.insertText(piece.text, self._format(piece.look))
        if not end:
            cursor.insertText(tail, self._format(""))
        cursor.endEditBlock()
        bar.setValue(scrolled)

    def _format(self, look: str) -> QTextCharFormat:
        theme = theme_of(self)
        made = QTextCharFormat()
        made.setForeground(
            QColor(theme.quiet if look == "stale" else theme.faint if look == "waiting" else theme.ink)
        )
        if look == "problem":
            made.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            made.setUnderlineColor(QColor(theme.warning))
        elif look == "own":
            made.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)
            made.setUnderlineColor(QColor(theme.accent))
        return made


def _look_of(line: Line) -> str:
    if line.problem:
        return "problem"
    if line.own is not None:
        return "own"
    if line.is_ready:
        return "plain"
    return "stale" if line.stale else "waiting"
