"""Places in a text as Qt counts them: in units of UTF-16, of which an emoji has two."""

from __future__ import annotations

from bisect import bisect_left


def qt_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class Places:
    """From characters of ``text`` to Qt's units, and back."""

    def __init__(self, text: str) -> None:
        self._wide = [at for at, c in enumerate(text) if c > "\uffff"]
        self._wide_qt = [at + number for number, at in enumerate(self._wide)]

    def to_qt(self, at: int) -> int:
        return at + bisect_left(self._wide, at)

    def from_qt(self, at: int) -> int:
        """A place in the middle of a character is the character's."""
        return at - bisect_left(self._wide_qt, at)
