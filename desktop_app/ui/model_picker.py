"""The button that names the model of the conversation, and the menu behind every such name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from desktop_app.core.i18n import tr
from desktop_app.ui.icons import icon
from desktop_app.ui.theme import set_look
from desktop_app.ui.widgets.button_menu import ButtonMenu
from desktop_app.ui.widgets.elided_button import ElidedButton


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """An installed model that can be chosen. ``caption`` says how large it is or what is the matter."""

    id: str
    name: str
    caption: str
    usable: bool = True


class ModelPicker(ElidedButton):
    """``chosen`` with an installed model's id; ``unload_asked`` and ``manage_asked`` from the menu.

    `pop_up` opens the same menu at another widget, such as the name in the status line.
    """

    chosen = Signal(str)
    unload_asked = Signal()
    manage_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, least=40, most=220)
        self._choices: tuple[ModelChoice, ...] = ()
        self._current = self._name = ""
        self._loaded = False
        self.setIconSize(QSize(16, 16))
        self.setMenu(ButtonMenu(self))
        self.menu().aboutToShow.connect(lambda: self._fill(self.menu()))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        set_look(self, kind="quiet")
        self._dress()
        self.retranslate()

    def set_choices(self, choices: Sequence[ModelChoice], current: str) -> None:
        """The chat models on this computer, and the id of the one in use."""
        self._choices, self._current = tuple(choices), current

    def set_model(self, name: str, loaded: bool) -> None:
        """What the model calls itself, and whether there is one in memory to give back."""
        self._name, self._loaded = name, loaded
        self.retranslate()

    def pop_up(self, at: QWidget) -> QMenu:
        menu = ButtonMenu(at)
        menu.aboutToHide.connect(menu.deleteLater)
        self._fill(menu)
        menu.popup(at.mapToGlobal(at.rect().topLeft()))
        return menu

    def retranslate(self) -> None:
        name = self._name or tr("Choose a model")
        self.set_label(name, tr("The model that answers: {name}. Choose another…", name=name))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.StyleChange:
            self._dress()

    def _dress(self) -> None:
        self.setIcon(icon("boxes"))

    def _fill(self, menu: QMenu) -> None:
        menu.clear()
        group = QActionGroup(menu)
        for choice in self._choices:
            text = f"{choice.name}\t{choice.caption}" if choice.caption else choice.name
            action = menu.addAction(text.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(choice.id == self._current)
            action.setEnabled(choice.usable)
            group.addAction(action)
            action.triggered.connect(lambda _checked=False, key=choice.id: self.chosen.emit(key))
        if self._choices:
            menu.addSeparator()
        unload = menu.addAction(icon("moon"), tr("Unload: give its memory back"))
        unload.setEnabled(self._loaded)
        unload.triggered.connect(self.unload_asked)
        manage = menu.addAction(icon("boxes"), tr("Manage models…"))
        manage.triggered.connect(self.manage_asked)
