"""The menu bar, built from one table of actions; the same table feeds the overview of shortcuts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QApplication, QMenu, QMenuBar, QWidget

from desktop_app.core.i18n import mark, tr

Key = QKeySequence.StandardKey
Role = QAction.MenuRole


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One line of the menu bar. ``slot`` names a method of the focused widget that does it."""

    key: str
    text: str
    shortcut: str | QKeySequence.StandardKey | None = None
    second: str = ""  # another shortcut for the same
    slot: str = ""
    group: str = ""  # of actions of which one is checked
    checkable: bool = False
    role: QAction.MenuRole = QAction.MenuRole.NoRole


SEPARATOR = None
THEME_CHOICES = (
    ActionSpec("theme_system", mark("As the system"), group="theme"),
    ActionSpec("theme_light", mark("Light"), group="theme"),
    ActionSpec("theme_dark", mark("Dark"), group="theme"),
)
EXPORTS = (
    ActionSpec("export_markdown", mark("Markdown…"), "Ctrl+Shift+E"),
    ActionSpec("export_json", mark("JSON…")),
    ActionSpec("export_html", mark("Web page (HTML)…")),
    ActionSpec("export_pdf", mark("PDF…")),
    ActionSpec("export_docx", mark("Word (DOCX)…")),
)
MENUS: tuple[tuple[str, str, tuple[ActionSpec | tuple[str, tuple[ActionSpec, ...]] | None, ...]], ...] = (
    (
        "file",
        mark("&File"),
        (
            ActionSpec("new_chat", mark("New conversation"), Key.New),
            SEPARATOR,
            ActionSpec("import", mark("Import…"), Key.Open),
            (mark("Export as"), EXPORTS),
            SEPARATOR,
            ActionSpec("settings", mark("Settings…"), "Ctrl+,", role=Role.PreferencesRole),
            SEPARATOR,
            ActionSpec("quit", mark("Quit"), "Ctrl+Q", role=Role.QuitRole),
        ),
    ),
    (
        "edit",
        mark("&Edit"),
        (
            ActionSpec("undo", mark("Undo"), Key.Undo, slot="undo"),
            ActionSpec("redo", mark("Redo"), Key.Redo, slot="redo"),
            SEPARATOR,
            ActionSpec("cut", mark("Cut"), Key.Cut, slot="cut"),
            ActionSpec("copy", mark("Copy"), Key.Copy, slot="copy"),
            ActionSpec("paste", mark("Paste"), Key.Paste, slot="paste"),
            ActionSpec("select_all", mark("Select all"), Key.SelectAll, slot="selectAll"),
            SEPARATOR,
            ActionSpec("find", mark("Find in conversations"), Key.Find, second="Ctrl+K"),
        ),
    ),
    (
        "view",
        mark("&View"),
        (
            (mark("Theme"), THEME_CHOICES),
            SEPARATOR,
            # Ctrl and + needs Shift on most keyboards; Ctrl and = is the same key without it.
            ActionSpec("text_larger", mark("Larger text"), Key.ZoomIn, second="Ctrl+="),
            ActionSpec("text_smaller", mark("Smaller text"), Key.ZoomOut),
            ActionSpec("text_reset", mark("Normal text size"), "Ctrl+0"),
            SEPARATOR,
            ActionSpec("show_list", mark("List of conversations"), "Ctrl+\\", checkable=True),
            ActionSpec("full_screen", mark("Full screen"), Key.FullScreen, checkable=True),
        ),
    ),
    (
        "help",
        mark("&Help"),
        (
            ActionSpec("shortcuts", mark("Keyboard shortcuts"), "Ctrl+/"),
            SEPARATOR,
            ActionSpec("open_data", mark("Open data folder")),
            ActionSpec("open_logs", mark("Open folder with logs")),
            SEPARATOR,
            ActionSpec("about", mark("About Inkhorn"), role=Role.AboutRole),
        ),
    ),
)


