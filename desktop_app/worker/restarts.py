"""How often an engine that keeps dying is started again."""

from __future__ import annotations

import collections
import time

ALLOWED = 3
"""Within `WINDOW_S`, or one after another without the model ever being ready: loading may take minutes
on a slow computer, and be what kills the engine there."""
WINDOW_S = 60.0


class Restarts:
    """Counts starts. Told of each, and of each time that a model is ready."""

    def __init__(self) -> None:
        self._starts: collections.deque[float] = collections.deque(maxlen=ALLOWED + 1)
        self._in_vain = 0

    def started(self) -> None:
        self._starts.append(time.monotonic())
        self._in_vain += 1

    def ready(self) -> None:
        self._in_vain = 0

    def forgive(self) -> None:
        """The user asks for another try."""
        self._starts.clear()
        self._in_vain = 0

    def too_many(self) -> bool:
        if self._in_vain > ALLOWED:
            return True
        return len(self._starts) > ALLOWED and time.monotonic() - self._starts[0] < WINDOW_S
