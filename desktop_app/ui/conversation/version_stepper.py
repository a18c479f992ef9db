"""``‹ 2/3 ›``: steps through the versions of a message."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from desktop_app.core.i18n import tr
from desktop_app.ui.icons import icon
from desktop_app.ui.theme import set_look, theme_of


class VersionStepper(QWidget):
    stepped = Signal(str)
    """``version_previous`` or ``version_next``."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._version, self._versions = 1, 1
        self._back = QToolButton(self)
        self._label = QLabel(self)
        self._on = QToolButton(self)
        set_look(self._label, textSize="caption", tone="quiet")
        self._label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for widget in (self._back, self._label, self._on):
            row.addWidget(widget)
        for button in (self._back, self._on):
            button.setAutoRaise(True)
            button.setFixedSize(24, 28)
            button.setIconSize(QSize(16, 16))
        self._back.clicked.connect(lambda: self.stepped.emit("version_previous"))
        self._on.clicked.connect(lambda: self.stepped.emit("version_next"))
        self.retranslate()

    def show_version(self, version: int, versions: int, enabled: bool) -> None:
        self._version, self._versions = version, versions
        self._back.setEnabled(enabled and version > 1)
        self._on.setEnabled(enabled and version < versions)
        self.retranslate()

    def retranslate(self) -> None:
        self._label.setText(f"{self._version}/{self._versions}")
        self._label.setAccessibleName(
            tr("Version {version} of {versions}", version=self._version, versions=self._versions)
        )
        for button, symbol, words in (
            (self._back, "chevron-left", tr("Previous version")),
            (self._on, "chevron-right", tr("Next version")),
        ):
            button.setIcon(icon(symbol, theme_of(self).quiet))
            button.setToolTip(words)
            button.setAccessibleName(words)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.StyleChange) and hasattr(self, "_on"):
            self.retranslate()
