"""The menu of one row, or of several that are selected, and of a folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QInputDialog, QMenu, QWidget

from desktop_app.core.chat import Conversation
from desktop_app.core.i18n import mark, tr
from desktop_app.ui.icons import icon
from desktop_app.ui.theme import theme_of

EXPORT_FORMATS = (
    ("markdown", mark("Markdown…")),
    ("json", mark("JSON…")),
    ("html", mark("Web page (HTML)…")),
    ("pdf", mark("PDF…")),
    ("docx", mark("Word (DOCX)…")),
)
"""The formats of an export with their words in menus."""


class RowMenu(QMenu):
    """Built for ``chats``; every choice calls one of the functions given."""

    def __init__(
        self,
        chats: Sequence[Conversation],
        folders: Sequence[str],
        read_only: bool,
        *,
        open_: Callable[[], None],
        rename: Callable[[], None],
        pin: Callable[[bool], None],
        move: Callable[[str], None],
        new_folder: Callable[[], None],
        export: Callable[[str], None],
        delete: Callable[[], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        one, count = len(chats) == 1, len(chats)
        if one:
            self._add("message-square", tr("Open"), open_, "Return")
            rename_action = self._add("pencil", tr("Rename"), rename, "F2")
            rename_action.setEnabled(not read_only)
        if all(chat.pinned for chat in chats):
            pin_action = self._add("pin-off", tr("Unpin"), lambda: pin(False), "Ctrl+P")
        else:
            pin_action = self._add("pin", tr("Pin"), lambda: pin(True), "Ctrl+P")
        pin_action.setEnabled(not read_only)
        self.folder_menu = self._folder_menu(chats, folders, move, new_folder)
        self.folder_menu.setEnabled(not read_only)
        self.export_menu = self.addMenu(icon("share"), tr("Export"))
        for name, words in EXPORT_FORMATS:
            action = self.export_menu.addAction(tr(words))
            action.triggered.connect(lambda _=False, name=name: export(name))
        self.addSeparator()
        words = tr("Delete") if one else tr("Delete {count} conversations", count=f"{count:,}")
        delete_action = self._add("trash-2", words, delete, "Del")
        delete_action.setEnabled(not read_only)

    def _folder_menu(
        self,
        chats: Sequence[Conversation],
        folders: Sequence[str],
        move: Callable[[str], None],
        new_folder: Callable[[], None],
    ) -> QMenu:
        menu = self.addMenu(icon("folder"), tr("Move to folder"))
        here = {chat.folder for chat in chats}
        for name in folders:
            # An ampersand in a name is not a shortcut.
            action = menu.addAction(name.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(here == {name})
            action.triggered.connect(lambda _=False, name=name: move(name))
        if folders:
            menu.addSeparator()
        menu.addAction(icon("folder-plus"), tr("New folder…")).triggered.connect(lambda _=False: new_folder())
        if here != {""}:
            menu.addAction(tr("Take out of the folder")).triggered.connect(lambda _=False: move(""))
        return menu

    def _add(self, name: str, words: str, do: Callable[[], None], keys: str) -> QAction:
        colour = theme_of(self).danger if name == "trash-2" else None
        action = self.addAction(icon(name, colour), words)
        # Shown only: the list itself takes these keys, wherever the menu is.
        action.setShortcut(QKeySequence(keys))
        action.setShortcutVisibleInContextMenu(True)
        action.triggered.connect(lambda _=False: do())
        return action


class FolderMenu(QMenu):
    """For a folder's own row."""

    def __init__(
        self,
        is_open: bool,
        read_only: bool,
        *,
        fold: Callable[[], None],
        rename: Callable[[], None],
        dissolve: Callable[[], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.addAction(tr("Fold") if is_open else tr("Unfold")).triggered.connect(lambda _=False: fold())
        rename_action = self.addAction(icon("pencil"), tr("Rename folder…"))
        rename_action.triggered.connect(lambda _=False: rename())
        dissolve_action = self.addAction(icon("x"), tr("Dissolve folder, keep its conversations"))
        dissolve_action.triggered.connect(lambda _=False: dissolve())
        for action in (rename_action, dissolve_action):
            action.setEnabled(not read_only)


def ask_folder(parent: QWidget, title: str, name: str, named: Callable[[str], None]) -> None:
    """Ask for a folder's name, ``name`` to begin with; ``named`` is called with the answer, if any."""
    dialog = QInputDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(title)
    dialog.setLabelText(tr("Name of the folder"))
    dialog.setOkButtonText(tr("Save"))
    dialog.setCancelButtonText(tr("Cancel"))
    dialog.setTextValue(name)
    dialog.textValueSelected.connect(named)
    dialog.open()
