"""Notes, drafts and personas: three small tables."""

from __future__ import annotations

import time

from desktop_app.core.chat import Note, Persona
from desktop_app.store.database import Database


def set_note(db: Database, conversation_id: int, upto_id: int, text: str) -> Note:
    """One note for each place: a second one replaces the first. Raises LookupError where the message
    is not one of the conversation's."""
    with db.transaction():
        owner = db.one("SELECT conversation_id FROM messages WHERE id = ?", (upto_id,))
        if owner is None or owner[0] != conversation_id:
            raise LookupError(f"no message {upto_id} in conversation {conversation_id}")
        db.run(
            "INSERT INTO notes (conversation_id, upto_id, created, text) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (upto_id) DO UPDATE SET text = excluded.text",
            (conversation_id, upto_id, time.time(), text),
        )
    return Note(*db.one("SELECT id, conversation_id, upto_id, text FROM notes WHERE upto_id = ?", (upto_id,)))


def notes(db: Database, conversation_id: int) -> list[Note]:
    """Those whose message is not deleted, in the order of the messages."""
    rows = db.all(
        "SELECT n.id, n.conversation_id, n.upto_id, n.text FROM notes n JOIN messages m ON m.id = n.upto_id"
        " WHERE n.conversation_id = ? AND m.deleted_at IS NULL ORDER BY n.upto_id",
        (conversation_id,),
    )
    return [Note(*row) for row in rows]


def delete_note(db: Database, key: int) -> None:
    with db.transaction():
        db.run("DELETE FROM notes WHERE id = ?", (key,))


def save_draft(db: Database, conversation_id: int, text: str) -> None:
    """An empty text removes the draft."""
    with db.transaction():
        if text:
            db.run(
                "INSERT INTO drafts (conversation_id, saved, text) VALUES (?, ?, ?)"
                " ON CONFLICT (conversation_id) DO UPDATE SET saved = excluded.saved, text = excluded.text",
                (conversation_id, time.time(), text),
            )
        else:
            db.run("DELETE FROM drafts WHERE conversation_id = ?", (conversation_id,))


def draft(db: Database, conversation_id: int) -> str:
    row = db.one("SELECT text FROM drafts WHERE conversation_id = ?", (conversation_id,))
    return row[0] if row else ""


def personas(db: Database) -> list[Persona]:
    rows = db.all("SELECT id, name, prompt FROM personas")
    return sorted((Persona(*row) for row in rows), key=lambda p: (p.name.casefold(), p.id))


def save_persona(db: Database, key: int | None, name: str, prompt: str) -> Persona:
    """None makes a new one. Raises LookupError for an id that is not there."""
    with db.transaction():
        if key is None:
            key = db.run(
                "INSERT INTO personas (created, name, prompt) VALUES (?, ?, ?)", (time.time(), name, prompt)
            ).lastrowid
        elif not db.run(
            "UPDATE personas SET name = ?, prompt = ? WHERE id = ?", (name, prompt, key)
        ).rowcount:
            raise LookupError(f"no persona {key}")
    return Persona(*db.one("SELECT id, name, prompt FROM personas WHERE id = ?", (key,)))


def delete_persona(db: Database, key: int) -> None:
    with db.transaction():
        db.run("DELETE FROM personas WHERE id = ?", (key,))
