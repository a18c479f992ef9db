"""From token ids to text that can be shown: whole characters, and nothing of a stop text."""

from __future__ import annotations

import codecs
from collections.abc import Sequence


class TextAssembler:
    """Bytes in, whole characters out. A character whose bytes are not all there is held back; bytes
    that cannot be UTF-8 become U+FFFD."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def add(self, data: bytes) -> str:
        """The characters that are whole with ``data``."""
        return self._decoder.decode(data)


class StopTexts:
    """Cuts a stream of pieces before the first stop text, also where it comes in several pieces.

    What could be the beginning of a stop text is held back until it is known.
    """

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = [stop for stop in stops if stop]
        self._held = ""
        self.found = False

    def add(self, piece: str) -> str:
        """What is safe to show after ``piece``; afterwards ``found`` tells whether to stop."""
        text = self._held + piece
        at = min((where for stop in self._stops if (where := text.find(stop)) >= 0), default=-1)
        if at >= 0:
            self.found, self._held = True, ""
            return text[:at]
        hold = max((_overlap(text, stop) for stop in self._stops), default=0)
        self._held = text[len(text) - hold :]
        return text[: len(text) - hold]

    def rest(self) -> str:
        """What is still held back, when no more will come."""
        held, self._held = self._held, ""
        return held


def _overlap(text: str, stop: str) -> int:
    """The length of the longest end of ``text`` that is a beginning of ``stop``, but not all of it."""
    for length in range(min(len(stop) - 1, len(text)), 0, -1):
        if text.endswith(stop[:length]):
            return length
    return 0
