"""What the engine says of the model in memory and of the computer, asked for when it can have changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.core.i18n import tr
from desktop_app.core.messages import (
    Adapter,
    Command,
    DeviceInfo,
    Done,
    Event,
    Failed,
    ListDevices,
    MeasureMemory,
    MemoryUse,
    ModelInfo,
    Notice,
    UseAdapters,
)
from desktop_app.worker.engine_state import EngineState
from desktop_app.worker.engine_worker import EngineWorker


def notice_words(notice: Notice | None) -> str:
    """Why a model does not run where it was meant to."""
    if notice is None:
        return ""
    known = {
        "device_failed": tr("The graphics card failed, so the model runs on the CPU."),
        "device_full": tr("The graphics card has too little memory, so the model runs on the CPU."),
        "device_missing": tr("The chosen device is not there any more, so the model runs on the CPU."),
    }
    return known.get(notice.kind, notice.message)


class EngineFacts(QObject):
    """``changed`` when the model in memory, or what it takes, is another; ``failed`` when none could be
    loaded; ``devices_known`` once the engine has listed them."""

    changed = Signal()
    failed = Signal()
    devices_known = Signal(object)  # tuple[DeviceInfo, ...]
    adapters_failed = Signal(object)  # Failed

    def __init__(self, worker: EngineWorker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self.model: ModelInfo | None = None  # what is in memory now
        self.memory: MemoryUse | None = None
        self.failure: Failed | None = None  # why there is no model
        self.devices: tuple[DeviceInfo, ...] = ()
        self._asked: dict[int, Callable[[Any], None]] = {}
        self._adapters_asked = 0
        worker.state_changed.connect(self._take_state)
        worker.arrived.connect(self._take_event)

    @property
    def memory_bytes(self) -> int:
        """What the model takes: weights, and what it remembers of conversations."""
        if self.model is None:
            return 0
        if self.memory is not None and self.memory.weights:
            return self.memory.weights + self.memory.caches
        return self.model.memory_bytes

    def measure(self) -> None:
        if self.model is not None:
            self._ask(MeasureMemory(self._worker.next_id()), self._take_memory)

    def unload(self) -> None:
        """Give the model's memory back."""
        self._worker.unload()

    def use_adapters(self, adapters: tuple[Adapter, ...]) -> None:
        if self.model is not None:
            command = UseAdapters(self._worker.next_id(), adapters)
            self._adapters_asked = command.id
            self._ask(command, self._take_model)

    def _ask(self, command: Command, then: Callable[[Any], None]) -> None:
        self._asked[command.id] = then
        self._worker.submit(command)

    @Slot(object)
    def _take_state(self, state: EngineState) -> None:
        self._take_failure(state.failure if state.phase == "failed" else None)
        before = self.model
        if state.phase in ("ready", "busy"):
            self.model = state.model
        else:
            self._forget()
        if self.model is not None and self.model is not before:
            self.changed.emit()
            self.measure()
            if not self.devices:
                self._ask(ListDevices(self._worker.next_id()), self._take_devices)

    def _take_failure(self, failure: Failed | None) -> None:
        if failure != self.failure:
            self.failure = failure
            self.changed.emit()
            if failure is not None:
                self.failed.emit()

    @Slot(object)
    def _take_event(self, event: Event) -> None:
        if isinstance(event, Done) and event.id in self._asked:
            self._asked.pop(event.id)(event.result)
        elif isinstance(event, Failed) and event.id in self._asked:
            del self._asked[event.id]
            if event.id == self._adapters_asked:
                self.adapters_failed.emit(event)

    def _take_memory(self, memory: MemoryUse) -> None:
        self.memory = memory
        self.changed.emit()

    def _take_devices(self, devices: tuple[DeviceInfo, ...]) -> None:
        self.devices = devices
        self.devices_known.emit(devices)

    def _take_model(self, model: ModelInfo) -> None:
        self.model = model
        self.changed.emit()

    def _forget(self) -> None:
        if self.model is not None:
            self.model = self.memory = None
            self.changed.emit()
