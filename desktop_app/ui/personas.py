"""Who the model is in this conversation: a button with a menu, and behind it the editor."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from desktop_app.core.chat import Persona
from desktop_app.core.i18n import language, tr
from desktop_app.core.paths import bundle_root
from desktop_app.core.personas import built_in_personas
from desktop_app.ui.icons import icon
from desktop_app.ui.persona_dialog import PersonaDialog
from desktop_app.ui.theme import set_look
from desktop_app.ui.widgets.button_menu import ButtonMenu

__all__ = ["PersonaDialog", "PersonaPicker"]


class PersonaPicker(QToolButton):
    """Shows the persona of the conversation and lets another be chosen, or instructions be written.

    The personas that come with the app are known here; `set_personas` gives the user's own. Opens
    and keeps up to date its own `PersonaDialog`, and passes on what is asked there.
    """

    chosen = Signal(str, str)  # name ("" for free instructions or none), system prompt
    saved = Signal(object, str, str)  # id (None: a new one), name, prompt
    deleted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._own: list[Persona] = []
        self._name = self._prompt = ""
        self._dialog: PersonaDialog | None = None
        self.setMenu(ButtonMenu(self))
        self.menu().setToolTipsVisible(True)
        self.menu().aboutToShow.connect(self._fill_menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        set_look(self, kind="quiet")
        self._dress()
        self.retranslate()

    def set_personas(self, personas: Sequence[Persona]) -> None:
        """The user's own; built-in ones among them are left out, as they are known here."""
        self._own = [persona for persona in personas if persona.id > 0]
        if self._dialog is not None:
            self._dialog.set_personas([*self._built_in(), *self._own])

    def set_choice(self, name: str, prompt: str) -> None:
        """What the conversation has now: a persona's name, and its prompt or the user's own words."""
        self._name, self._prompt = name, prompt
        if self._dialog is not None:
            self._dialog.set_choice(name, prompt)
        self.retranslate()

    def open_dialog(self, free_text: bool = False) -> PersonaDialog:
        """Open the editor, at the conversation's own instructions if ``free_text``, and return it."""
        if self._dialog is None:
            self._dialog = dialog = PersonaDialog(self.window())
            dialog.chosen.connect(self._choose)
            dialog.saved.connect(self.saved)
            dialog.deleted.connect(self.deleted)
            dialog.set_personas([*self._built_in(), *self._own])
        self._dialog.set_choice(self._name, self._prompt)
        self._dialog.begin(free_text)
        self._dialog.open()
        return self._dialog

    def retranslate(self) -> None:
        self.setText(self.label().replace("&", "&&"))
        who = tr("Persona of this conversation: {name}", name=self.label())
        self.setToolTip(who)
        self.setAccessibleName(who)

    def label(self) -> str:
        if self._name:
            return self._name
        return tr("Own instructions") if self._prompt.strip() else tr("No persona")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if not hasattr(self, "_own"):
            return
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
            if self._dialog is not None:
                self._dialog.set_personas([*self._built_in(), *self._own])
        elif event.type() == QEvent.Type.StyleChange:
            self._dress()

    def _dress(self) -> None:
        self.setIcon(icon("user-round"))

    def _built_in(self) -> tuple[Persona, ...]:
        return built_in_personas(bundle_root() / "resources", language())

    def _fill_menu(self) -> None:
        menu = self.menu()
        menu.clear()
        group = QActionGroup(menu)
        self._add(menu, group, tr("No persona"), "", "", not self._name and not self._prompt.strip())
        menu.addSeparator()
        for personas in (self._built_in(), self._own):
            for persona in personas:
                is_chosen = (persona.name, persona.prompt) == (self._name, self._prompt)
                self._add(menu, group, persona.name, persona.name, persona.prompt, is_chosen)
            if personas:
                menu.addSeparator()
        write = menu.addAction(icon("pen-line"), tr("Instructions for this conversation…"))
        write.triggered.connect(lambda: self.open_dialog(free_text=True))
        edit = menu.addAction(icon("user-round"), tr("Edit personas…"))
        edit.triggered.connect(lambda: self.open_dialog())

    def _add(
        self, menu: QMenu, group: QActionGroup, label: str, name: str, prompt: str, is_chosen: bool
    ) -> None:
        action = menu.addAction(label.replace("&", "&&"))
        action.setToolTip(prompt)
        action.setCheckable(True)
        action.setChecked(is_chosen)
        group.addAction(action)
        action.triggered.connect(lambda: self._choose(name, prompt))

    def _choose(self, name: str, prompt: str) -> None:
        self.set_choice(name, prompt)
        self.chosen.emit(name, prompt)
