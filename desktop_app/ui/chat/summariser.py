"""Has the model summarise the older messages of a conversation, as a note that the user can edit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.core.chat import Message
from desktop_app.core.messages import ChatMessage, Done, Event, Failed, Generate, Text
from desktop_app.core.sampling import Sampling
from desktop_app.worker.engine_worker import EngineWorker

PIECE_CHARACTERS = 6000
"""How much of the conversation is summarised at once. Where that is too much for the model's context
(Chinese takes more tokens a character), the piece is halved until it fits."""

SUMMARY_TOKENS = 220

INSTRUCTION = (
    "Summarise the conversation below in a few short sentences. Keep names, numbers, decisions and open "
    "questions. Write in the language of the conversation. Write only the summary."
)


def transcript(messages: Sequence[Message]) -> str:
    names = {"user": "User", "assistant": "Assistant", "system": "System"}
    return "\n\n".join(f"{names[m.role]}: {m.text}" for m in messages if m.text)


def pieces(text: str, size: int) -> list[str]:
    """``text`` cut into parts of at most ``size`` characters, at paragraph or line ends if possible."""
    parts: list[str] = []
    while len(text) > size:
        cut = max(text.rfind("\n\n", 0, size), text.rfind("\n", size // 2, size))
        cut = cut if cut > 0 else size
        parts.append(text[:cut].strip())
        text = text[cut:].strip()
    if text.strip():
        parts.append(text.strip())
    return [part for part in parts if part]


@dataclass(slots=True)
class _Job:
    conversation_id: int
    upto_id: int
    waiting: list[str]
    done: Callable[[str], None]
    failed: Callable[[Failed], None]
    total: int
    summaries: list[str] = field(default_factory=list)
    text: str = ""


class Summariser(QObject):
    """One summary at a time; progress is told as the share of pieces done."""

    progress = Signal(float)

    def __init__(self, worker: EngineWorker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self._job: _Job | None = None
        self._command_id = 0
        worker.arrived.connect(self._on_event)

    @property
    def busy(self) -> bool:
        return self._job is not None

    def start(
        self,
        messages: Sequence[Message],
        earlier: str,
        done: Callable[[str], None],
        failed: Callable[[Failed], None],
    ) -> None:
        """Summarise ``messages`` (not empty), with the text of the summary before them if there is one."""
        text = transcript(messages)
        waiting = pieces(f"{earlier}\n\n{text}" if earlier else text, PIECE_CHARACTERS)
        last = messages[-1]
        self._job = _Job(last.conversation_id, last.id, waiting, done, failed, max(1, len(waiting)))
        self._next()

    def cancel(self) -> None:
        if self._job is not None:
            self._worker.cancel(self._command_id)

    def _next(self) -> None:
        job = self._job
        if job is None:
            return
        if not job.waiting:
            if len(job.summaries) > 1:  # a summary of the summaries, until there is one
                text, job.summaries = "\n\n".join(job.summaries), []
                job.waiting = pieces(text, PIECE_CHARACTERS)
            else:
                self._job = None
                job.done(job.summaries[0] if job.summaries else "")
                return
        self.progress.emit(min(1.0, len(job.summaries) / job.total))
        job.text = ""
        messages = (ChatMessage("system", INSTRUCTION), ChatMessage("user", job.waiting[0]))
        # Greedy: a summary should say what is there, the same each time.
        sampling = Sampling(temperature=0.0, repetition_penalty=1.1, max_tokens=SUMMARY_TOKENS)
        self._command_id = self._worker.next_id()
        self._worker.submit(Generate(self._command_id, messages, sampling))

    @Slot(object)
    def _on_event(self, event: Event) -> None:
        job = self._job
        if job is None or event.id != self._command_id:
            return
        if isinstance(event, Text):
            job.text += event.text
        elif isinstance(event, Done):
            if event.result.stop_reason == "cancelled":
                self._fail(job, Failed(event.id, "cancelled", "The summary was cancelled."))
                return
            job.waiting.pop(0)
            job.summaries.append(job.text.strip())
            self._next()
        elif isinstance(event, Failed):
            if event.kind == "context_overflow" and len(job.waiting[0]) > 200:
                job.waiting[0:1] = pieces(job.waiting[0], len(job.waiting[0]) // 2)
                self._next()
            else:
                self._fail(job, event)

    def _fail(self, job: _Job, failure: Failed) -> None:
        self._job = None
        job.failed(failure)
