from __future__ import annotations

from desktop_app.core.messages import Failed
from desktop_app.library.meter import Meter, Report


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_speed_is_what_came_lately_and_only_that() -> None:
    clock, told = Clock(), list[Report]()
    meter = Meter(told.append, clock)
    meter.enter("running")
    meter.there(1_000_000)  # from an earlier start
    assert meter.speed() is None
    for _ in range(100):
        clock.now += 0.1
        meter.fetched(50_000)
    assert meter.done == 6_000_000
    speed = meter.speed()
    assert speed is not None
    assert abs(speed - 500_000) < 5_000
    clock.now += 2.5  # it hangs: what came is spread over a longer time
    slower = meter.speed()
    assert slower is not None
    assert slower < 300_000
    clock.now += 5
    assert meter.speed() is None


def test_it_tells_four_times_a_second_and_every_change_of_phase_at_once() -> None:
    clock, told = Clock(), list[Report]()
    meter = Meter(told.append, clock)
    meter.enter("listing")
    meter.enter("running")
    for _ in range(1000):
        clock.now += 0.01
        meter.fetched(10)
    assert 38 <= len(told) - 2 <= 41
    meter.enter("checking")
    assert told[-1].phase == "checking"
    assert told[-1].done == 10_000


def test_why_it_waits_stays_until_something_comes() -> None:
    clock, told = Clock(), list[Report]()
    meter = Meter(told.append, clock)
    meter.enter("running")
    failure = Failed(0, "network", "cut")
    meter.waits(failure)
    meter.tell()
    assert [report.failure for report in told] == [None, failure, failure]
    clock.now += 1
    meter.fetched(1)
    assert told[-1].failure is None
