"""The open conversation: opened, begun, written to. What the user writes is committed to the disk
first; the screen and the model follow."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.core.chat import Conversation, Message, Note
from desktop_app.core.errors import InkhornError
from desktop_app.core.settings import Settings
from desktop_app.store.store import Store
from desktop_app.store.titles import title_from
from desktop_app.ui.chat.answering import Answering
from desktop_app.ui.chat.composer import Composer
from desktop_app.ui.chat.draft import Draft
from desktop_app.ui.chat.open_chat import OpenChat
from desktop_app.ui.chat.replies import Replies
from desktop_app.ui.chat.session import Options, Session, note_for
from desktop_app.worker.storage import Storage


class ChatController(QObject):
    """Opens conversations and sends what is written in the composer."""

    conversation_changed = Signal(object)  # Conversation or None
    options_changed = Signal(object)  # Options
    list_stale = Signal()
    trouble = Signal(object)  # InkhornError
    sent = Signal()

    def __init__(
        self,
        chat: OpenChat,
        composer: Composer,
        answering: Answering,
        storage: Storage,
        replies: Replies,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._chat = chat
        self._composer = composer
        self._answering = answering
        self._storage = storage
        self._replies = replies
        self._sending = False
        composer.sent.connect(self.send)
        composer.stop_pressed.connect(self.stop)
        composer.draft_changed.connect(self._keep_draft)

    def use_settings(self, settings: Settings) -> None:
        self._chat.settings = settings
        options = self._chat.session.options
        if self._chat.session.conversation is None and not options.persona:
            self._use_options(replace(options, system_prompt=settings.system_prompt))
        self._chat.count_again()

    def use_model_name(self, name: str) -> None:
        self._chat.model_name = name
        self._chat.count_again()

    def new(self, options: Options | None = None) -> None:
        """An empty page; it becomes a conversation with its first message."""
        self._composer.flush()
        session = Session(options=options or Options(self._chat.settings.system_prompt))
        self._composer.clear()
        self._show(session)
        self._storage.run(lambda store: store.draft(0), lambda text: self._put_draft(session, text))

    def open(self, conversation_id: int, message_id: int = 0, highlight: str = "") -> None:
        """Show a stored conversation, at its end or at ``message_id`` with ``highlight`` marked."""
        self._composer.flush()

        def read(store: Store) -> tuple[Conversation, list[Message], list[Note], str]:
            branch = store.branch(conversation_id)
            if message_id and all(message.id != message_id for message in branch):
                branch = store.select_version(message_id)  # the hit lies on another branch
            notes, draft = store.notes(conversation_id), store.draft(conversation_id)
            return store.conversation(conversation_id), branch, notes, draft

        def show(found: tuple[Conversation, list[Message], list[Note], str]) -> None:
            self._composer.flush()  # what was typed since the click belongs to the old conversation
            row, branch, notes, draft = found
            options = Options(row.system_prompt, row.persona, row.sampling_json)
            session = Session(row, options, branch, note_for(branch, notes))
            self._show(session, message_id or None, highlight)
            self._composer.set_draft(Draft.decode(draft))
            self._chat.count_again()

        self._storage.run(read, show, self.trouble.emit)

    @Slot(str)
    def send(self, text: str) -> None:
        """Store ``text`` with a place for its reply, then let the model write."""
        if self._sending:
            return
        self._sending = True
        session, model = self._chat.session, self._chat.model_name

        def write(store: Store) -> tuple[Conversation, Message, Message]:
            with store.together():  # all of it or nothing, so that sending again makes no second one
                row = session.conversation or store.create_conversation(
                    title=title_from(text),
                    system_prompt=session.options.system_prompt,
                    persona=session.options.persona,
                    sampling_json=session.options.sampling_json,
                )
                user = store.add_message(row.id, session.leaf_id, "user", text)
                reply = store.add_message(row.id, user.id, "assistant", "", "streaming", model)
                store.save_draft(session.id, "")
            return store.conversation(row.id), user, reply

        def written(rows: tuple[Conversation, Message, Message]) -> None:
            self._sending = False
            session.conversation, user, reply = rows
            if session is self._chat.session:
                if self._composer.draft().message == text:
                    self._composer.clear()
                self._chat.append(user)
                self._chat.append(reply)
                self._chat.view.to_end()
                self.conversation_changed.emit(session.conversation)
                self.sent.emit()
            else:
                session.branch += [user, reply]
            self.list_stale.emit()
            self._answering.begin(session, reply)

        def failed(error: InkhornError) -> None:
            self._sending = False
            self.trouble.emit(error)

        self._storage.run(write, written, failed)

    @Slot()
    def stop(self) -> None:
        self._answering.stop(self._chat.session.id)

    def set_options(self, options: Options) -> None:
        """Another persona, system prompt or sampling for this conversation, from the next reply on."""
        self._use_options(options)
        conversation_id = self._chat.session.id
        if conversation_id:
            self._storage.run(
                lambda store: store.set_options(
                    conversation_id,
                    system_prompt=options.system_prompt,
                    persona=options.persona,
                    sampling_json=options.sampling_json,
                ),
                failed=self.trouble.emit,
            )
        self._chat.count_again()

    def _show(self, session: Session, message_id: int | None = None, highlight: str = "") -> None:
        self._chat.show(session, message_id, highlight)
        self.conversation_changed.emit(session.conversation)
        self.options_changed.emit(session.options)

    def _use_options(self, options: Options) -> None:
        self._chat.session.options = options
        self.options_changed.emit(options)

    def _put_draft(self, session: Session, text: str) -> None:
        """Unless something was typed meanwhile."""
        if session is self._chat.session and not self._composer.draft().message:
            self._composer.set_draft(Draft.decode(text))
            self._chat.count_again()

    def _keep_draft(self, draft: Draft) -> None:
        conversation_id = self._chat.session.id
        self._storage.run(
            lambda store: store.save_draft(conversation_id, draft.encode()), failed=self.trouble.emit
        )
