"""What every importer makes of its file, and what the store takes in."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from desktop_app.core.chat import MessageState
from desktop_app.core.messages import Role


@dataclass(frozen=True, slots=True)
class ParsedMessage:
    """``parent`` is the place of the parent in `ParsedConversation.messages`, always smaller than the
    own one, or None for a beginning. ``chosen`` is the place of the child last shown."""

    parent: int | None
    role: Role
    text: str
    created: float
    state: MessageState = "complete"
    chosen: int | None = None
    pinned: bool = False
    model: str = ""
    stop_reason: str = ""
    error_kind: str = ""
    error_message: str = ""
    prompt_tokens: int = 0
    reply_tokens: int = 0
    first_token_s: float = 0.0
    tokens_per_s: float = 0.0


@dataclass(frozen=True, slots=True)
class ParsedConversation:
    """``uid`` says where it came from and stays the same in every export of it. ``leaf`` is the place
    of the active leaf; ``notes`` are (place of the message, text)."""

    uid: str
    title: str
    created: float
    updated: float
    messages: tuple[ParsedMessage, ...]
    title_is_own: bool = False
    pinned: bool = False
    folder: str = ""
    system_prompt: str = ""
    persona: str = ""
    sampling_json: str = ""
    leaf: int | None = None
    notes: tuple[tuple[int, str], ...] = ()
    draft: str = ""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file holds. ``skipped`` has one sentence for each conversation that could not be read."""

    conversations: tuple[ParsedConversation, ...]
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """``conversations`` are the ids of those that are new, ``messages`` counts theirs, ``skipped`` has
    one sentence for each that was left out."""

    conversations: tuple[int, ...]
    messages: int
    skipped: tuple[str, ...]


def uid_from_content(conversation: Any) -> str:
    """For one that does not say where it comes from: the same content is the same conversation."""
    return "sha256:" + hashlib.sha256(json.dumps(conversation, sort_keys=True).encode()).hexdigest()
