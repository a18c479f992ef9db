"""The user's personas between the picker and the store."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.core.chat import Persona
from desktop_app.store.store import Store
from desktop_app.ui.personas import PersonaPicker
from desktop_app.worker.storage import Storage


class PersonaController(QObject):
    chosen = Signal(str, str)  # name, system prompt
    trouble = Signal(object)  # InkhornError

    def __init__(self, picker: PersonaPicker, storage: Storage, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._picker = picker
        self._storage = storage
        picker.chosen.connect(self.chosen)
        picker.saved.connect(self._save)
        picker.deleted.connect(self._delete)

    def show(self, name: str, prompt: str) -> None:
        self._picker.set_choice(name, prompt)

    def refresh(self) -> None:
        self._storage.run(lambda store: store.personas(), self._picker.set_personas, self.trouble.emit)

    @Slot(object, str, str)
    def _save(self, persona_id: int | None, name: str, prompt: str) -> None:
        def save(store: Store) -> list[Persona]:
            store.save_persona(persona_id, name, prompt)
            return store.personas()

        self._storage.run(save, self._picker.set_personas, self.trouble.emit)

    @Slot(int)
    def _delete(self, persona_id: int) -> None:
        def delete(store: Store) -> list[Persona]:
            store.delete_persona(persona_id)
            return store.personas()

        self._storage.run(delete, self._picker.set_personas, self.trouble.emit)
