"""The summary that stands for the older messages of a conversation: made, edited, taken away."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.core.chat import Message, Note
from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import Failed
from desktop_app.store.store import Store
from desktop_app.ui.chat.answering import Answering
from desktop_app.ui.chat.open_chat import OpenChat
from desktop_app.ui.chat.summariser import Summariser
from desktop_app.worker.storage import Storage

KEEP_LATEST = 4
"""Messages at the end that a summary made on request leaves alone: the last two exchanges."""


def to_summarise(branch: list[Message], left_out: set[int], covered_upto: int | None) -> list[Message]:
    """The messages that the next summary is made of: those that no longer fit and half of the others,
    or all but the last `KEEP_LATEST`; pinned ones stay as they are, and what an earlier summary covers
    is not read again."""
    end = max(0, len(branch) - KEEP_LATEST)
    if left_out:
        first_kept = max((i for i, message in enumerate(branch) if message.id in left_out), default=-1) + 1
        # Half of what still fits goes too: else the next message would leave something out again.
        end = max(first_kept, (first_kept + end) // 2)
    start = next((i + 1 for i, m in enumerate(branch) if m.id == covered_upto), 0)
    return [message for message in branch[start:end] if message.text and not message.pinned]


class Summaries(QObject):
    """Joins the summariser to the open conversation and the store."""

    working = Signal(bool)
    progress = Signal(float)
    trouble = Signal(object)  # InkhornError

    def __init__(
        self,
        chat: OpenChat,
        answering: Answering,
        storage: Storage,
        summariser: Summariser,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._chat = chat
        self._answering = answering
        self._storage = storage
        self._summariser = summariser
        summariser.progress.connect(self.progress)
        chat.view.note_edited.connect(self._edit)
        chat.view.note_deleted.connect(self._delete)

    @Slot()
    def summarise(self) -> None:
        self.summarise_for(0)

    @Slot(int)
    def summarise_for(self, reply_id: int) -> None:
        """Summarise what does not fit; then begin with the reply ``reply_id`` that waits for it."""
        session = self._chat.session
        left_out = set(session.plan.left_out) if session.plan else set()
        note = session.note
        messages = to_summarise(session.branch, left_out, note.upto_id if note else None)
        if self._summariser.busy or not messages:
            return
        self.working.emit(True)

        def done(text: str) -> None:
            self.working.emit(False)
            self._storage.run(
                lambda store: store.set_note(session.id, messages[-1].id, text), stored, self.trouble.emit
            )

        def stored(made: Note) -> None:
            session.note = made
            if session is self._chat.session:
                self._chat.settle()
            waiting = session.message(reply_id)
            if waiting is not None and session is self._chat.session:
                self._answering.go_on(waiting)

        def failed(failure: Failed) -> None:
            self.working.emit(False)
            if failure.kind != "cancelled":
                self.trouble.emit(InkhornError(failure.kind, failure.message, **failure.values))

        self._summariser.start(messages, note.text if note else "", done, failed)

    @Slot()
    def cancel(self) -> None:
        self._summariser.cancel()

    @Slot(int, str)
    def _edit(self, note_id: int, text: str) -> None:
        session = self._chat.session
        if session.note is None or session.note.id != note_id:
            return
        upto = session.note.upto_id

        def stored(note: Note) -> None:
            session.note = note
            if session is self._chat.session:
                self._chat.settle()

        self._storage.run(lambda store: store.set_note(session.id, upto, text), stored, self.trouble.emit)

    @Slot(int)
    def _delete(self, note_id: int) -> None:
        session = self._chat.session

        def delete(store: Store) -> None:
            store.delete_note(note_id)

        def deleted(_: object) -> None:
            session.note = None
            if session is self._chat.session:
                self._chat.settle()

        self._storage.run(delete, deleted, self.trouble.emit)
