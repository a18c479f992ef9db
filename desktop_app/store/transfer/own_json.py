"""Our own JSON format, version 1: whole conversations with all branches.

    {"format": "inkhorn-conversations", "version": 1, "conversations": [
      {"uid", "title", "title_is_own", "created", "updated", "pinned", "folder", "system_prompt",
       "persona", "sampling_json", "leaf", "draft", "notes": [{"upto", "text"}],
       "messages": [{"id", "parent", "chosen", "role", "text", "state", "created", …}]}]}

``id`` counts the messages of one conversation from 0; ``parent``, ``chosen``, ``leaf`` and ``upto``
refer to it. Times are ISO 8601 in UTC. Only role and text of a message must be there.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import MISSING, fields
from datetime import UTC, datetime
from typing import Any

from desktop_app.core.errors import InkhornError
from desktop_app.core.i18n import tr
from desktop_app.store.transfer.parsed import Parsed, ParsedConversation, ParsedMessage, uid_from_content

FORMAT = "inkhorn-conversations"
VERSION = 1

_ROLES = ("system", "user", "assistant")
_STATES = ("complete", "streaming", "stopped", "failed")


def encode(conversations: Iterable[ParsedConversation]) -> dict[str, Any]:
    """The whole document, ready for `json.dumps`."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "conversations": [_encode_one(one) for one in conversations],
    }


def to_json(data: dict[str, Any]) -> str:
    """What `Store.export_data` returns, as the text of a file."""
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _encode_one(one: ParsedConversation) -> dict[str, Any]:
    plain: dict[str, Any] = {
        field.name: getattr(one, field.name)
        for field in fields(one)
        if field.name not in ("messages", "notes", "created", "updated")
    }
    plain["created"], plain["updated"] = _time_text(one.created), _time_text(one.updated)
    plain["notes"] = [{"upto": place, "text": text} for place, text in one.notes]
    plain["messages"] = [_encode_message(place, message) for place, message in enumerate(one.messages)]
    return plain


def _encode_message(place: int, message: ParsedMessage) -> dict[str, Any]:
    """Without what has its default, so that the file stays readable."""
    plain: dict[str, Any] = {
        "id": place,
        "parent": message.parent,
        "role": message.role,
        "text": message.text,
    }
    plain["created"] = _time_text(message.created)
    for field in fields(message):
        value = getattr(message, field.name)
        if field.name not in plain and field.default is not MISSING and value != field.default:
            plain[field.name] = value
    return plain


def decode(data: Any) -> Parsed:
    """Raises InkhornError ``bad_file`` where it is not this format or a newer one; a conversation that
    is wrong in itself is left out and named in ``skipped``."""
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise InkhornError("bad_file", "This is not an export of Inkhorn.", reason="export_strange")
    if not isinstance(data.get("version"), int) or data["version"] > VERSION:
        raise InkhornError("bad_file", "It was written by a newer version of Inkhorn.", reason="export_newer")
    listed = data.get("conversations")
    if not isinstance(listed, list):
        raise InkhornError("bad_file", "It holds no list of conversations.", reason="export_empty")
    found: list[ParsedConversation] = []
    skipped: list[str] = []
    for number, one in enumerate(listed, start=1):
        try:
            found.append(_decode_one(one))
        except _WrongError as error:
            skipped.append(tr("Conversation {number}: {reason}", number=number, reason=str(error)))
    return Parsed(tuple(found), tuple(skipped))


class _WrongError(Exception):
    """Says what is wrong with one conversation."""


def _decode_one(one: Any) -> ParsedConversation:
    if not isinstance(one, dict):
        raise _WrongError(tr("it is not an object"))
    listed = one.get("messages", [])
    if not isinstance(listed, list):
        raise _WrongError(tr("its messages are not a list"))
    created = _time(one, 0.0)
    places = _places(listed)
    messages = tuple(_decode_message(item, number, places, created) for number, item in enumerate(listed))
    notes = one.get("notes", [])
    return ParsedConversation(
        uid=_get(one, "uid", "") or uid_from_content(one),
        title=_get(one, "title", ""),
        created=created,
        updated=_time(one, created, "updated"),
        messages=messages,
        title_is_own=_get(one, "title_is_own", False),
        pinned=_get(one, "pinned", False),
        folder=_get(one, "folder", ""),
        system_prompt=_get(one, "system_prompt", ""),
        persona=_get(one, "persona", ""),
        sampling_json=_get(one, "sampling_json", ""),
        leaf=_place(one.get("leaf"), places),
        notes=tuple(_decode_note(note, places) for note in (notes if isinstance(notes, list) else [])),
        draft=_get(one, "draft", ""),
    )


def _places(listed: list[Any]) -> dict[int, int]:
    """The place of each ``id``; where there is none, messages are counted."""
    return {_get(item, "id", place): place for place, item in enumerate(listed) if isinstance(item, dict)}


def _decode_message(item: Any, number: int, places: dict[int, int], fallback: float) -> ParsedMessage:
    if not isinstance(item, dict):
        raise _WrongError(tr("message {number} is not an object", number=number))
    role, text = item.get("role"), item.get("text")
    if role not in _ROLES:
        raise _WrongError(tr("message {number} has no known role", number=number))
    if not isinstance(text, str):
        raise _WrongError(tr("message {number} has no text", number=number))
    parent = _place(item.get("parent"), places)
    if parent is not None and parent >= number:
        raise _WrongError(tr("message {number} comes before its parent", number=number))
    state = item.get("state", "complete")
    if state not in _STATES:
        raise _WrongError(tr("message {number} has no known state", number=number))
    rest: dict[str, Any] = {
        field.name: _get(item, field.name, field.default)
        for field in fields(ParsedMessage)
        if field.default is not MISSING and field.name not in ("state", "chosen")
    }
    chosen = _place(item.get("chosen"), places)
    return ParsedMessage(parent, role, text, _time(item, fallback), state, chosen, **rest)


def _decode_note(note: Any, places: dict[int, int]) -> tuple[int, str]:
    place = _place(note.get("upto"), places) if isinstance(note, dict) else None
    if place is None:
        raise _WrongError(tr("a note belongs to no message"))
    return place, _get(note, "text", "")


def _place(key: Any, places: dict[int, int]) -> int | None:
    if key is None:
        return None
    if not isinstance(key, int) or key not in places:
        raise _WrongError(tr("message {number} is referred to but not there", number=str(key)[:20]))
    return places[key]


def _get(item: dict[str, Any], name: str, default: Any) -> Any:
    """The value of ``name``, which must be of the default's type where it is there."""
    value = item.get(name, default)
    if isinstance(default, float) and isinstance(value, int | float) and not isinstance(value, bool):
        if math.isfinite(value):
            return float(value)
    elif type(value) is type(default) and not (isinstance(value, int) and abs(value) >= 1 << 62):
        return value
    raise _WrongError(tr("“{name}” has a value of the wrong kind", name=name))


def _time_text(seconds: float) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    except (ValueError, OverflowError, OSError):  # out of a damaged file
        return datetime.fromtimestamp(0, UTC).isoformat()


def _time(item: dict[str, Any], default: float, name: str = "created") -> float:
    value = item.get(name)
    if value is None:
        return default
    try:
        return datetime.fromisoformat(value).timestamp()
    except (TypeError, ValueError, OverflowError, OSError) as error:
        raise _WrongError(tr("“{name}” is not a time", name=name)) from error
