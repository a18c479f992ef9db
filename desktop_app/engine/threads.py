"""How many threads compute: as many as there are cores that no other program uses.

Torch's threads wait for each other after every operator, some hundred times a token. When another program
takes one of the cores, the thread there is a slice of time late at each of them, and the others wait: two
threads on two cores of which one is taken write 30 tokens/s, one thread alone 66 (a model of 135 million
parameters). So the engine looks at the processor's time four times a second while it computes, and leaves
alone what others use.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil

SECONDS = 0.25
"""Between two looks. A longer time between two calls means that nothing was computed, and tells nothing."""
GIVE, TAKE = 0.6, 0.35
"""A thread is given up when others use so much of a core, and taken back when they use no more than that."""


@dataclass(frozen=True, slots=True)
class Load:
    """Seconds of processor time: ``machine`` of all programs, ``own`` of this process; ``at`` is when."""

    at: float
    machine: float
    own: float


def measure() -> Load:
    times = psutil.cpu_times()
    machine = times.user + times.system + getattr(times, "nice", 0.0)
    return Load(time.perf_counter(), machine, time.process_time())


class Threads:
    """``most`` threads compute, or fewer; ``use`` is called with a changed number, on the thread that
    calls `give_way`: torch keeps it for each thread that asks for work."""

    def __init__(
        self,
        most: int,
        use: Callable[[int], None],
        cores: int | None = None,
        measure: Callable[[], Load] = measure,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._most, self._use, self._measure, self._clock = most, use, measure, clock
        self._cores = cores or os.cpu_count() or 1
        self._last = measure()
        self.count = most
        use(most)

    def give_way(self) -> None:
        """To be called again and again by what computes; looks now and then."""
        elapsed = self._clock() - self._last.at
        if elapsed < SECONDS:
            return
        before, now = self._last, self._measure()
        self._last = now
        if elapsed > 4 * SECONDS:
            return
        others = (now.machine - before.machine - (now.own - before.own)) / (now.at - before.at)
        count = threads_for(self._cores - others, self.count, self._most)
        if count != self.count:
            self.count = count
            self._use(count)


def threads_for(free: float, count: int, most: int) -> int:
    """How many of at most ``most`` threads to use where ``free`` cores are left by others and ``count``
    are in use."""
    while count < most and free >= count + 1 - TAKE:
        count += 1
    while count > 1 and free < count - GIVE:
        count -= 1
    return count
