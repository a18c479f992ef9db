"""How high a message will be, guessed from its text in about a microsecond."""

from __future__ import annotations

from dataclasses import dataclass

LATIN = 0.53  # of the text size: the mean width of a letter, spaces included


@dataclass(frozen=True, slots=True)
class Extent:
    """What the guess needs of a text: ``width`` of all of it on one line in units of the text size."""

    width: float
    lines: int
    paragraphs: int


def extent_of(text: str) -> Extent:
    count = len(text)
    # Letters of three bytes in UTF-8 are mostly Chinese, Japanese or Korean, and a full square wide.
    wide = 0 if text.isascii() else (len(text.encode("utf-8", "replace")) - count) / 2
    lines = text.count("\n")
    return Extent((count - wide) * LATIN + wide, lines + 1, text.count("\n\n"))


def text_height(extent: Extent, text_size: int, width: int) -> int:
    """Px that a text takes in a column of ``width`` px."""
    room = max(width / text_size, 1.0)
    # A line break wastes half a line on average where lines are long enough to wrap at all.
    lines = max(
        extent.lines - extent.paragraphs,
        extent.width / room + 0.5 * min(extent.lines - 1, extent.width / room),
    )
    return round(max(lines, 1.0) * text_size * 1.55 + extent.paragraphs * 12)
