"""Markdown: paragraphs, headings, list items and table cells are segments; all else stays byte for byte."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from desktop_app.documents.document import Mark, Place, Rendered, Segment
from desktop_app.documents.encodings import Encoded, read
from desktop_app.documents.markdown_inline import (
    Environment,
    Span,
    escaped,
    named,
    parser,
    read_inline,
    tags_for,
)
from desktop_app.documents.nesting import pieces, single_spaced, whole_marks
from desktop_app.documents.spans import Edit, SpanDocument, load, shown
from desktop_app.documents.wrapping import WORD, columns, newline_of, wrap

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
FRONT_MATTER = re.compile(
    r"(---|\+\+\+)[ \t]*(?:\r\n|\r|\n)(?:.*?(?:\r\n|\r|\n))?\1[ \t]*(?=[\r\n]|\Z)", re.DOTALL
)
BEGINS_BLOCK = re.compile(r"\s*(?:[#>+=:|~`<-]|\*[ *]|_[ _]|\d{1,9}[.)])")
"""No wrapped line may begin so."""
CONTAINER = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*[ \t>]*")
NARROWEST = 40
"""Columns that people wrap at. Shorter lines were broken for other reasons."""
LONGEST_BLOCK = 50_000
"""Characters. No person writes such a paragraph; brackets in it take the square of its length to find."""


@dataclass(frozen=True, slots=True)
class _Block:
    source: str  # as the parser has it
    places: tuple[tuple[int, int], ...]  # where each of its lines begins, in it and in the file
    end: int  # in the file
    prefix: str  # of its further lines
    width: int  # it is wrapped by hand at that, 0 if not
    kind: str  # paragraph, heading, setext (a heading by the line below it), cell
    exact: bool  # its characters are those of the file

    def place(self, at: int) -> int:
        """Where in the file the character ``at`` of the source is."""
        begin, start = self.places[bisect_right(self.places, (at, 1 << 62)) - 1]
        return start + at - begin


class Markdown:
    """A `desktop_app.documents.spans.Body`."""

    def __init__(self, source: Encoded) -> None:
        self._source = source
        self._newline = newline_of(source.text)
        self._md = parser()
        self._environment: Environment = {}
        self._blocks: dict[int, _Block] = {}
        self._spans: dict[int, Span] = {}
        self._images: dict[int, tuple[int, tuple[int, int]]] = {}  # alt text → its block, place in the source
        self._next = 0
        segments: list[Segment] = []
        for token, block in _blocks(source.text, self._md, self._environment):
            segments += self._read(token, block)
        self.segments = tuple(segments)
        self._by_key = {segment.key: segment for segment in segments}

    def _key(self) -> int:
        self._next += 1
        return self._next - 1

    def _read(self, token: Token, block: _Block) -> Iterator[Segment]:
        text, spans = read_inline(token.children or [], block.source)
        marks = []
        key = self._key()
        for span in spans:
            mark = self._key()
            self._spans[mark] = span
            marks.append(Mark(span.start, span.end, mark))
            if span.alt and block.exact and any(map(str.isalpha, span.alt_text)):
                alt = self._key()
                self._images[alt] = (key, span.alt)
                yield Segment(alt, shown(" ".join(span.alt_text.split())), place="alternative")
        words = text
        for span in reversed(spans):
            if span.close is None and span.end > span.start:
                words = words[: span.start] + words[span.end :]
        self._blocks[key] = block
        if any(map(str.isalpha, words)):
            place: Place = "table" if block.kind == "cell" else ""
            yield Segment(key, shown(text), tuple(marks), place)

    def content(self, rendered: Mapping[int, Rendered], bilingual: bool, language: str) -> bytes:
        edits = []
        alts: dict[int, list[Edit]] = {}
        for key in rendered.keys() & self._images.keys():
            block, (start, end) = self._images[key]
            new = escaped(" ".join(rendered[key].text.split()), 1, begins=False)
            if bilingual:
                new = f"{self._blocks[block].source[start:end]} / {new}"
            alts.setdefault(block, []).append(Edit(start, end, new))
        for key, found in alts.items():
            if key not in rendered or bilingual:
                block_ = self._blocks[key]
                edits += [Edit(block_.place(e.start), block_.place(e.end), e.new) for e in found]
        for key in rendered.keys() & self._blocks.keys():
            block_ = self._blocks[key]
            start = block_.places[0][1]
            new = self._written(block_, self._by_key[key], rendered[key], alts.get(key, []), bilingual)
            if not bilingual:
                edits.append(Edit(start, block_.end, new))
            elif block_.kind == "paragraph":
                edits.append(Edit(block_.end, block_.end, f"\\{self._newline}{block_.prefix}{new}"))
            else:
                edits.append(Edit(block_.end, block_.end, f" / {new}"))
        return self._source.spliced(sorted(edits))

    def _written(
        self, block: _Block, segment: Segment, rendered: Rendered, alts: list[Edit], repeated: bool
    ) -> str:
        """The block's new text: with as few escapes as read back to the same words and marks. ``repeated``:
        it comes beside the source, and pictures and notes not twice."""
        lines = rendered.text.split("\n") if block.kind == "paragraph" else []
        if len(lines) < 2:
            rendered = single_spaced(rendered)
        fixed = [mark.key for mark in segment.marks if self._spans[mark.key].close is None]
        whole = whole_marks(segment, rendered, fixed)
        if repeated:
            kept = tuple(mark for mark in whole.marks if not self._spans[mark.key].is_place)
            whole = Rendered(whole.text, kept)
        new = ""
        for level in range(3):
            new, words, tags = self._composed(whole, segment, block, alts, level)
            if self._reads(new, block, words, tags):
                break
        lines = new.split("\n")
        if block.width >= NARROWEST:
            lines = [line for part in lines for line in _wrapped(part, block.width, columns(block.prefix))]
        return (self._newline + block.prefix).join(lines)

    def _composed(
        self, rendered: Rendered, segment: Segment, block: _Block, alts: list[Edit], level: int
    ) -> tuple[str, str, list[str]]:
        """The text with its tags, the words that it is to be read as, and the tags in it."""
        order = {mark.key: place for place, mark in enumerate(segment.marks)}
        marks = [_inner(rendered.text, mark, self._spans[mark.key]) for mark in rendered.marks]
        break_mark = "\\\n" if "\\\n" in block.source or "  \n" not in block.source else "  \n"
        parts: list[str] = []
        words: list[str] = []
        tags: list[str] = []
        hidden = 0
        for piece in pieces(rendered.text, marks, order):
            if piece.key < 0:
                if not hidden:
                    text = escaped(piece.text, level, begins=not parts)
                    if block.kind == "cell":
                        text = re.sub(r"(?<!\\)\|", r"\\|", text)
                    parts.append(text.replace("\n", break_mark))
                    words.append(piece.text)
                continue
            span = self._spans[piece.key]
            if span.close is None:
                if piece.step >= 0 and not piece.again:
                    parts.append(_with_alt(span, alts))
                    words.append(span.shown)
                    tags.append(parts[-1])
                hidden += piece.step if span.end > span.start else 0
                continue
            opening, closing = tags_for(span, level)
            if span.open == "[":
                first = segment.marks[order[piece.key]]
                closing = named(closing, segment.text[first.start : first.end])
            if piece.step >= 0:
                parts.append(opening)
                tags.append(opening)
            if piece.step <= 0:
                parts.append(closing)
        return "".join(parts), "".join(words), tags

    def _reads(self, new: str, block: _Block, words: str, tags: list[str]) -> bool:
        if block.kind in ("paragraph", "setext"):
            tokens = self._md.parse(new, dict(self._environment))
            if [token.type for token in tokens] != ["paragraph_open", "inline", "paragraph_close"]:
                return False
            inline = tokens[1]
        else:
            source = new.replace("\\|", "|") if block.kind == "cell" else new
            inline = self._md.parseInline(source, dict(self._environment))[0]
            if block.kind == "heading" and re.search(r"(?:^|\s)#+\s*\Z", new):
                return False
            new = source
        text, spans = read_inline(inline.children or [], new)
        return text.strip() == words.strip() and sorted(span.open for span in spans) == sorted(tags)


def open_markdown(path: Path) -> SpanDocument:
    """Raises ``bad_file``."""
    return SpanDocument(path, "markdown", Markdown(read(load(path))))


def _blocks(text: str, md: MarkdownIt, environment: Environment) -> Iterator[tuple[Token, _Block]]:
    front = FRONT_MATTER.match(text)
    # Blank lines in its place, so that all others keep their numbers.
    masked = "".join(LINE.findall(text[front.end() :])) if front else text
    if front:
        masked = "\n" * sum(1 for _ in re.finditer(r"\r\n|\r|\n", front.group())) + masked
    lines = [(found.start(), found.group().rstrip("\r\n")) for found in LINE.finditer(text)]
    tokens = md.parse(masked, environment)
    cells: Iterator[tuple[int, int]] = iter(())
    for before, token in pairwise(tokens):
        if before.type == "tr_open" and before.map is not None:
            cells = iter(_cells(lines[before.map[0]][1]))
        if token.type != "inline" or token.map is None:
            continue
        if before.type in ("th_open", "td_open"):
            block = _cell(lines[token.map[0]], next(cells, None), token.content)
        else:
            block = _lines_of(lines[token.map[0] : token.map[1]], token.content, _kind(before))
        if block is not None and token.content and len(token.content) <= LONGEST_BLOCK:
            yield token, block


def _kind(before: Token) -> str:
    if before.type != "heading_open":
        return "paragraph"
    return "heading" if before.markup.startswith("#") else "setext"


def _lines_of(lines: list[tuple[int, str]], source: str, kind: str) -> _Block | None:
    """Where a block is in the file; None if its text is not found there as it should be, and so stays."""
    places = []
    at = 0
    end = 0
    indent = 0
    parts = source.split("\n")
    if len(parts) > len(lines):
        return None
    for number, (part, (begin, line)) in enumerate(zip(parts, lines, strict=False)):
        text, clean = part.strip(), line.replace("\0", "\ufffd")
        column = clean.rfind(text)
        if column < 0 or (kind != "heading" and clean[column + len(text) :].strip()):
            return None
        lead = len(part) - len(part.lstrip())
        places.append((at, begin + column - lead))
        at += len(part) + 1
        end = begin + column + len(text)
        if number == 1:
            indent = column
    first = lines[0][1][: places[0][1] - lines[0][0]]
    prefix = lines[1][1][:indent] if len(parts) > 1 else re.sub(r"[^>\s]", " ", first)
    width = max(columns(line) for _begin, line in lines) if len(parts) > 1 and kind == "paragraph" else 0
    return _Block(source, tuple(places), end, prefix, width, kind, True)


def _cells(line: str) -> list[tuple[int, int]]:
    """Where a row's cells are, by the bars that are not escaped (GFM 4.10)."""
    row = CONTAINER.match(line)
    start = row.end() if row else 0
    end = len(line.rstrip())
    bars = [at for at in range(start, end) if line[at] == "|" and line[at - 1 : at] != "\\"]
    edges = [start - 1, *bars, end]
    if bars and bars[0] == start:
        edges.pop(0)
    return [(left + 1, right) for left, right in pairwise(edges)]


