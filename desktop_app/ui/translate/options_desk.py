"""Options that stay: script and form of address of Chinese; and how much glossary and memory have."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.core.translation import TranslateOptions
from desktop_app.ui.translate.direction import Direction
from desktop_app.ui.translate.options_button import OptionsButton
from desktop_app.worker.storage import Storage


class OptionsDesk(QObject):
    """``changed`` with `TranslateOptions` without terms; ``remembered`` with what the settings should
    keep."""

    changed = Signal(object)
    remembered = Signal(object)
    trouble = Signal(object)  # InkhornError

    def __init__(
        self,
        button: OptionsButton,
        storage: Storage,
        direction: Direction,
        kept: dict[str, Any],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._button, self._storage, self._direction = button, storage, direction
        self.options = TranslateOptions(script=_text(kept, "script"), address=_text(kept, "address"))
        button.changed.connect(self._choose)

    def start(self) -> None:
        self.count()

    @Slot()
    def count(self) -> None:
        """How many sentences the memory has."""
        self._storage.run(lambda store: store.memory.count(), self._button.set_remembered, self.trouble.emit)

    def use_direction(self) -> None:
        self._button.set_options(self.options, self._direction.target.partition("-")[0] == "zh")

    @Slot(object)
    def _choose(self, options: TranslateOptions) -> None:
        self.options = options
        self.remembered.emit({"script": options.script, "address": options.address})
        self.use_direction()
        self.changed.emit(options)


def _text(kept: dict[str, Any], key: str) -> str:
    value = kept.get(key, "")
    return value if isinstance(value, str) else ""
