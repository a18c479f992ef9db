"""One thread for the database: calls go in, results come back on the GUI thread, in order."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from desktop_app.core.errors import InkhornError, kind_of_os_error
from desktop_app.store.store import OpenReport, Store, open_store

log = logging.getLogger(__name__)

Then = Callable[[Any], None]
Failure = Callable[[InkhornError], None]


@dataclass(frozen=True, slots=True)
class _Call:
    function: Callable[[Store], Any]
    then: Then | None
    failed: Failure | None


@dataclass(frozen=True, slots=True)
class _Answer:
    call: _Call
    result: Any = None
    error: InkhornError | None = None


class Storage(QObject):
    """``run(function, then, failed)`` calls ``function(store)`` on the storage thread.

    A full sync to a slow disk takes longer than a frame; that is why the window never calls the
    store itself. Calls run one after another in the order they came.
    """

    opened = Signal(object)  # OpenReport
    open_failed = Signal(object)  # InkhornError
    problem = Signal(object)  # an InkhornError that no caller took
    _answered = Signal(object)
    _opened_there = Signal(object)
    _failed_there = Signal(object)

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        queued = Qt.ConnectionType.QueuedConnection
        self._answered.connect(self._take_answer, queued)
        self._opened_there.connect(self._take_report, queued)
        self._failed_there.connect(self._take_open_failure, queued)
        self._thread = threading.Thread(target=self._run, name="storage", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def run(
        self, function: Callable[[Store], Any], then: Then | None = None, failed: Failure | None = None
    ) -> None:
        self._calls.put(_Call(function, then, failed))

    def stop(self) -> None:
        """Finish all that was asked, close the database, end the thread."""
        self._calls.put(None)
        if self._thread.is_alive():
            self._thread.join(30.0)

    def _run(self) -> None:
        try:
            store, report = open_store(self._path)
        except InkhornError as error:
            log.error("database could not be opened: %s", error.kind)
            self._failed_there.emit(error)
            self._refuse_all(error)
            return
        self._opened_there.emit(report)
        while (call := self._calls.get()) is not None:
            self._answered.emit(self._answer(store, call))
        store.close()

    def _answer(self, store: Store, call: _Call) -> _Answer:
        try:
            return _Answer(call, call.function(store))
        except InkhornError as error:
            log.error("storage: %s: %s", error.kind, error.message)
            return _Answer(call, error=error)
        except OSError as error:
            log.exception("storage")
            return _Answer(call, error=InkhornError(kind_of_os_error(error), str(error)))
        except Exception as error:  # the thread must outlive any one call
            log.exception("storage")
            return _Answer(call, error=InkhornError("internal", str(error)))

    def _refuse_all(self, error: InkhornError) -> None:
        while (call := self._calls.get()) is not None:
            self._answered.emit(_Answer(call, error=error))

    @Slot(object)
    def _take_answer(self, answer: _Answer) -> None:
        call = answer.call
        if answer.error is None:
            if call.then:
                call.then(answer.result)
        elif call.failed:
            call.failed(answer.error)
        else:
            self.problem.emit(answer.error)

    @Slot(object)
    def _take_report(self, report: OpenReport) -> None:
        self.opened.emit(report)

    @Slot(object)
    def _take_open_failure(self, error: InkhornError) -> None:
        self.open_failed.emit(error)
