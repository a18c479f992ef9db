"""The translation pane: its head with what is chosen once, and the pages below it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.core.errors import InkhornError
from desktop_app.core.i18n import tr
from desktop_app.core.messages import Failed
from desktop_app.core.settings import Settings
from desktop_app.ui.chat.problems import words
from desktop_app.ui.theme import set_look, space
from desktop_app.ui.translate.route_picker import RoutePicker
from desktop_app.ui.translate.text_page import TextPage
from desktop_app.ui.widgets.banner import Banner

PANE = "translate"


class TranslatePane(QWidget):
    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_look(self, surface="paper")
        self.route = RoutePicker(self)
        self.text = TextPage(settings, self)
        head = QHBoxLayout()
        head.setContentsMargins(space(3), space(2), space(3), space(2))
        head.addStretch(1)
        head.addWidget(self.route)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.text, 1)
        self.setFocusProxy(self.text)

    def show_failure(self, failure: Failed | None, again: Callable[[], object]) -> None:
        if failure is None:
            self.text.show_banner(None)
            return
        sentence = words(failure.kind, failure.message, failure.values)
        self.text.show_banner(Banner("danger", lambda: sentence, ((lambda: tr("Try again"), again),)))

    def show_error(self, error: InkhornError) -> None:
        sentence = words(error.kind, error.message, error.values)
        self.text.show_banner(Banner("danger", lambda: sentence))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
