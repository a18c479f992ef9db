"""Marks over a translated text as tags that nest.

In another language the words of two marks can lie so that the marks cross. Tags may not: the one that is
open within another is then closed before it and opened again after it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator
from typing import NamedTuple

from desktop_app.documents.document import Mark, Rendered
from desktop_app.documents.spans import clipped


class Piece(NamedTuple):
    """``text``, or the opening (``step`` 1), closing (-1) or place (0) of the mark ``key``. ``again``: the
    mark was open before."""

    text: str
    key: int = -1
    step: int = 0
    again: bool = False


def whole_marks(
    source: tuple[Mark, ...], rendered: Rendered, needed: Collection[int] | None = None
) -> Rendered:
    """``rendered`` with each of the segment's marks once: no others, and the anchors (or ``needed`` ones)
    that were lost at the end of the text, so that no note, picture or break disappears."""
    known = {mark.key: mark for mark in source}
    marks: dict[int, Mark] = {}
    for mark in clipped(rendered.marks, len(rendered.text)):
        if mark.key in known and mark.key not in marks:
            marks[mark.key] = mark
    end = len(rendered.text)
    for mark in source:
        if mark.key not in marks and (mark.start == mark.end or (needed is not None and mark.key in needed)):
            marks[mark.key] = Mark(end, end, mark.key)
    return Rendered(rendered.text, tuple(marks.values()))


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
