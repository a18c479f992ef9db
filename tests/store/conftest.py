"""A store in a real file, and conversations to put into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop_app.core.chat import Message
from desktop_app.core.messages import Role
from desktop_app.store.store import Store, open_store
from desktop_app.store.transfer.parsed import ParsedConversation, ParsedMessage


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "inkhorn.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    opened, _ = open_store(path)
    yield opened
    opened.close()


Talk = Callable[..., list[Message]]


@pytest.fixture
def talk() -> Talk:
    """``talk(store, *texts)``: a new conversation with these messages, user first, as its branch."""

    def make(store: Store, *texts: str, title: str = "") -> list[Message]:
        conversation = store.create_conversation(title)
        parent = None
        for number, text in enumerate(texts):
            role: Role = "assistant" if number % 2 else "user"
            parent = store.add_message(conversation.id, parent, role, text).id
        return store.branch(conversation.id)

    return make


@pytest.fixture
def long_conversation() -> Callable[[int], ParsedConversation]:
    """``long_conversation(count)``: one branch of so many messages, to import at once."""

    def make(count: int) -> ParsedConversation:
        messages = tuple(
            ParsedMessage(
                parent=number - 1 if number else None,
                role="assistant" if number % 2 else "user",
                text=f"message {number}: " + "some words and 一些汉字 " * (1 + number % 9),
                created=1.7e9 + number,
            )
            for number in range(count)
        )
        return ParsedConversation("long", "Long", 1.7e9, 1.7e9 + count, messages, leaf=count - 1)

    return make
