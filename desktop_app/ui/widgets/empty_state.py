"""What stands where nothing is yet: a picture, one sentence, one action, and things to start from."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop_app.ui.icons import mark_pixmap, pixmap
from desktop_app.ui.theme import set_look, space, theme_of
from desktop_app.ui.widgets.flowing import wrapped

Words = Callable[[], str]
_PICTURE = 40
_WIDTH = 420
_LOW = 300


class EmptyState(QWidget):
    """Words are functions, so that they follow the language. ``icon_name`` "" shows the app's mark.

    ``suggested`` is emitted with the text of the suggestion that was chosen.
    """

    acted = Signal()
    suggested = Signal(str)

    def __init__(
        self,
        icon_name: str,
        title: Words,
        sentence: Words,
        action: Words | None = None,
        suggestions: tuple[Words, ...] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon_name, self._title, self._sentence = icon_name, title, sentence
        self._action, self._suggestions = action, suggestions
        self._picture = QLabel(self)
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._head = _centred(self, size="heading")
        self._words = _centred(self, tone="quiet")
        self._button = QPushButton(self)
        set_look(self._button, kind="primary")
        self._button.clicked.connect(self.acted)
        self._button.setVisible(action is not None)
        self._offers = [QPushButton(self) for _ in suggestions]
        inner = QWidget(self)
        inner.setMaximumWidth(_WIDTH)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(2))
        column.addStretch(2)
        for label in (self._picture, self._head, self._words):
            column.addWidget(label)
        column.addSpacing(space(4))
        column.addWidget(self._button, 0, Qt.AlignmentFlag.AlignHCenter)
        for offer in self._offers:
            set_look(offer, kind="offer")
            offer.clicked.connect(self._offer_pressed)
            column.addWidget(offer)
        column.addStretch(3)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(space(6), space(4), space(6), space(4))
        outer.addStretch(1)
        outer.addWidget(inner, 1000)
        outer.addStretch(1)
        self.retranslate()
        self._dress()

    def retranslate(self) -> None:
        self._head.setText(self._title())
        self._head.setVisible(bool(self._title()))
        self._words.setText(self._sentence())
        self.setAccessibleName(f"{self._title()} {self._sentence()}".strip())
        if self._action is not None:
            self._button.setText(self._action())
            self._button.setAccessibleName(self._action())
        for offer, words in zip(self._offers, self._suggestions, strict=True):
            offer.setText(words())
            offer.setAccessibleName(words())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.StyleChange and hasattr(self, "_offers"):
            self._dress()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # In a low window the words matter more than the picture.
        self._picture.setVisible(event.size().height() >= _LOW)

    def _offer_pressed(self) -> None:
        offer = self.sender()
        if isinstance(offer, QPushButton):
            self.suggested.emit(offer.text())

    def _dress(self) -> None:
        theme, ratio = theme_of(self), self.devicePixelRatioF()
        self._picture.setPixmap(
            pixmap(self._icon_name, _PICTURE, ratio, theme.quiet)
            if self._icon_name
            else mark_pixmap(_PICTURE + 16, ratio)
        )


def _centred(parent: QWidget, **look: str) -> QLabel:
    label = wrapped(parent, **look)
    label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    return label
