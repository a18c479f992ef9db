"""What can be done to the conversations in the list: by key, by menu, by dragging."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from PySide6.QtCore import QObject, QPoint, Qt, Signal

from desktop_app.core.chat import Conversation
from desktop_app.core.i18n import tr
from desktop_app.ui.chat_list.list_view import ListView
from desktop_app.ui.chat_list.row_menu import FolderMenu, RowMenu, ask_folder
from desktop_app.ui.chat_list.rows import Row


class Shown(Protocol):
    """What the list shows: read here, changed by its owner."""

    @property
    def conversations(self) -> Mapping[int, Conversation]: ...
    @property
    def folders(self) -> Sequence[str]: ...
    def open_folders(self) -> Sequence[str]: ...


class RowActions(QObject):
    """Turns them into requests; where nothing may be changed, none come."""

    pin_changed = Signal(int, bool)
    folder_changed = Signal(int, str)
    deleted = Signal(object)  # list[int]
    export_requested = Signal(object, str)  # list[int], format
    folder_named = Signal(str, str)  # "" or the name before, the name now

    def __init__(self, view: ListView, shown: Shown, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._view = view
        self._shown = shown
        view.menu_wanted.connect(self._show_menu)
        view.delete_wanted.connect(self._delete)
        view.pin_wanted.connect(self._toggle_pin)
        view.dropped.connect(self._drop)

    def row_menu(self) -> RowMenu:
        """The menu for the selected rows."""
        chats = self._chosen()
        ids = [chat.id for chat in chats]
        return RowMenu(
            chats,
            self._shown.folders,
            self._read_only,
            open_=lambda: self._view.chosen.emit(self._view.selected_rows()[0]),
            rename=lambda: self._view.rename(self._view.currentIndex()),
            pin=self._pin,
            move=lambda folder: self._move(ids, folder),
            new_folder=lambda: self._ask_folder(tr("New folder"), "", ids),
            export=lambda name: self.export_requested.emit(ids, name),
            delete=self._delete,
            parent=self._view,
        )

    def folder_menu(self, folder: str) -> FolderMenu:
        ids = [chat.id for chat in self._shown.conversations.values() if chat.folder == folder]
        return FolderMenu(
            folder in self._shown.open_folders(),
            self._read_only,
            fold=lambda: self._view.fold_toggled.emit(folder),
            rename=lambda: self._ask_folder(tr("Rename folder"), folder, ids),
            dissolve=lambda: self._move(ids, ""),
            parent=self._view,
        )

    @property
    def _read_only(self) -> bool:
        return self._view.rows_model.read_only

    def _show_menu(self, row: Row, where: QPoint) -> None:
        menu = self.folder_menu(row.folder) if row.kind == "folder" else self.row_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(where)

    def _chosen(self) -> list[Conversation]:
        return [row.chat for row in self._view.selected_rows() if row.chat is not None]

    def _delete(self) -> None:
        ids = [chat.id for chat in self._chosen()]
        if ids and not self._read_only:
            self.deleted.emit(ids)

    def _toggle_pin(self) -> None:
        self._pin(not all(chat.pinned for chat in self._chosen()))

    def _pin(self, pinned: bool) -> None:
        for chat in self._chosen() if not self._read_only else []:
            if chat.pinned != pinned:
                self.pin_changed.emit(chat.id, pinned)

    def _move(self, ids: Sequence[int], folder: str) -> None:
        for conversation_id in ids:
            chat = self._shown.conversations.get(conversation_id)
            if chat is not None and chat.folder != folder and not self._read_only:
                self.folder_changed.emit(conversation_id, folder)

    def _drop(self, ids: list[int], row: Row) -> None:
        for conversation_id in ids:
            chat = self._shown.conversations.get(conversation_id)
            if chat is not None and chat.pinned != (row.place == "pinned"):
                self.pin_changed.emit(conversation_id, row.place == "pinned")
        if row.place in ("folder", "recent"):
            self._move(ids, row.folder)

    def _ask_folder(self, title: str, name: str, ids: Sequence[int]) -> None:
        def named(text: str) -> None:
            folder = " ".join(text.split())
            if folder and folder != name:
                self.folder_named.emit(name, folder)
                self._move(ids, folder)

        ask_folder(self._view, title, name, named)
