"""What all exports for people say in the same words."""

from __future__ import annotations

from datetime import datetime

from desktop_app.core.chat import Conversation, Message
from desktop_app.core.i18n import tr


def title_of(conversation: Conversation) -> str:
    return " ".join(conversation.title.split()) or tr("Untitled conversation")


def speaker(message: Message) -> str:
    if message.role == "user":
        return tr("You")
    if message.role == "system":
        return tr("System")
    return message.model or tr("Assistant")


def date_of(conversation: Conversation) -> str:
    """The day it was begun, as ISO 8601 in local time: the same in every language."""
    try:
        return datetime.fromtimestamp(conversation.created).date().isoformat()
    except (ValueError, OverflowError, OSError):
        return ""


def said(messages: list[Message]) -> list[Message]:
    """Without replies that never got a word."""
    return [message for message in messages if message.text.strip()]
