"""Text with marks over it: what documents hold, and what a translation carries over."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """Something over ``text[start:end]`` that is no text: a style, a link, a tag, a placeholder; where
    ``start == end`` an anchor, such as a reference to a note. ``key`` is the document's own name for it."""

    start: int
    end: int
    key: int


@dataclass(frozen=True, slots=True)
class Rendered:
    """What takes a segment's place, with its marks over the new text."""

    text: str
    marks: tuple[Mark, ...] = ()
