"""Giving cores to other programs, with a clock and a machine that the test moves, and with a real one."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from desktop_app.engine.threads import SECONDS, Load, Threads, measure, threads_for


class Machine:
    """Two cores, of which others use ``others`` and we the threads that we have."""

    def __init__(self) -> None:
        self.load = Load(0.0, 0.0, 0.0)
        self.used: list[int] = []
        self.threads = Threads(2, self.used.append, 2, lambda: self.load, lambda: self.load.at)

    def goes_on(self, seconds: float, others: float) -> None:
        own = seconds * min(self.threads.count, 2 - others)
        at, machine, before = self.load.at, self.load.machine, self.load.own
        self.load = Load(at + seconds, machine + own + seconds * others, before + own)
        self.threads.give_way()


def test_a_core_that_another_program_takes_is_left_to_it_and_taken_back() -> None:
    machine = Machine()
    assert machine.used == [2]
    machine.goes_on(SECONDS, others=1.0)
    assert machine.used == [2, 1]
    machine.goes_on(SECONDS, others=0.9)
    assert machine.used == [2, 1]
    machine.goes_on(SECONDS, others=0.1)
    assert machine.used == [2, 1, 2]


def test_little_work_of_others_changes_nothing() -> None:
    machine = Machine()
    for _ in range(8):
        machine.goes_on(SECONDS, others=0.4)  # the window that paints the reply, and more
    assert machine.used == [2]


def test_a_moment_and_a_pause_tell_nothing() -> None:
    machine = Machine()
    machine.goes_on(SECONDS / 2, others=1.0)
    machine.goes_on(60.0, others=1.0)  # nothing was computed: the user was reading
    assert machine.used == [2]
    machine.goes_on(SECONDS, others=1.0)
    assert machine.used == [2, 1]


@pytest.mark.parametrize(
    ("free", "count", "expected"),
    [(8.0, 8, 8), (6.9, 8, 7), (7.5, 8, 8), (7.5, 7, 7), (7.7, 7, 8), (0.0, 8, 1), (-1.0, 1, 1), (8.0, 1, 8)],
)
def test_as_many_threads_as_cores_are_free_with_some_reluctance(
    free: float, count: int, expected: int
) -> None:
    assert threads_for(free, count, 8) == expected


def test_another_program_shows_in_the_machines_time_and_not_in_our_own() -> None:
    before = measure()
    subprocess.run(
        [sys.executable, "-c", "import time\nwhile time.process_time() < 0.5: pass"], check=True, timeout=60
    )
    after = measure()
    assert after.machine - before.machine >= 0.4
    assert after.own - before.own < 0.4
    while time.process_time() < after.own + 0.3:
        pass
    assert measure().own - after.own >= 0.3
