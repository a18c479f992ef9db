"""The context menu of a message: its text, a link in it, and the actions of its row."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from desktop_app.core.i18n import tr
from desktop_app.ui.conversation.action_row import Action, fill_menu
from desktop_app.ui.markdown.browser import MarkdownBrowser


def open_menu(
    body: MarkdownBrowser, address: str, actions: list[Action], act: Callable[[str], None], where: QPoint
) -> None:
    """Open it at ``where`` (global). ``address`` is that of the link there, or ''."""
    menu = QMenu(body)
    if body.textCursor().hasSelection():
        menu.addAction(tr("Copy selection"), body.copy_selection)
    menu.addAction(tr("Select all"), body.selectAll)
    if address:
        menu.addAction(tr("Copy link address"), lambda: QGuiApplication.clipboard().setText(address))
    menu.addSeparator()
    fill_menu(menu, actions, act)
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(where)
