"""What is chosen once for all translations: the script and the "you" of Chinese, glossary and memory."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from desktop_app.core.i18n import tr
from desktop_app.core.translation import TranslateOptions
from desktop_app.ui.icons import icon
from desktop_app.ui.theme import set_look
from desktop_app.ui.widgets.button_menu import ButtonMenu
from desktop_app.ui.widgets.elided_button import ElidedButton


class OptionsButton(ElidedButton):
    """``changed`` with `TranslateOptions` (without terms); ``asked`` with ``glossary``, ``memory`` or
    ``compare``."""

    changed = Signal(object)
    asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, least=36, most=160)
        self._options = TranslateOptions()
        self._chinese = False
        self._terms = 0
        self._remembered = 0
        self.setIconSize(QSize(16, 16))
        self.setMenu(ButtonMenu(self))
        self.menu().aboutToShow.connect(self._fill)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        set_look(self, kind="quiet")
        self.retranslate()
        self._dress()

    def set_options(self, options: TranslateOptions, chinese: bool) -> None:
        """``chinese``: the target is, and its script and its "you" can be chosen."""
        self._options, self._chinese = options, chinese
        self.retranslate()

    def set_terms(self, count: int) -> None:
        """How many the glossaries have for this direction."""
        self._terms = count

    def set_remembered(self, count: int) -> None:
        self._remembered = count

    def retranslate(self) -> None:
        self.set_label(tr("Options"), tr("Options of translation: script, form of address, glossary, memory"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.StyleChange and hasattr(self, "_chinese"):
            self._dress()

    def _dress(self) -> None:
        self.setIcon(icon("sliders-horizontal"))

    def _fill(self) -> None:
        menu = self.menu()
        menu.clear()
        if self._chinese:
            scripts = (
                ("", tr("Script as the language says")),
                ("Hans", tr("Simplified characters")),
                ("Hant", tr("Traditional characters")),
            )
            self._choices(menu, tr("Chinese script"), "script", scripts)
            forms = (
                ("", tr("As the model has it")),
                ("ni", tr("Familiar: 你")),
                ("nin", tr("Polite: 您")),
            )
            self._choices(menu, tr("Form of address"), "address", forms)
            menu.addSeparator()
        self._add(menu, tr("Glossary, {count} terms…", count=f"{self._terms:,}"), "glossary")
        memory = tr("Translation memory, {count} sentences…", count=f"{self._remembered:,}")
        self._add(menu, memory, "memory")
        menu.addSeparator()
        self._add(menu, tr("How good is it on my pairs?…"), "compare")

    def _choices(self, menu: QMenu, title: str, name: str, choices: tuple[tuple[str, str], ...]) -> None:
        _say(menu, title)
        group = QActionGroup(menu)
        for value, words in choices:
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(getattr(self._options, name) == value)
            group.addAction(action)
            action.triggered.connect(lambda _checked=False, value=value: self._choose(name, value))

    def _choose(self, name: str, value: str) -> None:
        if name == "script":
            self._options = replace(self._options, script=value)
        else:
            self._options = replace(self._options, address=value)
        self.changed.emit(self._options)

    def _add(self, menu: QMenu, words: str, what: str) -> QAction:
        action = menu.addAction(words)
        action.triggered.connect(lambda _checked=False: self.asked.emit(what))
        return action


def _say(menu: QMenu, title: str) -> None:
    """A line that names what follows."""
    action = menu.addAction(title)
    action.setEnabled(False)
