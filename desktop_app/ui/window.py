"""The main window: rail, panes, status line and menu bar. It knows no pane by name."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QByteArray, QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence, QMoveEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from desktop_app.core.i18n import tr
from desktop_app.ui.icons import app_icon
from desktop_app.ui.menus import Menus
from desktop_app.ui.rail import Rail
from desktop_app.ui.shortcuts_dialog import ShortcutsDialog
from desktop_app.ui.status_line import StatusLine
from desktop_app.ui.theme import set_look, space
from desktop_app.ui.widgets.banner import Banner
from desktop_app.ui.widgets.toast import Toast

MINIMUM = QSize(360, 400)
FIRST_SIZE = QSize(1080, 720)
WORDS_FROM = 640  # px: narrower, the rail shows icons alone
_SAVE_DELAY_MS = 500


class MainWindow(QMainWindow):
    """``remembered`` is what ``geometry_changed`` gave before. Closing emits ``closing`` once, before
    the window goes; the app then shuts down in its own order."""

    closing = Signal()
    geometry_changed = Signal(object)  # dict of plain values, to be kept in the settings
    pane_changed = Signal(str)
    settings_asked = Signal()

    def __init__(self, remembered: dict[str, Any] | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(MINIMUM)
        self.setWindowIcon(app_icon())
        self._panes: dict[str, QWidget] = {}
        self._titles: dict[str, Callable[[], str]] = {}
        self._documents: dict[str, str] = {}
        self._pane_keys: list[QShortcut] = []
        self.rail = Rail(self)
        self.status_line = StatusLine(self)
        self._stack = QStackedWidget(self)
        self._banners = QVBoxLayout()
        self._banners.setContentsMargins(0, 0, 0, 0)
        self._banners.setSpacing(space(2))
        self._build()
        self.toast = Toast(self._content)
        self.menus = Menus(self.menuBar(), self)
        self.menus.connect_action("full_screen", self._toggle_full_screen)
        self.menus.connect_action("shortcuts", self.show_shortcuts)
        self.menus.connect_action("settings", self.settings_asked.emit)
        self.menus.connect_action("quit", self.close)
        self.rail.chosen.connect(self.show_pane)
        self.rail.settings_asked.connect(self.settings_asked)
        self._save_timer = QTimer(self)
        self._save_timer.setSingleShot(True)
        self._save_timer.setInterval(_SAVE_DELAY_MS)
        self._save_timer.timeout.connect(self._tell_geometry)
        self._restore(remembered or {})
        self.retranslate()

    # --- panes --------------------------------------------------------------------------------

    def add_pane(self, key: str, icon_name: str, title: Callable[[], str], pane: QWidget) -> None:
        """A pane with its button on the rail and the next of Ctrl+1, Ctrl+2 … The first is shown."""
        number = len(self._panes) + 1
        self._panes[key] = pane
        self._titles[key] = title
        self._stack.addWidget(pane)
        self.rail.add(key, icon_name, title, f"Ctrl+{number}")
        shortcut = QShortcut(QKeySequence(f"Ctrl+{number}"), self)
        shortcut.activated.connect(lambda: self.show_pane(key))
        self._pane_keys.append(shortcut)
        if number == 1:
            self.show_pane(key)

    def show_pane(self, key: str) -> None:
        """Raises KeyError for a pane that was not added."""
        pane = self._panes[key]
        self.rail.set_current(key)
        if self._stack.currentWidget() is not pane:
            self._stack.setCurrentWidget(pane)
            pane.setFocus(Qt.FocusReason.OtherFocusReason)
        self._retitle()
        self.pane_changed.emit(key)

    def set_document(self, key: str, title: str) -> None:
        """What pane ``key`` shows, for the title of the window; "" for nothing in particular."""
        self._documents[key] = " ".join(title.split())
        self._retitle()

    def current_pane(self) -> str:
        return next((key for key, pane in self._panes.items() if pane is self._stack.currentWidget()), "")

    def cover(self, page: QWidget) -> None:
        """Show ``page`` instead of everything (the first-run page), until `uncover`."""
        self._stack.addWidget(page)
        self._stack.setCurrentWidget(page)
        self._show_chrome(False)
        page.setFocus(Qt.FocusReason.OtherFocusReason)

    def uncover(self, page: QWidget) -> None:
        """Take ``page`` away, and show the first pane."""
        self._show_chrome(True)
        if self._panes:  # before the page goes, or Qt would give the focus to whatever comes next
            self.show_pane(next(iter(self._panes)))
        self._stack.removeWidget(page)
        page.deleteLater()

    # --- what the app shows and connects ------------------------------------------------------

    def connect_action(self, key: str, do: Callable[[], object]) -> QAction:
        """Connect an entry of the menu bar; one that nobody connects is not shown."""
        return self.menus.connect_action(key, do)

    def show_banner(self, banner: Banner) -> None:
        """Above the panes, until it is closed or deleted."""
        self._banners.addWidget(banner)
        self._banners.setContentsMargins(space(3), space(3), space(3), space(1))
        banner.destroyed.connect(self._banner_gone)

    def show_shortcuts(self) -> None:
        panes = [
            (title(), QKeySequence(f"Ctrl+{number}").toString(QKeySequence.SequenceFormat.NativeText))
            for number, title in enumerate(self._titles.values(), 1)
        ]
        dialog = ShortcutsDialog([(tr("Panes"), panes), *self.menus.shortcuts()], self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def come_forward(self) -> None:
        """Raise the window, out of the task bar too; where the system forbids it, ask for attention."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()
        handle = self.windowHandle()
        if handle is not None:
            handle.requestActivate()
            handle.alert(0)

    # --- inside -------------------------------------------------------------------------------

    def retranslate(self) -> None:
        self.menus.retranslate()
        self._retitle()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.WindowStateChange and hasattr(self, "_save_timer"):
            self.menus.action("full_screen").setChecked(self.isFullScreen())
            self._save_timer.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        words = event.size().width() >= WORDS_FROM
        if words != self.rail.has_words():
            self.rail.set_words(words)
        self._save_timer.start()

    def moveEvent(self, event: QMoveEvent) -> None:
        super().moveEvent(event)
        self._save_timer.start()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._save_timer.stop()
        self._tell_geometry()
        self.closing.emit()
        super().closeEvent(event)

    def _build(self) -> None:
        self._content = QWidget(self)
        set_look(self._content, surface="paper")
        column = QVBoxLayout(self._content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._banners)
        column.addWidget(self._stack, 1)
        self._rail_line, self._status_rule = _line(), _line()
        self._rail_line.setFixedWidth(1)
        self._status_rule.setFixedHeight(1)
        whole = QWidget(self)
        outer = QVBoxLayout(whole)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addWidget(self._rail_line)
        row.addWidget(self._content, 1)
        outer.addLayout(row, 1)
        outer.addWidget(self._status_rule)
        outer.addWidget(self.status_line)
        self.setCentralWidget(whole)

    def _show_chrome(self, shown: bool) -> None:
        for widget in (self.rail, self._rail_line, self._status_rule, self.status_line, self.menuBar()):
            widget.setVisible(shown)
        for shortcut in self._pane_keys:
            shortcut.setEnabled(shown)

    def _banner_gone(self) -> None:
        if self._banners.count() == 0:
            self._banners.setContentsMargins(0, 0, 0, 0)

    def _retitle(self) -> None:
        key = self.current_pane()
        title = self._titles.get(key)
        words = self._documents.get(key) or (title() if title else "")
        self.setWindowTitle(tr("{title} – Inkhorn", title=words) if words else tr("Inkhorn"))

    def _toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _restore(self, remembered: dict[str, Any]) -> None:
        """Sizes from a screen that is gone are put right by Qt; nonsense is ignored."""
        self.resize(FIRST_SIZE)
        try:
            raw = base64.b64decode(str(remembered.get("geometry", "")), validate=True)
        except ValueError:
            return
        if raw:
            self.restoreGeometry(QByteArray(raw))

    def _tell_geometry(self) -> None:
        raw = bytes(self.saveGeometry().data())
        self.geometry_changed.emit({"geometry": base64.b64encode(raw).decode("ascii")})


def _line() -> QFrame:
    line = QFrame()
    line.setProperty("line", True)
    return line
