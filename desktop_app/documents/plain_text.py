"""Plain text: a paragraph is a segment, be it on one line or wrapped by hand over several."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from desktop_app.documents.document import Rendered, Segment
from desktop_app.documents.encodings import Encoded, read
from desktop_app.documents.spans import Edit, SpanDocument, load, shown
from desktop_app.documents.wrapping import ALL_CJK, columns, join, newline_of, wrap

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
BULLET = re.compile(
    r"(?:[-*+•◦‣–—·]|\(?\d{1,3}[.)、．]|\(?[a-zA-Z][.)]|[一二三四五六七八九十]{1,3}、)[ \t\u3000]+(?=\S)"
)
FIELDS = re.compile(r"\t+| {3,}")
NARROWEST, WIDEST = 40, 120
"""Columns that people wrap at; longer lines are whole paragraphs."""
WRAPPED_SHARE = 0.5
"""Of the lines that are followed by another one, so many are full where a text is wrapped by hand."""


@dataclass(frozen=True, slots=True)
class _Line:
    start: int  # of the text, after indentation and bullet
    end: int  # without the line's end
    indent: str
    bullet: str
    text: str

    @property
    def width(self) -> int:
        return columns(self.indent + self.bullet + self.text)


@dataclass(frozen=True, slots=True)
class _Paragraph:
    lines: tuple[_Line, ...]
    field: bool  # one of several on its line
    apart: bool  # a blank line is before it


class PlainText:
    """A `desktop_app.documents.spans.Body`."""

    def __init__(self, source: Encoded) -> None:
        self._source = source
        lines = list(_lines(source.text))
        self._newline = newline_of(source.text)
        self._width = _wrap_width(lines)
        self._paragraphs = list(_paragraphs(lines, self._width))
        self.segments = tuple(
            Segment(key, shown(join([line.text for line in paragraph.lines])))
            for key, paragraph in enumerate(self._paragraphs)
        )

    def content(self, rendered: Mapping[int, Rendered], bilingual: bool, language: str) -> bytes:
        return self._source.spliced(
            self._edit(self._paragraphs[key], " ".join(rendered[key].text.split()), bilingual)
            for key in sorted(rendered)
        )

    def _edit(self, paragraph: _Paragraph, text: str, bilingual: bool) -> Edit:
        first, last = paragraph.lines[0], paragraph.lines[-1]
        hanging = " " * columns(first.indent + first.bullet)
        rest = (
            paragraph.lines[1].indent
            if len(paragraph.lines) > 1
            else hanging
            if first.bullet
            else first.indent
        )
        if len(paragraph.lines) == 1 and not first.bullet and not first.indent.isascii():
            rest = ""  # 　　 before the first line of a Chinese paragraph
        if self._width:
            width = max(self._width, *(line.width for line in paragraph.lines))
            used = columns(first.indent + first.bullet)
            new = (self._newline + rest).join(wrap(text, width, used, columns(rest)))
        else:
            new = text
        if not bilingual:
            return Edit(first.start, last.end, new)
        if paragraph.field:
            return Edit(last.end, last.end, " / " + text)
        if first.bullet:
            return Edit(last.end, last.end, self._newline + hanging + new)
        return Edit(last.end, last.end, self._newline * (1 + paragraph.apart) + first.indent + new)


def open_text(path: Path) -> SpanDocument:
    """Raises ``bad_file`` where there is no text in the file."""
    return SpanDocument(path, "txt", PlainText(read(load(path))))


def _lines(text: str) -> Iterator[_Line]:
    for found in LINE.finditer(text):
        line = found.group().rstrip("\r\n")
        stripped = line.strip()
        start = found.start() + len(line) - len(line.lstrip())
        bullet = match.group() if (match := BULLET.match(stripped)) else ""
        yield _Line(
            start + len(bullet),
            start + len(stripped),
            line[: len(line) - len(line.lstrip())],
            bullet,
            stripped[len(bullet) :],
        )


def _wrap_width(lines: list[_Line]) -> int:
    """The width that the text is wrapped at by hand, 0 if it is not: most lines that are followed by another
    one have no room for that one's first word."""
    pairs = [
        (before, after)
        for before, after in pairwise(lines)
        if before.text and after.text and not after.bullet and not FIELDS.search(before.text)
    ]
    widths = sorted(before.width for before, _after in pairs)
    if not widths:
        return 0
    width = widths[int((len(widths) - 1) * 0.95)]
    if not NARROWEST <= width <= WIDEST:
        return 0
    full = sum(_is_full(before, after, width) for before, after in pairs)
    return width if full >= WRAPPED_SHARE * len(pairs) else 0


def _is_full(line: _Line, following: _Line, width: int) -> bool:
    """Whether the next line's first word had no room on this one."""
    word = following.text[:1] if ALL_CJK.match(following.text) else following.text.split(maxsplit=1)[0]
    # Two wide characters less: punctuation that may not begin a line takes its neighbour along.
    slack = 4 if ALL_CJK.match(following.text) else 0
    return line.width + slack + 1 + columns(word) > width


def _paragraphs(lines: list[_Line], width: int) -> Iterator[_Paragraph]:
    taken: list[_Line] = []
    apart = False
    for line in [*lines, None]:
        if taken and not (line and width and _goes_on(taken, line, width)):
            if any(character.isalpha() for each in taken for character in each.text):
                yield _Paragraph(tuple(taken), field=False, apart=apart)
            taken, apart = [], False
        if line is None:
            break
        if not line.text:
            apart = True
        elif FIELDS.search(line.text):
            for field in _fields(line):
                if any(map(str.isalpha, field.text)):
                    yield _Paragraph((field,), field=True, apart=False)
            apart = False
        elif any(map(str.isalnum, line.text)):
            taken.append(line)


def _goes_on(taken: list[_Line], line: _Line, width: int) -> bool:
    before = taken[-1]
    if not line.text or line.bullet or FIELDS.search(line.text) or not any(map(str.isalnum, line.text)):
        return False
    if line.indent != before.indent and len(taken) > 1:
        return False
    if len(taken) == 1 and columns(line.indent) > columns(before.indent) and not before.bullet:
        return False  # the first line of the next paragraph, set in
    return _is_full(before, line, width)


def _fields(line: _Line) -> Iterator[_Line]:
    """The parts of a line that is set in columns."""
    at, indent, bullet = 0, line.indent, line.bullet
    for gap in [*FIELDS.finditer(line.text), None]:
        end = gap.start() if gap else len(line.text)
        if end > at:
            yield _Line(line.start + at, line.start + end, indent, bullet, line.text[at:end])
        indent, bullet = "", ""
        at = gap.end() if gap else end
