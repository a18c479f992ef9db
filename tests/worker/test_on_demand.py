"""An engine that runs only while it is needed, and the models that its commands are bound to."""

from __future__ import annotations

import queue
from collections.abc import Iterator

import psutil
import pytest

from desktop_app.core.messages import Done, Event, Failed, Load, MeasureMemory, MemoryUse
from desktop_app.core.translation import Translate, Translated
from desktop_app.worker.engine_process import EngineProcess
from desktop_app.worker.engine_state import EngineState
from desktop_app.worker.engine_thread import EngineThread
from desktop_app.worker.queue import Priority
from tests.worker import fake_engines

PATIENCE_S = 30.0
ONE, TWO, BAD = (Load(0, path, "prepared") for path in ("one", "two", "bad"))


class Desk:
    def __init__(self) -> None:
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.states: queue.SimpleQueue[EngineState] = queue.SimpleQueue()
        self.started = 0
        self.thread = EngineThread(self.events.put, self.states.put, self._start, on_demand=True)
        self.seen: list[Event] = []

    def _start(self) -> EngineProcess:
        self.started += 1
        return EngineProcess(fake_engines.translating)

    def translate(
        self, *sentences: str, load: Load | None = ONE, priority: Priority = Priority.PRESSED, topic: str = ""
    ) -> int:
        command = Translate(self.thread.next_id(), sentences, "en", "pt")
        return self.thread.submit(command, priority, topic, load)

    def terminal(self, command_id: int) -> Done | Failed:
        while True:
            for event in self.seen:
                if event.id == command_id and isinstance(event, Done | Failed):
                    return event
            self.seen.append(self.events.get(timeout=PATIENCE_S))

    def texts(self, command_id: int) -> list[str]:
        event = self.terminal(command_id)
        assert isinstance(event, Done), event
        return [result.text for result in event.result]

    def until(self, phase: str) -> EngineState:
        while True:
            state = self.states.get(timeout=PATIENCE_S)
            if state.phase == phase:
                return state


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    made.thread.start()
    yield made
    made.thread.stop()


def test_no_process_until_something_is_asked(desk: Desk) -> None:
    desk.until("unloaded")
    assert desk.thread.engine_pid() is None
    assert desk.texts(desk.translate("a", "b")) == ["one:A", "one:B"]
    assert desk.thread.engine_pid() is not None
    told = [event for event in desk.seen if isinstance(event, Translated)]
    assert [(event.index, event.result.text) for event in told] == [(0, "one:A"), (1, "one:B")]


def test_memory_of_nothing_is_nothing(desk: Desk) -> None:
    desk.until("unloaded")
    command = MeasureMemory(desk.thread.next_id())
    desk.thread.submit(command)
    done = desk.terminal(command.id)
    assert isinstance(done, Done)
    assert done.result == MemoryUse(0, 0, 0, None)
    assert desk.started == 0


def test_each_command_gets_the_model_it_is_bound_to(desk: Desk) -> None:
    asked = [desk.translate("a", load=load) for load in (ONE, TWO, TWO, ONE)]
    assert [desk.texts(one) for one in asked] == [["one:A"], ["two:A"], ["two:A"], ["one:A"]]
    assert desk.started == 1


def test_a_model_that_cannot_be_loaded_fails_its_own_commands_only(desk: Desk) -> None:
    bad, good = desk.translate("a", load=BAD), desk.translate("a", load=TWO)
    failed = desk.terminal(bad)
    assert isinstance(failed, Failed)
    assert failed.kind == "model_damaged"
    assert desk.texts(good) == ["two:A"]
    again = desk.terminal(desk.translate("a", load=BAD))
    assert isinstance(again, Failed)
    assert desk.texts(desk.translate("b", load=TWO)) == ["two:B"]


def test_without_any_model_a_command_fails(desk: Desk) -> None:
    failed = desk.terminal(desk.translate("a", load=None))
    assert isinstance(failed, Failed)
    assert failed.kind == "no_model"


def test_idle_ends_the_process_and_the_next_need_starts_another(desk: Desk) -> None:
    assert desk.texts(desk.translate("a")) == ["one:A"]
    first = desk.thread.engine_pid()
    assert first is not None
    desk.thread.unload_after(0.001)
    desk.until("ready")
    desk.until("unloaded")
    assert not psutil.pid_exists(first)
    assert desk.thread.engine_pid() is None
    desk.thread.unload_after(0)
    assert desk.texts(desk.translate("b")) == ["one:B"]
    assert desk.started == 2


def test_a_death_fails_what_ran_and_the_next_need_starts_another(desk: Desk) -> None:
    failed = desk.terminal(desk.translate("die"))
    assert isinstance(failed, Failed)
    assert failed.kind == "engine_died"
    assert desk.texts(desk.translate("a")) == ["one:A"]


def test_the_newest_of_a_topic_goes_before_a_list_of_work(desk: Desk) -> None:
    running = desk.translate("wait")
    listed = desk.translate("list", priority=Priority.LIST)
    old = desk.translate("old", priority=Priority.TYPING, topic="typing")
    new = desk.translate("new", priority=Priority.TYPING, topic="typing")
    replaced = desk.terminal(old)
    assert isinstance(replaced, Failed)
    assert replaced.kind == "cancelled"
    desk.thread.cancel(running)
    desk.terminal(listed)
    order = [event.id for event in desk.seen if isinstance(event, Done)]
    assert order.index(new) < order.index(listed)
