"""Rows of the table ``messages``: branches, versions, streaming, deletion with undo."""

from __future__ import annotations

import time
from typing import Any

from desktop_app.core.chat import DeletedMessage, Message
from desktop_app.store.database import Database
from desktop_app.store.tree import Tree, read_tree, show

_COLUMNS = (
    "m.id, m.conversation_id, m.parent_id, m.role, m.text, m.state, m.created, m.pinned, m.model,"
    " m.stop_reason, m.error_kind, m.error_message, m.prompt_tokens, m.reply_tokens,"
    " m.first_token_s, m.tokens_per_s"
)

_ABOVE = (  # the message ?1 and all that it follows on
    "WITH RECURSIVE path (id, parent_id) AS ("
    " SELECT id, parent_id FROM messages WHERE id = ?1"
    " UNION SELECT m.id, m.parent_id FROM messages m JOIN path ON m.id = path.parent_id) "
)
_BELOW = (  # the message ?1 and all that follows on it
    "WITH RECURSIVE gone (id) AS ("
    " VALUES (?1) UNION SELECT m.id FROM messages m JOIN gone ON m.parent_id = gone.id) "
)

UPDATABLE = (
    "text",
    "state",
    "stop_reason",
    "error_kind",
    "error_message",
    "prompt_tokens",
    "reply_tokens",
    "first_token_s",
    "tokens_per_s",
    "model",
)


def _from_row(row: Any, version: int, versions: int) -> Message:
    values: tuple[Any, ...] = (*row[:7], bool(row[7]), *row[8:], version, versions)
    return Message(*values)


def branch(db: Database, conversation_id: int) -> list[Message]:
    """Beginning to active leaf. Raises LookupError for an unknown conversation."""
    found = db.one("SELECT leaf_id FROM conversations WHERE id = ?", (conversation_id,))
    if found is None:
        raise LookupError(f"no conversation {conversation_id}")
    tree = read_tree(db, conversation_id)
    return _messages_to(db, tree, tree.leaf_of(found[0]))


def _messages_to(db: Database, tree: Tree, leaf: int | None) -> list[Message]:
    path = tree.path(leaf)
    if 2 * len(path) > len(tree.parent):  # most of it is this branch: reading all of it is faster
        found = db.all(
            f"SELECT {_COLUMNS} FROM messages m WHERE m.conversation_id ="
            " (SELECT conversation_id FROM messages WHERE id = ?) AND m.deleted_at IS NULL",
            (leaf,),
        )
    else:
        found = db.all(f"{_ABOVE} SELECT {_COLUMNS} FROM path JOIN messages m ON m.id = path.id", (leaf,))
    rows = {row[0]: row for row in found}
    return [_from_row(rows[key], *tree.place(key)) for key in path]


def get(db: Database, message_id: int) -> Message:
    """Also a deleted one (then it counts as the only version). Raises LookupError."""
    row = db.one(f"SELECT {_COLUMNS} FROM messages m WHERE m.id = ?", (message_id,))
    if row is None:
        raise LookupError(f"no message {message_id}")
    same_place = [key for (key,) in db.all(_SIBLING_IDS, (row[1], row[2]))]
    if message_id not in same_place:
        return _from_row(row, 1, 1)
    return _from_row(row, same_place.index(message_id) + 1, len(same_place))


_SIBLING_IDS = (
    "SELECT id FROM messages WHERE conversation_id = ? AND parent_id IS ? AND deleted_at IS NULL ORDER BY id"
)


def siblings(db: Database, message_id: int) -> list[Message]:
    """All versions at the place of this message, itself included, oldest first."""
    message = get(db, message_id)
    rows = db.all(
        f"SELECT {_COLUMNS} FROM messages m WHERE m.conversation_id = ? AND m.parent_id IS ?"
        " AND m.deleted_at IS NULL ORDER BY m.id",
        (message.conversation_id, message.parent_id),
    )
    return [_from_row(row, number, len(rows)) for number, row in enumerate(rows, start=1)]


def add(
    db: Database, conversation_id: int, parent_id: int | None, role: str, text: str, state: str, model: str
) -> Message:
    """Raises LookupError where the conversation or the parent is not there."""
    now = time.time()
    with db.transaction():
        owner = db.one("SELECT leaf_id FROM conversations WHERE id = ?", (conversation_id,))
        if owner is None:
            raise LookupError(f"no conversation {conversation_id}")
        if parent_id is not None:
            above = db.one("SELECT conversation_id, deleted_at FROM messages WHERE id = ?", (parent_id,))
            if above is None or above[0] != conversation_id or above[1] is not None:
                raise LookupError(f"no message {parent_id} in conversation {conversation_id}")
        key = insert(
            db, (conversation_id, parent_id, role, state, now, 0, model, "", "", "", 0, 0, 0, 0, text)
        )
        if parent_id is not None:
            _remember_way_to(db, key, from_leaf=parent_id == owner[0])
        db.run("UPDATE conversations SET leaf_id = ?, updated = ? WHERE id = ?", (key, now, conversation_id))
    return get(db, key)


