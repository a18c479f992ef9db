"""The Qt face of the engine thread: signals instead of callables, delivered on the GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal, Slot

from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import Command, Event, Failed, Load
from desktop_app.worker.engine_process import EngineProcess
from desktop_app.worker.engine_state import EngineState
from desktop_app.worker.engine_thread import EngineThread
from desktop_app.worker.queue import Priority


class EngineWorker(QObject):
    """Owned by `app.py`, passed to the panes. ``arrived`` and ``state_changed`` arrive in order.
    ``on_demand``: its process runs only while it is needed."""

    arrived = Signal(object)  # core.messages.Event
    state_changed = Signal(object)  # EngineState

    _event_there = Signal(object)
    _state_there = Signal(object)

    def __init__(
        self,
        parent: QObject | None = None,
        on_demand: bool = False,
        start_process: Callable[[], EngineProcess] = EngineProcess,
    ) -> None:
        super().__init__(parent)
        self.state = EngineState("starting")
        # Emitted on the worker's thread, received here: Qt carries them over.
        self._event_there.connect(self._take_event, Qt.ConnectionType.QueuedConnection)
        self._state_there.connect(self._take_state, Qt.ConnectionType.QueuedConnection)
        self._thread = EngineThread(self._event_there.emit, self._state_there.emit, start_process, on_demand)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._thread.stop()

    def next_id(self) -> int:
        return self._thread.next_id()

    def use_model(self, load: Load) -> None:
        self._thread.use_model(load)

    def refuse_model(self, error: InkhornError) -> None:
        """There is no model to load: say so to everyone who asks, until `use_model`."""
        self._thread.refuse_model(Failed(0, error.kind, error.message, values=error.values))

    def submit(
        self,
        command: Command,
        priority: Priority = Priority.PRESSED,
        topic: str = "",
        load: Load | None = None,
    ) -> int:
        return self._thread.submit(command, priority, topic, load)

    def cancel(self, command_id: int) -> None:
        self._thread.cancel(command_id)

    def unload(self) -> None:
        self._thread.unload()

    def unload_after(self, minutes: float) -> None:
        self._thread.unload_after(minutes)

    def retry(self) -> None:
        self._thread.retry()

    def engine_pid(self) -> int | None:
        return self._thread.engine_pid()

    @Slot(object)
    def _take_event(self, event: Event) -> None:
        self.arrived.emit(event)

    @Slot(object)
    def _take_state(self, state: EngineState) -> None:
        self.state = state
        self.state_changed.emit(state)
