"""Links in messages: shown before they open, and only those that a browser or mail program takes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QMessageBox, QWidget

from desktop_app.core.i18n import tr
from desktop_app.store.transfer.markup import SCHEMES


class LinkOpener(QObject):
    def __init__(self, window: QWidget, confirm: Callable[[], bool], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._window = window
        self._confirm = confirm

    @Slot(str)
    def ask(self, address: str) -> None:
        """Show where ``address`` leads; open it if the user says so."""
        url = QUrl(address, QUrl.ParsingMode.StrictMode)
        if not url.isValid() or url.scheme() not in SCHEMES:
            return
        if not self._confirm():
            QDesktopServices.openUrl(url)
            return
        box = QMessageBox(
            QMessageBox.Icon.NoIcon, tr("Open this link?"), tr("Open this link?"), parent=self._window
        )
        box.setTextFormat(Qt.TextFormat.PlainText)
        # As it will be asked for, with punycode for names that only look familiar.
        box.setInformativeText(url.toString(QUrl.ComponentFormattingOption.FullyEncoded))
        box.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        opening = box.addButton(tr("Open in browser"), QMessageBox.ButtonRole.AcceptRole)
        copying = box.addButton(tr("Copy address"), QMessageBox.ButtonRole.ActionRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def chosen(button: object) -> None:
            if button is opening:
                QDesktopServices.openUrl(url)
            elif button is copying:
                QGuiApplication.clipboard().setText(address)

        box.buttonClicked.connect(chosen)
        box.open()
