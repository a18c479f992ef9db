"""The list of conversations: what it shows, and what is done in it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop_app.core.chat import Conversation, SearchHit
from desktop_app.core.i18n import tr
from desktop_app.store.store import Store
from desktop_app.ui.chat_list.conversation_list import ConversationList
from desktop_app.worker.storage import Storage

REFRESH_MS = 60  # changes that come together are shown together


class ListController(QObject):
    """Keeps the list as the store has it. Opening is told to the pane."""

    open_wanted = Signal(int, int, str)  # conversation, message or 0, what to highlight
    new_wanted = Signal()
    gone = Signal(object)  # ids that were deleted
    changed = Signal(object)  # Conversation: renamed, moved, pinned
    undoable = Signal(str, object)
    trouble = Signal(object)  # InkhornError

    def __init__(self, view: ConversationList, storage: Storage, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._view = view
        self._storage = storage
        self._query = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self._read)
        view.new_requested.connect(self.new_wanted)
        view.opened.connect(self.open_wanted)
        view.search_changed.connect(self._search)
        view.renamed.connect(self._rename)
        view.pin_changed.connect(self._pin)
        view.folder_changed.connect(self._move)
        view.deleted.connect(self._delete)

    @Slot()
    def refresh(self) -> None:
        self._timer.start()

    def set_current(self, conversation: Conversation | None) -> None:
        self._view.set_current(conversation.id if conversation else None)

    def _read(self) -> None:
        def show(found: tuple[list[Conversation], list[str]]) -> None:
            self._view.set_conversations(*found)

        self._storage.run(lambda store: (store.conversations(), store.folders()), show, self.trouble.emit)
        if self._query:
            self._search(self._query)

    @Slot(str)
    def _search(self, query: str) -> None:
        self._query = query

        def show(hits: list[SearchHit]) -> None:
            if query == self._query:  # an answer to an older question is of no use any more
                self._view.set_hits(query, hits)

        if query.strip():
            self._storage.run(lambda store: store.search(query), show, self.trouble.emit)
        else:
            self._view.set_hits("", [])

    def _change(self, change: Callable[[Store], object], conversation_id: int) -> None:
        def apply(store: Store) -> Conversation:
            change(store)
            return store.conversation(conversation_id)

        def show(conversation: Conversation) -> None:
            self.changed.emit(conversation)
            self._read()

        self._storage.run(apply, show, self.trouble.emit)

    @Slot(int, str)
    def _rename(self, conversation_id: int, title: str) -> None:
        self._change(lambda store: store.rename(conversation_id, title, own=True), conversation_id)

    @Slot(int, bool)
    def _pin(self, conversation_id: int, pinned: bool) -> None:
        self._change(lambda store: store.set_pinned(conversation_id, pinned), conversation_id)

    @Slot(int, str)
    def _move(self, conversation_id: int, folder: str) -> None:
        self._change(lambda store: store.set_folder(conversation_id, folder), conversation_id)

    @Slot(object)
    def _delete(self, ids: list[int]) -> None:
        def delete(store: Store) -> None:
            for conversation_id in ids:
                store.delete_conversation(conversation_id)

        def restore(store: Store) -> None:
            for conversation_id in ids:
                store.restore_conversation(conversation_id)

        def undo() -> None:
            self._storage.run(restore, lambda _: self._read(), self.trouble.emit)

        def deleted(_: object) -> None:
            self.gone.emit(ids)
            self._read()
            one = tr("Conversation deleted")
            text = one if len(ids) == 1 else tr("{count} conversations deleted", count=f"{len(ids):,}")
            self.undoable.emit(text, undo)

        self._storage.run(delete, deleted, self.trouble.emit)