def insert(db: Database, values: tuple[Any, ...]) -> int:
    """Inside a transaction: one row, with the values in the order of the SQL below. Returns its id."""
    key = db.run(
        "INSERT INTO messages (conversation_id, parent_id, role, state, created, pinned, model, stop_reason,"
        " error_kind, error_message, prompt_tokens, reply_tokens, first_token_s, tokens_per_s, text)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        values,
    ).lastrowid
    return key or 0


def _remember_way_to(db: Database, key: int, from_leaf: bool) -> None:
    """Note at every message above ``key`` that the branch shown goes this way. Where it follows on the
    leaf that was shown, all but the last step is known already."""
    above = "WITH path AS (SELECT id, parent_id FROM messages WHERE id = ?1)" if from_leaf else _ABOVE
    db.run(
        f"{above} UPDATE messages SET chosen_id = path.id FROM path"
        " WHERE messages.id = path.parent_id AND messages.chosen_id IS NOT path.id",
        (key,),
    )


def update(db: Database, message_id: int, changes: dict[str, Any]) -> None:
    """Set the columns of `UPDATABLE` that are named and not None."""
    given = {name: value for name, value in changes.items() if value is not None}
    if not given:
        return
    columns = ", ".join(f"{name} = ?" for name in UPDATABLE if name in given)
    values = [given[name] for name in UPDATABLE if name in given]
    with db.transaction():
        db.run(f"UPDATE messages SET {columns} WHERE id = ?", (*values, message_id))


def append_text(db: Database, message_id: int, text: str) -> None:
    with db.transaction():
        db.run("UPDATE messages SET text = text || ? WHERE id = ?", (text, message_id))


def set_pinned(db: Database, message_id: int, pinned: bool) -> None:
    with db.transaction():
        db.run("UPDATE messages SET pinned = ? WHERE id = ?", (int(pinned), message_id))


def select_version(db: Database, message_id: int) -> list[Message]:
    """Show the branch through this message, down to the leaf below it that was last shown."""
    conversation_id = get(db, message_id).conversation_id
    with db.transaction():
        tree = read_tree(db, conversation_id)
        if message_id not in tree.parent:
            raise LookupError(f"message {message_id} is deleted")
        leaf = tree.leaf_below(message_id)
        show(db, conversation_id, tree, leaf)
    return _messages_to(db, tree, leaf)


def delete(db: Database, message_id: int) -> DeletedMessage:
    """Put the message and all below it in the trash; show a version beside it, or what is above."""
    conversation_id = get(db, message_id).conversation_id
    with db.transaction():
        tree = read_tree(db, conversation_id)
        if message_id not in tree.parent:
            raise LookupError(f"message {message_id} is deleted")
        stored_leaf = db.one("SELECT leaf_id FROM conversations WHERE id = ?", (conversation_id,))[0]
        leaf = tree.leaf_of(stored_leaf)
        db.run(
            f"{_BELOW} UPDATE messages SET deleted_at = ?2, deletion = ?1"
            " WHERE id IN (SELECT id FROM gone) AND deleted_at IS NULL",
            (message_id, time.time()),
        )
        (count,) = db.one("SELECT changes()")
        if message_id in tree.path(leaf):
            parent = tree.parent[message_id]
            beside = tree.children[parent]
            place = beside.index(message_id)
            others = beside[:place][-1:] or beside[place + 1 :][:1]
            after = tree.leaf_below(others[0]) if others else parent
            show(db, conversation_id, tree, after)
    return DeletedMessage(conversation_id, message_id, leaf, count)


def restore(db: Database, token: DeletedMessage) -> None:
    """Undo `delete`: the same messages, and the branch that was shown. What lies above comes back too
    if it was deleted later, so that nothing restored is out of reach."""
    with db.transaction():
        db.run(
            "UPDATE messages SET deleted_at = NULL, deletion = NULL"
            " WHERE conversation_id = ? AND deletion = ?",
            (token.conversation_id, token.message_id),
        )
        db.run(
            f"{_ABOVE} UPDATE messages SET deleted_at = NULL, deletion = NULL"
            " WHERE id IN (SELECT id FROM path) AND deleted_at IS NOT NULL",
            (token.message_id,),
        )
        tree = read_tree(db, token.conversation_id)
        if token.leaf_id in tree.parent:
            show(db, token.conversation_id, tree, token.leaf_id)


def interrupted(db: Database) -> list[Message]:
    """Turn replies that were being written when the app ended into stopped ones, and return them."""
    if db.read_only:
        return []
    keys = [key for (key,) in db.all("SELECT id FROM messages WHERE state = 'streaming' ORDER BY id")]
    if keys:
        with db.transaction():
            db.run("UPDATE messages SET state = 'stopped' WHERE state = 'streaming'")
    return [get(db, key) for key in keys]
