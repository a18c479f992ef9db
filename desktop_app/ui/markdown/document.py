"""One message as a document that can grow: source in, laid-out blocks out, in bounded steps."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QTextBlock, QTextCursor, QTextDocument, QTextLayout

from desktop_app.ui.markdown import formula as objects
from desktop_app.ui.markdown.blocks import Code, Table
from desktop_app.ui.markdown.code import LONGEST, Highlighter
from desktop_app.ui.markdown.coloured import lines_of
from desktop_app.ui.markdown.formula import FormulaObject, Formulas
from desktop_app.ui.markdown.look import CELL_PADDING, ITEM, Look
from desktop_app.ui.markdown.parser import Parser
from desktop_app.ui.markdown.stream import Stream
from desktop_app.ui.markdown.warmup import Warmup
from desktop_app.ui.markdown.writer import Writer, Written


class Tools:
    """What the documents of a view share: parsers, formulas, highlighter."""

    def __init__(self, warmup: Warmup | None = None) -> None:
        self.warmup = warmup or Warmup()
        self.formulas = Formulas(self.warmup)
        self.highlighter = Highlighter(self.warmup)
        self.markdown = Parser()
        self.plain = Parser(plain=True)


@dataclass(slots=True)
class _Coloured:
    """How much of a code block was coloured, and when it may be coloured again while it grows."""

    text: str = ""
    not_before: float = 0.0


@dataclass(slots=True)
class _Colouring:
    """A code block that is being coloured, line by line."""

    index: int
    text: str
    lines: Iterator[list[QTextLayout.FormatRange]]
    done: int = 0
    took: float = 0.0


class MessageDocument(QTextDocument):
    """`set_text`, `append` and `finish` say what there is; `step` does the work, a few ms at a time.

    Nothing is ever loaded from an address: `loadResource` answers nothing.
    """

    code_changed = Signal()
    """The code blocks are other ones, or at other places, than before."""

    def __init__(self, tools: Tools, look: Look, plain: bool = False, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setUndoRedoEnabled(False)
        self.setDocumentMargin(0)
        self.setIndentWidth(ITEM)
        self._tools = tools
        self._parser = tools.plain if plain else tools.markdown
        self._handler = FormulaObject(tools.formulas, self)
        self.documentLayout().registerHandler(objects.OBJECT_TYPE, self._handler)
        self.setDefaultFont(look.font)
        self._writer = Writer(self, look, tools.formulas)
        self._stream = Stream(self._parser)
        self._growing = False
        self._stale = False  # the end was settled for display and has to be read once more
        self._codes: list[int] = []  # indices of the blocks that are code
        self._coloured: dict[int, _Coloured] = {}  # by index of the block
        self._colouring: _Colouring | None = None

    def loadResource(self, kind: int, name: QUrl | str) -> None:
        return None

    # --- text -------------------------------------------------------------------------------

    def set_text(self, text: str, growing: bool = False) -> None:
        """Begin anew with ``text``. With ``growing`` more will be appended."""
        self._writer.apply(0, ())
        self._codes = []
        self._coloured.clear()
        self._colouring = None
        self._stream = Stream(self._parser)
        self._growing = growing
        self._stale = False
        self._stream.feed(text)

    def append(self, text: str) -> None:
        self._growing = True
        self._stream.feed(text)

    def finish(self) -> None:
        """No more text comes: show the end as it is."""
        if self._growing:
            self._growing = False
            self._stale = True

    def set_look(self, look: Look) -> None:
        blocks = tuple(written.block for written in self._writer.written)
        self.setDefaultFont(look.font)
        self._writer.apply(0, ())
        self._writer.look = look
        self._coloured.clear()
        self._colouring = None
        self._writer.apply(0, blocks)
        self.code_changed.emit()

    @property
    def look(self) -> Look:
        return self._writer.look

    @property
    def written(self) -> list[Written]:
        return self._writer.written

    @property
    def pending_characters(self) -> int:
        """How much of the text is not in the document yet."""
        return self._stream.pending_characters

    # --- work -------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether `step` has something to do, now or when a module it waits for is loaded."""
        return self._stream.pending or self._stale or bool(self._writer.missing) or self._uncoloured() >= 0

    def step(self, until: float) -> bool:
        """Work until ``until`` (`time.perf_counter`), at least one piece. True if there is more."""
        while True:
            if not self._one_step(until):
                return False
            if time.perf_counter() >= until:
                return self.busy

    def _one_step(self, until: float) -> bool:
        if self._stream.pending or self._stale:
            self._read()
            return True
        if self._writer.missing:
            if not self._tools.formulas.ready():
                return False
            self._draw_formula()
            return True
        index = self._uncoloured()
        if index < 0:
            return False
        return self._colour(index, until)

    def _read(self) -> None:
        change = self._stream.step(self._growing)
        if not self._stream.pending:
            self._stale = False
        written = self._writer.written
        if change.keep >= len(written) and not change.blocks:
            return
        grows = change.keep < len(written) and isinstance(written[change.keep].block, Code)
        first = change.keep + 1 if grows else change.keep
        for index in [index for index in self._coloured if index >= first]:
            del self._coloured[index]
        self._writer.apply(change.keep, change.blocks)
        codes = [index for index in self._codes if index < change.keep]
        codes += [
            index for index, block in enumerate(change.blocks, start=change.keep) if isinstance(block, Code)
        ]
        if grows or codes != self._codes or any(isinstance(block, Code) for block in change.blocks):
            self._codes = codes
            self.code_changed.emit()

    def _draw_formula(self) -> None:
        latex, size, display = self._writer.missing.pop()
        self._tools.formulas.draw(latex, size, display)
        self._writer.formula_drawn(latex, size, display)

    # --- colours of code --------------------------------------------------------------------

    def _uncoloured(self) -> int:
        """Index of a code block that is to be coloured now, or -1."""
        now = time.perf_counter()
        for index in self._codes:
            block = self._writer.written[index].block
            if isinstance(block, Code) and block.language and len(block.text) <= LONGEST:
                done = self._coloured.get(index)
                if done is None or (done.text != block.text and now >= done.not_before):
                    return index
        return -1

    def _colour(self, index: int, until: float) -> bool:
        """Colour block ``index``, or as much of it as there is time for. False if it has to wait."""
        written = self._writer.written[index]
        code = written.block
        assert isinstance(code, Code)
        if not self._tools.highlighter.ready(code.language):
            return False
        work = self._colouring
        if work is None or work.text != code.text or work.index != index:
            lines = lines_of(code.text, self._tools.highlighter, code.language, self._writer.look)
            work = self._colouring = _Colouring(index, code.text, lines)
        began = time.perf_counter()
        block = self.findBlock(written.start)
        block = self.findBlockByNumber(block.blockNumber() + work.done)
        for formats in work.lines:
            if formats != block.layout().formats():
                block.layout().setFormats(formats)
                self.markContentsDirty(block.position(), block.length())
            block = block.next()
            work.done += 1
            if work.done % 10 == 0 and time.perf_counter() >= until:
                work.took += time.perf_counter() - began
                return True
        work.took += time.perf_counter() - began
        pause = work.took * 6 if self._growing else 0.0
        self._coloured[index] = _Coloured(code.text, time.perf_counter() + pause)
        self._colouring = None
        return True

    # --- places -----------------------------------------------------------------------------

    def written_at(self, position: int) -> int:
        """Index in `written` of the block that holds ``position``; 0 if there is none before it."""
        return max(bisect_right(self._writer.written, position, key=lambda w: w.start) - 1, 0)

    def extent(self, index: int) -> tuple[float, float]:
        """Top and bottom, in px, of the text of block ``index``."""
        written = self._writer.written[index]
        layout = self.documentLayout()
        if isinstance(written.block, Table):  # up to the empty block that Qt wants below it
            top = layout.blockBoundingRect(self.findBlock(written.start)).top() - CELL_PADDING
            return top, layout.blockBoundingRect(self.findBlock(written.end)).top()
        top = layout.blockBoundingRect(self.findBlock(written.start)).top()
        return top, layout.blockBoundingRect(self.findBlock(written.end)).bottom()

    @property
    def ends_in_code(self) -> bool:
        return bool(self.written) and isinstance(self.written[-1].block, Code)

    def codes(self) -> Iterator[tuple[int, Code]]:
        for index in self._codes:
            block = self._writer.written[index].block
            if isinstance(block, Code):
                yield index, block

    def plain_text(self, cursor: QTextCursor) -> str:
        """The selection of ``cursor`` as text: formulas as their source, list items with their marks."""
        parts: list[str] = []
        start, end = cursor.selectionStart(), cursor.selectionEnd()
        block = self.findBlock(start)
        while block.isValid() and block.position() <= end:
            parts.append(self._block_text(block, start, end))
            block = block.next()
        return "\n".join(parts).replace("\u2028", "\n")

    def _block_text(self, block: QTextBlock, start: int, end: int) -> str:
        pieces: list[str] = []
        written = self._writer.written[self.written_at(block.position())]
        marker = written.block.place.marker
        if marker and written.start == block.position() and start <= block.position():
            mark = f"- {marker}" if marker[0] == "[" else "-" if marker == "•" else marker
            pieces.append("  " * (block.blockFormat().indent() - 1) + f"{mark} ")
        iterator = block.begin()
        while not iterator.atEnd():
            fragment = iterator.fragment()
            first = max(fragment.position(), start)
            last = min(fragment.position() + fragment.length(), end)
            if last > first:
                shape = fragment.charFormat()
                if shape.objectType() == objects.OBJECT_TYPE:
                    pieces.append(str(shape.property(objects.SOURCE)) * (last - first))
                else:
                    selection = QTextCursor(self)
                    selection.setPosition(first)
                    selection.setPosition(last, QTextCursor.MoveMode.KeepAnchor)
                    pieces.append(selection.selectedText())
            iterator += 1
        return "".join(pieces)
