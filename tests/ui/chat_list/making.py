"""Conversations to put into a list."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from desktop_app.core.chat import Conversation

TODAY = date(2025, 5, 14)


def chat(
    number: int,
    title: str = "",
    days: float = 0,
    *,
    pinned: bool = False,
    folder: str = "",
    messages: int = 2,
) -> Conversation:
    """Updated ``days`` before noon of `TODAY`."""
    when = (datetime(2025, 5, 14, 12, 0) - timedelta(days=days)).timestamp()
    return Conversation(
        number, title or f"Chat {number}", False, when, when, pinned, folder, "", "", "", None, messages
    )
