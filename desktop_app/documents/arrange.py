"""A new text with its marks as a sequence that an element tree can be built from, losing nothing.

Marks come from an alignment, so they may be missing, doubled, cross each other, or stand where their
elements cannot. What is missing is put where it stood in proportion; what crosses is cut, or clipped if it
must stay one piece.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from desktop_app.documents.document import Rendered
from desktop_app.documents.inline import Inline, Line
from desktop_app.documents.office_xml import allowed


@dataclass(frozen=True, slots=True)
class Text:
    value: str
    style: int | None
    """The key of the innermost style over it."""


@dataclass(frozen=True, slots=True)
class Open:
    key: int


@dataclass(frozen=True, slots=True)
class Close:
    key: int


@dataclass(frozen=True, slots=True)
class Anchor:
    key: int
    at_end: bool = False
    """Of a range: its end."""


Token = Text | Open | Close | Anchor


@dataclass(slots=True)
class _Piece:
    """A wrapper, or a part of one, over ``[start, end)``."""

    inline: Inline
    start: int
    end: int


@dataclass(slots=True)
class _Point:
    """What has no width, at a position."""

    inline: Inline
    at: int
    order: int
    at_end: bool = False
    piece: bool = False
    """A wrapper without text."""

    @property
    def inside(self) -> tuple[int, ...]:
        """What it belongs into. A half into nothing: at one position it keeps its place among the others."""
        return () if self.inline.role == "half" else self.inline.inside


def arrange(line: Line, rendered: Rendered) -> list[Token]:
    """The tokens of ``rendered``, which takes the place of ``line``. Every anchor, field and range of the
    line is in them once, every wrapper at least once, all properly nested. The text is that of ``rendered``
    less what XML cannot have, plus the numbers of fields that it lost."""
    text, places = _cleaned(rendered.text)
    spans: dict[int, list[tuple[int, int]]] = {}
    for mark in rendered.marks:
        if 0 <= mark.key < len(line.inlines):
            start = places(mark.start)
            spans.setdefault(mark.key, []).append((start, max(start, places(mark.end))))
    restored: dict[int, str] = {}
    taken: dict[int, tuple[int, int]] = {}
    for inline in line.inlines:
        around = inline.role in ("wrapper", "single") and inline.start < inline.end and not inline.literal
        lost = inline.key not in spans or (around and all(start == end for start, end in spans[inline.key]))
        if inline.role != "style" and lost:
            spans[inline.key] = [_in_proportion(inline, line.text, text)]
        if inline.literal:
            kept = line.text[inline.start : inline.end]
            others = [span for key, span in taken.items() if key not in inline.inside]
            found = _occurrence(kept, text, spans[inline.key][0], others)
            if found is None:
                at = spans[inline.key][0][0]
                found, restored[inline.key] = (at, at), kept
            taken[inline.key] = found
            spans[inline.key] = [found]
    pieces = _pieces(line, spans)
    points = _points(line, spans, pieces)
    styles = [
        (end - start, start, end, inline.key)
        for inline in line.inlines
        if inline.role == "style"
        for start, end in spans.get(inline.key, ())
        if end > start
    ]
    return list(_tokens(text, pieces, points, sorted(styles), restored))


def _cleaned(text: str) -> tuple[str, _Places]:
    """`allowed` text, and where its positions went."""
    clean = allowed(text)
    if clean == text:
        return text, _Places(len(text), None)
    moved, length = [0], 0
    for index, character in enumerate(text):
        joined = character == "\n" and text[index - 1 : index] == "\r"
        length += 0 if joined else len(allowed(character))
        moved.append(length)
    return clean, _Places(len(text), moved)


@dataclass(frozen=True, slots=True)
class _Places:
    length: int
    moved: list[int] | None

    def __call__(self, place: int) -> int:
        place = min(max(place, 0), self.length)
        return place if self.moved is None else self.moved[place]


def _in_proportion(inline: Inline, old: str, new: str) -> tuple[int, int]:
    """Where an inline goes that the new text has no mark for: as far along as it was, around words."""

    def moved(place: int, at_start: bool) -> int:
        if place <= 0 or place >= len(old):
            return 0 if place <= 0 else len(new)
        target = round(place * len(new) / len(old))
        if at_start:
            space = new.rfind(" ", 0, target + 1)
            return space + 1
        space = new.find(" ", target)
        return space if space >= 0 else len(new)

    if inline.start == inline.end:
        at = moved(inline.start, at_start=False)
        return at, at
    start = moved(inline.start, at_start=True)
    return start, max(start, moved(inline.end, at_start=False))


def _occurrence(
    kept: str, text: str, span: tuple[int, int], taken: Sequence[tuple[int, int]]
) -> tuple[int, int] | None:
    """Where ``kept`` stands in ``text`` by itself, as near to ``span`` as can be."""
    if not kept:
        return span[0], span[0]
    own = re.compile(
        (r"(?<![^\W_])" if kept[0].isalnum() and kept[0].isascii() else "")
        + re.escape(kept)
        + (r"(?![^\W_])" if kept[-1].isalnum() and kept[-1].isascii() else "")
    )
    exact = [span] if text[span[0] : span[1]] == kept else []
    found = exact + [match.span() for match in own.finditer(text)]
    free = [each for each in found if not any(each[0] < end and start < each[1] for start, end in taken)]
    return min(free, key=lambda each: abs(each[0] - span[0])) if free else None


def _pieces(line: Line, spans: dict[int, list[tuple[int, int]]]) -> list[_Piece]:
    """The wrappers, none crossing another nor around one that it may not be around. A piece without text
    stays where nothing else is left of its wrapper."""
    done: list[_Piece] = []
    wrappers = [each for each in line.inlines if each.role in ("wrapper", "single")]
    # What stays one piece goes first, so that others are cut where they meet it.
    for inline in sorted(
        wrappers, key=lambda each: (each.role != "single", each.rank, len(each.inside), each.key)
    ):
        if inline.role == "single":
            start, end = spans[inline.key][0]
            for other in done:
                if start < other.start < end < other.end:
                    end = other.start
                elif other.start < start < other.end < end:
                    start = other.end
            done.append(_Piece(inline, start, end))
            continue
        for start, end in _united(spans[inline.key]):
            cuts = {start, end}
            for other in done:
                inside = start <= other.start and other.end <= end
                around = other.start <= start and end <= other.end
                if other.start < other.end and (inline.rank > other.inline.rank if inside else not around):
                    cuts.update(at for at in (other.start, other.end) if start < at < end)
            places = sorted(cuts) if start < end else [start, end]
            done += [_Piece(inline, one, two) for one, two in pairwise(places)]
    return done


def _united(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Without overlaps, and without empty ones if there are others."""
    wide = sorted(span for span in spans if span[0] < span[1])
    if not wide:
        return spans[:1]
    united = [wide[0]]
    for start, end in wide[1:]:
        if start <= united[-1][1]:
            united[-1] = united[-1][0], max(end, united[-1][1])
        else:
            united.append((start, end))
    return united


