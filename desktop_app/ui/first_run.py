"""The first page that anybody sees: what this is, where the data lies, and that nothing leaves."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.core.i18n import LANGUAGES, language, tr
from desktop_app.ui.icons import mark_pixmap, pixmap
from desktop_app.ui.theme import set_look, space, theme_of
from desktop_app.ui.widgets.elided_label import ElidedLabel
from desktop_app.ui.widgets.flowing import scrolled, wrapped

_WIDTH = 460
_MARK = 88
_ICONS = ("message-square", "folder", "lock")


class FirstRun(QWidget):
    """Emits ``language_chosen`` with a key of `LANGUAGES`, and ``started`` when it has been read."""

    language_chosen = Signal(str)
    started = Signal()

    def __init__(self, data: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_look(self, surface="paper")
        self._data = data
        self._mark = QLabel(self)
        self._name, self._motto = QLabel(self), wrapped(self, tone="quiet")
        self._motto.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        set_look(self._name, size="display")
        self._pictures = [QLabel(self) for _ in _ICONS]
        self._sentences = [wrapped(self) for _ in _ICONS]
        for sentence in self._sentences:
            set_look(sentence, size="reading")
        self._place = ElidedLabel(self, middle=True, least=80)
        set_look(self._place, size="caption", tone="quiet")
        self._languages = {key: QPushButton(name, self) for key, name in LANGUAGES.items()}
        self._start = QPushButton(self)
        self._start.setMinimumHeight(space(10))
        set_look(self._start, kind="primary")
        self._start.clicked.connect(self.started)
        self._build()
        self.setFocusProxy(self._start)
        self.retranslate()
        self._dress()

    def retranslate(self) -> None:
        self.setAccessibleName(tr("Welcome to Inkhorn"))
        self._name.setText(tr("Inkhorn"))
        self._motto.setText(tr("A private writing desk on your own computer"))
        words = (
            tr("Chat with a language model that runs here, on this computer, without an account."),
            tr("Your conversations are kept in this folder, and are yours to copy, move or delete:"),
            tr("Nothing that you write leaves this computer, unless you send it yourself."),
        )
        for label, text in zip(self._sentences, words, strict=True):
            label.setText(text)
        self._place.setText(str(self._data))
        self._place.setAccessibleName(tr("Data folder: {path}", path=self._data))
        self._start.setText(tr("Start writing"))
        self._start.setAccessibleName(tr("Start writing"))
        for key, button in self._languages.items():
            button.setChecked(key == language())
            button.setAccessibleName(tr("Language: {name}", name=LANGUAGES[key]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Enter begins from wherever the focus is, but for a language, which it chooses.
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            focus = self.focusWidget()
            button = focus if focus in self._languages.values() else self._start
            assert isinstance(button, QPushButton)
            button.click()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.StyleChange and hasattr(self, "_start"):
            self._dress()

    def _build(self) -> None:
        body = QWidget(self)
        inner = QWidget(body)
        inner.setMaximumWidth(_WIDTH)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, space(6), 0, space(6))
        column.setSpacing(0)
        column.addStretch(2)
        column.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(space(4))
        column.addWidget(self._name, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(space(1))
        column.addWidget(self._motto)
        column.addSpacing(space(8))
        for picture, sentence in zip(self._pictures, self._sentences, strict=True):
            row = QHBoxLayout()
            row.setSpacing(space(4))
            picture.setFixedSize(24, 24)
            row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
            text = QVBoxLayout()
            text.setSpacing(space(1))
            text.addWidget(sentence)
            if sentence is self._sentences[1]:
                text.addWidget(self._place)
            row.addLayout(text, 1)
            column.addLayout(row)
            column.addSpacing(space(5))
        column.addSpacing(space(3))
        column.addWidget(self._start)
        column.addSpacing(space(4))
        column.addLayout(self._language_row())
        column.addStretch(3)
        outer = QHBoxLayout(body)
        outer.setContentsMargins(space(6), 0, space(6), 0)
        outer.addStretch(1)
        outer.addWidget(inner, 1000)
        outer.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolled(body, self))

    def _language_row(self) -> QHBoxLayout:
        group = QButtonGroup(self)
        row = QHBoxLayout()
        row.setSpacing(space(2))
        row.addStretch(1)
        for button in self._languages.values():
            button.setCheckable(True)
            button.setMinimumWidth(space(24))
            set_look(button, kind="segment")
            button.clicked.connect(self._language_pressed)
            group.addButton(button)
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _language_pressed(self) -> None:
        self.language_chosen.emit(next(key for key, b in self._languages.items() if b.isChecked()))

    def _dress(self) -> None:
        theme, ratio = theme_of(self), self.devicePixelRatioF()
        self._mark.setPixmap(mark_pixmap(_MARK, ratio))
        for picture, name in zip(self._pictures, _ICONS, strict=True):
            picture.setPixmap(pixmap(name, 20, ratio, theme.accent))
