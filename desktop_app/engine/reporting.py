"""What a command tells while it runs: progress, and text as it comes."""

from __future__ import annotations

import time
from collections.abc import Callable

from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import Event, Progress, Text

Report = Callable[[float], None]
"""Called with the fraction that is done, 0 to 1; may raise to stop."""
StageReport = Callable[[str, float], None]
"""Called with a stage of `core.messages.Progress` and its fraction; may raise to stop."""

TEXT_SECONDS = 0.04
"""Pieces of text are gathered for so long: the window paints no oftener."""


class Reporter:
    """Sends progress, at most one event per percent, and stops cancelled work."""

    def __init__(
        self, command_id: int, emit: Callable[[Event], None], is_cancelled: Callable[[], bool]
    ) -> None:
        self._id, self._emit, self.is_cancelled = command_id, emit, is_cancelled
        self._last = ("", -1)

    def __call__(self, stage: str, fraction: float) -> None:
        self.stop_if_cancelled()
        if (stage, int(fraction * 100)) != self._last:
            self._last = (stage, int(fraction * 100))
            self._emit(Progress(self._id, stage, fraction))

    def work(self, fraction: float) -> None:
        """Of texts that are put through the model."""
        self("work", fraction)

    def stop_if_cancelled(self) -> None:
        """Raises InkhornError ``cancelled``."""
        if self.is_cancelled():
            raise InkhornError("cancelled", "It was stopped.")


class TextGatherer:
    """The first piece goes out at once, later ones at most every `TEXT_SECONDS`."""

    def __init__(self, command_id: int, emit: Callable[[Event], None]) -> None:
        self._id, self._emit = command_id, emit
        self._pieces: list[str] = []
        self._sent = 0.0

    def add(self, piece: str) -> None:
        self._pieces.append(piece)
        if time.monotonic() - self._sent >= TEXT_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Send what has been gathered: for the end of a reply, however it came."""
        if self._pieces:
            self._emit(Text(self._id, "".join(self._pieces)))
            self._pieces.clear()
            self._sent = time.monotonic()