def _points(line: Line, spans: dict[int, list[tuple[int, int]]], pieces: list[_Piece]) -> list[_Point]:
    """Everything without width, in reading order. Halves keep their order, and out of other fields."""
    points = [
        _Point(piece.inline, piece.start, piece.inline.order, piece=True)
        for piece in pieces
        if piece.start == piece.end
    ]
    halves_at = 0
    singles = [piece for piece in pieces if piece.inline.role == "single"]
    for inline in line.inlines:
        if inline.role == "range":
            start = min(span[0] for span in spans[inline.key])
            end = max(span[1] for span in spans[inline.key])
            points.append(_Point(inline, start, inline.order))
            points.append(_Point(inline, end, inline.end_order, at_end=True))
        elif inline.role in ("anchor", "half"):
            at = spans[inline.key][0][0]
            if inline.role == "half":
                at = halves_at = max(at, halves_at)
                strange = [piece for piece in singles if piece.inline.key not in inline.inside]
                around = [piece.end for piece in strange if piece.start < at < piece.end]
                at = halves_at = max([at, *around])
            points.append(_Point(inline, at, inline.order))
    return sorted(points, key=lambda point: (point.at, point.order))


def _tokens(
    text: str,
    pieces: list[_Piece],
    points: list[_Point],
    styles: list[tuple[int, int, int, int]],
    restored: dict[int, str],
) -> Iterator[Token]:
    wide = sorted(
        (piece for piece in pieces if piece.start < piece.end),
        key=lambda piece: (
            piece.start,
            -piece.end,
            piece.inline.rank,
            len(piece.inline.inside),
            piece.inline.key,
        ),
    )
    points_at: dict[int, list[_Point]] = {}
    for point in points:
        points_at.setdefault(point.at, []).append(point)
    limits = {0, len(text)}
    limits.update(at for piece in wide for at in (piece.start, piece.end))
    limits.update(point.at for point in points)
    limits.update(at for _size, start, end, _key in styles for at in (start, end))
    opened: list[_Piece] = []
    ordered = sorted(limits)
    for at, following in zip(ordered, [*ordered[1:], len(text)], strict=True):
        here = points_at.get(at, [])
        starting = [piece for piece in wide if piece.start == at]
        while opened and opened[-1].end == at:
            yield from _hosted(here, opened[-1].inline.key, restored)
            yield Close(opened.pop().inline.key)
        # What belongs into a piece that begins here waits for it.
        keys = [piece.inline.key for piece in starting]
        waiting = [point for point in here if any(key in keys for key in point.inside)]
        yield from _placed([point for point in here if point not in waiting], restored)
        for piece in starting:
            yield Open(piece.inline.key)
            opened.append(piece)
        # Outer ones before inner ones: those of the innermost piece come last, next to its text.
        yield from _placed(waiting, restored)
        if at < following:
            style = next((key for _size, start, end, key in styles if start <= at and following <= end), None)
            yield Text(text[at:following], style)


def _hosted(here: list[_Point], key: int, restored: dict[int, str]) -> Iterator[Token]:
    """Take what belongs into the piece ``key`` out of ``here``."""
    mine = [point for point in here if key in point.inside]
    here[:] = [point for point in here if point not in mine]
    yield from _placed(mine, restored)


def _placed(points: list[_Point], restored: dict[int, str]) -> Iterator[Token]:
    """Points at one position, with those in each other's wrappers that have no text."""
    keys = {point.inline.key for point in points if point.piece}
    for point in points:
        if keys.isdisjoint(point.inside):
            yield from _with_content(point, points, restored)


def _with_content(point: _Point, points: list[_Point], restored: dict[int, str]) -> Iterator[Token]:
    if not point.piece:
        yield Anchor(point.inline.key, point.at_end)
        return
    key = point.inline.key
    yield Open(key)
    if key in restored:
        yield Text(restored[key], None)
    yield from _placed([each for each in points if key in each.inside], restored)
    yield Close(key)
