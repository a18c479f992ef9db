"""ChatGPT's ``conversations.json``: a list of conversations, each a ``mapping`` of node id to
{id, message, parent, children} with the ``current_node`` that was shown last.

Nodes without anything to read (system, tool, hidden) are left out and what hangs below them is tied to
what is above, so that branches stay branches. The format is not documented; this follows what real
exports from 2023 to 2026 hold.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from desktop_app.core.i18n import tr
from desktop_app.core.messages import Role
from desktop_app.store.titles import title_from
from desktop_app.store.transfer.parsed import Parsed, ParsedConversation, ParsedMessage, uid_from_content

_CITATION = re.compile("\ue200[^\ue201]*\ue201")
"""Private-use marks that ChatGPT's own page turns into links."""

_FOR_PEOPLE = (None, "", "all", "python")  # other recipients are tools: their arguments are no text


def decode(data: list[Any]) -> Parsed:
    """Conversations that cannot be read, or hold nothing to read, are named in ``skipped``."""
    found: list[ParsedConversation] = []
    skipped: list[str] = []
    for number, one in enumerate(data, start=1):
        title = one.get("title") if isinstance(one, dict) else None
        name = title if isinstance(title, str) and title else str(number)
        if not isinstance(one, dict) or not isinstance(one.get("mapping"), dict):
            skipped.append(tr("Conversation “{name}” has no messages in a form that is known.", name=name))
            continue
        conversation = _conversation(one)
        if conversation is None:
            skipped.append(tr("Conversation “{name}” holds no text.", name=name))
        else:
            found.append(conversation)
    return Parsed(tuple(found), tuple(skipped))


@dataclass(slots=True)
class _Kept:
    """A message to keep; ``parent`` is a place in the list of them."""

    parent: int | None
    role: Role
    text: str
    created: float
    model: str
    children: int = 0
    texts: list[str] = field(default_factory=list)


def _conversation(one: dict[str, Any]) -> ParsedConversation | None:
    created = _time(one.get("create_time"), 0.0)
    kept: list[_Kept] = []
    place_of: dict[str, int | None] = {}  # of each node: its message, or the nearest one above it
    for key, above, node in _nodes(one["mapping"]):
        parent = place_of.get(above) if above is not None else None
        message = _message(node, parent, kept[parent].created if parent is not None else created)
        if message is None:
            place_of[key] = parent
            continue
        place_of[key] = len(kept)
        kept.append(message)
    if not kept:
        return None
    kept, new_places = _joined(kept)
    current = one.get("current_node")
    leaf = place_of.get(current) if isinstance(current, str) else None
    title = one.get("title")
    title = title.strip() if isinstance(title, str) else ""
    key = next((one[name] for name in ("conversation_id", "id") if isinstance(one.get(name), str)), "")
    return ParsedConversation(
        uid=f"chatgpt:{key}" if key else uid_from_content(one),
        title=" ".join(title.split()) or title_from(kept[0].text),
        created=created or kept[0].created,
        updated=_time(one.get("update_time"), max(message.created for message in kept)),
        messages=tuple(
            ParsedMessage(message.parent, message.role, message.text, message.created, model=message.model)
            for message in kept
        ),
        title_is_own=bool(title),
        leaf=len(kept) - 1 if leaf is None else new_places[leaf],
    )


def _nodes(mapping: dict[str, Any]) -> Iterator[tuple[str, str | None, dict[str, Any]]]:
    """(key, parent's key, node), parents first, children in their own order. Each node once, also where
    the mapping is broken: rings are cut, and nodes whose parent is missing are beginnings."""
    nodes = {key: node for key, node in mapping.items() if isinstance(node, dict)}
    parents = {key: node.get("parent") for key, node in nodes.items()}
    below: dict[str | None, list[str]] = {}
    for key, parent in parents.items():
        below.setdefault(parent if isinstance(parent, str) and parent in nodes else None, []).append(key)
    for key, node in nodes.items():
        order = node.get("children")
        if key in below and isinstance(order, list):
            ranks = {child: rank for rank, child in enumerate(order) if isinstance(child, str)}
            below[key].sort(key=lambda child: ranks.get(child, len(ranks)))
    seen: set[str] = set()
    for first in (*below.get(None, ()), *nodes):  # the second part reaches rings without a beginning
        waiting: list[tuple[str, str | None]] = [(first, None)]
        while waiting:
            key, above = waiting.pop()
            if key in seen:
                continue
            seen.add(key)
            yield key, above, nodes[key]
            waiting.extend((child, key) for child in reversed(below.get(key, [])))


def _message(node: dict[str, Any], parent: int | None, time_above: float) -> _Kept | None:
    """None for what nobody was shown."""
    message = node.get("message")
    if not isinstance(message, dict):
        return None
    author = message.get("author")
    role = author.get("role") if isinstance(author, dict) else None
    metadata = message.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    if role not in ("user", "assistant") or metadata.get("is_visually_hidden_from_conversation"):
        return None
    if role == "assistant" and message.get("recipient") not in _FOR_PEOPLE:
        return None
    text = _text(message.get("content"))
    if not text:
        return None
    model = metadata.get("model_slug")
    created = _time(message.get("create_time"), time_above)
    return _Kept(parent, role, text, created, model if isinstance(model, str) and role == "assistant" else "")


def _text(content: Any) -> str:
    """What a reader saw of a message, as Markdown."""
    if not isinstance(content, dict):
        return ""
    kind = content.get("content_type")
    if kind == "code":
        code, language = _string(content.get("text")), _string(content.get("language"))
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", code)), default=0))
        language = language if re.fullmatch(r"[\w+#-]{1,30}", language) and language != "unknown" else ""
        return f"{fence}{language}\n{code.strip()}\n{fence}" if code.strip() else ""
    if kind in ("text", "multimodal_text"):
        parts = content.get("parts")
        pieces = [_part(part) for part in parts] if isinstance(parts, list) else []
        return _CITATION.sub("", "\n\n".join(piece for piece in pieces if piece.strip())).strip()
    if kind == "tether_quote":
        return "\n".join(f"> {line}" for line in _string(content.get("text")).splitlines())
    return ""  # thoughts, custom instructions, tool output, and kinds that came later


def _part(part: Any) -> str:
    if isinstance(part, str):
        return part
    kind = _string(part.get("content_type")) if isinstance(part, dict) else ""
    if kind == "audio_transcription":
        return _string(part.get("text"))
    if "image" in kind:
        return tr("[image]")
    if "video" in kind:
        return tr("[video]")
    if "audio" in kind:
        return tr("[audio]")
    return tr("[attachment]")


def _joined(kept: list[_Kept]) -> tuple[list[_Kept], list[int]]:
    """One reply that was interrupted by tool calls is several messages there. Put it together again,
    where no other branch begins in between. Returns the messages and where each old place went."""
    for message in kept:
        if message.parent is not None:
            kept[message.parent].children += 1
    joined: list[_Kept] = []
    places: list[int] = []
    for message in kept:
        above = None if message.parent is None else places[message.parent]
        if (
            message.role == "assistant"
            and above is not None
            and message.parent is not None
            and kept[message.parent].role == "assistant"
            and kept[message.parent].children == 1
        ):
            joined[above].texts.append(message.text)
            joined[above].model = joined[above].model or message.model
            places.append(above)
        else:
            places.append(len(joined))
            joined.append(
                _Kept(above, message.role, "", message.created, message.model, texts=[message.text])
            )
    for message in joined:
        message.text = "\n\n".join(message.texts)
    return joined, places


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _time(value: Any, default: float) -> float:
    usable = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if usable and math.isfinite(value) and 0 < value < 1e11 else default
