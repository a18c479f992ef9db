"""Rows of the table ``conversations``."""

from __future__ import annotations

import time
import uuid
from typing import Any

from desktop_app.core.chat import Conversation
from desktop_app.store.database import Database

COLUMNS = (
    "c.id, c.title, c.title_is_own, c.created, c.updated, c.pinned, c.folder, c.system_prompt, "
    "c.persona, c.sampling_json, c.leaf_id, c.messages"
)


def from_row(row: Any) -> Conversation:
    """A row of `COLUMNS` as a value."""
    (key, title, own, created, updated, pinned, *rest) = row
    return Conversation(key, title, bool(own), created, updated, bool(pinned), *rest)


def create(
    db: Database, title: str, system_prompt: str, persona: str, sampling_json: str, folder: str
) -> Conversation:
    now = time.time()
    with db.transaction():
        key = db.run(
            "INSERT INTO conversations (uid, title, title_is_own, created, updated, pinned, folder,"
            " system_prompt, persona, sampling_json, messages) VALUES (?, ?, 0, ?, ?, 0, ?, ?, ?, ?, 0)",
            (uuid.uuid4().hex, title, now, now, folder, system_prompt, persona, sampling_json),
        ).lastrowid
    return get(db, key or 0)


def get(db: Database, key: int) -> Conversation:
    """Also one that lies in the trash. Raises LookupError."""
    row = db.one(f"SELECT {COLUMNS} FROM conversations c WHERE c.id = ?", (key,))
    if row is None:
        raise LookupError(f"no conversation {key}")
    return from_row(row)


def listed(db: Database, folder: str | None) -> list[Conversation]:
    rows = db.all(
        f"SELECT {COLUMNS} FROM conversations c WHERE c.deleted_at IS NULL"
        " AND (?1 IS NULL OR c.folder = ?1) ORDER BY c.pinned DESC, c.updated DESC, c.id DESC",
        (folder,),
    )
    return [from_row(row) for row in rows]


def rename(db: Database, key: int, title: str, own: bool) -> None:
    with db.transaction():
        db.run(
            "UPDATE conversations SET title = ?2, title_is_own = ?3"
            " WHERE id = ?1 AND (?3 OR NOT title_is_own)",
            (key, title, int(own)),
        )


def set_pinned(db: Database, key: int, pinned: bool) -> None:
    with db.transaction():
        db.run("UPDATE conversations SET pinned = ? WHERE id = ?", (int(pinned), key))


def set_folder(db: Database, key: int, folder: str) -> None:
    with db.transaction():
        db.run("UPDATE conversations SET folder = ? WHERE id = ?", (folder, key))


def folders(db: Database) -> list[str]:
    rows = db.all("SELECT DISTINCT folder FROM conversations WHERE deleted_at IS NULL AND folder <> ''")
    return sorted((row[0] for row in rows), key=str.casefold)


def set_options(
    db: Database, key: int, system_prompt: str | None, persona: str | None, sampling_json: str | None
) -> None:
    with db.transaction():
        db.run(
            "UPDATE conversations SET system_prompt = ifnull(?, system_prompt),"
            " persona = ifnull(?, persona), sampling_json = ifnull(?, sampling_json) WHERE id = ?",
            (system_prompt, persona, sampling_json, key),
        )


def set_deleted(db: Database, key: int, deleted: bool) -> None:
    with db.transaction():
        db.run(
            "UPDATE conversations SET deleted_at = ? WHERE id = ?", (time.time() if deleted else None, key)
        )


def purge(db: Database, older_than_s: float) -> None:
    """Remove for good what was deleted at least that long ago: conversations, and single messages
    with all that hangs below them."""
    before = time.time() - older_than_s
    with db.transaction():
        db.run("DELETE FROM conversations WHERE deleted_at <= ?", (before,))
        db.run(
            "WITH RECURSIVE gone (id) AS ("
            "  SELECT id FROM messages WHERE deleted_at <= ?"
            "  UNION SELECT m.id FROM messages m JOIN gone ON m.parent_id = gone.id)"
            " DELETE FROM messages WHERE id IN (SELECT id FROM gone)",
            (before,),
        )
