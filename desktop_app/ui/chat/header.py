"""The line above the conversation: its title, which model answers, who it is, how freely it writes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from desktop_app.core.chat import Conversation
from desktop_app.core.i18n import tr
from desktop_app.ui.chat.sampling_button import SamplingButton
from desktop_app.ui.icons import icon
from desktop_app.ui.model_picker import ModelPicker
from desktop_app.ui.personas import PersonaPicker
from desktop_app.ui.theme import set_look, space
from desktop_app.ui.widgets.elided_label import ElidedLabel

ICONS_BELOW = 620  # px: narrower, the buttons show icons alone


class ChatHeader(QWidget):
    list_toggled = Signal()

    def __init__(
        self,
        model: ModelPicker,
        persona: PersonaPicker,
        sampling: SamplingButton,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(space(3), space(2), space(3), space(2))
        row.setSpacing(space(1))
        self._fold = QToolButton(self)
        self._fold.setIcon(icon("panel-left"))
        set_look(self._fold, kind="quiet")
        self._fold.clicked.connect(self.list_toggled)
        row.addWidget(self._fold)
        self._title = ElidedLabel(self)
        set_look(self._title, size="title")
        row.addWidget(self._title, 1)
        self._buttons: tuple[QToolButton, ...] = (model, persona, sampling)
        for button in self._buttons:
            row.addWidget(button)
        self._conversation: Conversation | None = None
        self.retranslate()

    def set_conversation(self, conversation: Conversation | None) -> None:
        self._conversation = conversation
        self.retranslate()

    def retranslate(self) -> None:
        row = self._conversation
        self._title.setText(row.title if row and row.title else tr("New conversation"))
        self._fold.setToolTip(tr("Show or hide the list of conversations"))
        self._fold.setAccessibleName(tr("Show or hide the list of conversations"))

    def resizeEvent(self, event: object) -> None:
        style = (
            Qt.ToolButtonStyle.ToolButtonIconOnly
            if self.width() < ICONS_BELOW
            else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        )
        for button in self._buttons:
            button.setToolButtonStyle(style)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.StyleChange:
            self._fold.setIcon(icon("panel-left"))
