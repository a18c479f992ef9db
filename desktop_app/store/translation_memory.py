"""The translation memory: sentences with translations that somebody has approved.

How nearly-the-same sentences are found fast. A sentence that is three quarters the same shares many runs of
three characters with the one that is looked for. Those that few entries have tell the most, so each is asked
for up to a bound and the common ones are left out. Where nearly all are common, longer windows of the
sentence are asked for, of which an entry has to have every run. What holds the most is handed on to be
compared exactly, which is the caller's part.
"""

from __future__ import annotations

import collections
import time
from collections.abc import Iterable

from desktop_app.core.translation_records import MemoryEntry, Origin
from desktop_app.store.database import Database
from desktop_app.store.search import TRIGRAM

_COLUMNS = "id, created, updated, source, target, origin, key, text, translation"
_RUNS_AT_MOST = 40
_RARE = 300  # entries that have a run
_RARE_WANTED = 4
_WINDOW = 15  # characters: five runs
_ENTRIES_PER_WINDOW = 600


class TranslationMemory:
    """Belongs to a `Store`, and fails as it does. Keys are made by the caller, always in the same way."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def put(
        self, source: str, target: str, key: str, text: str, translation: str, origin: Origin = "own"
    ) -> int:
        """What the user wrote replaces what was there for the same sentence. Returns its id."""
        with self._db.transaction():
            if origin == "own":
                self._db.run(
                    "DELETE FROM memory WHERE source = ? AND target = ? AND key = ?", (source, target, key)
                )
            return self._insert(source, target, key, text, translation, origin, time.time())

    def put_many(self, source: str, target: str, entries: Iterable[tuple[str, str, str]]) -> int:
        """Import (key, text, translation), which replace nothing; returns how many are new."""
        now, before = time.time(), self.count()
        with self._db.transaction():
            for key, text, translation in entries:
                self._insert(source, target, key, text, translation, "imported", now)
        return self.count() - before

    def _insert(
        self, source: str, target: str, key: str, text: str, translation: str, origin: Origin, now: float
    ) -> int:
        row = self._db.run(
            "INSERT INTO memory (created, updated, source, target, origin, key, text, translation)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source, target, key, translation)"
            " DO UPDATE SET updated = excluded.updated RETURNING id",
            (now, now, source, target, origin, key, text, translation),
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

    def candidates(self, source: str, target: str, key: str, limit: int = 24) -> list[MemoryEntry]:
        """Entries that may be nearly the same as ``key``, itself left out, the likeliest first."""
        counted = self._counted(key)
        found: list[MemoryEntry] = []
        likeliest = [rowid for rowid, _ in counted.most_common(8 * limit)]
        for start in range(0, len(likeliest), 4 * limit):
            part = likeliest[start : start + 4 * limit]
            marks = ", ".join("?" for _ in part)
            rows = self._db.all(
                f"SELECT {_COLUMNS} FROM memory WHERE id IN ({marks}) AND source = ? AND target = ?"
                " AND key <> ? AND length(key) BETWEEN ? AND ?",
                (*part, source, target, key, len(key) // 2, 2 * len(key)),
            )
            found += [MemoryEntry(*row) for row in rows]
            if len(found) >= limit:
                break
        found.sort(key=lambda entry: counted[entry.id], reverse=True)
        return found[:limit]

    def _counted(self, key: str) -> collections.Counter[int]:
        """By id, how many of the key's rare runs, or else windows, an entry has."""
        found = [rows for run in _runs(key) if 0 < len(rows := self._with([run], _RARE + 1)) <= _RARE]
        if len(found) < _RARE_WANTED:
            found += [self._with(window, _ENTRIES_PER_WINDOW) for window in _windows(key)]
        return collections.Counter(rowid for rows in found for rowid in rows)

    def _with(self, runs: list[str], limit: int) -> list[int]:
        """The first entries that have all of ``runs``."""
        quoted = " AND ".join('"' + run.replace('"', '""') + '"' for run in runs)
        rows = self._db.all(
            "SELECT rowid FROM memory_index WHERE memory_index MATCH ? LIMIT ?", (quoted, limit)
        )
        return [rowid for (rowid,) in rows]

    def newest(self, limit: int = 500) -> list[MemoryEntry]:
        rows = self._db.all(f"SELECT {_COLUMNS} FROM memory ORDER BY updated DESC, id DESC LIMIT ?", (limit,))
        return [MemoryEntry(*row) for row in rows]

    def of_pair(self, source: str, target: str) -> list[MemoryEntry]:
        """All entries of a direction, oldest first: what an export writes."""
        rows = self._db.all(
            f"SELECT {_COLUMNS} FROM memory WHERE source = ? AND target = ? ORDER BY id", (source, target)
        )
        return [MemoryEntry(*row) for row in rows]

    def delete(self, key: int) -> None:
        with self._db.transaction():
            self._db.run("DELETE FROM memory WHERE id = ?", (key,))

    def count(self) -> int:
        return int(self._db.one("SELECT count(*) FROM memory")[0])


def _runs(key: str) -> list[str]:
    """Runs of three characters, each once, spread over the whole key where it has too many."""
    runs = list(dict.fromkeys(key[start : start + TRIGRAM] for start in range(len(key) - TRIGRAM + 1)))
    return runs[:: max(1, -(-len(runs) // _RUNS_AT_MOST))]


def _windows(key: str) -> list[list[str]]:
    """The runs of pieces of ``key`` beside each other, of shorter ones where it is short."""
    size = max(TRIGRAM, min(_WINDOW, len(key) // 5 // TRIGRAM * TRIGRAM))
    pieces = (key[start : start + size] for start in range(0, len(key), size))
    return [
        [piece[at : at + TRIGRAM] for at in range(0, len(piece) - 2, TRIGRAM)]
        for piece in pieces
        if len(piece) >= TRIGRAM
    ]
