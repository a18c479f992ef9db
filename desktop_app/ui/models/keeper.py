"""What is done with models on the disk: checked, removed (with a time to take that back), cleared, added."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot

from desktop_app.core.errors import InkhornError
from desktop_app.core.paths import Paths
from desktop_app.library.catalogue import CatalogueOnDemand
from desktop_app.library.clearing import clear_prepared
from desktop_app.library.found import Found
from desktop_app.library.importing import import_model, inspect
from desktop_app.library.installed import Installed, list_installed, remove, verify
from desktop_app.worker.lane import Lane

_TOLD_EVERY_S = 0.1


class Keeper(QObject):
    """Long work, one after another on a thread of its own. ``progress`` comes at most ten times a second:
    what it is about (an installed id, or ``import``), bytes done, bytes in all."""

    progress = Signal(str, object, object)
    checked = Signal(str, object)  # id, InkhornError or None
    found = Signal(object)  # Found: what was dropped
    imported = Signal(object, bool)  # Installed, and whether it was there before
    refused = Signal(object)  # InkhornError: of inspect or import
    removed = Signal(str, object)  # id, bytes given back
    cleared = Signal(object)  # bytes given back
    failed = Signal(str, object)  # id, InkhornError
    _told = Signal(str, object, object)

    def __init__(
        self, paths: Paths, catalogue: CatalogueOnDemand, lane: Lane, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._paths, self._catalogue, self._lane = paths, catalogue, lane
        self._stops: dict[str, threading.Event] = {}
        # Emitted on the lane's thread, received here: Qt carries it over.
        self._told.connect(self._pass_on, Qt.ConnectionType.QueuedConnection)

    def check(self, one: Installed) -> None:
        """Look at every byte; ends in ``checked``."""
        told, stopped = self._begin(one.id)

        def end(error: InkhornError | None) -> None:
            if self._stops.pop(one.id, None) is not None:
                self.checked.emit(one.id, error)

        self._lane.run(lambda: verify(one, told, stopped), lambda _: end(None), end)

    def stop(self, key: str) -> None:
        """End a check (by the model's id) or an ``import`` soon."""
        event = self._stops.get(key)
        if event is not None:
            event.set()

    def stop_all(self) -> None:
        for event in self._stops.values():
            event.set()

    def inspect(self, path: Path) -> None:
        self._lane.run(lambda: inspect(path), self.found.emit, self.refused.emit)

    def take_in(self, found: Found, copy: bool) -> None:
        told, stopped = self._begin("import")

        def end(made: tuple[Installed, bool]) -> None:
            self._stops.pop("import", None)
            self.imported.emit(*made)

        def fail(error: InkhornError) -> None:
            self._stops.pop("import", None)
            self.refused.emit(error)

        def work() -> tuple[Installed, bool]:
            catalogue = self._catalogue.get()
            before = {one.id for one in list_installed(self._paths, catalogue)}
            made = import_model(found, self._paths, told, stopped, copy, catalogue)
            return made, made.id in before

        self._lane.run(work, end, fail)

    def remove(self, one: Installed) -> None:
        self._lane.run(
            lambda: remove(one, self._paths),
            lambda given: self.removed.emit(one.id, given),
            lambda error: self.failed.emit(one.id, error),
        )

    def clear_prepared(self) -> None:
        self._lane.run(
            lambda: clear_prepared(self._paths),
            self.cleared.emit,
            lambda error: self.failed.emit("", error),
        )

    def _begin(self, key: str) -> tuple[Callable[[int, int], None], Callable[[], bool]]:
        event = self._stops[key] = threading.Event()
        last = 0.0

        def told(done: int, total: int) -> None:
            nonlocal last
            now = time.monotonic()
            if now - last >= _TOLD_EVERY_S:
                last = now
                self._told.emit(key, done, total)

        return told, event.is_set

    @Slot(str, object, object)
    def _pass_on(self, key: str, done: int, total: int) -> None:
        if key in self._stops:
            self.progress.emit(key, done, total)
