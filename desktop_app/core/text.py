"""Text that every program can hold."""

from __future__ import annotations


def whole(text: str) -> str:
    """``text`` with surrogate pairs joined and lone surrogates, which are half of a character and have no
    UTF-8, replaced by U+FFFD. They come from the terminal, the clipboard and other programs' files."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
