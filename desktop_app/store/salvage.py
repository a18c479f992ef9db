"""What can still be read of a damaged database, in a new one.

Walking the tables with SQL stops wherever a page above the rows is gone, and cannot begin without a
header or a schema. So every page is read by itself (`pages`), each row is told by its shape, and then
the ties between rows are mended: nothing that was said is left out because something beside it is lost.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from desktop_app.core.i18n import tr
from desktop_app.store.database import connect, inkhorn_error
from desktop_app.store.migrating import migrate
from desktop_app.store.pages import Pages, Value
from desktop_app.store.schema import MIGRATIONS

_INT, _NUMBER, _TEXT = (int,), (int, float), (str,)
_INT_OR_NONE, _NUMBER_OR_NONE, _KEY = (int, type(None)), (int, float, type(None)), (type(None),)


@dataclass(frozen=True, slots=True)
class _Table:
    """``kinds`` are the types that each column may have in the file (an INTEGER PRIMARY KEY is None
    there; SQLite stores a REAL without a fraction as an integer)."""

    name: str
    columns: str
    kinds: tuple[tuple[type, ...], ...]

    def holds(self, values: list[Value]) -> bool:
        return len(values) == len(self.kinds) and all(
            isinstance(value, kind) for value, kind in zip(values, self.kinds, strict=True)
        )


_CONVERSATIONS = _Table(
    "conversations",
    "id, uid, title, title_is_own, created, updated, pinned, folder, system_prompt, persona,"
    " sampling_json, leaf_id, messages, deleted_at",
    (_KEY, _TEXT, _TEXT, _INT, _NUMBER, _NUMBER, _INT, *[_TEXT] * 4, _INT_OR_NONE, _INT, _NUMBER_OR_NONE),
)
_MESSAGES = _Table(
    "messages",
    "id, conversation_id, parent_id, chosen_id, deleted_at, deletion, role, state, created, pinned, model,"
    " stop_reason, error_kind, error_message, prompt_tokens, reply_tokens, first_token_s, tokens_per_s, text",
    (
        *(_KEY, _INT, _INT_OR_NONE, _INT_OR_NONE, _NUMBER_OR_NONE, _INT_OR_NONE, _TEXT, _TEXT, _NUMBER),
        *(_INT, _TEXT, _TEXT, _TEXT, _TEXT, _INT, _INT, _NUMBER, _NUMBER, _TEXT),
    ),
)
_TABLES = (
    _CONVERSATIONS,
    _MESSAGES,
    _Table("notes", "id, conversation_id, upto_id, created, text", (_KEY, _INT, _INT, _NUMBER, _TEXT)),
    _Table("drafts", "conversation_id, saved, text", (_KEY, _NUMBER, _TEXT)),
    _Table("personas", "id, created, name, prompt", (_KEY, _NUMBER, _TEXT, _TEXT)),
    _Table(
        "translations",
        "id, created, updated, deleted_at, source, found, target, model, spans_json, text, translation",
        (_KEY, _NUMBER, _NUMBER, _NUMBER_OR_NONE, _TEXT, _INT, *[_TEXT] * 5),
    ),
    _Table(
        "memory",
        "id, created, updated, source, target, origin, key, loose, text, translation",
        (_KEY, _NUMBER, _NUMBER, *[_TEXT] * 7),
    ),
    _Table(
        "document_jobs",
        "id, created, updated, state, path, sha256, source, target, model, options_json, segments,"
        " error_kind, error_message, written",
        (_KEY, _NUMBER, _NUMBER, *[_TEXT] * 7, _INT, *[_TEXT] * 3),
    ),
    _Table(
        "document_segments",
        "id, job_id, key, problem, marks_json, text",
        (_KEY, _INT, _INT, _TEXT, _TEXT, _TEXT),
    ),
    _Table("glossaries", "id, created, name, used", (_KEY, _NUMBER, _TEXT, _INT)),
    _Table(
        "glossary_terms",
        "id, glossary_id, created, updated, used, exact, source_language, target_language, source, target,"
        " note",
        (_KEY, _INT, _NUMBER, _NUMBER, _INT, _INT, *[_TEXT] * 5),
    ),
)


def salvage(damaged: Path, wal: Path, target: Path) -> tuple[int, int]:
    """Write a new database to ``target``. Returns how many conversations and messages it holds.
    Raises InkhornError (``disk_full``), OSError. The damaged file is only read."""
    try:
        connection = connect(target, "rwc")
        try:
            migrate(connection, 0, MIGRATIONS)
            connection.execute("PRAGMA foreign_keys = OFF")
            connection.execute("BEGIN IMMEDIATE")
            for table, rowid, values in _told_apart(Pages(damaged, wal)):
                _keep(connection, table, [rowid, *values[1:]])
            _mend(connection)
            connection.execute("COMMIT")
            return (
                connection.execute("SELECT count(*) FROM conversations").fetchone()[0],
                connection.execute("SELECT count(*) FROM messages").fetchone()[0],
            )
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise inkhorn_error(error, target) from error


def _told_apart(pages: Pages) -> Iterator[tuple[_Table, int, list[Value]]]:
    for rowid, values in pages.rows():
        for table in _TABLES:
            if table.holds(values):
                yield table, rowid, values
                break


def _keep(connection: sqlite3.Connection, table: _Table, row: list[Value]) -> None:
    """Insert; of two rows with the same id (one of them stands on a page that is out of use) the one
    with more text stays, as texts grow while they are streamed."""
    key = table.columns.split(",")[0]
    try:
        old = connection.execute(f"SELECT * FROM {table.name} WHERE {key} = ?", row[:1]).fetchone()
        if old is not None:
            if _letters(old) >= _letters(row):
                return
            connection.execute(f"DELETE FROM {table.name} WHERE {key} = ?", row[:1])
        marks = ", ".join("?" for _ in row)
        connection.execute(f"INSERT INTO {table.name} ({table.columns}) VALUES ({marks})", row)
    except (sqlite3.IntegrityError, OverflowError):
        pass  # a row of this shape with values that were never ours: not a row


def _letters(row: list[Value]) -> int:
    return sum(len(value) for value in row if isinstance(value, str))


def _mend(connection: sqlite3.Connection) -> None:
    """Give every message a conversation and a place in it, every note a message, every draft a home."""
    connection.execute(
        "INSERT INTO conversations (id, uid, title, title_is_own, created, updated, pinned, folder,"
        " system_prompt, persona, sampling_json, messages)"
        " SELECT conversation_id, lower(hex(randomblob(16))), ?, 0, min(created), max(created), 0, '', '',"
        " '', '', 0 FROM messages WHERE conversation_id NOT IN (SELECT id FROM conversations)"
        " GROUP BY conversation_id",
        (tr("Recovered conversation"),),
    )
    # Children are always younger than their parent. One whose parent is lost follows on the youngest
    # message before it, so that a conversation with a gap still reads from the beginning to the end.
    connection.execute(
        "UPDATE messages AS m SET parent_id = (SELECT max(p.id) FROM messages p"
        "  WHERE p.conversation_id = m.conversation_id AND p.id < m.id"
        "  AND (p.deleted_at IS NULL OR m.deleted_at IS NOT NULL))"
        " WHERE parent_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM messages p WHERE p.id = m.parent_id"
        "  AND p.id < m.id AND p.conversation_id = m.conversation_id)"
    )
    connection.execute(
        "UPDATE OR IGNORE notes AS n SET upto_id = (SELECT max(m.id) FROM messages m"
        "  WHERE m.conversation_id = n.conversation_id AND m.id < n.upto_id)"
        " WHERE upto_id NOT IN (SELECT id FROM messages) AND EXISTS (SELECT 1 FROM messages m"
        "  WHERE m.conversation_id = n.conversation_id AND m.id < n.upto_id)"
    )
    connection.execute(
        "DELETE FROM notes WHERE upto_id NOT IN (SELECT id FROM messages)"
        " OR conversation_id NOT IN (SELECT id FROM conversations)"
    )
    connection.execute(
        "UPDATE conversations SET messages = (SELECT count(*) FROM messages m"
        "  WHERE m.conversation_id = conversations.id AND m.deleted_at IS NULL)"
    )
    _mend_drafts(connection)
    connection.execute("DELETE FROM document_segments WHERE job_id NOT IN (SELECT id FROM document_jobs)")
    connection.execute(
        "INSERT INTO glossaries (id, created, name, used) SELECT glossary_id, min(created), ?, 1"
        " FROM glossary_terms WHERE glossary_id NOT IN (SELECT id FROM glossaries) GROUP BY glossary_id",
        (tr("Recovered glossary"),),
    )


def _mend_drafts(connection: sqlite3.Connection) -> None:
    homeless = "conversation_id NOT IN (SELECT id FROM conversations) AND conversation_id <> 0"
    texts = [text for (text,) in connection.execute(f"SELECT text FROM drafts WHERE {homeless}")]
    if texts:
        connection.execute(f"DELETE FROM drafts WHERE {homeless}")
        own = connection.execute("SELECT text FROM drafts WHERE conversation_id = 0").fetchall()
        joined = "\n\n".join([*(text for (text,) in own), *texts])
        connection.execute(
            "INSERT OR REPLACE INTO drafts (conversation_id, saved, text) VALUES (0, 0, ?)", (joined,)
        )
