"""The engine thread against real processes that behave and misbehave."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection

import pytest

from desktop_app.core.messages import (
    Adapter,
    ChatMessage,
    Done,
    Event,
    Failed,
    Generate,
    Load,
    MeasureMemory,
    Plan,
    Text,
    UseAdapters,
)
from desktop_app.core.sampling import Sampling
from desktop_app.worker import engine_host, restarts
from desktop_app.worker.engine_process import EngineProcess
from desktop_app.worker.engine_state import EngineState
from desktop_app.worker.engine_thread import EngineThread
from desktop_app.worker.queue import Priority
from tests.worker import fake_engines

PATIENCE_S = 30.0


class Desk:
    """An engine thread with what it told."""

    def __init__(self, target: Callable[[Connection], None]) -> None:
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.states: queue.SimpleQueue[EngineState] = queue.SimpleQueue()
        self.seen: list[Event] = []
        self.thread = EngineThread(self.events.put, self.states.put, lambda: EngineProcess(target))

    def generate(self, text: str, priority: Priority = Priority.PRESSED, topic: str = "") -> int:
        command = Generate(self.thread.next_id(), (ChatMessage("user", text),), Sampling())
        return self.thread.submit(command, priority, topic)

    def terminal(self, command_id: int) -> Done | Failed:
        while True:
            for event in self.seen:
                if event.id == command_id and isinstance(event, Done | Failed):
                    return event
            self.seen.append(self.events.get(timeout=PATIENCE_S))

    def first_text(self, command_id: int) -> None:
        while not any(isinstance(event, Text) and event.id == command_id for event in self.seen):
            self.seen.append(self.events.get(timeout=PATIENCE_S))

    def until(self, phase: str) -> EngineState:
        while True:
            state = self.states.get(timeout=PATIENCE_S)
            if state.phase == phase:
                return state


@pytest.fixture
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    made = Desk(getattr(request, "param", fake_engines.obedient))
    made.thread.use_model(Load(0, "model", "prepared"))
    made.thread.start()
    yield made
    made.thread.stop()
    for event in made.seen:
        if isinstance(event, Done | Failed):
            same = [e for e in made.seen if e.id == event.id and isinstance(e, Done | Failed)]
            assert same == [event], "more than one terminal event"


def test_a_command_waits_for_the_model_and_is_answered(desk: Desk) -> None:
    asked = desk.generate("hi")
    assert isinstance(desk.terminal(asked), Done)
    assert [event.text for event in desk.seen if isinstance(event, Text)] == ["hello"]
    assert desk.until("ready").model == fake_engines.MODEL


def test_a_running_reply_is_cancelled_and_the_next_one_runs(desk: Desk) -> None:
    slow = desk.generate("slow")
    after = desk.generate("hi")
    desk.first_text(slow)
    desk.thread.cancel(slow)
    ended = desk.terminal(slow)
    assert isinstance(ended, Done)
    assert ended.result.stop_reason == "cancelled"
    assert isinstance(desk.terminal(after), Done)


def test_a_waiting_reply_is_cancelled_without_the_engine(desk: Desk) -> None:
    slow, waiting = desk.generate("slow"), desk.generate("hi")
    desk.thread.cancel(waiting)
    ended = desk.terminal(waiting)
    assert isinstance(ended, Failed)
    assert ended.kind == "cancelled"
    desk.thread.cancel(slow)
    desk.terminal(slow)


def test_plans_are_answered_while_a_reply_is_written(desk: Desk) -> None:
    slow = desk.generate("slow")
    desk.first_text(slow)
    plan = desk.thread.submit(Plan(desk.thread.next_id(), (), 0))
    assert isinstance(desk.terminal(plan), Done)
    desk.thread.cancel(slow)
    desk.terminal(slow)


def test_what_was_pressed_goes_before_what_runs_as_one_types(desk: Desk) -> None:
    slow = desk.generate("slow")
    typed = [desk.generate("hi", Priority.TYPING, "preview") for _ in range(5)]
    pressed = desk.generate("hi")
    desk.first_text(slow)
    desk.thread.cancel(slow)
    assert isinstance(desk.terminal(typed[-1]), Done)
    order = [event.id for event in desk.seen if isinstance(event, Done)]
    assert order.index(pressed) < order.index(typed[-1])
    for old in typed[:-1]:
        ended = desk.terminal(old)
        assert isinstance(ended, Failed)
        assert ended.kind == "cancelled"


def test_an_unloaded_model_counts_and_comes_back_when_it_is_asked(desk: Desk) -> None:
    desk.until("ready")
    desk.thread.unload()
    assert desk.until("unloaded").model == fake_engines.MODEL
    plan = desk.thread.submit(Plan(desk.thread.next_id(), (), 0))
    assert isinstance(desk.terminal(plan), Done)
    assert desk.states.empty(), "counting needs no weights"
    assert isinstance(desk.terminal(desk.generate("hi")), Done)
    assert [desk.states.get().phase for _ in range(3)] == ["loading", "ready", "busy"]


def test_a_model_that_nobody_uses_gives_its_memory_back(desk: Desk) -> None:
    desk.thread.unload_after(minutes=0.001)
    desk.until("unloaded")
    desk.thread.unload_after(minutes=0)
    assert isinstance(desk.terminal(desk.generate("hi")), Done)
    desk.until("busy")
    assert desk.until("ready").model == fake_engines.MODEL


def test_a_reply_is_not_interrupted_by_unloading(desk: Desk) -> None:
    slow = desk.generate("slow")
    desk.first_text(slow)
    desk.thread.unload()
    memory = desk.thread.submit(MeasureMemory(desk.thread.next_id()))
    assert isinstance(desk.terminal(memory), Done), "measured while a reply is written"
    desk.thread.cancel(slow)
    assert isinstance(desk.terminal(slow), Done)


@pytest.mark.parametrize("desk", [fake_engines.obedient], indirect=True)
def test_adapters_are_there_again_after_a_restart(desk: Desk) -> None:
    adapters = (Adapter("somewhere", 0.5),)
    used = desk.thread.submit(UseAdapters(desk.thread.next_id(), adapters))
    assert isinstance(desk.terminal(used), Done)
    desk.until("busy")
    state = desk.until("ready").model
    assert state is not None
    assert state.adapters == adapters
    desk.terminal(desk.generate("die"))
    desk.until("ready")
    assert desk.thread._host._load is not None
    assert desk.thread._host._load.adapters == adapters


def test_a_dead_engine_fails_its_reply_and_serves_the_next(desk: Desk) -> None:
    died = desk.generate("die")
    after = desk.generate("hi")
    ended = desk.terminal(died)
    assert isinstance(ended, Failed)
    assert ended.kind == "engine_died"
    assert "9" in ended.detail
    assert isinstance(desk.terminal(after), Done)


def test_an_engine_that_does_not_answer_a_cancel_is_replaced(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_host, "CANCEL_PATIENCE_S", 0.2)
    desk.until("ready")
    before = desk.thread.engine_pid()
    deaf = desk.generate("deaf")
    desk.until("busy")
    desk.thread.cancel(deaf)
    ended = desk.terminal(deaf)
    assert isinstance(ended, Failed)
    assert ended.kind == "cancelled"
    assert isinstance(desk.terminal(desk.generate("hi")), Done)
    assert desk.thread.engine_pid() != before


@pytest.mark.parametrize("desk", [fake_engines.stillborn], indirect=True)
def test_an_engine_that_never_lives_is_given_up_and_said_so(desk: Desk) -> None:
    asked = desk.generate("hi")
    ended = desk.terminal(asked)
    assert isinstance(ended, Failed)
    assert ended.kind == "engine_unavailable"
    assert desk.until("failed").failure is not None
    later = desk.terminal(desk.generate("hi"))
    assert isinstance(later, Failed)
    assert later.kind == "engine_unavailable"


def test_an_engine_that_dies_of_every_load_is_given_up_however_long_that_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(restarts, "WINDOW_S", 0.0)  # each load takes longer than that
    desk = Desk(fake_engines.stillborn)
    desk.thread.use_model(Load(0, "model", "prepared"))
    desk.thread.start()
    try:
        desk.until("failed")
        ended = desk.terminal(desk.generate("hi"))
        assert isinstance(ended, Failed)
        assert ended.kind == "engine_unavailable"
    finally:
        desk.thread.stop()


@pytest.mark.parametrize("desk", [fake_engines.slow_to_count], indirect=True)
def test_a_count_that_is_taken_back_does_not_end_the_engine(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would end the reply that runs beside it too."""
    monkeypatch.setattr(engine_host, "CANCEL_PATIENCE_S", 0.0)
    desk.until("ready")
    before = desk.thread.engine_pid()
    plan = desk.thread.submit(Plan(desk.thread.next_id(), (), 0))
    asked = desk.generate("hi")
    desk.thread.cancel(plan)
    ended = desk.terminal(plan)
    assert isinstance(ended, Failed)
    assert ended.kind == "cancelled"
    assert isinstance(desk.terminal(asked), Done)
    assert desk.thread.engine_pid() == before


