"""The list at the left of the persona editor."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from desktop_app.core.chat import Persona
from desktop_app.core.i18n import tr
from desktop_app.ui.icons import icon
from desktop_app.ui.theme import space, theme_of

FREE_ID = 0
"""Stands for the conversation's own instructions, which have no name."""

NEW_ID = -(2**31)
"""The id here of a persona that is being written for the first time."""

_ROLE = Qt.ItemDataRole.UserRole


def is_built_in(persona: Persona) -> bool:
    return persona.id < 0 and persona.id != NEW_ID


class PersonaList(QListWidget):
    gone_to = Signal(object)  # Persona

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(space(58))
        self.setIconSize(QSize(16, 16))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.currentItemChanged.connect(self._tell)

    def fill(self, free: Persona, personas: Sequence[Persona], wanted: int) -> Persona:
        """Show these, a new one too if ``wanted`` is `NEW_ID`, with the one of that id current (the free
        instructions if there is none). Returns it; `gone_to` is silent."""
        self.blockSignals(True)
        self.clear()
        self._item(free, tr("Only this conversation"), "message-square")
        for persona in personas:
            self._item(persona, persona.name, "lock" if is_built_in(persona) else "user-round")
        if wanted == NEW_ID:
            self._item(Persona(NEW_ID, "", ""), tr("New persona"), "user-round")
        rows = [row for row in range(self.count()) if self._persona_at(row).id == wanted]
        self.setCurrentRow(rows[0] if rows else 0)
        self.blockSignals(False)
        return self._persona_at(self.currentRow())

    def has_new(self) -> bool:
        return self._persona_at(self.count() - 1).id == NEW_ID

    def _item(self, persona: Persona, label: str, icon_name: str) -> None:
        item = QListWidgetItem(icon(icon_name, theme_of(self).quiet), label, self)
        item.setData(_ROLE, persona)
        item.setToolTip(persona.prompt)
        if is_built_in(persona):
            item.setData(Qt.ItemDataRole.AccessibleTextRole, tr("{name}, comes with Inkhorn", name=label))

    def _persona_at(self, row: int) -> Persona:
        found = self.item(row).data(_ROLE)
        assert isinstance(found, Persona)
        return found

    def _tell(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.gone_to.emit(item.data(_ROLE))