def _cell(line: tuple[int, str], place: tuple[int, int] | None, source: str) -> _Block | None:
    if place is None:
        return None
    begin, text = line
    raw = text[slice(*place)]
    left = place[0] + len(raw) - len(raw.lstrip())
    raw = raw.strip()
    if raw.replace("\\|", "|") != source:
        return None
    return _Block(source, ((0, begin + left),), begin + left + len(raw), "", 0, "cell", raw == source)


def _inner(text: str, mark: Mark, span: Span) -> Mark:
    """Emphasis without spaces at its ends, where it would be none."""
    if span.close is None or mark.start == mark.end:
        return mark
    words = text[mark.start : mark.end]
    start = mark.start + len(words) - len(words.lstrip())
    return Mark(start, max(start, mark.start + len(words.rstrip())), mark.key)


def _with_alt(span: Span, alts: list[Edit]) -> str:
    for edit in alts:
        if span.alt == (edit.start, edit.end):
            start = span.place[0]
            return span.open[: edit.start - start] + edit.new + span.open[edit.end - start :]
    return span.open


def _wrapped(text: str, width: int, indent: int) -> list[str]:
    lines: list[str] = []
    end = text[len(text.rstrip()) :]  # two spaces that break the line
    for line in wrap(text, width, indent, indent, WORD):
        if lines and BEGINS_BLOCK.match(line):
            before, _space, word = lines[-1].rpartition(" ")
            if before and not BEGINS_BLOCK.match(word):  # the word before it begins the line instead
                lines[-1] = before
                lines.append(f"{word} {line}")
            else:
                lines[-1] += f" {line}"
        else:
            lines.append(line)
    return [*lines[:-1], lines[-1] + end] if lines else [text]
