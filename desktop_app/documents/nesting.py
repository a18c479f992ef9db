"""Marks over a translated text as tags that nest.

In another language the words of two marks can lie so that the marks cross. Tags may not: the one that is
open within another is then closed before it and opened again after it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator
from typing import NamedTuple

from desktop_app.documents.document import Mark, Rendered, Segment
from desktop_app.documents.spans import clipped


class Piece(NamedTuple):
    """``text``, or the opening (``step`` 1), closing (-1) or place (0) of the mark ``key``. ``again``: the
    mark was open before."""

    text: str
    key: int = -1
    step: int = 0
    again: bool = False


def whole_marks(segment: Segment, rendered: Rendered, fixed: Collection[int] = ()) -> Rendered:
    """``rendered`` with each of the segment's marks once, and no others. One that was lost is put over the
    same words if they are there, else where it stood in proportion, so that no link, note or picture
    disappears. ``fixed`` marks stand for words of the source. They go where the new text has the same words,
    and take no more words away than they have themselves."""
    known = {mark.key for mark in segment.marks}
    text = rendered.text
    marks: dict[int, Mark] = {}
    for mark in clipped(rendered.marks, len(text)):
        if mark.key in known and mark.key not in marks:
            marks[mark.key] = mark
    for mark in segment.marks:
        if mark.key in fixed and mark.key in marks:
            marks[mark.key] = _as_long(text, segment.text[mark.start : mark.end], marks[mark.key])
    scale = len(text) / max(1, len(segment.text))
    for mark in segment.marks:
        if mark.key in marks:
            continue
        words = segment.text[mark.start : mark.end]
        at = text.find(words) if words else -1
        if at >= 0:
            marks[mark.key] = Mark(at, at + len(words), mark.key)
            continue
        start = _between_words(text, round(mark.start * scale))
        end = start if mark.key in fixed else max(start, _between_words(text, round(mark.end * scale)))
        marks[mark.key] = Mark(start, end, mark.key)
    return Rendered(text, tuple(marks.values()))


def _as_long(text: str, words: str, mark: Mark) -> Mark:
    """A fixed mark that an alignment has put somewhere, over its own words if they are near; else over what
    is there, if that is not longer by far: then it would be more than the words' translation."""
    at = text.find(words, max(0, mark.start - 2 * len(words))) if words else -1
    if at >= 0:
        return Mark(at, at + len(words), mark.key)
    return mark if mark.end - mark.start <= 2 * len(words) + 4 else Mark(mark.start, mark.start, mark.key)


def _between_words(text: str, place: int) -> int:
    """The nearest place that is not within a word."""
    for away in range(24):
        for at in (place + away, place - away):
            if at <= 0 or at >= len(text) or text[at - 1].isspace() != text[at].isspace():
                return min(max(at, 0), len(text))
    return place


def single_spaced(rendered: Rendered) -> Rendered:
    """On one line with one space between words and none at the ends, the marks over the same words."""
    text = rendered.text
    if text == " ".join(text.split()):
        return rendered
    kept = [
        place for place in range(len(text)) if not text[place].isspace() or text[place - 1 : place].strip()
    ]
    while kept and text[kept[-1]].isspace():
        kept.pop()
    while kept and text[kept[0]].isspace():
        kept.pop(0)
    new = "".join(" " if text[place].isspace() else text[place] for place in kept)
    return Rendered(
        new,
        tuple(
            Mark(bisect_left(kept, mark.start), bisect_left(kept, mark.end), mark.key)
            for mark in clipped(rendered.marks, len(text))
        ),
    )


def pieces(text: str, marks: Collection[Mark], order: dict[int, int]) -> Iterator[Piece]:
    """The text with its marks, properly nested. ``order`` ranks marks: of two that begin at the same place
    (or cross there) the one with the lower rank is the outer one. Anchors stand in their order."""
    wide = [mark for mark in marks if mark.end > mark.start]
    anchors = [mark for mark in marks if mark.end == mark.start]
    starts: dict[int, list[Mark]] = {}
    ends: dict[int, int] = {}
    points: dict[int, list[Mark]] = {}
    for mark in wide:
        starts.setdefault(mark.start, []).append(mark)
        ends[mark.end] = ends.get(mark.end, 0) + 1
    for mark in anchors:
        points.setdefault(mark.start, []).append(mark)
    stack: list[Mark] = []
    at = 0
    for place in sorted({*starts, *ends, *points, len(text)}):
        if place > at:
            yield Piece(text[at:place])
            at = place
        again: list[Mark] = []
        left = ends.get(place, 0)
        while left:
            top = stack.pop()
            yield Piece("", top.key, -1)
            if top.end == place:
                left -= 1
            else:
                again.append(top)
        for mark in sorted(points.get(place, ()), key=lambda mark: order.get(mark.key, 0)):
            yield Piece("", mark.key)
        opening = [(mark, True) for mark in again] + [(mark, False) for mark in starts.get(place, ())]
        # The longest first, so that they need not be closed for each other; then as in the source.
        for mark, was_open in sorted(opening, key=lambda one: (-one[0].end, order.get(one[0].key, 0))):
            stack.append(mark)
            yield Piece("", mark.key, 1, was_open)
