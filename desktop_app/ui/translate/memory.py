"""The translation memory, asked and filled on the storage thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from desktop_app.core.errors import InkhornError
from desktop_app.core.translation import Term
from desktop_app.core.translation_records import MemoryEntry, NewEntry
from desktop_app.store.store import Store
from desktop_app.translation.fuzzy import key, loose_key, similarity
from desktop_app.worker.storage import Storage

ALIKE = 0.7
"""What has to be the same of a sentence to be offered."""

_BEGINNING = 4
"""Characters that every inflected form of a word is taken to begin with."""


@dataclass(frozen=True, slots=True)
class Match:
    """``score`` 0…1, where 1 is the same sentence."""

    entry: MemoryEntry
    score: float


class Remembering(QObject):
    trouble = Signal(object)  # InkhornError

    def __init__(self, storage: Storage, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._storage = storage

    def look_up(
        self, source: str, target: str, sentences: Sequence[str], then: Callable[[dict[str, str]], None]
    ) -> None:
        """Which of ``sentences`` the memory has word for word; a failure there counts as none."""

        def failed(error: InkhornError) -> None:
            self.trouble.emit(error)
            then({})

        self._storage.run(lambda store: exact(store, source, target, sentences), then, failed)

    def look_for_alike(
        self, source: str, target: str, sentence: str, then: Callable[[list[Match]], None]
    ) -> None:
        """What has nearly been said before, the most alike first."""
        self._storage.run(
            lambda store: alike(store, source, target, sentence), then, lambda error: self.trouble.emit(error)
        )

    def keep(
        self, source: str, target: str, sentence: str, translation: str, then: Callable[[], None]
    ) -> None:
        """What the user wrote."""
        entry = new_entry(sentence, translation)
        self._storage.run(
            lambda store: store.memory.put(source, target, entry), lambda _: then(), self.trouble.emit
        )

    def forget(self, source: str, target: str, sentence: str, then: Callable[[], None]) -> None:
        """What the user takes back."""

        def remove(store: Store) -> None:
            for entry in store.memory.exact(source, target, [key(sentence)]).values():
                store.memory.delete(entry.id)

        self._storage.run(remove, lambda _: then(), self.trouble.emit)


def exact(store: Store, source: str, target: str, sentences: Sequence[str]) -> dict[str, str]:
    keys = {sentence: key(sentence) for sentence in sentences}
    found = store.memory.exact(source, target, keys.values())
    return {sentence: found[one].translation for sentence, one in keys.items() if one in found}


def alike(store: Store, source: str, target: str, sentence: str, most: int = 3) -> list[Match]:
    entries = store.memory.candidates(source, target, loose_key(sentence))
    scored = [Match(entry, similarity(sentence, entry.text, ALIKE)) for entry in entries]
    scored = [match for match in scored if match.score >= ALIKE]
    return sorted(scored, key=lambda match: match.score, reverse=True)[:most]


def new_entry(text: str, translation: str) -> NewEntry:
    return NewEntry(key(text), loose_key(text), text, translation)


def likely_terms(terms: Sequence[Term], sentences: Sequence[str]) -> tuple[Term, ...]:
    """Those of a big glossary that can stand in ``sentences`` at all; the engine looks closely."""
    if not terms:
        return ()
    text = "\n".join(sentences).casefold()
    return tuple(term for term in terms if term.source[:_BEGINNING].casefold() in text)
