"""The translation memory as a table that one looks through, changes and writes out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from desktop_app.core.translation_records import MemoryEntry, NewEntry
from desktop_app.store.database import HOLDS, Database
from desktop_app.store.folding import fold
from desktop_app.store.search import split_query

_COLUMNS = "id, created, updated, source, target, origin, key, loose, text, translation"
_ALL_TEXT = "CAST(text || char(10) || translation AS BLOB)"


class MemoryTable:
    """Belongs to a `Store`, and fails as it does."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def directions(self) -> list[tuple[str, str, int]]:
        """(source, target, how many sentences), the most first."""
        return [
            (str(source), str(target), int(count))
            for source, target, count in self._db.all(
                "SELECT source, target, count(*) FROM memory GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2"
            )
        ]

    def page(
        self, source: str, target: str, query: str = "", limit: int = 500, offset: int = 0
    ) -> list[MemoryEntry]:
        """Those that hold all words of ``query`` in either language, the newest first."""
        condition, values = _wanted(source, target, query)
        rows = self._db.all(
            f"SELECT {_COLUMNS} FROM memory WHERE {condition} ORDER BY updated DESC, id DESC"
            " LIMIT ? OFFSET ?",
            (*values, limit, offset),
        )
        return [MemoryEntry(*row) for row in rows]

    def count(self, source: str, target: str, query: str = "") -> int:
        condition, values = _wanted(source, target, query)
        return int(self._db.one(f"SELECT count(*) FROM memory WHERE {condition}", values)[0])

    def after(self, key: int, limit: int, source: str = "", target: str = "") -> list[MemoryEntry]:
        """Those with ids above ``key``, by id, of one direction or of all: what an export reads piece by
        piece."""
        pair = " AND source = ? AND target = ?" if source else ""
        values = (key, source, target, limit) if source else (key, limit)
        rows = self._db.all(f"SELECT {_COLUMNS} FROM memory WHERE id > ?{pair} ORDER BY id LIMIT ?", values)
        return [MemoryEntry(*row) for row in rows]

    def change(self, key: int, entry: NewEntry) -> MemoryEntry:
        """The user's word now, whoever's it was: it takes the place of the same entry elsewhere. Raises
        LookupError."""
        with self._db.transaction():
            row = self._db.one("SELECT source, target FROM memory WHERE id = ?", (key,))
            if row is None:
                raise LookupError(f"no entry {key} in the memory")
            self._db.run(
                "DELETE FROM memory WHERE source = ? AND target = ? AND key = ? AND translation = ?"
                " AND id <> ?",
                (*row, entry.key, entry.translation, key),
            )
            self._db.run(
                "UPDATE memory SET updated = ?, origin = 'own', key = ?, loose = ?, text = ?, translation = ?"
                " WHERE id = ?",
                (time.time(), *entry, key),
            )
        return MemoryEntry(*self._db.one(f"SELECT {_COLUMNS} FROM memory WHERE id = ?", (key,)))

    def delete(self, keys: Sequence[int]) -> list[MemoryEntry]:
        """Returns what `put_back` takes."""
        gone = []
        with self._db.transaction():
            for key in keys:
                row = self._db.one(f"SELECT {_COLUMNS} FROM memory WHERE id = ?", (key,))
                if row is not None:
                    gone.append(MemoryEntry(*row))
                    self._db.run("DELETE FROM memory WHERE id = ?", (key,))
        return gone

    def put_back(self, entries: Sequence[MemoryEntry]) -> None:
        """Undo `delete`; what has come in meanwhile stays."""
        with self._db.transaction():
            for one in entries:
                self._db.run(
                    f"INSERT OR IGNORE INTO memory ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (one.id, one.created, one.updated, one.source, one.target, one.origin, one.key,
                     one.loose, one.text, one.translation),
                )  # fmt: skip


def _wanted(source: str, target: str, query: str) -> tuple[str, list[Any]]:
    parts = ["source = ?", "target = ?"]
    values: list[Any] = [source, target]
    for word in split_query(query):
        parts.append(f"{HOLDS}({_ALL_TEXT}, ?)")
        values.append(fold(word))
    return " AND ".join(parts), values
