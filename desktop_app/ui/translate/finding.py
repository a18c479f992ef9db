"""Which language a text is in, as the pane asks it."""

from __future__ import annotations


def find_language(text: str, likely: tuple[str, ...] = ()) -> str:
    """A code, or "" where the text does not tell; ``likely`` are the languages used lately."""
    if any("\u4e00" <= c <= "\u9fff" for c in text):
        return "zh"
    return likely[0] if likely and text.strip() else ""
