"""Progress of a download as numbers that can be believed."""

from __future__ import annotations

import collections
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from desktop_app.core.messages import Failed

ReportPhase = Literal["listing", "running", "checking", "done", "failed"]
EVERY_S = 0.25
TICK_S = 1.0
WINDOW_S = 5.0


@dataclass(frozen=True, slots=True)
class Report:
    """As `worker.download_state.DownloadState` has it. Of ``done`` and ``failed`` one comes, as the last."""

    phase: ReportPhase
    done: int = 0
    total: int | None = None
    bytes_per_s: float | None = None
    failure: Failed | None = None


Tell = Callable[[Report], None]


class Meter:
    """Counts bytes and tells of them, at most every `EVERY_S`. The speed is what came over the network in
    the last `WINDOW_S`; bytes that were on the disk already count as done, and never as speed."""

    def __init__(self, tell: Tell, clock: Callable[[], float] = time.monotonic) -> None:
        self._tell = tell
        self._clock = clock
        self._lock = threading.RLock()
        self._phase: ReportPhase = "listing"
        self._failure: Failed | None = None
        self._told_at = float("-inf")
        self._came: collections.deque[tuple[float, int]] = collections.deque()
        self.done = 0
        self.total: int | None = None

    @contextmanager
    def ticking(self) -> Iterator[None]:
        """Tell every `TICK_S` also while nothing comes: the speed of a connection that hangs is none."""
        over = threading.Event()

        def tick() -> None:
            while not over.wait(TICK_S):
                if self._clock() - self._told_at >= TICK_S:
                    self.tell()

        thread = threading.Thread(target=tick, name="meter", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def enter(self, phase: ReportPhase) -> None:
        """From now on it is at ``phase``; told at once."""
        if phase != self._phase or self._told_at == float("-inf"):
            self._phase, self._failure = phase, None
            self.tell()

    def there(self, count: int) -> None:
        """``count`` more bytes are there without having been fetched now; negative ones were wrong."""
        self.done += count
        self._tell_sometimes()

    def fetched(self, count: int) -> None:
        """``count`` bytes have come now: they count for the speed."""
        with self._lock:
            self.done += count
            self._failure = None
            self._came.append((self._clock(), count))
        self._tell_sometimes()

    def waits(self, failure: Failed) -> None:
        """Nothing comes, for that reason, and it will be tried again."""
        with self._lock:
            self._came.clear()
            self._failure = failure
        self.tell()

    def tell(self) -> None:
        """Report how it stands, whenever the last time was."""
        with self._lock:
            self._told_at = self._clock()
            self._tell(Report(self._phase, self.done, self.total, self.speed(), self._failure))

    def speed(self) -> float | None:
        """Bytes a second; None while it is not known, or nothing has come for a while."""
        with self._lock:
            now = self._clock()
            while self._came and now - self._came[0][0] > WINDOW_S:
                self._came.popleft()
            if len(self._came) < 2:
                return None
            span = now - self._came[0][0]
            # What came first opened the span; its bytes came before it.
            return sum(count for _, count in list(self._came)[1:]) / span if span > 0.2 else None

    def _tell_sometimes(self) -> None:
        if self._clock() - self._told_at >= EVERY_S:
            self.tell()
