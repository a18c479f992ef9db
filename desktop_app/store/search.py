"""Full-text search: the trigram index for words of three characters and more, a plain scan below."""

from __future__ import annotations

import itertools
import unicodedata
from typing import Any

from desktop_app.core.chat import Conversation, SearchHit
from desktop_app.store.conversations import COLUMNS, from_row
from desktop_app.store.database import HOLDS, Database
from desktop_app.store.folding import fold

TRIGRAM = 3
_WORDS_AT_MOST = 16
_TRIGRAMS_AT_MOST = 48  # they only narrow down; more make the query slower, not better
_SNIPPET = 96  # characters
_LEAD = 24  # of them before the first match


def search(db: Database, query: str, limit: int) -> list[SearchHit]:
    """One hit for each conversation whose title or one of whose messages holds all words of the query,
    newest conversation first. Upper and lower case are the same; every sign in the query is just text."""
    words = split_query(query)
    if not words or limit < 1:
        return []
    found: dict[int, tuple[Conversation, int | None, str]] = {}
    for row in _matching_messages(db, words, limit):
        found[row[0]] = (from_row(row[:-2]), row[-2], row[-1])
    for row in _matching_titles(db, words, limit):
        found.setdefault(row[0], (from_row(row), None, row[1]))
    newest = sorted(found.values(), key=lambda hit: (hit[0].updated, hit[0].id), reverse=True)
    return [
        SearchHit(conversation, message_id, *snippet(text, words))
        for conversation, message_id, text in newest[:limit]
    ]


def split_query(query: str) -> list[str]:
    """The words of a query, composed (NFC) and each only once."""
    plain = unicodedata.normalize("NFC", query.replace("\0", " "))
    plain = "".join(c if not 0xD800 <= ord(c) <= 0xDFFF else " " for c in plain)
    return list(dict.fromkeys(plain.split()))[:_WORDS_AT_MOST]


def _matching_messages(db: Database, words: list[str], limit: int) -> list[Any]:
    condition, values, index = conditions("message_index", "m.text", words)
    source = f"{index} JOIN messages m ON m.id = message_index.rowid" if index else "messages m"
    return db.all(
        f"SELECT {COLUMNS}, first.id, m.text FROM"
        f" (SELECT m.conversation_id, min(m.id) AS id FROM {source}"
        f"  WHERE {condition} AND m.role <> 'system' AND m.deleted_at IS NULL GROUP BY 1) AS first"
        " JOIN conversations c ON c.id = first.conversation_id JOIN messages m ON m.id = first.id"
        " WHERE c.deleted_at IS NULL ORDER BY c.updated DESC, c.id DESC LIMIT ?",
        (*values, limit),
    )


def _matching_titles(db: Database, words: list[str], limit: int) -> list[Any]:
    condition, values, index = conditions("title_index", "c.title", words)
    source = f"{index} JOIN conversations c ON c.id = title_index.rowid" if index else "conversations c"
    return db.all(
        f"SELECT {COLUMNS} FROM {source} WHERE {condition} AND c.deleted_at IS NULL"
        " ORDER BY c.updated DESC, c.id DESC LIMIT ?",
        (*values, limit),
    )


def conditions(index: str, column: str, words: list[str]) -> tuple[str, list[str], str]:
    """SQL that holds where all words do, its values, and the index's name where it is of use."""
    parts: list[str] = []
    values: list[str] = []
    trigrams = dict.fromkeys(
        word[start : start + TRIGRAM] for word in words for start in range(len(word) - TRIGRAM + 1)
    )
    if trigrams:
        parts.append(f"{index} MATCH ?")
        # A quoted string is just text: nothing in it is an operator.
        quoted = ('"' + trigram.replace('"', '""') + '"' for trigram in list(trigrams)[:_TRIGRAMS_AT_MOST])
        values.append(" AND ".join(quoted))
    for word in words:
        if len(word) > TRIGRAM:  # the index knows its pieces, not that they follow on each other
            parts.append(f"{HOLDS}(CAST({column} AS BLOB), ?)")
            values.append(fold(word))
        elif len(word) < TRIGRAM:
            # instr, not LIKE: no wildcards to escape, and LIKE knows the case of ASCII letters only.
            forms = _cases(word)
            parts.append("(" + " OR ".join(f"instr({column}, ?)" for _ in forms) + ")")
            values.extend(forms)
    return " AND ".join(parts), values, index if trigrams else ""


def _cases(word: str) -> list[str]:
    """A short word in every mixture of upper and lower case."""
    forms = [sorted({c, c.lower(), c.upper()}) for c in word]
    return ["".join(letters) for letters in itertools.product(*forms)]


def snippet(text: str, words: list[str]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """A piece of ``text`` on one line around the first match, and (start, length) of all matches in
    it: in order, without overlaps. “…” stands where the text goes on."""
    folded_words = [fold(word) for word in words]
    folded = fold(text)
    places = [place for word in folded_words if (place := folded.find(word)) >= 0]
    start = _word_start(text, max(0, min(places, default=0) - _LEAD))
    piece = text[start : start + _SNIPPET]
    piece = "".join(" " if c.isspace() else c for c in piece)
    stripped = piece.lstrip()
    piece = ("…" if start + len(piece) - len(stripped) > 0 and start > 0 else "") + stripped
    if start + _SNIPPET < len(text):
        piece = piece.rstrip() + "…"
    return piece, _ranges(fold(piece), folded_words)


def _word_start(text: str, start: int) -> int:
    """Not in the middle of a Latin word, where one begins a few characters on."""
    if start == 0:
        return 0
    for place in range(start, min(start + 12, len(text))):
        if text[place - 1].isspace():
            return place
    return start


def _ranges(folded: str, words: list[str]) -> tuple[tuple[int, int], ...]:
    marked: list[tuple[int, int]] = []
    for word in words:
        place = folded.find(word)
        while place >= 0:
            marked.append((place, place + len(word)))
            place = folded.find(word, place + len(word))
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(marked):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((begin, end))
    return tuple((begin, end - begin) for begin, end in merged)
