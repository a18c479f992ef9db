"""Upper and lower case made the same, for searching."""

from __future__ import annotations


def fold(text: str) -> str:
    """Lower case, character for character, so that positions stay true."""
    lower = text.lower()
    if len(lower) != len(text):  # “İ” becomes two
        lower = "".join(low if len(low := c.lower()) == 1 else c for c in text)
    return lower.replace("ς", "σ")  # the same letter, at the end of a word


def holds(text: bytes, folded_word: str) -> bool:
    """``text`` in UTF-8: as bytes, because SQLite cannot hand damaged text to a function otherwise."""
    return folded_word in fold(text.decode("utf-8", "replace"))
