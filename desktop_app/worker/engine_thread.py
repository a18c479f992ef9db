"""The background worker: one thread that owns the engine process and its pipe.

Free of Qt, so that it can be tested and used by the command line: what happens is told through two
callables, called on this thread. Every submitted command gets exactly one terminal event, whatever
happens to the process.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from multiprocessing.connection import wait

from desktop_app.core.messages import Command, Event, Failed, Load
from desktop_app.worker.engine_host import EngineHost
from desktop_app.worker.engine_process import EngineProcess
from desktop_app.worker.engine_state import EngineState
from desktop_app.worker.inbox import Inbox
from desktop_app.worker.queue import Priority, Waiting

log = logging.getLogger(__name__)


class EngineThread:
    """Commands in from any thread, events out on this one. See the module's docstring."""

    def __init__(
        self,
        on_event: Callable[[Event], None],
        on_state: Callable[[EngineState], None],
        start_process: Callable[[], EngineProcess] = EngineProcess,
        on_demand: bool = False,
    ) -> None:
        self._on_event = on_event
        self._inbox = Inbox()
        self._ids = 0
        self._ids_lock = threading.Lock()
        self._stopping = False
        self._host = EngineHost(on_event, on_state, self.next_id, start_process, on_demand)
        self._thread = threading.Thread(target=self._run, name="engine-worker", daemon=True)

    # --- called from any thread ---------------------------------------------------------------

    def start(self) -> None:
        self._thread.start()

    def next_id(self) -> int:
        with self._ids_lock:
            self._ids += 1
            return self._ids

    def use_model(self, load: Load) -> None:
        """Make ``load`` the model that is loaded now and again after every restart of the engine."""
        self._inbox.post(lambda: self._host.use_model(load))

    def refuse_model(self, failure: Failed) -> None:
        """There is no model to load: everything fails with ``failure`` until `use_model`."""
        self._inbox.post(lambda: self._host.refuse(failure))

    def submit(
        self,
        command: Command,
        priority: Priority = Priority.PRESSED,
        topic: str = "",
        load: Load | None = None,
    ) -> int:
        """Queue ``command``; of the same ``topic`` only the newest waits. With ``load`` that model is put
        in the place of the one in use when its turn comes. Returns its id."""
        self._inbox.post(lambda: self._take(Waiting(command, priority, topic, load)))
        return command.id

    def cancel(self, command_id: int) -> None:
        self._inbox.post(lambda: self._host.cancel(command_id))

    def unload(self) -> None:
        """Give the model's memory back; it is loaded again when something is asked of it."""
        self._inbox.post(self._host.unload)

    def unload_after(self, minutes: float) -> None:
        """… without use; 0: never."""
        self._inbox.post(lambda: self._host.idle.set_minutes(minutes))

    def retry(self) -> None:
        """Start the engine again after it was given up (phase ``failed``)."""
        self._inbox.post(self._host.retry)

    def stop(self, wait_s: float = 3.0) -> None:
        """End the engine and this thread; outstanding commands fail with ``cancelled``."""
        self._inbox.post(self._begin_stop)
        if self._thread.is_alive():
            self._thread.join(wait_s + 8.0)

    def engine_pid(self) -> int | None:
        """For tests and diagnostics."""
        return self._host.pid

    # --- the thread ---------------------------------------------------------------------------

    def _take(self, waiting: Waiting) -> None:
        if self._stopping:
            self._on_event(Failed(waiting.command.id, "cancelled", "The app is closing."))
        else:
            self._host.take(waiting)

    def _begin_stop(self) -> None:
        self._stopping = True

    def _run(self) -> None:
        self._guarded(self._host.open)
        while not self._stopping:
            self._guarded(self._turn)
        self._guarded(self._host.close)

    def _guarded(self, step: Callable[[], None]) -> None:
        """A thread that dies in silence would leave everyone waiting for ever."""
        try:
            step()
        except Exception as error:
            log.exception("the engine thread failed")
            self._host.fail(Failed(0, "internal", "The background worker failed.", type(error).__name__))

    def _turn(self) -> None:
        ready = wait([self._inbox.handle, *self._host.handles()], self._host.patience())
        self._inbox.run()
        if len(ready) > (self._inbox.handle in ready):
            self._host.read()
        self._host.look_at_the_clock()
