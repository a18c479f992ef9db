"""Glossaries: which word is to be translated as what, in lists that can be put aside."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any

from desktop_app.core.glossary_records import Glossary, GlossaryTerm, NewTerm
from desktop_app.core.translation import Term
from desktop_app.store.database import HOLDS, Database
from desktop_app.store.folding import fold
from desktop_app.store.search import split_query

_TERM = (
    "t.id, t.glossary_id, t.created, t.updated, t.used, t.exact, t.source_language, t.target_language,"
    " t.source, t.target, t.note"
)
_ALL_TEXT = "CAST(t.source || char(10) || t.target || char(10) || t.note AS BLOB)"
_GLOSSARY = (
    "SELECT g.id, g.created, g.name, g.used,"
    " (SELECT count(*) FROM glossary_terms t WHERE t.glossary_id = g.id) FROM glossaries g"
)


class Glossaries:
    """Belongs to a `Store`, and fails as it does. A glossary or term that is not there is a LookupError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    # --- lists ------------------------------------------------------------------------------------

    def all(self) -> list[Glossary]:
        """The user's own first, then in the order they came."""
        return [_glossary(row) for row in self._db.all(f"{_GLOSSARY} ORDER BY g.name <> '', g.id")]

    def get(self, key: int) -> Glossary:
        row = self._db.one(f"{_GLOSSARY} WHERE g.id = ?", (key,))
        if row is None:
            raise LookupError(f"no glossary {key}")
        return _glossary(row)

    def create(self, name: str) -> Glossary:
        with self._db.transaction():
            key = self._db.run(
                "INSERT INTO glossaries (created, name, used) VALUES (?, ?, 1)", (time.time(), name)
            ).lastrowid
        return self.get(int(key or 0))

    def own(self) -> Glossary:
        """What the user writes down term by term goes there."""
        row = self._db.one(f"{_GLOSSARY} WHERE g.name = '' ORDER BY g.id")
        return _glossary(row) if row is not None else self.create("")

    def set_used(self, key: int, used: bool) -> Glossary:
        with self._db.transaction():
            self._db.run("UPDATE glossaries SET used = ? WHERE id = ?", (int(used), key))
        return self.get(key)

    def delete(self, key: int) -> tuple[Glossary, list[GlossaryTerm]]:
        """With its terms; returns what `put_back` takes."""
        gone = self.get(key)
        terms = self._terms("t.glossary_id = ?", [key], "ORDER BY t.id")
        with self._db.transaction():
            self._db.run("DELETE FROM glossaries WHERE id = ?", (key,))
        return gone, terms

    # --- terms ------------------------------------------------------------------------------------

    def put(self, glossary: int, source: str, target: str, term: NewTerm, key: int = 0) -> GlossaryTerm:
        """``key`` is the term that it replaces, 0 for a new one; what the glossary says for the same source
        is replaced too. ``source`` and ``target`` are languages."""
        now = time.time()
        with self._db.transaction():
            created, used = now, 1
            if key:
                before = self.term(key)
                created, used = before.created, int(before.used)
            self._db.run(
                "DELETE FROM glossary_terms WHERE id = ? OR (source_language = ? AND target_language = ?"
                " AND source = ? AND glossary_id = ?)",
                (key, source, target, term.source, glossary),
            )
            new = self._insert((key or None, glossary, created, now, used, int(term.exact), source, target,
                                term.source, term.target, term.note))  # fmt: skip
        return self.term(new)

    def put_many(self, glossary: int, source: str, target: str, terms: Iterable[NewTerm]) -> int:
        """Import terms, which replace what the glossary said; returns how many there were."""
        now, count = time.time(), 0
        with self._db.transaction():
            for term in terms:
                self._insert((None, glossary, now, now, 1, int(term.exact), source, target,
                              term.source, term.target, term.note))  # fmt: skip
                count += 1
        return count

    def _insert(self, values: Sequence[Any]) -> int:
        row = self._db.run(
            "INSERT INTO glossary_terms (id, glossary_id, created, updated, used, exact, source_language,"
            " target_language, source, target, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (source_language, target_language, source, glossary_id) DO UPDATE SET"
            " updated = excluded.updated, exact = excluded.exact, target = excluded.target,"
            " note = excluded.note RETURNING id",
            values,
        ).fetchone()
        return int(row[0])

    def term(self, key: int) -> GlossaryTerm:
        found = self._terms("t.id = ?", [key])
        if not found:
            raise LookupError(f"no term {key}")
        return found[0]

    def set_term_used(self, keys: Sequence[int], used: bool) -> None:
        with self._db.transaction():
            for key in keys:
                self._db.run("UPDATE glossary_terms SET used = ? WHERE id = ?", (int(used), key))

    def delete_terms(self, keys: Sequence[int]) -> list[GlossaryTerm]:
        """Returns what `put_back` takes."""
        gone = [term for key in keys for term in self._terms("t.id = ?", [key])]
        with self._db.transaction():
            for key in keys:
                self._db.run("DELETE FROM glossary_terms WHERE id = ?", (key,))
        return gone

    def put_back(self, glossary: Glossary | None, terms: Sequence[GlossaryTerm]) -> None:
        """Undo `delete` or `delete_terms`."""
        with self._db.transaction():
            if glossary is not None:
                self._db.run(
                    "INSERT INTO glossaries (id, created, name, used) VALUES (?, ?, ?, ?)",
                    (glossary.id, glossary.created, glossary.name, int(glossary.used)),
                )
            for t in terms:
                self._insert((t.id, t.glossary_id, t.created, t.updated, int(t.used), int(t.exact),
                              t.source_language, t.target_language, t.source, t.target, t.note))  # fmt: skip

    # --- asking -----------------------------------------------------------------------------------

    def terms(self, source: str, target: str) -> tuple[Term, ...]:
        """What a translation from ``source`` into ``target`` keeps to: each source once, as the user's own
        glossary says it before others do, and the newest of those."""
        rows = self._db.all(
            "SELECT t.source, t.target, t.exact FROM glossary_terms t"
            " JOIN glossaries g ON g.id = t.glossary_id"
            " WHERE t.source_language = ? AND t.target_language = ? AND t.used AND g.used"
            " ORDER BY g.name <> '', g.id DESC, t.id",
            (source, target),
        )
        found: dict[str, Term] = {}
        for ours, theirs, exact in rows:
            found.setdefault(ours, Term(ours, theirs, bool(exact)))
        return tuple(found.values())

    def directions(self) -> list[tuple[str, str, int]]:
        """(source, target, how many terms), the most first."""
        return [
            (str(source), str(target), int(count))
            for source, target, count in self._db.all(
                "SELECT source_language, target_language, count(*) FROM glossary_terms"
                " GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2"
            )
        ]

    def page(
        self, source: str, target: str, glossary: int = 0, query: str = "", limit: int = 500, offset: int = 0
    ) -> list[GlossaryTerm]:
        """By source, without case; ``glossary`` 0 for all; those that hold all words of ``query``."""
        condition, values = _wanted(source, target, glossary, query)
        order = "ORDER BY t.source COLLATE NOCASE, t.id LIMIT ? OFFSET ?"
        return self._terms(condition, [*values, limit, offset], order)

    def count(self, source: str, target: str, glossary: int = 0, query: str = "") -> int:
        condition, values = _wanted(source, target, glossary, query)
        return int(self._db.one(f"SELECT count(*) FROM glossary_terms t WHERE {condition}", values)[0])

    def _terms(self, condition: str, values: Sequence[Any], rest: str = "") -> list[GlossaryTerm]:
        rows = self._db.all(
            f"SELECT {_TERM}, g.name FROM glossary_terms t JOIN glossaries g ON g.id = t.glossary_id"
            f" WHERE {condition} {rest}",
            values,
        )
        return [_term(row) for row in rows]


def _term(row: Any) -> GlossaryTerm:
    key, glossary, created, updated, used, exact, *texts = row
    return GlossaryTerm(key, glossary, created, updated, bool(used), bool(exact), *texts)


def _glossary(row: Any) -> Glossary:
    return Glossary(row[0], row[1], row[2], bool(row[3]), row[4])


def _wanted(source: str, target: str, glossary: int, query: str) -> tuple[str, list[Any]]:
    parts = ["t.source_language = ?", "t.target_language = ?"]
    values: list[Any] = [source, target]
    if glossary:
        parts.append("t.glossary_id = ?")
        values.append(glossary)
    for word in split_query(query):
        parts.append(f"{HOLDS}({_ALL_TEXT}, ?)")
        values.append(fold(word))
    return " AND ".join(parts), values
