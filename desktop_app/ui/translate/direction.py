"""From which language into which: what the user chose, what was found, and the pairs used lately."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop_app.core.i18n import language
from desktop_app.ui.translate.language_picker import FIND

RECENT = 6


class Direction(QObject):
    """``changed`` when another direction counts. ``remembered`` with what the settings should keep.
    ``find`` finds the language of a text, given the languages used lately, and whether that is sure."""

    changed = Signal()
    remembered = Signal(object)

    def __init__(
        self,
        kept: object,
        find: Callable[[str, tuple[str, ...]], tuple[str, bool]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        held: dict[str, Any] = kept if isinstance(kept, dict) else {}
        self._find = find
        self._own = "zh" if language() == "zh_CN" else "en"
        self.chosen = _code(held.get("source"), FIND)
        self.target = _code(held.get("target"), "zh" if self._own == "en" else "en")
        self.found = ""
        self._sure = False
        recent = held.get("recent")
        self.recent: tuple[str, ...] = (
            tuple(code for code in recent if isinstance(code, str))[:RECENT]
            if isinstance(recent, list)
            else ()
        )

    @property
    def source(self) -> str:
        """ "" where it was not found yet."""
        return self.chosen or self.found

    def choose_source(self, code: str) -> None:
        """`FIND` for finding it in the text."""
        if code and code == self.target:
            self.target = self.source or self._other(code)
        self.chosen = code
        self._use()

    def choose_target(self, code: str) -> None:
        if code == self.source:
            self.chosen = self.target if self.chosen else FIND
            self.found = "" if self.chosen else self.found
        self.target = code
        self._use()

    def use(self, source: str, target: str, found: bool) -> None:
        """As an entry of the history had it."""
        self.chosen, self.found = (FIND, source) if found else (source, "")
        self.target = target
        self._use()

    def swap(self) -> None:
        """Also where the source was only found: it is known then."""
        source = self.source
        if not source:
            return
        self.chosen, self.found, self.target = self.target, "", source
        self._use()

    def look_at(self, text: str) -> None:
        """Find the language of ``text``, unless one is chosen. Of a few words the likeliest is taken until
        more of them tell better. A text that is surely in the target's language turns the direction round:
        nobody wants it translated into itself."""
        if self.chosen:
            return
        if not text.strip():
            self._sure = False  # what was found still names the page; the next text is another
            return
        found, sure = self._find(text, self.recent)
        if not found or not (sure or not self._sure) or (found == self.target and not sure):
            return
        self._sure = sure
        if found == self.found:
            return
        before, self.found = self.found, found
        if found == self.target:
            self.target = before or self._other(found)
        self.changed.emit()

    def note_use(self) -> None:
        """Something was translated in this direction: it belongs to the recent ones."""
        source = self.source
        recent = tuple(dict.fromkeys((source, self.target, *self.recent)))[:RECENT]
        if source and recent != self.recent:
            self.recent = recent
            self._remember()

    def _other(self, code: str) -> str:
        lately = next((one for one in self.recent if one != code), "")
        return lately or (self._own if self._own != code else "zh" if code == "en" else "en")

    def _use(self) -> None:
        self._remember()
        self.changed.emit()

    def _remember(self) -> None:
        self.remembered.emit({"source": self.chosen, "target": self.target, "recent": list(self.recent)})


def _code(value: object, otherwise: str) -> str:
    return value if isinstance(value, str) else otherwise
