"""A line across the pane that says what is the matter and offers the way out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from desktop_app.core.i18n import tr
from desktop_app.ui.icons import icon, pixmap
from desktop_app.ui.theme import space, theme_of
from desktop_app.ui.widgets.announce import announce
from desktop_app.ui.widgets.policies import keep_height

Tone = Literal["info", "warning", "danger"]
_ICONS = {"info": "info", "warning": "triangle-alert", "danger": "circle-alert"}
MOST_ACTIONS = 3
ROW = 32  # px, the height of one line with its button
_ONE_ROW_FROM = 560  # px: narrower, the buttons stand below the text


class Banner(QFrame):
    """``text`` and the actions' titles are functions, so that they follow the language.

    Emits ``closed`` when the user closes it, and then deletes itself.
    """

    closed = Signal()

    def __init__(
        self,
        tone: Tone,
        text: Callable[[], str],
        actions: tuple[tuple[Callable[[], str], Callable[[], object]], ...] = (),
        closable: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        if len(actions) > MOST_ACTIONS:
            raise ValueError(f"a banner has at most {MOST_ACTIONS} actions, not {len(actions)}")
        self.setProperty("banner", tone)
        self._tone, self._text, self._actions = tone, text, actions
        self._picture = QLabel(self)
        self._picture.setFixedSize(20, ROW)
        self._label = QLabel(self)
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setMinimumWidth(120)
        self._label.setContentsMargins(0, space(1.5), 0, space(1.5))  # one line is as high as a button
        self._label.setSizePolicy(keep_height())
        self.setSizePolicy(keep_height())
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._buttons = [QPushButton(self) for _ in actions]
        for button, (_, do) in zip(self._buttons, actions, strict=True):
            button.clicked.connect(lambda _checked=False, do=do: do())
        self._close = QToolButton(self)
        self._close.setIconSize(QSize(16, 16))
        self._close.setFixedSize(ROW, ROW)
        self._close.clicked.connect(self._close_pressed)
        self._close.setVisible(closable)
        self._column = QVBoxLayout()
        self._column.setSpacing(space(2))
        self._beside, self._below = QHBoxLayout(), QVBoxLayout()
        top = QHBoxLayout()
        top.setSpacing(space(3))
        top.addWidget(self._label, 1)
        top.addLayout(self._beside)
        self._column.addLayout(top)
        self._column.addLayout(self._below)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(space(4), space(2), space(2), space(2))
        whole.setSpacing(space(3))
        whole.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        whole.addLayout(self._column, 1)
        whole.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        for layout in (self._beside, self._below):
            layout.setSpacing(space(2))
        self._narrow: bool | None = None
        self._place(narrow=False)
        self.retranslate()
        self._dress()
        announce(self, self._text())

    def retranslate(self) -> None:
        self._label.setText(self._text())
        self._label.setAccessibleName(self._text())
        self.setAccessibleName(self._text())
        for button, (title, _) in zip(self._buttons, self._actions, strict=True):
            button.setText(title())
            button.setAccessibleName(title())
        self._close.setToolTip(tr("Close"))
        self._close.setAccessibleName(tr("Close"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place(narrow=event.size().width() < _ONE_ROW_FROM)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.StyleChange and hasattr(self, "_narrow"):
            self._dress()

    def _place(self, narrow: bool) -> None:
        if narrow == self._narrow:
            return
        self._narrow = narrow
        for layout in (self._beside, self._below):
            while layout.count():
                layout.takeAt(0)
        for button in self._buttons:
            if narrow:
                self._below.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
            else:
                self._beside.addWidget(button)

    def _dress(self) -> None:
        theme = theme_of(self)
        colour = {"info": theme.accent, "warning": theme.warning, "danger": theme.danger}[self._tone]
        self._picture.setPixmap(pixmap(_ICONS[self._tone], 20, self.devicePixelRatioF(), colour))
        self._close.setIcon(icon("x", theme.quiet))

    def _close_pressed(self) -> None:
        self.closed.emit()
        self.deleteLater()
