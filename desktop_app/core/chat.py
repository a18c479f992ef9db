"""Conversations as plain values: what the store hands out and the panes show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from desktop_app.core.messages import Role

MessageState = Literal["complete", "streaming", "stopped", "failed"]
"""``streaming`` is written while a reply comes; found at start it means that the app was killed, and
the store turns it into ``stopped``."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation's tree. ``version`` of ``versions`` counts it, from 1, among its
    siblings (the other replies, or edits, at the same place)."""

    id: int
    conversation_id: int
    parent_id: int | None
    role: Role
    text: str
    state: MessageState
    created: float
    pinned: bool = False
    model: str = ""
    stop_reason: str = ""
    error_kind: str = ""
    error_message: str = ""
    prompt_tokens: int = 0
    reply_tokens: int = 0
    first_token_s: float = 0.0
    tokens_per_s: float = 0.0
    version: int = 1
    versions: int = 1


@dataclass(frozen=True, slots=True)
class DeletedMessage:
    """What it takes to undo the deletion of a message: ``leaf_id`` is the end of the branch that was
    shown before. ``messages`` counts it and everything below it that went with it."""

    conversation_id: int
    message_id: int
    leaf_id: int | None
    messages: int


@dataclass(frozen=True, slots=True)
class Note:
    """A summary that stands for the messages of a branch up to and with ``upto_id``."""

    id: int
    conversation_id: int
    upto_id: int
    text: str


@dataclass(frozen=True, slots=True)
class Conversation:
    id: int
    title: str
    title_is_own: bool
    created: float
    updated: float
    pinned: bool
    folder: str
    system_prompt: str
    persona: str
    sampling_json: str
    leaf_id: int | None
    messages: int = 0


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A conversation that matches, with the first matching message (None for a match in the title)
    and a ``snippet`` around it; ``ranges`` are (start, length) of the matches inside the snippet."""

    conversation: Conversation
    message_id: int | None
    snippet: str
    ranges: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Persona:
    """A named system prompt. Built-in personas have a negative id and cannot be changed."""

    id: int
    name: str
    prompt: str
