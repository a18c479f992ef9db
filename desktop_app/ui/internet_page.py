"""Where downloads come from: a mirror, a proxy, an index of packages, and the token for guarded models."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop_app.core.errors import InkhornError
from desktop_app.core.i18n import mark, tr
from desktop_app.core.settings import Settings
from desktop_app.ui.failures import words
from desktop_app.ui.theme import set_look, space
from desktop_app.ui.widgets.flowing import wrapped

HUB_MIRROR = "https://hf-mirror.com"
"""A well-known mirror of the model hub in mainland China."""

_WEB = re.compile(r"https?://[^\s/?#@]+(:\d+)?(/[^\s?#]*)?")
_PROXY = re.compile(r"(https?|socks[45]h?)://[^\s/?#]+(/)?")
_WORDS: dict[str, tuple[str, str, str]] = {
    "hub_endpoint": (
        mark("Mirror of the model hub"),
        mark("Models come from here instead of from huggingface.co. Each file is checked all the same."),
        "https://huggingface.co",
    ),
    "proxy": (
        mark("Proxy"),
        mark("For downloads. Empty: as the system says."),
        "http://proxy.example:8080",
    ),
    "package_index": (
        mark("Package index"),
        mark("Some small models come as Python packages. Empty: as pip is set up, or pypi.org."),
        "https://pypi.org/simple",
    ),
}


def is_address(name: str, text: str) -> bool:
    """Whether ``text`` can be the setting ``name``; empty always can."""
    pattern = _PROXY if name == "proxy" else _WEB
    return not text or pattern.fullmatch(text) is not None


class Tokens(Protocol):
    """`desktop_app.library.tokens`, or what a test has in its place. All may raise `InkhornError`."""

    def read_token(self) -> str | None: ...
    def save_token(self, text: str, /) -> None: ...
    def forget_token(self) -> None: ...


Run = Callable[[Callable[[], object], Callable[[object], None], Callable[[InkhornError], None]], None]
"""`Lane.run`: a keyring may ask the user for a password, and takes its time."""


class InternetPage(QWidget):
    """Emits ``changed(name, value)`` for an address that can be one. Nothing is ever sent to try it."""

    changed = Signal(str, str)

    def __init__(self, tokens: Tokens, run: Run, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens, self._run = tokens, run
        self._kept: bool | None = None  # whether the keyring has a token; None: not known yet
        self._trouble: InkhornError | None = None
        self._fields: dict[str, QLineEdit] = {name: QLineEdit(self) for name in _WORDS}
        self._titles = {name: QLabel(self) for name in (*_WORDS, "token")}
        self._effects = {name: wrapped(self, size="caption", tone="quiet") for name in (*_WORDS, "token")}
        self._wrong = {name: wrapped(self, size="caption", tone="quiet") for name in _WORDS}
        self._preset = QPushButton(self)
        self._token = QLineEdit(self)
        self._token.setEchoMode(QLineEdit.EchoMode.Password)
        self._save, self._forget = QPushButton(self), QPushButton(self)
        self._token_state = wrapped(self, size="caption", tone="quiet")
        self._build()
        self._token.textChanged.connect(self._show_token)
        self._token.returnPressed.connect(self._save_pressed)
        self._save.clicked.connect(self._save_pressed)
        self._forget.clicked.connect(self._forget_pressed)
        self._preset.clicked.connect(lambda: self._take("hub_endpoint", HUB_MIRROR))
        self.retranslate()

    def set_settings(self, settings: Settings) -> None:
        """Show ``settings``, without telling. What is being typed stays."""
        for name, field in self._fields.items():
            value = getattr(settings, name)
            if not field.hasFocus() or is_address(name, field.text().strip()):
                if field.text().strip() != value:
                    field.setText(value)
                self._show_wrong(name)
        self._preset.setVisible(settings.hub_endpoint != HUB_MIRROR)

    def look_for_token(self) -> None:
        """Ask the keyring, in the background, whether a token is kept."""
        self._run(self._tokens.read_token, lambda token: self._know(bool(token)), self._token_failed)

    def retranslate(self) -> None:
        for name, (title, effect, example) in _WORDS.items():
            field = self._fields[name]
            self._titles[name].setText(tr(title))
            self._effects[name].setText(tr(effect))
            field.setPlaceholderText(example)
            field.setAccessibleName(tr(title))
            field.setAccessibleDescription(tr(effect))
            self._wrong[name].setText(tr("This is not a web address. It begins with http:// or https://."))
        self._preset.setText(tr("Use the mirror for mainland China ({address})", address="hf-mirror.com"))
        self._preset.setAccessibleName(self._preset.text())
        self._titles["token"].setText(tr("Access token"))
        why = tr(
            "Some makers let only people in who have asked. Make a token with read access on huggingface.co "
            "and put it here. It is kept in the keyring of your system, never in a file."
        )
        self._effects["token"].setText(why)
        self._token.setAccessibleName(tr("Access token"))
        self._token.setAccessibleDescription(why)
        self._save.setText(tr("Keep"))
        self._save.setAccessibleName(tr("Keep the token"))
        self._forget.setText(tr("Forget"))
        self._forget.setAccessibleName(tr("Forget the token"))
        self._show_token()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    # --- addresses ------------------------------------------------------------------------------

    def _edited(self, name: str) -> None:
        text = self._fields[name].text().strip().rstrip("/")
        self._show_wrong(name)
        if is_address(name, text):
            self._take(name, text)

    def _take(self, name: str, text: str) -> None:
        self._fields[name].setText(text)
        self._show_wrong(name)
        self.changed.emit(name, text)

    def _show_wrong(self, name: str) -> None:
        self._wrong[name].setVisible(not is_address(name, self._fields[name].text().strip()))

    # --- token ------------------------------------------------------------------------------------

    def _save_pressed(self) -> None:
        text = self._token.text().strip()
        if text:
            self._token.clear()
            self._run(lambda: self._tokens.save_token(text), lambda _: self._know(True), self._token_failed)

    def _forget_pressed(self) -> None:
        self._run(self._tokens.forget_token, lambda _: self._know(False), self._token_failed)

    def _know(self, kept: bool) -> None:
        self._kept, self._trouble = kept, None
        self._show_token()

    def _token_failed(self, error: InkhornError) -> None:
        self._trouble = error
        self._show_token()

    def _show_token(self) -> None:
        self._save.setEnabled(bool(self._token.text().strip()))
        self._forget.setVisible(bool(self._kept))
        self._token.setPlaceholderText(tr("A new one takes its place") if self._kept else "hf_…")
        state = {None: "", True: tr("A token is kept in the keyring."), False: tr("No token is kept.")}
        trouble = self._trouble
        said = words(trouble.kind, trouble.values) if trouble is not None else state[self._kept]
        self._token_state.setText(said)
        self._token_state.setVisible(bool(self._token_state.text()))
        set_look(
            self._token_state, tone="danger" if trouble is not None else "success" if self._kept else "quiet"
        )

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(1))
        for name, field in self._fields.items():
            set_look(self._wrong[name], tone="danger")
            self._titles[name].setBuddy(field)
            field.textEdited.connect(lambda _, name=name: self._show_wrong(name))
            field.editingFinished.connect(lambda name=name: self._edited(name))
            for widget in (self._titles[name], self._effects[name], field, self._wrong[name]):
                column.addWidget(widget)
            if name == "hub_endpoint":
                set_look(self._preset, kind="link")
                row = QHBoxLayout()
                row.addWidget(self._preset)
                row.addStretch(1)
                column.addLayout(row)
            column.addSpacing(space(4))
        self._titles["token"].setBuddy(self._token)
        line = QHBoxLayout()
        line.setSpacing(space(2))
        line.addWidget(self._token, 1)
        line.addWidget(self._save)
        line.addWidget(self._forget)
        column.addWidget(self._titles["token"])
        column.addWidget(self._effects["token"])
        column.addLayout(line)
        column.addWidget(self._token_state)
