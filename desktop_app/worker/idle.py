"""When a model that nobody uses gives its memory back."""

from __future__ import annotations

import time


class IdleClock:
    """``minutes`` 0: never."""

    def __init__(self) -> None:
        self._minutes = 0.0
        self._since = time.monotonic()

    def set_minutes(self, minutes: float) -> None:
        self._minutes = minutes

    def touch(self) -> None:
        """The model is in use."""
        self._since = time.monotonic()

    def left(self) -> float | None:
        """Seconds until the time is up, None where it never is."""
        if self._minutes <= 0:
            return None
        return max(0.0, self._since + 60 * self._minutes - time.monotonic())
