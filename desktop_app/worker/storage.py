"""The database on a thread of its own.

A full sync to a slow disk takes longer than a frame; that is why the window never calls the store
itself.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from desktop_app.core.errors import InkhornError
from desktop_app.store.opening import OpenReport
from desktop_app.store.store import Store, open_store
from desktop_app.worker.lane import Failure, Lane, Then


class Storage(QObject):
    """``run(function, then, failed)`` calls ``function(store)`` on the storage thread, in order."""

    stage = Signal(str)  # opening.Stage: opening takes longer, and why
    opened = Signal(object)  # OpenReport
    open_failed = Signal(object)  # InkhornError
    problem = Signal(object)  # an InkhornError that no caller took

    _stage_there = Signal(str)

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        # Emitted on the storage thread, heard on this one.
        self._stage_there.connect(self.stage, Qt.ConnectionType.QueuedConnection)
        self._lane = Lane("storage", self)
        self._lane.problem.connect(self.problem)
        # Belong to the storage thread.
        self._store: Store | None = None
        self._why_closed = InkhornError("internal", "The database is not open yet.")

    def start(self) -> None:
        self._lane.run(self._open, self.opened.emit, self.open_failed.emit)
        self._lane.start()

    def run(
        self, function: Callable[[Store], Any], then: Then | None = None, failed: Failure | None = None
    ) -> None:
        self._lane.run(lambda: function(self._opened_store()), then, failed)

    def stop(self) -> None:
        """Finish all that was asked, close the database, end the thread."""
        self._lane.run(self._close)
        self._lane.stop()

    def _open(self) -> OpenReport:
        try:
            self._store, report = open_store(self._path, on_stage=self._stage_there.emit)
        except InkhornError as error:
            self._why_closed = error
            raise
        return report

    def _opened_store(self) -> Store:
        if self._store is None:
            raise self._why_closed
        return self._store

    def _close(self) -> None:
        if self._store is not None:
            self._store.close()