class Menus(QObject):
    """Owns every action. One that nobody has connected is not shown: nothing is promised that does
    not work."""

    def __init__(self, bar: QMenuBar, window: QWidget) -> None:
        super().__init__(window)
        self._bar = bar
        self._window = window
        self._specs: dict[str, ActionSpec] = {}
        self._actions: dict[str, QAction] = {}
        self._menus: list[tuple[QMenu, str]] = []
        self._groups: dict[str, QActionGroup] = {}
        for _, title, entries in MENUS:
            self._fill(self._add_menu(bar, title), entries)
        self.retranslate()
        self._hide_empty()

    def action(self, key: str) -> QAction:
        return self._actions[key]

    def connect_action(self, key: str, do: Callable[[], object]) -> QAction:
        """Show the action ``key`` and call ``do`` when it is chosen."""
        action = self._actions[key]
        action.triggered.connect(lambda _checked=False: do())
        action.setVisible(True)
        action.setEnabled(True)
        self._hide_empty()
        return action

    def shortcuts(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """For each menu its title and the (text, keys) of its visible actions that have keys."""
        found = []
        for menu, title in self._menus:
            rows = [
                (action.text(), action.shortcut().toString(QKeySequence.SequenceFormat.NativeText))
                for action in menu.actions()
                if action.isVisible() and not action.shortcut().isEmpty()
            ]
            if rows:
                found.append((_plain(tr(title)), rows))
        return found

    def retranslate(self) -> None:
        for menu, title in self._menus:
            menu.setTitle(tr(title))
        for key, action in self._actions.items():
            action.setText(tr(self._specs[key].text))

    def _add_menu(self, parent: QMenuBar | QMenu, title: str) -> QMenu:
        menu = QMenu(self._window)
        parent.addMenu(menu)
        self._menus.append((menu, title))
        return menu

    def _fill(self, menu: QMenu, entries: tuple[object, ...]) -> None:
        for entry in entries:
            if isinstance(entry, ActionSpec):
                menu.addAction(self._make(entry))
            elif isinstance(entry, tuple):
                title, inner = entry
                self._fill(self._add_menu(menu, title), inner)
            else:
                menu.addSeparator()

    def _make(self, spec: ActionSpec) -> QAction:
        action = QAction(self._window)
        action.setObjectName(spec.key)
        action.setMenuRole(spec.role)
        action.setCheckable(spec.checkable or bool(spec.group))
        if isinstance(spec.shortcut, QKeySequence.StandardKey):
            keys = QKeySequence.keyBindings(spec.shortcut)
            second = [QKeySequence(spec.second)] if spec.second else []
            action.setShortcuts([*keys, *(key for key in second if key not in keys)])
        elif spec.shortcut:
            action.setShortcut(QKeySequence(spec.shortcut))
        if spec.group:
            group = self._groups.setdefault(spec.group, QActionGroup(self))
            group.addAction(action)
        if spec.slot:
            action.triggered.connect(lambda _checked=False, slot=spec.slot: _call_focused(slot))
        action.setVisible(bool(spec.slot))
        action.setEnabled(bool(spec.slot))
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        self._specs[spec.key] = spec
        self._actions[spec.key] = action
        return action

    def _hide_empty(self) -> None:
        """Hide menus without a visible action, and separators that would stand alone."""
        for menu, _ in reversed(self._menus):
            menu.setSeparatorsCollapsible(True)
            shown = any(action.isVisible() and not action.isSeparator() for action in menu.actions())
            menu.menuAction().setVisible(shown)


def _plain(title: str) -> str:
    """``title`` without its mnemonic, also where that stands behind the word, as in ``文件(&F)``."""
    return re.sub(r"\(&\w\)|&", "", title)


def _call_focused(slot: str) -> None:
    """What a menu's Copy does: the focused widget's own ``copy``, where it has one."""
    method = getattr(QApplication.focusWidget(), slot, None)
    if callable(method):
        method()
