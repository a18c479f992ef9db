"""How freely the model writes in this conversation: a button with the preset's name, and its numbers."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QToolButton, QWidget, QWidgetAction

from desktop_app.core.i18n import tr
from desktop_app.core.sampling import Sampling
from desktop_app.ui.icons import icon
from desktop_app.ui.theme import set_look
from desktop_app.ui.widgets.button_menu import ButtonMenu
from desktop_app.ui.widgets.sampling_editor import SamplingEditor


class SamplingButton(QToolButton):
    """Opens the editor below itself. ``changed`` as the editor's."""

    changed = Signal(str, object)  # preset name or "custom", Sampling

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preset = "balanced"
        self._menu = ButtonMenu(self)
        self.editor = SamplingEditor(self._menu)
        self.editor.changed.connect(self._edited)
        action = QWidgetAction(self._menu)
        action.setDefaultWidget(self.editor)
        self._menu.addAction(action)
        self._menu.aboutToShow.connect(self.editor.setFocus)
        self.setMenu(self._menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        set_look(self, kind="quiet")
        self.setIcon(icon("sliders-horizontal"))
        self.retranslate()

    def set_choice(self, preset: str, sampling: Sampling) -> None:
        self._preset = preset
        self.editor.set_value(preset, sampling)
        self.retranslate()

    def retranslate(self) -> None:
        names = {
            "precise": tr("Precise"),
            "balanced": tr("Balanced"),
            "creative": tr("Creative"),
            "custom": tr("Own numbers"),
        }
        name = names.get(self._preset, names["custom"])
        self.setText(name)
        self.setToolTip(tr("How freely the model writes: {name}", name=name))
        self.setAccessibleName(tr("How freely the model writes: {name}", name=name))

    def _edited(self, preset: str, sampling: Sampling) -> None:
        self._preset = preset
        self.retranslate()
        self.changed.emit(preset, sampling)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.StyleChange:
            self.setIcon(icon("sliders-horizontal"))
