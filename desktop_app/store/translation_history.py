"""What was translated, the newest first, with full-text search in both languages."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any

from desktop_app.core.translation_records import Span, TranslationHit, TranslationRecord
from desktop_app.store.database import Database
from desktop_app.store.search import conditions, snippet, split_query

_COLUMNS = "id, created, updated, source, found, target, model, spans_json, text, translation"
_BOTH = "(t.text || char(10) || t.translation)"


class TranslationHistory:
    """Belongs to a `Store`, and fails as it does."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def keep(
        self, key: int, text: str, source: str, found: bool, target: str, model: str = ""
    ) -> TranslationRecord:
        """Keep ``text`` as it is now, before anything is done with it: as entry ``key``, or a new one
        where ``key`` is 0 or is not there any more. What was translated of it stays until `put_result`, and
        one that is the same as before keeps its place among the others."""
        now = time.time()
        with self._db.transaction():
            old = self._db.one(
                "SELECT text, source, target FROM translations WHERE id = ? AND deleted_at IS NULL", (key,)
            )
            if old is None:
                made = self._db.run(
                    "INSERT INTO translations (created, updated, source, found, target, model,"
                    " spans_json, text, translation) VALUES (?, ?, ?, ?, ?, ?, '[]', ?, '')",
                    (now, now, source, int(found), target, model, text),
                )
                key = int(made.lastrowid or 0)
            elif old != (text, source, target):
                self._db.run(
                    "UPDATE translations SET updated = ?, source = ?, found = ?, target = ?, text = ?"
                    " WHERE id = ?",
                    (now, source, int(found), target, text, key),
                )
        return self.get(key)

    def put_result(self, key: int, translation: str, spans: Sequence[Span], model: str) -> None:
        """Raises LookupError for an entry that is not there."""
        with self._db.transaction():
            changed = self._db.run(
                "UPDATE translations SET translation = ?, spans_json = ?, model = ? WHERE id = ?",
                (translation, json.dumps([list(span) for span in spans]), model, key),
            ).rowcount
            if not changed:
                raise LookupError(f"no translation {key}")

    def get(self, key: int) -> TranslationRecord:
        """Raises LookupError."""
        row = self._db.one(f"SELECT {_COLUMNS} FROM translations WHERE id = ?", (key,))
        if row is None:
            raise LookupError(f"no translation {key}")
        return _record(row)

    def newest(self, limit: int = 200) -> list[TranslationRecord]:
        rows = self._db.all(
            f"SELECT {_COLUMNS} FROM translations WHERE deleted_at IS NULL"
            " ORDER BY updated DESC, id DESC LIMIT ?",
            (limit,),
        )
        return [_record(row) for row in rows]

    def search(self, query: str, limit: int = 50) -> list[TranslationHit]:
        """Those that hold all words of the query, in either language, the newest first."""
        words = split_query(query)
        if not words or limit < 1:
            return []
        condition, values, index = conditions("translation_index", _BOTH, words)
        joined = f"{index} JOIN translations t ON t.id = {index}.rowid" if index else "translations t"
        columns = ", ".join(f"t.{name}" for name in _COLUMNS.split(", "))
        rows = self._db.all(
            f"SELECT {columns} FROM {joined} WHERE {condition} AND t.deleted_at IS NULL"
            " ORDER BY t.updated DESC, t.id DESC LIMIT ?",
            (*values, limit),
        )
        return [_hit(_record(row), words) for row in rows]

    def delete(self, *keys: int) -> None:
        """Into the trash; `restore` undoes it, `purge` makes it final."""
        self._set_deleted(keys, time.time())

    def restore(self, *keys: int) -> None:
        self._set_deleted(keys, None)

    def clear(self) -> list[int]:
        """Everything into the trash; returns what `restore` brings back."""
        keys = [key for (key,) in self._db.all("SELECT id FROM translations WHERE deleted_at IS NULL")]
        self._set_deleted(keys, time.time())
        return keys

    def purge(self, older_than_s: float) -> None:
        with self._db.transaction():
            self._db.run("DELETE FROM translations WHERE deleted_at < ?", (time.time() - older_than_s,))

    def _set_deleted(self, keys: Sequence[int], when: float | None) -> None:
        with self._db.transaction():
            for key in keys:
                self._db.run("UPDATE translations SET deleted_at = ? WHERE id = ?", (when, key))


def _record(row: Any) -> TranslationRecord:
    key, created, updated, source, found, target, model, spans, text, translation = row
    return TranslationRecord(
        key, created, updated, source, bool(found), target, model, _spans(spans), text, translation
    )


def _spans(text: str) -> tuple[Span, ...]:
    """Nothing where the text was damaged: the translation can still be read."""
    try:
        return tuple(Span(*values) for values in json.loads(text))
    except (ValueError, TypeError):
        return ()


def _hit(record: TranslationRecord, words: list[str]) -> TranslationHit:
    """Where the text itself holds none of the words the translation is shown."""
    shown, ranges = snippet(record.text, words)
    if not ranges:
        other, other_ranges = snippet(record.translation, words)
        if other_ranges:
            shown, ranges = other, other_ranges
    return TranslationHit(record, shown, ranges)
