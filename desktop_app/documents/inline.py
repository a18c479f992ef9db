"""The inside of a paragraph, apart from its format: text, and what lies over it or stands in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from desktop_app.documents.document import Mark

Role = Literal[
    "style",  # how the text looks; may be cut, and lost where the new text has no place for it
    "wrapper",  # an element around text that may be cut in two: a link, a tracked insertion, a span
    "single",  # an element or a field around text that stays one piece
    "range",  # a start and an end that need not nest with anything: a bookmark, a commented stretch
    "anchor",  # something without text of its own: a note's number, a picture
    "half",  # an anchor that is the start or the end of something across paragraphs: keeps its order
]


@dataclass(slots=True)
class Inline:
    """What a mark stands for. ``payload`` is the format's own; ``inside`` are the keys of the wrappers around
    it, outermost first; a wrapper of higher ``rank`` may not be around one of a lower rank."""

    key: int
    role: Role
    start: int
    end: int = -1
    payload: object = None
    inside: tuple[int, ...] = ()
    rank: int = 0
    literal: bool = False
    """Of a field: its text is a number, a date or a name that stays as it is, whatever the new text says."""
    order: int = 0
    end_order: int = 0
    """Places in reading order of what has no width, where several are at one position."""


@dataclass(slots=True)
class Line:
    """A paragraph's text and inlines, by reading it from start to end. An inline's key is its index."""

    text: str = ""
    inlines: list[Inline] = field(default_factory=list)
    _parts: list[str] = field(default_factory=list)
    _length: int = 0
    _order: int = 0

    @property
    def position(self) -> int:
        """Where the next text goes."""
        return self._length

    def add_text(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

    def open(
        self, role: Role, payload: object, inside: tuple[int, ...] = (), rank: int = 0, literal: bool = False
    ) -> Inline:
        """An inline that begins here; `close` ends it."""
        self._order += 1
        found = Inline(
            len(self.inlines),
            role,
            self._length,
            -1,
            payload,
            inside,
            rank,
            literal,
            self._order,
            self._order,
        )
        self.inlines.append(found)
        return found

    def close(self, inline: Inline) -> None:
        self._order += 1
        inline.end = self._length
        inline.end_order = self._order

    def anchor(self, payload: object, inside: tuple[int, ...] = (), half: bool = False) -> Inline:
        found = self.open("half" if half else "anchor", payload, inside)
        found.end = found.start
        return found

    def style(self, start: int, end: int, payload: object) -> None:
        self.inlines.append(Inline(len(self.inlines), "style", start, end, payload))

    def finish(self) -> None:
        """Nothing more comes."""
        self.text = "".join(self._parts)
        for inline in self.inlines:
            if inline.end < inline.start:
                self.close(inline)

    @property
    def marks(self) -> tuple[Mark, ...]:
        return tuple(Mark(each.start, each.end, each.key) for each in self.inlines)

    @property
    def has_words(self) -> bool:
        """Whether there is anything to translate: a letter outside of what stays as it is."""
        kept = [(each.start, each.end) for each in self.inlines if each.literal]
        return any(
            character.isalpha() and not any(start <= at < end for start, end in kept)
            for at, character in enumerate(self.text)
        )
