"""SubRip and WebVTT. Sentences that run over several cues are translated as one and shared out again."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from desktop_app.core.errors import InkhornError
from desktop_app.documents.cue_shares import shares
from desktop_app.documents.cues import LINE, TAG, TIMING, Piece, cues, sentences
from desktop_app.documents.document import Mark, Rendered, Segment
from desktop_app.documents.encodings import Encoded, read
from desktop_app.documents.nesting import pieces, single_spaced, whole_marks
from desktop_app.documents.spans import Edit, SpanDocument, load, shown
from desktop_app.documents.wrapping import ALL_CJK, balanced, columns, newline_of

LATIN_LINE, CJK_LINE = 42, 32
"""Columns of a line (16 wide characters): the limits of Netflix's Timed Text Style Guide."""


@dataclass(frozen=True, slots=True)
class _Tag:
    open: str
    close: str = ""


@dataclass(frozen=True, slots=True)
class _Sentence:
    pieces: tuple[Piece, ...]
    texts: tuple[str, ...]
    breaks: tuple[int, ...]  # keys of the anchors between pieces


class Subtitles:
    """A `desktop_app.documents.spans.Body`."""

    def __init__(self, source: Encoded, vtt: bool) -> None:
        self._source = source
        self._vtt = vtt
        self._newline = newline_of(source.text)
        self._tags: dict[int, _Tag] = {}
        self._sentences: dict[int, _Sentence] = {}
        segments = []
        self._next = 0
        for together in sentences(list(cues(source.text))):
            segment = self._segment(together)
            if any(map(str.isalpha, segment.text)):
                segments.append(segment)
        self.segments = tuple(segments)
        self._by_key = {segment.key: segment for segment in segments}

    def _key(self) -> int:
        self._next += 1
        return self._next - 1

    def _segment(self, together: list[Piece]) -> Segment:
        parts: list[str] = []
        marks: list[Mark] = []
        texts: list[str] = []
        breaks: list[int] = []
        length = 0
        for piece in together:
            text, found = self._read(piece.raw)
            if texts:
                if not (ALL_CJK.match(texts[-1][-1:]) and ALL_CJK.match(text[:1])):
                    parts.append(" ")
                    length += 1
                breaks.append(self._key())
                marks.append(Mark(length, length, breaks[-1]))
            marks += [Mark(mark.start + length, mark.end + length, mark.key) for mark in found]
            parts.append(text)
            texts.append(text)
            length += len(text)
        key = self._key()
        self._sentences[key] = _Sentence(tuple(together), tuple(texts), tuple(breaks))
        return Segment(key, shown("".join(parts)), tuple(marks), "cue")

    def _read(self, raw: str) -> tuple[str, list[Mark]]:
        """Text without tags on one line, and where the tags were."""
        text = ""
        parts: list[str] = []
        length = at = 0
        stack: list[tuple[str, str, int]] = []
        marks: list[Mark] = []

        def add(words: str) -> None:
            nonlocal length
            words = re.sub(r"\s+", " ", html.unescape(words) if self._vtt else words)
            if words[:1] == " " and (not parts or parts[-1].endswith(" ")):
                words = words[1:]
            if words:
                parts.append(words)
                length += len(words)

        for tag in TAG.finditer(raw):
            add(raw[at : tag.start()])
            at = tag.end()
            name = tag[2] or ""
            if tag.group()[0] == "\\":
                add(" ")
            elif tag[1] and any(name == each for each, _raw, _start in stack):
                while True:
                    opened, opening, start = stack.pop()
                    marks.append(self._mark(start, length, opening, tag.group() if opened == name else ""))
                    if opened == name:
                        break
            elif name and not tag[1]:
                stack.append((name, tag.group(), length))
            else:
                marks.append(self._mark(length, length, tag.group()))
        add(raw[at:])
        # One that is not closed holds to the end of its cue.
        marks += [self._mark(start, length, opening) for _name, opening, start in stack]
        text = "".join(parts).rstrip()
        marks.sort(key=lambda mark: (mark.start, -mark.end, -mark.key if mark.start < mark.end else mark.key))
        return text, [Mark(min(m.start, len(text)), min(m.end, len(text)), m.key) for m in marks]

    def _mark(self, start: int, end: int, opening: str, closing: str = "") -> Mark:
        key = self._key()
        self._tags[key] = _Tag(opening, closing)
        return Mark(start, end, key)

    def content(self, rendered: Mapping[int, Rendered], bilingual: bool, language: str) -> bytes:
        edits = []
        for key in rendered:
            sentence, segment = self._sentences[key], self._by_key[key]
            for piece, lines in zip(
                sentence.pieces, self._shared(sentence, segment, rendered[key]), strict=True
            ):
                if bilingual:
                    edits.append(Edit(piece.end, piece.end, self._newline + " ".join(lines)))
                elif lines:
                    edits.append(Edit(piece.start, piece.end, self._newline.join(lines)))
        return self._source.spliced(sorted(edits))

    def _shared(self, sentence: _Sentence, segment: Segment, rendered: Rendered) -> Iterator[list[str]]:
        """The lines of each piece."""
        rendered = single_spaced(rendered)
        text = rendered.text
        whole = whole_marks(segment, rendered)
        asked = {mark.key: mark.start for mark in rendered.marks}
        ends = shares(text, sentence.texts, [asked.get(key, -1) for key in sentence.breaks])
        order = {mark.key: place for place, mark in enumerate(segment.marks)}
        tags = [mark for mark in whole.marks if mark.key in self._tags]
        start = 0
        for piece, end in zip(sentence.pieces, ends, strict=True):
            words = text[start:end]
            lead = len(words) - len(words.lstrip())
            last = end == len(text)
            inside = [
                Mark(
                    max(mark.start, start + lead) - start - lead, min(mark.end, end) - start - lead, mark.key
                )
                for mark in tags
                if (mark.start < end and mark.end > start)
                or (mark.start == mark.end and (start <= mark.start < end or (last and mark.start == end)))
            ]
            yield self._lines(words.strip(), inside, order, piece)
            start = end

    def _lines(self, text: str, marks: list[Mark], order: dict[int, int], piece: Piece) -> list[str]:
        """``text`` in balanced lines with the tags put in."""
        wide = sum(1 for _ in ALL_CJK.finditer(text)) * 2 > len(text)
        limit = CJK_LINE if wide else LATIN_LINE
        lines = [text] if piece.pieces > 1 else balanced(text, limit)
        if len(lines) > max(2, piece.lines):  # better a long line than a third one
            lines = balanced(text, max(limit, -(-columns(text) // max(2, piece.lines)) + limit // 4))
        breaks = set()
        at = 0
        for line in lines[:-1]:
            at = text.index(line, at) + len(line)
            breaks.add(at)
        parts: list[str] = []
        place = 0
        marks = [
            Mark(max(mark.start, 0), min(max(mark.end, mark.start, 0), len(text)), mark.key) for mark in marks
        ]
        for found in pieces(text, marks, order):
            if found.key < 0:
                for number, character in enumerate(found.text, place):
                    if number in breaks:
                        parts.append("\n")
                        if character == " ":
                            continue
                    parts.append(self._escaped(character))
                place += len(found.text)
            elif found.step == 0:
                parts += [self._tags[found.key].open, self._tags[found.key].close]
            else:
                tag = self._tags[found.key]
                parts.append(tag.open if found.step > 0 else tag.close)
        return "".join(parts).split("\n") if parts else []

    def _escaped(self, character: str) -> str:
        return {"&": "&amp;", "<": "&lt;", ">": "&gt;"}.get(character, character) if self._vtt else character


def open_subtitles(path: Path) -> SpanDocument:
    """SRT or VTT, by the first line. Raises ``bad_file``."""
    source = read(load(path))
    vtt = is_vtt(source.text)
    if not any(TIMING.match(line[1]) for line in LINE.finditer(source.text)):
        raise InkhornError("bad_file", "There are no times in the file.", reason="damaged")
    return SpanDocument(path, "vtt" if vtt else "srt", Subtitles(source, vtt))


def is_vtt(text: str) -> bool:
    return re.match(r"\ufeff?WEBVTT(?=\s|\Z)", text) is not None
