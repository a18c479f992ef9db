"""What the background worker does with the engine: queue, send, receive, cancel, load, restart, end.

Belongs to one thread, which calls every method here and waits on `handles` between them
(`desktop_app.worker.engine_thread`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection

from desktop_app.core.messages import (
    Cancel,
    Command,
    Done,
    Event,
    Failed,
    ListDevices,
    Load,
    MeasureMemory,
    MemoryUse,
    Plan,
    Progress,
    Shutdown,
    Unload,
    UseAdapters,
)
from desktop_app.worker.engine_process import EngineProcess
from desktop_app.worker.engine_state import EngineState
from desktop_app.worker.idle import IdleClock
from desktop_app.worker.queue import CommandQueue, Waiting
from desktop_app.worker.restarts import Restarts

log = logging.getLogger(__name__)

MODEL_FREE = MeasureMemory | ListDevices
"""Commands that the engine answers at any time, with a model or without."""

CANCEL_PATIENCE_S = 3.0
"""An engine that has not ended a cancelled command by then is ended itself."""


class EngineHost:
    """``next_id`` gives ids for the commands that are the host's own. ``on_demand``: the process is started
    when something is first asked of it, and ended, not only emptied, when it is idle."""

    def __init__(
        self,
        on_event: Callable[[Event], None],
        on_state: Callable[[EngineState], None],
        next_id: Callable[[], int],
        start_process: Callable[[], EngineProcess],
        on_demand: bool = False,
    ) -> None:
        self._on_event, self._on_state = on_event, on_state
        self._on_demand = on_demand
        self._next_id, self._start_process = next_id, start_process
        self._engine: EngineProcess | None = None
        self._queue = CommandQueue()
        self._sent: dict[int, Command] = {}  # what the engine owes a terminal event
        self._current: int | None = None  # the one command of the main lane that is running
        self._load: Load | None = None
        self._load_id: int | None = None
        self._deadlines: dict[int, float] = {}  # cancelled commands, and until when
        self._restarts = Restarts()
        self._state = EngineState("starting")
        self.idle = IdleClock()

    @property
    def pid(self) -> int | None:
        return self._engine.pid if self._engine else None

    # --- the thread's turns -------------------------------------------------------------------

    def handles(self) -> list[Connection | int]:
        """What to wait on: the engine's pipe, and its end."""
        return [self._engine.connection, self._engine.sentinel] if self._engine else []

    def read(self) -> None:
        """One of the handles is ready."""
        if self._engine:
            self._read_engine(self._engine)

    def look_at_the_clock(self) -> None:
        self._end_if_deaf()
        if self._state.phase == "ready" and self.idle.left() == 0:
            self.unload()

    def fail(self, failure: Failed) -> None:
        """Something here went wrong: everyone who waits is told."""
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.end()
        for command_id in list(self._sent):
            self._finish(replace(failure, id=command_id))
        self.refuse(failure)

    def patience(self) -> float | None:
        waits = [until - time.monotonic() for until in self._deadlines.values()]
        idle = self.idle.left() if self._state.phase == "ready" else None
        if idle is not None:
            waits.append(idle)
        return max(0.0, min(waits)) if waits else None

    def _read_engine(self, engine: EngineProcess) -> None:
        try:
            while engine.connection.poll():
                self._receive(engine.connection.recv())
                if self._engine is not engine:
                    return
        except (EOFError, ConnectionError, OSError):
            self._engine_died()
            return
        if engine.exit_code is not None:
            self._engine_died()

    def _receive(self, event: Event) -> None:
        if event.id == self._load_id:
            self._receive_load(event)
            return
        if event.id not in self._sent:
            return  # the answer to a Cancel, or to something already given up
        if isinstance(event, Done | Failed):
            self._finish(event)
            self._send_next()
        else:
            self._on_event(event)

    def _receive_load(self, event: Event) -> None:
        if isinstance(event, Progress):
            self._tell(EngineState("loading", stage=event.stage, fraction=event.fraction))
        elif isinstance(event, Done):
            self._load_id = None
            self.idle.touch()
            self._restarts.ready()
            self._tell(EngineState("ready", model=event.result))
            self._send_next()
        elif isinstance(event, Failed):
            self._load_id = None
            self._load_failed(event)

    def _load_failed(self, failure: Failed) -> None:
        """What is bound to this model fails with it; what is bound to another still has its chance."""
        bound = self._queue.remove_for(self._load) if self._load is not None else []
        if not bound:
            self.refuse(failure)
            return
        self._load = None
        self._tell(EngineState("unloaded", failure=failure))
        for command in bound:
            self._on_event(replace(failure, id=command.id))
        self._send_next()

    def _finish(self, event: Done | Failed) -> None:
        command = self._sent.pop(event.id, None)
        self._deadlines.pop(event.id, None)
        if isinstance(command, UseAdapters) and isinstance(event, Done) and self._load is not None:
            self._load = replace(self._load, adapters=command.adapters)
            self._state = replace(self._state, model=event.result)
        if self._current == event.id:
            self._current = None
            self.idle.touch()
            if self._state.phase == "busy":
                self._tell(replace(self._state, phase="ready"))
        self._on_event(event)

    # --- queue --------------------------------------------------------------------------------

    def take(self, waiting: Waiting) -> None:
        if isinstance(waiting.command, MODEL_FREE) and self._engine:
            self._sent[waiting.command.id] = waiting.command
            if not self._engine.send(waiting.command):
                self._engine_died()
            return
        if self._on_demand and self._engine is None and isinstance(waiting.command, MeasureMemory):
            self._on_event(Done(waiting.command.id, MemoryUse(0, 0, 0, None)))
            return
        if self._on_demand and waiting.load is None and self._load is None:
            self._on_event(Failed(waiting.command.id, "no_model", "No model is chosen."))
            return
        for needless in self._queue.put(waiting):
            self._on_event(Failed(needless.id, "cancelled", "A newer request took its place."))
        if self._state.phase == "failed":
            # Told at once rather than left waiting for an engine that does not come.
            reason = self._state.failure or Failed(0, "engine_unavailable", "The engine is not running.")
            self._fail_waiting(reason)
            return
        self._send_next()

    def _send_next(self) -> None:
        """Send what may go: plans at once, one command of the main lane at a time."""
        if self._on_demand and self._engine is None and self._state.phase == "unloaded" and len(self._queue):
            self.open()
        while self._engine and self._load_id is None and self._state.phase in ("ready", "busy", "unloaded"):
            if self._loads_another():
                return
            waiting = self._queue.take(self._may_go)
            if waiting is None:
                if self._state.phase == "unloaded" and len(self._queue):
                    self._send_load()
                return
            command = waiting.command
            self._sent[command.id] = command
            if not isinstance(command, Plan):
                self._current = command.id
                self._tell(replace(self._state, phase="busy"))
            if not self._engine.send(command):
                self._engine_died()
                return

    def _loads_another(self) -> bool:
        """Whether what comes next is bound to a model that is not there, which is then loaded."""
        first = self._queue.first()
        if first is None or first.load is None or self._current is not None:
            return False
        if first.load == self._load and self._state.phase != "unloaded":
            return False
        self._load = first.load
        self._send_load()
        return True

    def _may_go(self, command: Command) -> bool:
        if isinstance(command, Plan):
            return True
        return self._current is None and self._state.phase != "unloaded"

    def cancel(self, command_id: int) -> None:
        if self._queue.remove(command_id):
            self._on_event(Failed(command_id, "cancelled", "Cancelled before it began."))
        elif command_id in self._sent and command_id not in self._deadlines and self._engine:
            self._engine.send(Cancel(self._next_id(), command_id))
            if isinstance(self._sent[command_id], Plan | MODEL_FREE):
                # Counting holds nobody up, and a reply that runs beside it must not be ended for it.
                self._finish(Failed(command_id, "cancelled", "Stopped before it was counted."))
            else:
                self._deadlines[command_id] = time.monotonic() + CANCEL_PATIENCE_S

    def _end_if_deaf(self) -> None:
        now = time.monotonic()
        late = [command_id for command_id, until in self._deadlines.items() if until <= now]
        if late:
            log.warning("engine did not answer a cancel within %.0f s; ending it", CANCEL_PATIENCE_S)
            for command_id in late:
                self._finish(Failed(command_id, "cancelled", "Stopped; the engine had to be restarted."))
            self._engine_died()

    def _fail_waiting(self, reason: Failed) -> None:
        for command in self._queue.drain():
            self._on_event(replace(reason, id=command.id))

    def unload(self) -> None:
        if self._engine is None or self._state.phase != "ready":
            return  # what runs is not interrupted; it can be stopped
        if self._on_demand:
            self._engine.send(Shutdown(self._next_id()))
            self._engine.end(wait_s=2.0)
            self._engine = None
        elif not self._engine.send(Unload(self._next_id())):
            self._engine_died()
            return
        self._tell(replace(self._state, phase="unloaded"))

    # --- the engine's life ----------------------------------------------------------------------

    def open(self) -> None:
        if self._on_demand and not len(self._queue):
            self._tell(EngineState("unloaded"))
            return
        self._restarts.started()
        try:
            self._engine = self._start_process()
        except OSError as error:
            log.exception("engine could not be started")
            self.refuse(Failed(0, "engine_unavailable", "The engine could not be started.", str(error)))
            return
        first = self._queue.first() if self._on_demand else None
        if first is not None and first.load is not None:
            self._load = first.load
        self._send_load()

    def use_model(self, load: Load) -> None:
        self._load = load
        if self._engine is None and self._state.phase == "failed":
            self.retry()
        elif self._engine:
            self._send_load()

    def _send_load(self) -> None:
        if self._load is None or self._engine is None:
            return
        if self._load_id is not None:
            self._engine.send(Cancel(self._next_id(), self._load_id))  # nobody waits for that one any more
        self._load_id = self._next_id()
        self._tell(EngineState("loading", stage="load"))
        if not self._engine.send(replace(self._load, id=self._load_id)):
            self._engine_died()

    def _engine_died(self) -> None:
        """Tell everyone who waits on it, then start another, unless this happens too often."""
        if self._engine is None:
            return
        code = self._engine.end()
        self._engine, self._current, self._load_id = None, None, None
        log.error("engine ended (exit code %s) with %d commands outstanding", code, len(self._sent))
        for command_id in list(self._sent):
            self._finish(
                Failed(command_id, "engine_died", "The engine stopped unexpectedly.", f"exit code {code}")
            )
        if self._restarts.too_many():
            self.refuse(Failed(0, "engine_unavailable", "The engine stopped several times in a row."))
            return
        self._tell(EngineState("restarting"))
        self.open()

    def refuse(self, failure: Failed) -> None:
        self._tell(EngineState("failed", failure=failure))
        self._fail_waiting(failure)

    def retry(self) -> None:
        if self._state.phase != "failed":
            return
        self._restarts.forgive()
        self._tell(EngineState("starting"))
        if self._engine is None:
            self.open()
        else:
            self._send_load()

    def close(self) -> None:
        closing = Failed(0, "cancelled", "The app is closing.")
        self._fail_waiting(closing)
        for command_id in list(self._sent):
            self._on_event(replace(closing, id=command_id))
        self._sent.clear()
        if self._engine:
            # A reply may be running: ask it to stop so that Shutdown is read at once.
            if self._current is not None:
                self._engine.send(Cancel(self._next_id(), self._current))
            self._engine.send(Shutdown(self._next_id()))
            self._engine.end(wait_s=2.0)
            self._engine = None
        self._tell(EngineState("stopped"))

    def _tell(self, state: EngineState) -> None:
        self._state = state
        self._on_state(state)
