"""What can be done with a message of the open conversation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QGuiApplication

from desktop_app.core.chat import DeletedMessage, Message
from desktop_app.core.i18n import tr
from desktop_app.store.store import Store
from desktop_app.ui.chat import problems
from desktop_app.ui.chat.answering import Answering
from desktop_app.ui.chat.open_chat import OpenChat
from desktop_app.ui.chat.replies import Replies
from desktop_app.worker.storage import Storage


class MessageActions(QObject):
    """Takes the view's ``action`` and ``edited`` signals."""

    list_stale = Signal()
    trouble = Signal(object)  # InkhornError
    undoable = Signal(str, object)  # a sentence, and the callable that undoes
    restart_wanted = Signal()
    summary_wanted = Signal(int)  # message id of the reply that waits for it

    def __init__(
        self, chat: OpenChat, answering: Answering, storage: Storage, replies: Replies, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._chat = chat
        self._answering = answering
        self._storage = storage
        self._replies = replies
        self._actions: dict[str, Callable[[Message], None]] = {
            "copy": lambda message: QGuiApplication.clipboard().setText(message.text),
            "regenerate": self._regenerate,
            "continue": self._continue,
            "delete": self._delete,
            "pin": lambda message: self._pin(message, True),
            "unpin": lambda message: self._pin(message, False),
            "version_previous": lambda message: self._step(message, -1),
            "version_next": lambda message: self._step(message, 1),
            f"problem:{problems.RETRY}": self._continue,
            f"problem:{problems.CONTINUE}": self._continue,
            f"problem:{problems.SEND_ANYWAY}": lambda message: answering.go_on(message, accept_left_out=True),
            f"problem:{problems.SUMMARISE}": lambda message: self.summary_wanted.emit(message.id),
            f"problem:{problems.SHORTEN}": self._shorten,
            f"problem:{problems.RESTART}": lambda message: self.restart_wanted.emit(),
            f"problem:{problems.STORE_AGAIN}": self._store_again,
        }
        chat.view.action.connect(self.act)
        chat.view.edited.connect(self._edit)

    @Slot(str, int)
    def act(self, name: str, message_id: int) -> None:
        message = self._chat.session.message(message_id)
        if message is not None and name in self._actions:
            self._actions[name](message)

    def _regenerate(self, message: Message) -> None:
        if message.parent_id is not None:
            self._answering.add(message.parent_id)

    def _continue(self, message: Message) -> None:
        self._answering.go_on(message)

    @Slot(int, str)
    def _edit(self, message_id: int, text: str) -> None:
        """The edited text becomes a sibling: the old one, and all below it, can be gone back to."""
        message = self._chat.session.message(message_id)
        if message is not None:
            self._answering.add(message.parent_id, text)

    def _step(self, message: Message, step: int) -> None:
        def select(store: Store) -> list[Message]:
            siblings = [sibling.id for sibling in store.siblings(message.id)]
            place = siblings.index(message.id) + step
            return store.select_version(siblings[max(0, min(len(siblings) - 1, place))])

        self._storage.run(select, self._chat.show_branch_of(message.conversation_id), self.trouble.emit)

    def _pin(self, message: Message, pinned: bool) -> None:
        self._storage.run(
            lambda store: store.set_message_pinned(message.id, pinned), failed=self.trouble.emit
        )
        self._chat.put(replace(message, pinned=pinned))
        self._chat.count_again()

    def _delete(self, message: Message) -> None:
        conversation_id = message.conversation_id
        show = self._chat.show_branch_of(conversation_id)
        self._answering.stop(conversation_id)

        def delete(store: Store) -> tuple[DeletedMessage, list[Message]]:
            return store.delete_message(message.id), store.branch(conversation_id)

        def deleted(found: tuple[DeletedMessage, list[Message]]) -> None:
            token, branch = found
            show(branch)
            self.list_stale.emit()

            def restore(store: Store) -> list[Message]:
                store.restore_message(token)
                return store.branch(conversation_id)

            def undo() -> None:
                self._storage.run(restore, show, self.trouble.emit)

            self.undoable.emit(tr("Message deleted"), undo)

        self._storage.run(delete, deleted, self.trouble.emit)

    def _shorten(self, message: Message) -> None:
        if message.parent_id is not None:
            self._chat.view.edit_message(message.parent_id)

    def _store_again(self, message: Message) -> None:
        self._chat.view.set_problem(message.id, None)
        self._replies.store_again(message.id)