def test_a_model_chosen_while_another_loads_takes_its_place() -> None:
    desk = Desk(fake_engines.slow_to_load)
    desk.thread.use_model(Load(0, "slow", "prepared"))
    desk.thread.start()
    try:
        desk.until("loading")
        desk.thread.use_model(Load(0, "other", "prepared"))
        assert desk.until("ready").model == fake_engines.MODEL
    finally:
        desk.thread.stop()


def test_stopping_answers_everyone(desk: Desk) -> None:
    slow, waiting = desk.generate("slow"), desk.generate("hi")
    desk.first_text(slow)
    desk.thread.stop()
    for command_id in (slow, waiting):
        ended = desk.terminal(command_id)
        assert isinstance(ended, Failed)
        assert ended.kind == "cancelled"


def test_a_step_that_fails_is_told_and_the_thread_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    starts: list[int] = []

    def start() -> EngineProcess:
        starts.append(1)
        if len(starts) == 1:
            raise RuntimeError("no process today")
        return EngineProcess(fake_engines.obedient)

    desk = Desk(fake_engines.obedient)
    desk.thread = EngineThread(desk.events.put, desk.states.put, start)
    desk.thread.start()
    try:
        desk.until("failed")
        ended = desk.terminal(desk.generate("hi"))
        assert isinstance(ended, Failed)
        assert ended.kind == "internal"
        desk.thread.use_model(Load(0, "model", "prepared"))
        desk.until("ready")
        assert isinstance(desk.terminal(desk.generate("hi")), Done)
    finally:
        desk.thread.stop()
