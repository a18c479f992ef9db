"""The open conversation on the screen: its session and the view that shows it, kept alike."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from desktop_app.core.chat import Message
from desktop_app.core.messages import ContextPlan, Failed
from desktop_app.core.sampling import Sampling
from desktop_app.core.settings import Settings
from desktop_app.ui.chat.answer_flow import AnswerFlow, problem_of
from desktop_app.ui.chat.composer import Composer
from desktop_app.ui.chat.context_watch import ContextWatch
from desktop_app.ui.chat.replies import Replies
from desktop_app.ui.chat.sampling_choice import choice_of
from desktop_app.ui.chat.session import Session, with_text
from desktop_app.ui.conversation.view import ConversationView


class OpenChat(QObject):
    """Every change of the open conversation goes through here, so that session and view agree."""

    plan_changed = Signal(object)  # ContextPlan or None

    def __init__(
        self,
        view: ConversationView,
        composer: Composer,
        replies: Replies,
        watch: ContextWatch,
        flow: AnswerFlow,
        settings: Settings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.session = Session()
        self.settings = settings
        self.model_name = ""
        self.view = view
        self._composer = composer
        self._replies = replies
        self._watch = watch
        self._flow = flow
        composer.edited.connect(watch.refresh)
        watch.watch(lambda: (self.session.planned(composer.draft().message), self.sampling().max_tokens))
        watch.plan_changed.connect(self.take_plan)

    def sampling(self) -> Sampling:
        return self.sampling_of(self.session)

    def sampling_of(self, session: Session) -> Sampling:
        return choice_of(session.options.sampling_json, self.settings)[1]

    def show(self, session: Session, message_id: int | None = None, highlight: str = "") -> None:
        """Put ``session`` on the screen, at its end or at ``message_id``."""
        self.session = session
        run = self._replies.running(session.id) if session.conversation else None
        running = session.message(run.message_id) if run else None
        if run is not None and running is not None:  # further along here than in the database
            session.put(with_text(running, run.text))
            run.shown = len(run.text)
        self.view.set_messages(session.branch, at_end=message_id is None)
        for message in session.branch[-1:]:
            if message.state == "failed" and run is None:
                failure = Failed(0, message.error_kind, message.error_message)
                self.view.set_problem(message.id, problem_of(failure, bool(message.text)))
        if message_id is not None:
            self.view.scroll_to(message_id, highlight)
        self._watch.forget()
        self.take_plan(None)
        self.settle()

    def show_branch(self, branch: list[Message]) -> None:
        """Show ``branch`` of the same conversation; only what differs is laid out again."""
        old, same = self.session.branch, 0
        while same < min(len(old), len(branch)) and old[same].id == branch[same].id:
            same += 1
        for before, after in zip(old[:same], branch[:same], strict=True):
            if before != after:
                self.view.replace_message(after)
        self.session.branch = branch
        if same < len(old):
            self.view.remove_after(branch[same - 1].id if same else None)
        for message in branch[same:]:
            self.view.append_message(message)
        self.settle()

    def show_branch_of(self, conversation_id: int) -> Callable[[list[Message]], None]:
        """`show_branch`, if ``conversation_id`` is still the open one when the branch arrives."""

        def show(branch: list[Message]) -> None:
            if self.session.id == conversation_id:
                self.show_branch(branch)

        return show

    def append(self, message: Message) -> None:
        self.session.branch.append(message)
        self.view.append_message(message)

    def put(self, message: Message) -> None:
        """Show ``message`` in the place of the one with its id."""
        self.session.put(message)
        self.view.replace_message(message)

    def settle(self) -> None:
        """After any change: what is busy, where the summary stands, how many tokens."""
        session = self.session
        busy = self._replies.running(session.id) is not None or self._flow.is_beginning(session.id)
        self._composer.set_busy(busy)
        self.view.set_busy(busy)
        note = session.note
        index = session.index_of(note.upto_id) if note else None
        following = (
            session.branch[index + 1].id if index is not None and index + 1 < len(session.branch) else 0
        )
        self.view.set_note(note if following else None, following)
        self._watch.refresh()

    def show_busy(self, message_id: int, text: str) -> None:
        """A reply is about to begin, which ``text`` says as `mark` has it. The button that asked for it goes
        or is switched off; without a word the focus would wander to whatever comes next."""
        self._composer.set_busy(True)
        self.view.set_busy(True)
        self._composer.setFocus()
        self.view.set_progress(message_id, text, None)

    def take_plan(self, plan: ContextPlan | None) -> None:
        self.session.plan = plan
        left_out = frozenset(plan.left_out) if plan else frozenset[int]()
        self.session.shown_left_out = left_out
        self.view.set_left_out(set(left_out))
        self.plan_changed.emit(plan)

    def count_again(self) -> None:
        self._watch.refresh()
