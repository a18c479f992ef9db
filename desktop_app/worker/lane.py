"""A thread with a queue: calls go in, results come back on the GUI thread, in order."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from desktop_app.core.errors import InkhornError, code_of, kind_of_os_error

log = logging.getLogger(__name__)

Then = Callable[[Any], None]
Failure = Callable[[InkhornError], None]


@dataclass(frozen=True, slots=True)
class _Call:
    function: Callable[[], Any]
    then: Then | None
    failed: Failure | None


@dataclass(frozen=True, slots=True)
class _Answer:
    call: _Call
    result: Any = None
    error: InkhornError | None = None


class Lane(QObject):
    """``run(function, then, failed)``: ``function`` runs on the lane's thread, one after another;
    ``then(result)`` or ``failed(error)`` is called on the thread that the lane was made on."""

    problem = Signal(object)  # an InkhornError that no caller took
    _answered = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._answered.connect(self._take_answer, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def run(
        self, function: Callable[[], Any], then: Then | None = None, failed: Failure | None = None
    ) -> None:
        self._calls.put(_Call(function, then, failed))

    def stop(self, wait_s: float = 30.0) -> None:
        """Finish all that was asked, then end the thread."""
        self._calls.put(None)
        if self._thread.is_alive():
            self._thread.join(wait_s)

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            self._answered.emit(self._answer(call))

    def _answer(self, call: _Call) -> _Answer:
        try:
            return _Answer(call, call.function())
        except InkhornError as error:
            # Its message may name what the user called something; the formatter leaves it out.
            log.error("%s: %s %s", self._name, error.kind, error.values.get("sqlite", ""), exc_info=error)
            return _Answer(call, error=error)
        except OSError as error:
            log.exception(self._name)
            return _Answer(call, error=InkhornError(kind_of_os_error(error), str(error), code=code_of(error)))
        except Exception as error:  # the thread must outlive any one call
            log.exception(self._name)
            return _Answer(call, error=InkhornError("internal", str(error), code=code_of(error)))

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
