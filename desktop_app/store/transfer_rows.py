"""Whole conversations out of the tables and into them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from desktop_app.core.i18n import tr
from desktop_app.store import conversations, extras
from desktop_app.store.database import Database
from desktop_app.store.messages import insert
from desktop_app.store.transfer.parsed import ImportReport, ParsedConversation, ParsedMessage
from desktop_app.store.tree import read_tree, show


def take_out(db: Database, conversation_id: int) -> ParsedConversation:
    """All branches, without what lies in the trash. Raises LookupError."""
    about = conversations.get(db, conversation_id)
    (uid,) = db.one("SELECT uid FROM conversations WHERE id = ?", (conversation_id,))
    rows = db.all(
        "SELECT id, parent_id, chosen_id, role, text, created, state, pinned, model, stop_reason, error_kind,"
        " error_message, prompt_tokens, reply_tokens, first_token_s, tokens_per_s FROM messages"
        " WHERE conversation_id = ? AND deleted_at IS NULL ORDER BY id",
        (conversation_id,),
    )
    places = {row[0]: place for place, row in enumerate(rows)}
    return ParsedConversation(
        uid=uid,
        title=about.title,
        created=about.created,
        updated=about.updated,
        messages=tuple(_message(row, places) for row in rows),
        title_is_own=about.title_is_own,
        pinned=about.pinned,
        folder=about.folder,
        system_prompt=about.system_prompt,
        persona=about.persona,
        sampling_json=about.sampling_json,
        leaf=places.get(about.leaf_id) if about.leaf_id is not None else None,
        notes=tuple((places[note.upto_id], note.text) for note in extras.notes(db, conversation_id)),
        draft=extras.draft(db, conversation_id),
    )


def _message(row: Any, places: dict[int, int]) -> ParsedMessage:
    (_, parent, chosen, role, text, created, state, pinned, *rest) = row
    return ParsedMessage(
        places.get(parent), role, text, created, state, places.get(chosen), bool(pinned), *rest
    )


def take_in(db: Database, parsed: Iterable[ParsedConversation]) -> ImportReport:
    """Add what is not here yet, all in one transaction: after a failure nothing was added. One that is
    here is told by its ``uid``; one that lies in the trash does not count as being here."""
    added: list[int] = []
    skipped: list[str] = []
    messages = 0
    with db.transaction():
        for one in parsed:
            if db.one("SELECT 1 FROM conversations WHERE uid = ? AND deleted_at IS NULL", (one.uid,)):
                skipped.append(tr("“{title}” is already here.", title=one.title))
                continue
            added.append(_insert(db, one))
            messages += len(one.messages)
    return ImportReport(tuple(added), messages, tuple(skipped))


def _insert(db: Database, one: ParsedConversation) -> int:
    key = db.run(
        "INSERT INTO conversations (uid, title, title_is_own, created, updated, pinned, folder,"
        " system_prompt, persona, sampling_json, messages) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
        (
            *(one.uid, one.title, one.title_is_own, one.created, one.updated, one.pinned, one.folder),
            *(one.system_prompt, one.persona, one.sampling_json),
        ),
    ).lastrowid
    assert key is not None
    ids: list[int] = []
    for message in one.messages:
        parent = None if message.parent is None else ids[message.parent]
        ids.append(_insert_message(db, key, parent, message))
    for own, message in zip(ids, one.messages, strict=True):
        if message.chosen is not None:
            db.run("UPDATE messages SET chosen_id = ? WHERE id = ?", (ids[message.chosen], own))
    show(db, key, read_tree(db, key), None if one.leaf is None else ids[one.leaf])
    for place, text in one.notes:
        db.run(
            "INSERT INTO notes (conversation_id, upto_id, created, text) VALUES (?, ?, ?, ?)",
            (key, ids[place], one.updated, text),
        )
    if one.draft:
        db.run(
            "INSERT INTO drafts (conversation_id, saved, text) VALUES (?, ?, ?)",
            (key, one.updated, one.draft),
        )
    return key


def _insert_message(db: Database, key: int, parent: int | None, message: ParsedMessage) -> int:
    state = "stopped" if message.state == "streaming" else message.state  # nobody streams into a copy
    return insert(
        db,
        (
            *(key, parent, message.role, state, message.created, message.pinned, message.model),
            *(message.stop_reason, message.error_kind, message.error_message, message.prompt_tokens),
            *(message.reply_tokens, message.first_token_s, message.tokens_per_s, message.text),
        ),
    )
