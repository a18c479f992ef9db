"""The pane with the conversations: new chat, search, the list. A view: it shows and asks, no more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop_app.core.chat import Conversation, SearchHit
from desktop_app.core.i18n import tr
from desktop_app.ui.chat_list.hint import Hint
from desktop_app.ui.chat_list.list_view import ListView
from desktop_app.ui.chat_list.model import RowModel
from desktop_app.ui.chat_list.row_actions import RowActions
from desktop_app.ui.chat_list.rows import Row, arrange, hit_rows
from desktop_app.ui.chat_list.search_field import SearchField
from desktop_app.ui.chat_list.transfer_button import TransferButton
from desktop_app.ui.icons import icon
from desktop_app.ui.theme import set_look, space

MINIMUM_WIDTH = 200
_DAY_CHECK_MS = 60_000


class ConversationList(QWidget):
    """Setters take what the store said; signals ask for what the user wants. Nothing changes here
    until it is set again, except which folders are unfolded (``open_folders_changed``, to be kept).

    ``today`` is the calendar's day; given in tests.
    """

    new_requested = Signal()
    opened = Signal(int, int, str)  # conversation, message (0: none in particular), text to mark
    search_changed = Signal(str)
    renamed = Signal(int, str)
    pin_changed = Signal(int, bool)
    folder_changed = Signal(int, str)  # "" takes it out of its folder
    deleted = Signal(object)  # list[int]
    export_requested = Signal(object, str)  # list[int], a format of EXPORT_FORMATS
    import_requested = Signal()
    open_folders_changed = Signal(object)  # list[str]
    typed = Signal(str)  # letters typed in the list: somebody began to write
    leave_requested = Signal()  # Esc in the empty search field: the focus wants to go back to the chat

    def __init__(self, parent: QWidget | None = None, today: Callable[[], date] = date.today) -> None:
        super().__init__(parent)
        set_look(self, surface="sunken")
        self.setMinimumWidth(MINIMUM_WIDTH)
        self._today = today
        self.conversations: dict[int, Conversation] = {}
        self.folders: list[str] = []
        self._open_folders: set[str] = set()
        self._current: int | None = None
        self._hits: list[SearchHit] | None = None
        self._read_only = False
        self._loaded = False
        self._waits_for_editor = False

        self.model = RowModel(self)
        self.view = ListView(self.model)
        self.row_actions = RowActions(self.view, self, self)
        self.search = SearchField()
        self.new_button = QPushButton()
        self.more_button = TransferButton()
        self.hint = Hint()
        self._stack = QStackedWidget()
        self._build()
        self._connect()
        self.retranslate()
        self._dress()
        self._show_rows()

    # --- setters ---------------------------------------------------------------------------------

    def set_conversations(self, conversations: Sequence[Conversation], folders: Sequence[str]) -> None:
        """Show these, whatever their order. ``folders`` may name some that are empty."""
        self.conversations = {chat.id: chat for chat in conversations}
        self.folders = sorted({*folders, *(c.folder for c in conversations if c.folder)}, key=str.casefold)
        self._loaded = True
        self._show_rows()

    def set_current(self, conversation_id: int | None) -> None:
        """Mark the conversation that the chat shows; its folder is unfolded."""
        self._current = conversation_id
        self.view.look.open_id = conversation_id
        chat = self.conversations.get(conversation_id) if conversation_id is not None else None
        if chat is not None and chat.folder and not chat.pinned and chat.folder not in self._open_folders:
            self._open_folders.add(chat.folder)
            self.open_folders_changed.emit(self.open_folders())
            self._show_rows()
        self.view.select_row(self.model.number_of(conversation_id))
        self.view.viewport().update()

    def set_hits(self, query: str, hits: Sequence[SearchHit]) -> None:
        """Show what the search for ``query`` found; ignored when the field has moved on since."""
        if not query or query != self.search.query():
            return
        is_new = self._hits is None or query != self.view.look.query
        self._hits = list(hits)
        self._show_rows()
        if is_new:
            self.view.scrollToTop()

    def set_read_only(self, read_only: bool) -> None:
        """Nothing can be changed; opening, searching and exporting go on."""
        self._read_only = self.model.read_only = read_only
        self.new_button.setEnabled(not read_only)
        self._show_rows()

    def set_open_folders(self, folders: Sequence[str]) -> None:
        """The folders that were unfolded when the app was last used."""
        self._open_folders = set(folders)
        self._show_rows()

    def open_folders(self) -> list[str]:
        return sorted(self._open_folders)

    def focus_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    # --- building --------------------------------------------------------------------------------

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(space(1))
        top.addWidget(self.new_button, 1)
        top.addWidget(self.more_button)

        self._stack.addWidget(self.view)
        self._stack.addWidget(self.hint)

        head = QVBoxLayout()
        head.setContentsMargins(space(2), space(2), space(2), space(2))
        head.setSpacing(space(2))
        head.addLayout(top)
        head.addWidget(self.search)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(head)
        whole.addWidget(self._stack, 1)

    def _connect(self) -> None:
        self.new_button.clicked.connect(self.new_requested)
        self.search.search_changed.connect(self._search)
        self.search.left_downwards.connect(self._into_list)
        self.search.left.connect(self.leave_requested)
        self.search.accepted.connect(self._open_first_hit)
        self.view.chosen.connect(self._open)
        self.view.look.closeEditor.connect(lambda: QTimer.singleShot(0, self, self._end_editing))
        self.view.fold_toggled.connect(self._toggle_folder)
        self.row_actions.pin_changed.connect(self.pin_changed)
        self.row_actions.folder_changed.connect(self.folder_changed)
        self.row_actions.deleted.connect(self.deleted)
        self.row_actions.export_requested.connect(self.export_requested)
        self.row_actions.folder_named.connect(self._name_folder)
        self.view.left_upwards.connect(self.focus_search)
        self.view.typed.connect(self.typed)
        self.model.renamed.connect(self.renamed)
        self.hint.clear_wanted.connect(self.search.clear_search)
        self.hint.import_wanted.connect(self.import_requested)
        self.more_button.import_wanted.connect(self.import_requested)
        self.more_button.export_wanted.connect(self._export_all)
        # Ctrl+N, Ctrl+F and Ctrl+K are the menu bar's; taken here too they would be ambiguous.
        clock = QTimer(self, interval=_DAY_CHECK_MS)
        clock.timeout.connect(self._check_day)
        clock.start()

    def retranslate(self) -> None:
        self.setAccessibleName(tr("Conversations"))
        self.view.setAccessibleName(tr("List of conversations"))
        self.new_button.setText(tr("New chat"))
        self.new_button.setToolTip(tr("Begin a new conversation (Ctrl+N)"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if not hasattr(self, "_stack"):
            return
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
            self._show_rows()
        elif event.type() == QEvent.Type.StyleChange:
            self._dress()
        elif event.type() == QEvent.Type.FontChange:
            self.view.look.forget_sizes()
            self.view.scheduleDelayedItemsLayout()

    def _dress(self) -> None:
        self.new_button.setIcon(icon("plus"))
        self.view.viewport().update()

    # --- showing ---------------------------------------------------------------------------------

    def _show_rows(self) -> None:
        """Lay out the rows anew; the selection, the focus row and the place stay."""
        if self.view.is_editing():  # new rows would take the title away that is being typed
            self._waits_for_editor = True
            return
        self._waits_for_editor = False
        rows_chosen = (self.view.row_at(index) for index in self.view.selectedIndexes())
        chosen = {row.chat.id for row in rows_chosen if row is not None and row.chat is not None}
        focus = self.view.row_at(self.view.currentIndex())
        place = self.view.verticalScrollBar().value()
        self.view.look.today = self._today()
        self.view.look.query = self.search.query() if self._hits is not None else ""
        if self._hits is not None:
            rows = hit_rows(self._hits)
        else:
            opened = frozenset(self._open_folders)
            rows = arrange(self.conversations.values(), self.folders, opened, self.view.look.today)
        self.model.set_rows(rows)
        self._restore(chosen, focus, place)
        self.more_button.allow(not self._read_only, bool(self.conversations))
        self._show_hint(bool(rows))

    def _restore(self, chosen: set[int], focus: Row | None, place: int) -> None:
        selection = self.view.selectionModel()
        for conversation_id in chosen:
            number = self.model.number_of(conversation_id)
            if number is not None:
                selection.select(self.model.index(number), selection.SelectionFlag.Select)
        number = self.model.number_like(focus)
        if number is not None:
            selection.setCurrentIndex(self.model.index(number), selection.SelectionFlag.NoUpdate)
        self.view.executeDelayedItemsLayout()
        self.view.verticalScrollBar().setValue(place)

    def _show_hint(self, has_rows: bool) -> None:
        self._stack.setCurrentIndex(0 if has_rows or not self._loaded else 1)
        if self._hits is not None:
            self.hint.nothing_found(self.search.query())
        else:
            self.hint.nothing_yet(can_import=not self._read_only)

    def _end_editing(self) -> None:
        if self._waits_for_editor:
            self._show_rows()

    def _check_day(self) -> None:
        if self._today() != self.view.look.today:
            self._show_rows()

    # --- what the user does ----------------------------------------------------------------------

    def _search(self, query: str) -> None:
        if not query:
            self._hits = None
            self._show_rows()
            self.view.select_row(self.model.number_of(self._current))
        self.search_changed.emit(query)

    def _into_list(self) -> None:
        if self.model.rowCount():
            self.view.enter_from_above()

    def _open_first_hit(self) -> None:
        if self._hits:
            self._open(self.model.rows()[0])

    def _open(self, row: Row) -> None:
        if row.chat is None:
            return
        if row.hit is not None:
            self.opened.emit(row.chat.id, row.hit.message_id or 0, self.search.query())
        else:
            self.opened.emit(row.chat.id, 0, "")

    def _toggle_folder(self, folder: str) -> None:
        self._open_folders ^= {folder}
        self.open_folders_changed.emit(self.open_folders())
        self._show_rows()

    def _name_folder(self, before: str, folder: str) -> None:
        """A new folder is open, so that one sees what went there; a renamed one is as it was."""
        if not before or before in self._open_folders:
            self._open_folders = (self._open_folders - {before}) | {folder}
            self.open_folders_changed.emit(self.open_folders())

    def _export_all(self, name: str) -> None:
        self.export_requested.emit([row.id for row in self.conversations.values()], name)
