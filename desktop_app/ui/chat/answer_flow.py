"""From a place for a reply to a running reply: count, ask if something would be left out, begin."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from desktop_app.core.chat import Message
from desktop_app.core.messages import ContextPlan, Failed
from desktop_app.core.sampling import Sampling
from desktop_app.ui.chat.context_watch import ContextWatch
from desktop_app.ui.chat.problems import left_out_problem, reply_problem
from desktop_app.ui.chat.prompt import chat_messages, plan_messages
from desktop_app.ui.chat.replies import Replies
from desktop_app.ui.chat.session import Session
from desktop_app.ui.conversation.items import Problem


class AnswerFlow(QObject):
    """`begin` ends in a running reply, or in ``held`` (the user decides), ``stopped`` or ``refused``."""

    held = Signal(int, object)  # message id, Problem: an answer is due from the user
    stopped = Signal(int)  # message id
    refused = Signal(int, object)  # message id, Failed

    def __init__(self, watch: ContextWatch, replies: Replies, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._watch = watch
        self._replies = replies
        self._beginning: dict[int, int] = {}  # conversation: its question about room in the context

    def is_beginning(self, conversation_id: int) -> bool:
        """A reply there waits for its count (the engine may still be loading)."""
        return conversation_id in self._beginning

    def stop(self, conversation_id: int) -> None:
        question = self._beginning.get(conversation_id)
        if question is not None:
            self._watch.take_back(question)

    def begin(
        self,
        session: Session,
        message: Message,
        sampling: Sampling,
        accept_left_out: bool,
        on_plan: Callable[[ContextPlan], None],
    ) -> None:
        """Let the model write ``message``, or go on with it where it has text already.

        It is held when messages would be left out and nobody has been shown yet that the conversation
        is longer than the model's view; from then on the mark in the conversation tells where that
        begins. ``accept_left_out``: the user has said that they may be left out.
        """
        context = [*session.before(message.id), *([message] if message.text else [])]
        planned = plan_messages(context, session.options.system_prompt, session.note)
        shown = session.shown_left_out
        place = message.conversation_id

        def decide(plan: ContextPlan) -> None:
            self._beginning.pop(place, None)
            on_plan(plan)
            if plan.prompt_tokens >= plan.context_length:
                values = {"prompt_tokens": plan.prompt_tokens, "context_length": plan.context_length}
                text = "The messages that must be kept do not fit the model's context."
                self.refused.emit(message.id, Failed(0, "context_overflow", text, values=values))
            elif plan.left_out and not (shown or accept_left_out):
                self.held.emit(message.id, left_out_problem(len(plan.left_out)))
            else:
                messages = chat_messages(planned, plan.kept)
                self._replies.start(place, message.id, messages, sampling, message.text)

        def refuse(failure: Failed) -> None:
            self._beginning.pop(place, None)
            if failure.kind == "cancelled":
                self.stopped.emit(message.id)
            else:
                self.refused.emit(message.id, failure)

        self._beginning[place] = self._watch.ask(planned, sampling.max_tokens, decide, refuse)


def problem_of(failure: Failed, has_text: bool) -> Problem:
    return reply_problem(failure.kind, failure.values, has_text)
