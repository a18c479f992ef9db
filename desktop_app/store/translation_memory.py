"""The translation memory: sentences with translations that somebody has approved.

How nearly-the-same sentences are found fast. A sentence that is three quarters the same shares many runs of
three characters with the one that is looked for. Those that few entries have tell the most, so each is asked
for up to a bound and the common ones are left out. Where nearly all are common, longer windows of the
sentence are asked for, of which an entry has to have every run. What holds the most is handed on to be
compared exactly, which is the caller's part.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from desktop_app.core.translation_records import MemoryEntry, NewEntry, Origin
from desktop_app.store.database import Database
from desktop_app.store.search import TRIGRAM

_COLUMNS = "id, created, updated, source, target, origin, key, loose, text, translation"
_RUNS_AT_MOST = 32
_RARE = 200  # entries that have a run
_RARE_WANTED = 4
_WINDOW = 15  # characters: five runs
_ENTRIES_PER_WINDOW = 1500
_WITH_RUNS = "SELECT rowid FROM memory_index WHERE memory_index MATCH ?"


class TranslationMemory:
    """Belongs to a `Store`, and fails as it does. Keys are made by the caller, always in the same way."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def put(self, source: str, target: str, entry: NewEntry) -> int:
        """What the user wrote: it replaces what was there for the same sentence. Returns its id."""
        with self._db.transaction():
            self._db.run(
                "DELETE FROM memory WHERE source = ? AND target = ? AND key = ?", (source, target, entry.key)
            )
            return self._insert(source, target, entry, "own", time.time())

    def put_many(self, source: str, target: str, entries: Iterable[NewEntry]) -> int:
        """Import entries, which replace nothing; returns how many are new."""
        now, before = time.time(), self.count()
        with self._db.transaction():
            for entry in entries:
                self._insert(source, target, entry, "imported", now)
        return self.count() - before

    def _insert(self, source: str, target: str, entry: NewEntry, origin: Origin, now: float) -> int:
        row = self._db.run(
            "INSERT INTO memory (created, updated, source, target, origin, key, loose, text, translation)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source, target, key, translation)"
            " DO UPDATE SET updated = excluded.updated RETURNING id",
            (now, now, source, target, origin, *entry),
        ).fetchone()
        return int(row[0])

    def exact(self, source: str, target: str, keys: Iterable[str]) -> dict[str, MemoryEntry]:
        """The best entry for each key that has one: the user's own before imported ones, then the newest."""
        found: dict[str, MemoryEntry] = {}
        for key in dict.fromkeys(keys):
            row = self._db.one(
                f"SELECT {_COLUMNS} FROM memory WHERE source = ? AND target = ? AND key = ?"
                " ORDER BY origin = 'own' DESC, updated DESC, id DESC LIMIT 1",
                (source, target, key),
            )
            if row is not None:
                found[key] = MemoryEntry(*row)
        return found

    def candidates(self, source: str, target: str, loose: str, limit: int = 24) -> list[MemoryEntry]:
        """Entries that may be nearly the same, the likeliest first."""
        asked = self._asked(loose)
        if not asked:
            return []
        parts = " UNION ALL ".join(f"SELECT * FROM ({_WITH_RUNS} LIMIT ?)" for _ in asked)
        values = [value for match in asked for value in (match, _ENTRIES_PER_WINDOW)]
        columns = ", ".join(f"m.{name}" for name in _COLUMNS.split(", "))
        rows = self._db.all(
            f"SELECT {columns} FROM (SELECT rowid, count(*) AS shared FROM ({parts}) GROUP BY rowid"
            f" ORDER BY shared DESC LIMIT {8 * limit}) AS found JOIN memory m ON m.id = found.rowid"
            " WHERE m.source = ? AND m.target = ? AND length(m.loose) BETWEEN ? AND ?"
            " ORDER BY found.shared DESC, m.updated DESC LIMIT ?",
            (*values, source, target, len(loose) // 2, 2 * len(loose), limit),
        )
        return [MemoryEntry(*row) for row in rows]

    def _asked(self, loose: str) -> list[str]:
        """Questions to the index of which an entry that is alike answers the most."""
        rare = [match for run in _runs(loose) if 0 < self._having(match := _match([run])) <= _RARE]
        return rare if len(rare) >= _RARE_WANTED else [*rare, *map(_match, _windows(loose))]

    def _having(self, match: str) -> int:
        """How many entries there are, counted up to one more than `_RARE`."""
        row = self._db.one(f"SELECT count(*) FROM ({_WITH_RUNS} LIMIT ?)", (match, _RARE + 1))
        return int(row[0])

    def everything(self) -> list[MemoryEntry]:
        """Oldest first: what an export writes."""
        return [MemoryEntry(*row) for row in self._db.all(f"SELECT {_COLUMNS} FROM memory ORDER BY id")]

    def delete(self, key: int) -> None:
        with self._db.transaction():
            self._db.run("DELETE FROM memory WHERE id = ?", (key,))

    def count(self) -> int:
        return int(self._db.one("SELECT count(*) FROM memory")[0])


def _match(runs: Sequence[str]) -> str:
    """All of ``runs``. A quoted string is just text: nothing in it is an operator."""
    return " AND ".join('"' + run.replace('"', '""') + '"' for run in runs)


def _runs(text: str) -> list[str]:
    """Runs of three characters, each once, spread over the whole text where it has too many."""
    runs = list(dict.fromkeys(text[start : start + TRIGRAM] for start in range(len(text) - TRIGRAM + 1)))
    return runs[:: max(1, -(-len(runs) // _RUNS_AT_MOST))]


def _windows(text: str) -> list[list[str]]:
    """The runs of pieces of ``text`` beside each other, of shorter ones where it is short."""
    size = max(TRIGRAM, min(_WINDOW, len(text) // 5 // TRIGRAM * TRIGRAM))
    pieces = (text[start : start + size] for start in range(0, len(text), size))
    whole = (piece for piece in pieces if len(piece) >= TRIGRAM)
    return [[piece[at : at + TRIGRAM] for at in range(0, len(piece) - 2, TRIGRAM)] for piece in whole]
