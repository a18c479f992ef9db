"""The engine's loop: commands in, events out, over one `multiprocessing` connection.

Four threads. The reader takes commands off the connection and marks what is cancelled. The counter
answers what needs no weights (`Plan`, `MeasureMemory`, `ListDevices`), also while a reply is being made.
The main lane, which is the caller's own thread, runs all others one after another. The writer sends what
they have to say: a pipe takes 8 KB on some systems, and a reader that waits for room in it while the
other side waits for its own long command to be read would wait for ever.

`serve` does not know which side of a pipe it runs on: tests run it in a thread, the app in a process
(`run_engine`).
"""

from __future__ import annotations

import logging
import os
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from multiprocessing.connection import Connection
from typing import Any

from desktop_app.core.collector import pause_collector
from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import (
    Cancel,
    Command,
    Done,
    Event,
    ListDevices,
    Load,
    MeasureMemory,
    Plan,
    Shutdown,
)
from desktop_app.engine.failures import failed
from desktop_app.engine.lane import Lane
from desktop_app.engine.plan import Planner

log = logging.getLogger(__name__)
_GRACE_SECONDS = 3.0


def serve(connection: Connection, orphaned: Callable[[], None] = lambda: None) -> None:
    """Answer commands until `Shutdown` or the end of the pipe. Every command gets exactly one terminal
    event; after `Shutdown` the connection is closed. ``orphaned`` is called when the pipe ends: what
    runs is then cancelled, but may be in the middle of something long."""
    _Server(connection, orphaned).run()


class _Server:
    def __init__(self, connection: Connection, orphaned: Callable[[], None]) -> None:
        self._connection, self._orphaned = connection, orphaned
        self._outbox: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._state_lock = threading.Lock()
        self._open: set[int] = set()  # commands without a terminal event
        self._cancelled: set[int] = set()
        self._closing = threading.Event()
        self._lane_queue: queue.SimpleQueue[Command | None] = queue.SimpleQueue()
        self._lane = Lane(self._emit, self._is_cancelled)
        self._side_queue: queue.SimpleQueue[tuple[Command, Future[Planner] | None] | None]
        self._side_queue = queue.SimpleQueue()
        self._planner: Future[Planner] | None = None  # of the newest Load; only the reader sets it
        self._planners: dict[int, Future[Planner]] = {}

    def run(self) -> None:
        reader = threading.Thread(target=self._read, name="engine-reader", daemon=True)
        counter = threading.Thread(target=self._count, name="engine-counter", daemon=True)
        writer = threading.Thread(target=self._write, name="engine-writer", daemon=True)
        for thread in (reader, counter, writer):
            thread.start()
        shutdown: Shutdown | None = None
        while (command := self._lane_queue.get()) is not None:
            if isinstance(command, Shutdown):
                shutdown = command
                break
            self._answer(command, lambda command=command: self._run_in_lane(command))  # type: ignore[misc]
        self._side_queue.put(None)
        counter.join(_GRACE_SECONDS)
        if shutdown is not None:
            self._answer(shutdown, lambda: None)
            reader.join(_GRACE_SECONDS)
        self._outbox.put(None)
        writer.join(_GRACE_SECONDS)
        self._closing.set()
        self._connection.close()

    # --- the reader -------------------------------------------------------------------------------

    def _read(self) -> None:
        while True:
            try:
                command = self._connection.recv()
            except (EOFError, OSError):
                self._give_up()
                return
            if not isinstance(command, Command):
                log.error("not a command: %s", type(command).__name__)
                continue
            with self._state_lock:
                self._open.add(command.id)
            if isinstance(command, Shutdown):
                self._cancel_all(except_for=command.id)
                self._lane_queue.put(command)
                return
            self._take(command)

    def _take(self, command: Command) -> None:
        if isinstance(command, Cancel):
            with self._state_lock:
                if command.target in self._open:
                    self._cancelled.add(command.target)
            self._answer(command, lambda: None)
        elif isinstance(command, Plan | MeasureMemory | ListDevices):
            self._side_queue.put((command, self._planner))
        elif isinstance(command, Load):
            self._planner = self._planners[command.id] = Future()
            self._lane_queue.put(command)
        else:
            self._lane_queue.put(command)

    def _give_up(self) -> None:
        """The other side is gone: stop what runs."""
        self._orphaned()
        self._closing.set()
        self._cancel_all(except_for=-1)
        self._lane_queue.put(None)

    def _cancel_all(self, except_for: int) -> None:
        with self._state_lock:
            self._cancelled |= self._open - {except_for}

    # --- the counter ------------------------------------------------------------------------------

    def _count(self) -> None:
        while (item := self._side_queue.get()) is not None:
            command, planner = item
            self._answer(command, lambda command=command, planner=planner: self._tell(command, planner))  # type: ignore[misc]

    def _tell(self, command: Command, planner: Future[Planner] | None) -> Any:
        if isinstance(command, MeasureMemory):
            return self._lane.memory()
        if isinstance(command, ListDevices):
            from desktop_app.engine.devices import list_devices

            return list_devices()
        assert isinstance(command, Plan)
        return self._plan(command, planner)

    def _plan(self, plan: Plan, planner: Future[Planner] | None) -> Any:
        if planner is None:
            raise InkhornError("no_model", "No model is loaded.")
        while True:
            self._stop_if_cancelled(plan.id)
            try:
                return planner.result(timeout=0.05).plan(plan.messages, plan.reserve)
            except TimeoutError:
                continue

    # --- the main lane ----------------------------------------------------------------------------

    def _run_in_lane(self, command: Command) -> Any:
        try:
            self._stop_if_cancelled(command.id)
            if isinstance(command, Load):
                return self._lane.load(command, self._planners[command.id].set_result)
            return self._lane.run(command)
        finally:
            planner = self._planners.pop(command.id, None)
            if planner is not None and not planner.done():
                planner.set_exception(InkhornError("no_model", "No model is loaded."))

    # --- answers ----------------------------------------------------------------------------------

    def _answer(self, command: Command, work: Callable[[], Any]) -> None:
        """Run ``work`` and send the one terminal event of ``command``, whatever happens."""
        event: Event
        try:
            event = Done(command.id, work())
        except BaseException as error:  # noqa: BLE001 (a command without an answer would wait for ever)
            event = failed(command.id, error)
        with self._state_lock:
            self._open.discard(command.id)
            self._cancelled.discard(command.id)
        self._emit(event)

    def _emit(self, event: Event) -> None:
        if not self._closing.is_set():
            self._outbox.put(event)

    def _write(self) -> None:
        while (event := self._outbox.get()) is not None:
            if self._closing.is_set():
                continue
            try:
                self._connection.send(event)
            except OSError:
                self._closing.set()  # the reader sees the end of the pipe too

    def _is_cancelled(self, command_id: int) -> bool:
        return command_id in self._cancelled

    def _stop_if_cancelled(self, command_id: int) -> None:
        if self._is_cancelled(command_id):
            raise InkhornError("cancelled", "Taken back before it began.")


def run_engine(connection: Connection) -> None:
    """What the engine process runs: the target to spawn with one end of a `multiprocessing.Pipe`."""
    from desktop_app.engine.process import end_soon, import_torch_early, prepare_process

    pause_collector()  # until a model is loaded
    prepare_process()
    import_torch_early()
    serve(connection, orphaned=end_soon)
    logging.shutdown()
    os._exit(0)  # torch's own threads take up to half a second to wind down, and hold nothing to save
