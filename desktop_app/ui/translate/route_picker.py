"""The button that says which model translates, and the menu with the others for this direction."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QToolButton, QWidget

from desktop_app.core.i18n import language, tr
from desktop_app.core.translation_routes import Route, Routes
from desktop_app.ui.icons import icon
from desktop_app.ui.models.words import language_words
from desktop_app.ui.theme import set_look
from desktop_app.ui.widgets.button_menu import ButtonMenu
from desktop_app.ui.widgets.elided_button import ElidedButton


class RoutePicker(ElidedButton):
    """``chosen`` with a `Route`; ``unload_asked`` and ``more_asked`` from the menu."""

    chosen = Signal(object)
    unload_asked = Signal()
    more_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, least=40, most=260)
        self._ways: tuple[Route, ...] = ()
        self._current: Route | None = None
        self._chat = ""
        self._in_memory = ""
        self.setIconSize(QSize(16, 16))
        self.setMenu(ButtonMenu(self))
        self.menu().aboutToShow.connect(self._fill)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        set_look(self, kind="quiet")
        self.retranslate()
        self._dress()

    def set_ways(self, routes: Routes, ways: tuple[Route, ...], current: Route | None) -> None:
        self._ways, self._current, self._chat = ways, current, routes.chat
        self.retranslate()

    def set_known(self, known: bool) -> None:
        """Whether both languages are: until then there is no model to speak of."""
        self.setVisible(known)

    def set_in_memory(self, words: str) -> None:
        """How much memory the translators' engine takes, "" where it does not run."""
        self._in_memory = words
        self.retranslate()

    def retranslate(self) -> None:
        if self._current is None:
            self.set_label(tr("No model"), tr("No model translates between these languages yet"))
            return
        name = route_words(self._current, self._chat)
        about = tr("The model that translates: {name}. Choose another…", name=name)
        summary = summary_words(self._current)
        memory = tr("In memory: {size}", size=self._in_memory) if self._in_memory else ""
        self.set_label(name, "\n".join(filter(None, (about, summary, memory))))
        self.setAccessibleName(about)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.StyleChange:
            self._dress()

    def _dress(self) -> None:
        self.setIcon(icon("languages"))

    def _fill(self) -> None:
        menu = self.menu()
        menu.clear()
        menu.setToolTipsVisible(True)
        group = QActionGroup(menu)
        for way in self._ways:
            action = menu.addAction(route_words(way, self._chat).replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(self._current is not None and way.key == self._current.key)
            action.setToolTip(summary_words(way))
            action.triggered.connect(lambda _checked=False, way=way: self.chosen.emit(way))
            group.addAction(action)
        if self._ways:
            menu.addSeparator()
        if self._in_memory:
            menu.addAction(tr("In memory: {size}", size=self._in_memory)).setEnabled(False)
        unload = menu.addAction(icon("moon"), tr("Unload: give its memory back"))
        unload.setEnabled(bool(self._in_memory))
        unload.triggered.connect(self.unload_asked)
        more = menu.addAction(icon("boxes"), tr("More models for translation…"))
        more.triggered.connect(self.more_asked)


def route_words(route: Route, chat: str) -> str:
    """``Firefox Translations, through English``"""
    if route.is_chat:
        return tr("{model}, asked in words", model=chat)
    name = route.models[0].name
    if route.through:
        return tr("{model}, through {language}", model=name, language=language_words(route.through))
    return name


def summary_words(route: Route) -> str:
    """What its models are known to reach, in the language of the interface."""
    if route.is_chat:
        return tr("Knows the context, and takes longer. Look at what it says: it may add or leave out.")
    place = 1 if language() == "zh_CN" else 0
    return "\n".join(dict.fromkeys(model.summary[place] for model in route.models if model.summary[place]))
