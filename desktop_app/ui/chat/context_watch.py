"""Keeps the exact token count of the open conversation, and asks before anything is left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop_app.core.messages import ContextPlan, Done, Event, Failed, Plan, PlannedMessage
from desktop_app.worker.engine_worker import EngineWorker
from desktop_app.worker.queue import Priority

TYPING_DELAY_MS = 250

Decide = Callable[[ContextPlan], None]
Refuse = Callable[[Failed], None]


@dataclass(frozen=True, slots=True)
class _Question:
    decide: Decide
    refuse: Refuse


class ContextWatch(QObject):
    """``plan_changed`` follows what is typed, newest only; `ask` plans for one message that is sent."""

    plan_changed = Signal(object)  # ContextPlan or None

    def __init__(self, worker: EngineWorker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self._wanted: Callable[[], tuple[tuple[PlannedMessage, ...], int] | None] = lambda: None
        self._typing_id = 0
        self._questions: dict[int, _Question] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TYPING_DELAY_MS)
        self._timer.timeout.connect(self._ask_now)
        worker.arrived.connect(self._on_event)

    def watch(self, wanted: Callable[[], tuple[tuple[PlannedMessage, ...], int] | None]) -> None:
        """``wanted()`` gives the messages and the reserve when a new count is due."""
        self._wanted = wanted

    def refresh(self) -> None:
        """Something changed: count again soon."""
        self._timer.start()

    def forget(self) -> None:
        """Another conversation is open: a count that is on its way is not about it."""
        self._typing_id = 0

    def ask(self, messages: tuple[PlannedMessage, ...], reserve: int, decide: Decide, refuse: Refuse) -> int:
        """Count for a message that is sent. Returns an id for `take_back`."""
        command = Plan(self._worker.next_id(), messages, reserve)
        self._questions[command.id] = _Question(decide, refuse)
        self._worker.submit(command)
        return command.id

    def take_back(self, question: int) -> None:
        """The answer is not wanted any more: it comes as a refusal of kind ``cancelled``."""
        asked = self._questions.pop(question, None)
        if asked is not None:
            self._worker.cancel(question)
            asked.refuse(Failed(question, "cancelled", "Stopped before the model began."))

    @Slot()
    def _ask_now(self) -> None:
        if self._worker.state.model is None and self._worker.state.phase not in ("ready", "busy"):
            return  # counted when the model is there: app.py refreshes on "ready"
        wanted = self._wanted()
        if wanted is None:
            self.plan_changed.emit(None)
            return
        command = Plan(self._worker.next_id(), *wanted)
        self._typing_id = command.id
        self._worker.submit(command, Priority.TYPING, topic="context")

    @Slot(object)
    def _on_event(self, event: Event) -> None:
        question = self._questions.pop(event.id, None)
        if question is not None:
            if isinstance(event, Done):
                question.decide(event.result)
            elif isinstance(event, Failed):
                question.refuse(event)
        elif event.id == self._typing_id and isinstance(event, Done):
            self.plan_changed.emit(event.result)
