"""The ⋯ beside “New chat”: import, and export of everything."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from desktop_app.core.i18n import tr
from desktop_app.ui.chat_list.row_menu import EXPORT_FORMATS
from desktop_app.ui.icons import icon
from desktop_app.ui.theme import set_look


class TransferButton(QToolButton):
    import_wanted = Signal()
    export_wanted = Signal(str)  # a format of EXPORT_FORMATS

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_look(self, kind="quiet")
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        self._import = menu.addAction("")
        self._import.triggered.connect(lambda: self.import_wanted.emit())
        self._export = menu.addMenu("")
        self._formats = [(self._export.addAction(""), words) for _, words in EXPORT_FORMATS]
        for (action, _), (name, _) in zip(self._formats, EXPORT_FORMATS, strict=True):
            action.triggered.connect(lambda _=False, name=name: self.export_wanted.emit(name))
        self.setMenu(menu)
        self.retranslate()
        self._dress()

    def allow(self, can_import: bool, can_export: bool) -> None:
        self._import.setEnabled(can_import)
        self._export.setEnabled(can_export)

    def retranslate(self) -> None:
        self.setAccessibleName(tr("Import and export"))
        self.setToolTip(tr("Import and export"))
        self._import.setText(tr("Import conversations…"))
        self._export.setTitle(tr("Export all conversations"))
        for action, words in self._formats:
            action.setText(tr(words))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if not hasattr(self, "_formats"):
            return
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.StyleChange:
            self._dress()

    def _dress(self) -> None:
        self.setIcon(icon("ellipsis"))
        self._import.setIcon(icon("import"))
        self._export.setIcon(icon("share"))
