"""From a conversation to what the model is given. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from desktop_app.core.chat import Message, Note
from desktop_app.core.messages import ChatMessage, PlannedMessage

SYSTEM_KEY = 0
DRAFT_KEY = -1

NOTE_HEADING = "Summary of the earlier conversation:"


def system_text(system_prompt: str, note: Note | None) -> str:
    """The system message: the persona's or the user's own prompt, then the summary if there is one."""
    parts = [system_prompt.strip()] if system_prompt.strip() else []
    if note is not None and note.text.strip():
        parts.append(f"{NOTE_HEADING}\n{note.text.strip()}")
    return "\n\n".join(parts)


def covered_by(note: Note | None, branch: Sequence[Message]) -> set[int]:
    """Ids of the messages that ``note`` stands for; pinned ones are still sent as they are."""
    if note is None:
        return set()
    covered: set[int] = set()
    for message in branch:
        if not message.pinned:
            covered.add(message.id)
        if message.id == note.upto_id:
            return covered
    return set()  # the note belongs to another branch


def plan_messages(
    branch: Sequence[Message], system_prompt: str, note: Note | None, draft: str = ""
) -> tuple[PlannedMessage, ...]:
    """All that wants room in the context, oldest first. Empty replies (failed, or not yet begun) have
    nothing to say and are left out here."""
    covered = covered_by(note, branch)
    system = system_text(system_prompt, note if covered else None)
    planned = [PlannedMessage(SYSTEM_KEY, "system", system)] if system else []
    planned += [
        PlannedMessage(message.id, message.role, message.text, message.pinned)
        for message in branch
        if message.text and message.id not in covered
    ]
    if draft:
        planned.append(PlannedMessage(DRAFT_KEY, "user", draft))
    return tuple(planned)


def chat_messages(planned: Iterable[PlannedMessage], kept: Iterable[int]) -> tuple[ChatMessage, ...]:
    keys = set(kept)
    return tuple(ChatMessage(message.role, message.text) for message in planned if message.key in keys)
