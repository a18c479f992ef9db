"""The button at a code block's top right that copies exactly that code."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QToolButton, QWidget

from desktop_app.core.i18n import tr
from desktop_app.ui.markdown.blocks import Code

_SAID_MS = 1_500


class CopyButton(QToolButton):
    """Belongs to the block at ``index`` of its document."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.index = 0
        self._code = Code("")
        self._done = False
        self._back = QTimer(self)
        self._back.setSingleShot(True)
        self._back.setInterval(_SAID_MS)
        self._back.timeout.connect(self._rest)
        self.setAutoRaise(True)
        self.setProperty("kind", "quiet")
        self.clicked.connect(self._copy)
        self.retranslate()

    def take(self, index: int, code: Code) -> None:
        self.index = index
        if code != self._code:
            self._code = code
            self.retranslate()

    def retranslate(self) -> None:
        self.setText(tr("Copied") if self._done else tr("Copy"))
        language = self._code.language
        self.setAccessibleName(
            tr("Copy the {language} code", language=language) if language else tr("Copy the code")
        )

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._code.text)
        self._done = True
        self.retranslate()
        self._back.start()

    def _rest(self) -> None:
        self._done = False
        self.retranslate()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
