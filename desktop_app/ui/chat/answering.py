"""Replies of the open conversation: begun, shown as they come, ended well or badly."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from desktop_app.core.chat import Message
from desktop_app.core.errors import InkhornError
from desktop_app.core.i18n import mark
from desktop_app.core.messages import ContextPlan, Failed
from desktop_app.store.store import Store
from desktop_app.ui.chat import problems
from desktop_app.ui.chat.answer_flow import AnswerFlow, problem_of
from desktop_app.ui.chat.open_chat import OpenChat
from desktop_app.ui.chat.replies import Replies, ReplyEnd
from desktop_app.ui.chat.session import Session
from desktop_app.ui.conversation.items import Problem
from desktop_app.worker.storage import Storage


class Answering(QObject):
    """Lets the model write messages that the store already holds a place for."""

    list_stale = Signal()
    trouble = Signal(object)  # InkhornError
    replied = Signal(object)  # Reply: figures for the status line

    def __init__(
        self, chat: OpenChat, storage: Storage, replies: Replies, flow: AnswerFlow, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._chat = chat
        self._storage = storage
        self._replies = replies
        self._flow = flow
        self._flow.held.connect(self._hold)
        self._flow.stopped.connect(self._stopped)
        self._flow.refused.connect(self._refused)
        replies.piece.connect(self._show_piece)
        replies.progress.connect(self._show_progress)
        replies.ended.connect(self._ended)
        replies.not_stored.connect(self._not_stored)
        replies.stored_again.connect(self._stored_again)
        self._told_unstored: set[int] = set()  # messages whose problem says that they are not stored

    def begin(self, session: Session, message: Message, accept_left_out: bool = False) -> None:
        """Let the model write ``message``, or go on where it has text already."""
        chat = self._chat
        if session is chat.session:
            chat.show_busy(message.id, mark("Thinking…"))

        def show(plan: ContextPlan) -> None:
            if session is chat.session:
                chat.take_plan(plan)

        self._flow.begin(session, message, chat.sampling_of(session), accept_left_out, show)

    def stop(self, conversation_id: int) -> None:
        """End the reply that is being written or about to be."""
        self._flow.stop(conversation_id)
        self._replies.stop_conversation(conversation_id)

    def add(self, parent_id: int | None, question: str | None = None) -> None:
        """A new reply below ``parent_id``, beside those that may be there; with ``question`` that is
        said first, and the reply stands below it."""
        chat, session, model = self._chat, self._chat.session, self._chat.model_name

        def write(store: Store) -> list[Message]:
            with store.together():
                above = parent_id
                if question is not None:
                    above = store.add_message(session.id, parent_id, "user", question).id
                store.add_message(session.id, above, "assistant", "", "streaming", model)
            return store.branch(session.id)

        def written(branch: list[Message]) -> None:
            if session is chat.session:
                chat.show_branch(branch)
                chat.view.to_end()
            else:
                session.branch = branch
            self.list_stale.emit()
            self.begin(session, branch[-1])

        self._storage.run(write, written, self.trouble.emit)

    def go_on(self, message: Message, accept_left_out: bool = False) -> None:
        """Begin again with a reply that was stopped, held back or failed."""
        running = replace(message, state="streaming", stop_reason="", error_kind="", error_message="")
        session = self._chat.session
        self._chat.view.set_problem(message.id, None)
        self._chat.put(running)
        self._storage.run(
            lambda store: store.update_message(
                message.id, state="streaming", stop_reason="", error_kind="", error_message=""
            ),
            lambda _: self.begin(session, running, accept_left_out),
            self.trouble.emit,
        )

    def _show_piece(self, message_id: int, piece: str) -> None:
        run = self._replies.running(self._chat.session.id)
        if run is not None and run.message_id == message_id:
            self._chat.view.append_text(message_id, piece)

    def _show_progress(self, message_id: int, stage: str, fraction: float | None) -> None:
        if stage == "prompt" and self._chat.session.message(message_id) is not None:
            self._chat.view.set_progress(message_id, mark("Reading the conversation…"), fraction)

    def _ended(self, end: ReplyEnd) -> None:
        self.list_stale.emit()
        if end.reply is not None:
            self.replied.emit(end.reply)
        message = self._chat.session.message(end.message_id)
        if message is not None:
            model = self._chat.model_name or message.model
            self._chat.put(replace(message, **end.fields(), model=model))
            if end.failure is not None:
                self._told_unstored.discard(end.message_id)
                self._chat.view.set_problem(end.message_id, problem_of(end.failure, bool(end.text)))
        self._chat.settle()

    def _refused(self, message_id: int, failure: Failed) -> None:
        """The reply could not even begin."""
        kind, sentence = failure.kind, failure.message
        self._storage.run(
            lambda store: store.update_message(
                message_id, state="failed", error_kind=kind, error_message=sentence
            ),
            failed=self.trouble.emit,
        )
        message = self._chat.session.message(message_id)
        if message is not None:
            self._chat.put(replace(message, state="failed", error_kind=kind, error_message=sentence))
            self._chat.view.set_problem(message_id, problem_of(failure, bool(message.text)))
            self._chat.settle()

    def _hold(self, message_id: int, problem: Problem) -> None:
        self._stopped(message_id)
        if self._chat.session.message(message_id) is not None:
            self._chat.view.set_problem(message_id, problem)

    def _stopped(self, message_id: int) -> None:
        """The reply stays where it was, for the user to go on with."""
        self._storage.run(
            lambda store: store.update_message(message_id, state="stopped"), failed=self.trouble.emit
        )
        message = self._chat.session.message(message_id)
        if message is not None:
            self._chat.view.set_progress(message_id, "", None)
            self._chat.put(replace(message, state="stopped"))
            self._chat.settle()

    def _not_stored(self, message_id: int, error: InkhornError) -> None:
        if self._chat.session.message(message_id) is not None:
            self._told_unstored.add(message_id)
            problem = problems.not_stored_problem(error.kind, error.values)
            self._chat.view.set_problem(message_id, problem)

    def _stored_again(self, message_id: int) -> None:
        if message_id in self._told_unstored:
            self._told_unstored.discard(message_id)
            self._chat.view.set_problem(message_id, None)
