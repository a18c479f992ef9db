"""Replies on their way: from the engine's events to the screen and, at least once a second, the disk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop_app.core.chat import MessageState
from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import ChatMessage, Done, Event, Failed, Generate, Progress, Reply, Text
from desktop_app.core.sampling import Sampling
from desktop_app.store.store import Store
from desktop_app.ui.chat.reply_run import ReplyRun
from desktop_app.worker.engine_worker import EngineWorker
from desktop_app.worker.storage import Storage

PAINT_MS = 40
STORE_MS = 500  # well inside the promise of one second


@dataclass(frozen=True, slots=True)
class ReplyEnd:
    """How a reply ended. ``reply`` has the figures of one that ran, ``failure`` says why one did not."""

    conversation_id: int
    message_id: int
    text: str
    state: MessageState
    reply: Reply | None = None
    failure: Failed | None = None

    def fields(self) -> dict[str, Any]:
        """The fields of a `Message` that the end of its reply sets."""
        reply, failure = self.reply, self.failure
        return {
            "text": self.text,
            "state": self.state,
            "stop_reason": reply.stop_reason if reply else ("cancelled" if self.state == "stopped" else ""),
            "error_kind": failure.kind if failure else "",
            "error_message": failure.message if failure else "",
            "prompt_tokens": reply.prompt_tokens if reply else 0,
            "reply_tokens": reply.reply_tokens if reply else 0,
            "first_token_s": reply.first_token_s if reply else 0.0,
            "tokens_per_s": reply.decode_tokens_per_s if reply else 0.0,
        }


class Replies(QObject):
    """Runs `Generate` commands for messages that the store already holds."""

    piece = Signal(int, str)  # message id, text to append
    progress = Signal(int, str, object)  # message id, stage, fraction or None
    ended = Signal(object)  # ReplyEnd
    not_stored = Signal(int, object)  # message id, InkhornError: what is shown is not on the disk
    stored_again = Signal(int)  # message id: now it is

    def __init__(self, worker: EngineWorker, storage: Storage, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self._storage = storage
        self._runs: dict[int, ReplyRun] = {}
        self._unstored: dict[int, ReplyEnd] = {}
        self._behind: set[int] = set()  # messages of which a write failed since the last good one
        worker.arrived.connect(self._on_event)
        self._painter = QTimer(self)
        self._painter.setInterval(PAINT_MS)
        self._painter.timeout.connect(self._paint)
        self._keeper = QTimer(self)
        self._keeper.setInterval(STORE_MS)
        self._keeper.timeout.connect(self._keep)

    def start(
        self,
        conversation_id: int,
        message_id: int,
        messages: tuple[ChatMessage, ...],
        sampling: Sampling,
        text_before: str = "",
    ) -> None:
        """Let the model write message ``message_id``. With ``text_before`` it goes on from there; the
        last of ``messages`` is then that unfinished reply."""
        command = Generate(self._worker.next_id(), messages, sampling, continue_last=bool(text_before))
        length = len(text_before)
        self._runs[command.id] = ReplyRun(
            command.id, conversation_id, message_id, text_before, length, length
        )
        self._worker.submit(command)
        self._painter.start()
        self._keeper.start()

    def stop(self, message_id: int) -> None:
        for run in self._runs.values():
            if run.message_id == message_id:
                run.asked_to_stop = True
                self._worker.cancel(run.command_id)

    def stop_conversation(self, conversation_id: int) -> None:
        for run in self._runs.values():
            if run.conversation_id == conversation_id:
                self.stop(run.message_id)

    def running(self, conversation_id: int) -> ReplyRun | None:
        """The reply that is being written in ``conversation_id``, if there is one."""
        return next((run for run in self._runs.values() if run.conversation_id == conversation_id), None)

    def store_again(self, message_id: int) -> None:
        """Try once more to write a reply that could not be stored."""
        end = self._unstored.get(message_id)
        if end is not None:
            self._store_end(end)

    def flush(self) -> None:
        """Write what has come so far (before the app closes)."""
        self._keep()

    @Slot(object)
    def _on_event(self, event: Event) -> None:
        run = self._runs.get(event.id)
        if run is None:
            return
        if isinstance(event, Text):
            run.text += event.text
        elif isinstance(event, Progress):
            self.progress.emit(run.message_id, event.stage, event.fraction)
        elif isinstance(event, Done):
            reply: Reply = event.result
            stopped = reply.stop_reason in ("cancelled", "length", "context")
            self._end(run, "stopped" if stopped else "complete", reply=reply)
        elif isinstance(event, Failed):
            if event.kind == "cancelled" and run.asked_to_stop:
                self._end(run, "stopped")
            else:
                self._end(run, "failed", failure=event)

    def _end(
        self, run: ReplyRun, state: MessageState, reply: Reply | None = None, failure: Failed | None = None
    ) -> None:
        self._show(run)
        del self._runs[run.command_id]
        if not self._runs:
            self._painter.stop()
            self._keeper.stop()
        end = ReplyEnd(run.conversation_id, run.message_id, run.text, state, reply, failure)
        self._store_end(end)
        self.ended.emit(end)

    def _store_end(self, end: ReplyEnd) -> None:
        model = self._worker.state.model

        def write(store: Store) -> None:
            store.update_message(end.message_id, **end.fields(), model=model.name if model else None)

        def stored(_result: object) -> None:
            if self._unstored.pop(end.message_id, None) is not None or end.message_id in self._behind:
                self._behind.discard(end.message_id)
                self.stored_again.emit(end.message_id)

        def failed(error: InkhornError) -> None:
            self._unstored[end.message_id] = end
            self.not_stored.emit(end.message_id, error)

        self._storage.run(write, stored, failed)

    def _paint(self) -> None:
        for run in self._runs.values():
            self._show(run)

    def _show(self, run: ReplyRun) -> None:
        piece = run.take_unshown()
        if piece:
            self.piece.emit(run.message_id, piece)

    def _keep(self) -> None:
        for run in list(self._runs.values()):
            before = run.stored
            piece = run.take_unstored()
            if piece:
                self._append(run, before, piece)

    def _append(self, run: ReplyRun, before: int, piece: str) -> None:
        def failed(error: InkhornError) -> None:
            run.stored = 0  # the next write brings the whole text, so that no gap can stay
            self._behind.add(run.message_id)
            self.not_stored.emit(run.message_id, error)

        def whole(_result: object) -> None:
            if run.message_id in self._behind:
                self._behind.discard(run.message_id)
                self.stored_again.emit(run.message_id)

        if before == 0:
            self._storage.run(lambda store: store.update_message(run.message_id, text=piece), whole, failed)
        else:
            self._storage.run(lambda store: store.append_text(run.message_id, piece), failed=failed)
