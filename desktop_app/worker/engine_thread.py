"""The loop of the background worker: one thread that owns the engine process and its pipe.

Free of Qt, so that it can be tested and used by the command line: what happens is told through two
callables, called on this thread. Every submitted command gets exactly one terminal event, whatever
happens to the process.
"""

from __future__ import annotations

import collections
import logging
import multiprocessing
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection, wait

from desktop_app.core.messages import (
    Cancel,
    Command,
    Done,
    Event,
    Failed,
    Load,
    Plan,
    Progress,
    Shutdown,
)
from desktop_app.worker.engine_process import EngineProcess
from desktop_app.worker.engine_state import EngineState
from desktop_app.worker.queue import CommandQueue, Priority, Waiting
from desktop_app.worker.restarts import Restarts

log = logging.getLogger(__name__)

CANCEL_PATIENCE_S = 3.0
"""An engine that has not ended a cancelled command by then is ended itself."""


class EngineThread:
    """Commands in from any thread, events out on this one. See the module's docstring."""

    def __init__(
        self,
        on_event: Callable[[Event], None],
        on_state: Callable[[EngineState], None],
        start_process: Callable[[], EngineProcess] = EngineProcess,
    ) -> None:
        self._on_event = on_event
        self._on_state = on_state
        self._start_process = start_process
        self._inbox: collections.deque[Callable[[], None]] = collections.deque()
        self._wake_in, self._wake_out = multiprocessing.Pipe(duplex=False)
        self._wake_lock = threading.Lock()
        self._awake = False  # a byte lies unread in the wake pipe
        self._ids = 0
        self._ids_lock = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="engine-worker", daemon=True)
        # The fields below belong to the thread.
        self._engine: EngineProcess | None = None
        self._queue = CommandQueue()
        self._sent: dict[int, Command] = {}  # what the engine owes a terminal event
        self._current: int | None = None  # the one command of the main lane that is running
        self._load: Load | None = None
        self._load_id: int | None = None
        self._deadlines: dict[int, float] = {}  # cancelled commands, and until when
        self._restarts = Restarts()
        self._state = EngineState("starting")
        self._stopping = False

    # --- called from any thread ---------------------------------------------------------------

    def start(self) -> None:
        self._thread.start()

    def next_id(self) -> int:
        with self._ids_lock:
            self._ids += 1
            return self._ids

    def use_model(self, load: Load) -> None:
        """Make ``load`` the model that is loaded now and again after every restart of the engine."""
        self._post(lambda: self._take_model(load))

    def refuse_model(self, failure: Failed) -> None:
        """There is no model to load: everything fails with ``failure`` until `use_model`."""
        self._post(lambda: self._give_up(failure))

    def submit(self, command: Command, priority: Priority = Priority.PRESSED, topic: str = "") -> int:
        """Queue ``command``; of the same ``topic`` only the newest waits. Returns its id."""
        self._post(lambda: self._take(Waiting(command, priority, topic)))
        return command.id

    def cancel(self, command_id: int) -> None:
        self._post(lambda: self._cancel(command_id))

    def retry(self) -> None:
        """Start the engine again after it was given up (phase ``failed``)."""
        self._post(self._retry)

    def stop(self, wait_s: float = 3.0) -> None:
        """End the engine and this thread; outstanding commands fail with ``cancelled``."""
        self._post(self._begin_stop)
        if self._thread.is_alive():
            self._thread.join(wait_s + 8.0)

    def engine_pid(self) -> int | None:
        """For tests and diagnostics."""
        engine = self._engine
        return engine.pid if engine else None

    def _post(self, action: Callable[[], None]) -> None:
        with self._wake_lock:
            self._inbox.append(action)
            if not self._awake:  # never more than one byte, so that a caller can never block
                self._awake = True
                self._wake_out.send_bytes(b"!")

    # --- the thread ---------------------------------------------------------------------------

    def _run(self) -> None:
        self._guarded(self._open_engine)
        while not self._stopping:
            self._guarded(self._turn)
        self._guarded(self._close)

    def _guarded(self, step: Callable[[], None]) -> None:
        """A thread that dies in silence would leave everyone waiting for ever."""
        try:
            step()
        except Exception as error:
            log.exception("the engine thread failed")
            failure = Failed(0, "internal", "The background worker failed.", type(error).__name__)
            engine, self._engine = self._engine, None
            if engine is not None:
                engine.end()
            for command_id in list(self._sent):
                self._finish(replace(failure, id=command_id))
            self._give_up(failure)

    def _turn(self) -> None:
        handles: list[Connection | int] = [self._wake_in]
        if self._engine:
            handles += [self._engine.connection, self._engine.sentinel]
        ready = wait(handles, self._patience())
        if self._wake_in in ready:
            with self._wake_lock:
                self._wake_in.recv_bytes()
                self._awake = False
        while self._inbox:
            self._inbox.popleft()()
        if self._engine and len(ready) > (self._wake_in in ready):
            self._read_engine(self._engine)
        self._end_if_deaf()

    def _patience(self) -> float | None:
        if not self._deadlines:
            return None
        return max(0.0, min(self._deadlines.values()) - time.monotonic())

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
            self._restarts.ready()
            self._tell(EngineState("ready", model=event.result))
            self._send_next()
        elif isinstance(event, Failed):
            self._load_id = None
            self._give_up(event)

    def _finish(self, event: Done | Failed) -> None:
        self._sent.pop(event.id, None)
        self._deadlines.pop(event.id, None)
        if self._current == event.id:
            self._current = None
            if self._state.phase == "busy":
                self._tell(replace(self._state, phase="ready"))
        self._on_event(event)

    # --- queue --------------------------------------------------------------------------------

    def _take(self, waiting: Waiting) -> None:
        if self._stopping:
            self._on_event(Failed(waiting.command.id, "cancelled", "The app is closing."))
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
        while self._engine and self._load_id is None and self._state.phase in ("ready", "busy"):
            waiting = self._queue.take(self._may_go)
            if waiting is None:
                return
            command = waiting.command
            self._sent[command.id] = command
            if not isinstance(command, Plan):
                self._current = command.id
                self._tell(replace(self._state, phase="busy"))
            if not self._engine.send(command):
                self._engine_died()
                return

    def _may_go(self, command: Command) -> bool:
        return self._current is None or isinstance(command, Plan)

    def _cancel(self, command_id: int) -> None:
        if self._queue.remove(command_id):
            self._on_event(Failed(command_id, "cancelled", "Cancelled before it began."))
        elif command_id in self._sent and command_id not in self._deadlines and self._engine:
            self._engine.send(Cancel(self.next_id(), command_id))
            if isinstance(self._sent[command_id], Plan):
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

    # --- the engine's life ----------------------------------------------------------------------

    def _open_engine(self) -> None:
        self._restarts.started()
        try:
            self._engine = self._start_process()
        except OSError as error:
            log.exception("engine could not be started")
            self._give_up(Failed(0, "engine_unavailable", "The engine could not be started.", str(error)))
            return
        self._send_load()

    def _take_model(self, load: Load) -> None:
        self._load = load
        if self._engine is None and self._state.phase == "failed":
            self._retry()
        elif self._engine:
            self._send_load()

    def _send_load(self) -> None:
        if self._load is None or self._engine is None:
            return
        if self._load_id is not None:
            self._engine.send(Cancel(self.next_id(), self._load_id))  # nobody waits for that one any more
        self._load_id = self.next_id()
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
            self._give_up(Failed(0, "engine_unavailable", "The engine stopped several times in a row."))
            return
        self._tell(EngineState("restarting"))
        self._open_engine()

    def _give_up(self, failure: Failed) -> None:
        self._tell(EngineState("failed", failure=failure))
        self._fail_waiting(failure)

    def _retry(self) -> None:
        if self._state.phase != "failed":
            return
        self._restarts.forgive()
        self._tell(EngineState("starting"))
        if self._engine is None:
            self._open_engine()
        else:
            self._send_load()

    def _begin_stop(self) -> None:
        self._stopping = True

    def _close(self) -> None:
        closing = Failed(0, "cancelled", "The app is closing.")
        self._fail_waiting(closing)
        for command_id in list(self._sent):
            self._on_event(replace(closing, id=command_id))
        self._sent.clear()
        if self._engine:
            # A reply may be running: ask it to stop so that Shutdown is read at once.
            if self._current is not None:
                self._engine.send(Cancel(self.next_id(), self._current))
            self._engine.send(Shutdown(self.next_id()))
            self._engine.end(wait_s=2.0)
            self._engine = None
        self._tell(EngineState("stopped"))

    def _tell(self, state: EngineState) -> None:
        self._state = state
        self._on_state(state)
