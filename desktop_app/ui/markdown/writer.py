"""Blocks → a QTextDocument, kept in step: only what changed is taken out and written anew."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)

from desktop_app.ui.markdown import formula as objects
from desktop_app.ui.markdown import tables
from desktop_app.ui.markdown.blocks import Block, Code, Formula, Paragraph, Run, Style, Table
from desktop_app.ui.markdown.formula import Formulas
from desktop_app.ui.markdown.look import CODE_FOOT, CODE_HEAD, Look

LINE_SEPARATOR = "\u2028"
OBJECT = "\ufffc"


@dataclass(slots=True)
class Written:
    """A block and where it stands in the document: from ``start`` up to, not with, ``end``. After a
    table ``end`` is where the next block begins."""

    block: Block
    start: int
    end: int

    @property
    def last(self) -> int:
        """The last position that belongs to the block."""
        return self.end - 1 if isinstance(self.block, Table) else self.end


class Writer:
    """Writes into one document, which nothing else may change."""

    def __init__(self, document: QTextDocument, look: Look, formulas: Formulas) -> None:
        self._document = document
        self._formulas = formulas
        self.look = look
        self.written: list[Written] = []
        self.missing: set[tuple[str, int, bool]] = set()  # formulas that are not drawn yet
        self._carrier = True  # the document ends in an empty block that the next one takes over

    def apply(self, keep: int, blocks: tuple[Block, ...]) -> None:
        """Keep the first ``keep`` blocks and put ``blocks`` after them, in one edit."""
        cursor = QTextCursor(self._document)
        cursor.beginEditBlock()
        if blocks and keep < len(self.written):
            old = self.written[keep]
            if self._grow(cursor, old, blocks[0], keep):
                keep, blocks = keep + 1, blocks[1:]
        self._truncate(cursor, keep)
        for block in blocks:
            self._write(cursor, block)
        cursor.endEditBlock()
        self._make_room_at_top()

    def _make_room_at_top(self) -> None:
        """Qt leaves out the space above a document's first block; the frame around it has to give the
        room that the head of a code block needs."""
        first = self.written[0].block if self.written else None
        room = float(CODE_HEAD) if isinstance(first, Code) else 0.0
        frame = self._document.rootFrame()
        shape = frame.frameFormat()
        if shape.topMargin() != room:
            shape.setTopMargin(room)
            frame.setFrameFormat(shape)

    def _grow(self, cursor: QTextCursor, old: Written, new: Block, index: int) -> bool:
        """Turn ``old``, the first block that differs, into ``new`` by adding to it, if that can be."""
        if index != len(self.written) - 1:
            return False
        if isinstance(old.block, Code) and isinstance(new, Code):
            if (old.block.language, old.block.place) != (new.language, new.place):
                return False
            if not new.text.startswith(old.block.text):
                return False
            self._append_code(cursor, old, new.text[len(old.block.text) :])
            old.block = new
            return True
        if isinstance(old.block, Table) and isinstance(new, Table):
            return self._grow_table(cursor, old, new)
        return False

    def _append_code(self, cursor: QTextCursor, old: Written, more: str) -> None:
        cursor.setPosition(old.end)
        code = cursor.blockFormat()
        code.setBottomMargin(0)
        inner = QTextBlockFormat(code)
        if cursor.block().position() != old.start:
            inner.setTopMargin(0)
        cursor.setBlockFormat(inner)
        first, newline, others = more.partition("\n")
        cursor.insertText(first, self.look.code)
        if newline:
            rest = QTextBlockFormat(code)
            rest.setTopMargin(0)
            cursor.insertBlock(rest)
            cursor.insertText(others, self.look.code)
        self._foot(cursor)
        old.end = cursor.position()

    def _foot(self, cursor: QTextCursor) -> None:
        last = cursor.blockFormat()
        last.setBottomMargin(CODE_FOOT)
        cursor.setBlockFormat(last)

    def _grow_table(self, cursor: QTextCursor, old: Written, new: Table) -> bool:
        before = old.block
        assert isinstance(before, Table)
        cursor.setPosition(old.start)
        table = cursor.currentTable()
        if not tables.grow(table, before, new, self.look, self._write_runs):
            return False
        old.block = new
        old.end = table.lastPosition() + 1
        return True

    def _truncate(self, cursor: QTextCursor, keep: int) -> None:
        if keep >= len(self.written):
            return
        del self.written[keep:]
        end = self.written[-1].end if self.written else 0
        last = self.written[-1].block if self.written else None
        self._carrier = last is None or isinstance(last, Table)
        cursor.setPosition(end)
        shape = None if self._carrier else cursor.blockFormat()
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        if shape is not None:
            if cursor.blockFormat() != shape:
                cursor.setBlockFormat(shape)
        elif last is not None:
            tables.hide_carrier(cursor)
        if last is None:
            cursor.setBlockFormat(QTextBlockFormat())

    def _write(self, cursor: QTextCursor, block: Block) -> None:
        before = self.written[-1].block if self.written else None
        shape = self.look.block(block, before)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        if isinstance(block, Table):
            if not self._carrier:
                cursor.insertBlock(QTextBlockFormat())
            table = tables.insert(cursor, block, self.look, shape, self._write_runs)
            self.written.append(Written(block, table.firstPosition(), table.lastPosition() + 1))
            self._carrier = True
            return
        if self._carrier and not self.written:
            cursor.setBlockFormat(shape)
        else:  # also after a table's carrier: above a frame's neighbour Qt leaves no space
            cursor.insertBlock(shape)
        self._carrier = False
        start = cursor.position()
        if isinstance(block, Paragraph):
            self._write_paragraph(cursor, block)
        elif isinstance(block, Code):
            self._write_code(cursor, block)
        elif isinstance(block, Formula):
            self._write_formula(cursor, block)
        else:
            cursor.setBlockCharFormat(self.look.text(Style()))
        self.written.append(Written(block, start, cursor.position()))

    def _write_paragraph(self, cursor: QTextCursor, block: Paragraph) -> None:
        plain = self.look.text(Style(), block.heading)
        cursor.setBlockCharFormat(plain)
        self._write_runs(cursor, block.runs, block.heading)

    def _write_runs(
        self, cursor: QTextCursor, runs: tuple[Run, ...], heading: int, bold: bool = False
    ) -> None:
        for run in runs:
            style = (
                Style(True, run.style.italic, run.style.strike, run.style.code, run.style.href)
                if bold
                else run.style
            )
            if run.latex:
                self._write_object(cursor, run.latex, run.display, run.text, style, heading)
            else:
                cursor.insertText(run.text.replace("\n", LINE_SEPARATOR), self.look.text(style, heading))

    def _write_object(
        self,
        cursor: QTextCursor,
        latex: str,
        display: bool,
        source: str,
        style: Style,
        heading: int,
        alone: bool = False,
    ) -> None:
        shape = QTextCharFormat(self.look.text(style, heading))
        size = shape.font().pixelSize()
        drawing = self._formulas.get(latex, size, display)
        if drawing is None and self._formulas.known(latex, size, display):
            quiet = self.look.text(Style(code=True), heading)
            cursor.insertText(source.replace("\n", LINE_SEPARATOR), quiet)
            return
        if drawing is None:
            self.missing.add((latex, size, display))
        shape.setObjectType(objects.OBJECT_TYPE)
        shape.setProperty(objects.LATEX, latex)
        shape.setProperty(objects.DISPLAY, display)
        shape.setProperty(objects.SIZE, size)
        shape.setProperty(objects.COLOUR, shape.foreground().color().name())
        shape.setProperty(objects.SOURCE, source)
        shape.setProperty(objects.ALONE, alone)
        _align(shape, drawing)
        cursor.insertText(OBJECT, shape)

    def _write_code(self, cursor: QTextCursor, block: Code) -> None:
        cursor.setBlockCharFormat(self.look.code)
        first = cursor.blockFormat()
        first.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        cursor.setBlockFormat(first)
        lines = block.text.split("\n")
        cursor.insertText(lines[0], self.look.code)
        if len(lines) > 1:
            rest = QTextBlockFormat(first)
            rest.setTopMargin(0)
            cursor.insertBlock(rest)
            cursor.insertText("\n".join(lines[1:]), self.look.code)
        self._foot(cursor)

    def _write_formula(self, cursor: QTextCursor, block: Formula) -> None:
        cursor.setBlockCharFormat(self.look.text(Style()))
        if not block.closed:
            cursor.insertText(block.latex.replace("\n", LINE_SEPARATOR) or " ", self.look.quiet_code)
            return
        shape = cursor.blockFormat()
        shape.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        cursor.setBlockFormat(shape)
        self._write_object(cursor, block.latex, True, f"$${block.latex}$$", Style(), 0, alone=True)

    def formula_drawn(self, latex: str, size: int, display: bool) -> None:
        """A missing formula was drawn, or turned out unreadable: every place of it follows."""
        drawing = self._formulas.get(latex, size, display)
        cursor = QTextCursor(self._document)
        cursor.beginEditBlock()
        for written in self.written:
            for position, shape in self._places_of(written, latex, size, display):
                cursor.setPosition(position)
                cursor.setPosition(position + 1, QTextCursor.MoveMode.KeepAnchor)
                if drawing is None:
                    source = str(shape.property(objects.SOURCE)).replace("\n", LINE_SEPARATOR)
                    before = self._document.characterCount()
                    cursor.insertText(source, self.look.text(Style(code=True)))
                    self._shift(written, self._document.characterCount() - before)
                else:
                    _align(shape, drawing)
                    cursor.setCharFormat(shape)
        cursor.endEditBlock()

    def _places_of(
        self, written: Written, latex: str, size: int, display: bool
    ) -> list[tuple[int, QTextCharFormat]]:
        """Where the formula stands in ``written``, the last place first."""
        if isinstance(written.block, Code):
            return []
        found = []
        line = self._document.findBlock(written.start)
        while line.isValid() and line.position() <= written.last:
            iterator = line.begin()
            while not iterator.atEnd():
                fragment = iterator.fragment()
                shape = fragment.charFormat()
                if shape.objectType() == objects.OBJECT_TYPE and (
                    shape.property(objects.LATEX),
                    shape.property(objects.SIZE),
                    shape.property(objects.DISPLAY),
                ) == (latex, size, display):
                    found += [(fragment.position() + i, shape) for i in range(fragment.length())]
                iterator += 1
            line = line.next()
        return found[::-1]

    def _shift(self, written: Written, change: int) -> None:
        """``written`` grew by ``change``; all after it moved."""
        written.end += change
        for other in self.written[self.written.index(written) + 1 :]:
            other.start += change
            other.end += change


def _align(shape: QTextCharFormat, drawing: objects.Drawing | None) -> None:
    stands = drawing is not None and objects.stands_on_baseline(drawing, int(shape.property(objects.SIZE)))
    alignments = QTextCharFormat.VerticalAlignment
    alone = bool(shape.property(objects.ALONE))
    shape.setVerticalAlignment(alignments.AlignNormal if stands and not alone else alignments.AlignMiddle)
