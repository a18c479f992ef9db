"""What the conversation's tests share."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication

from desktop_app.core.chat import Message
from desktop_app.ui.conversation.message_widget import MessageWidget
from desktop_app.ui.conversation.view import ConversationView


def message(number: int, text: str, role: str = "", **more: object) -> Message:
    values: dict[str, object] = {
        "id": number,
        "conversation_id": 1,
        "parent_id": number - 1 or None,
        "role": role or ("user" if number % 2 else "assistant"),
        "text": text,
        "state": "complete",
        "created": 0.0,
        "model": "" if number % 2 else "Tiny",
        **more,
    }
    return Message(**values)  # type: ignore[arg-type]  # the tests name the fields


def many(count: int) -> list[Message]:
    texts = ("Short.", "Words and words. " * 30, "- a\n- b\n\n```py\nx = 1\n```\n\nend", "好" * 200)
    return [message(number, texts[number % 4]) for number in range(1, count + 1)]


def settle(app: QApplication, until: Callable[[], bool], seconds: float = 5.0) -> None:
    """Let the event loop run until ``until`` holds."""
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, "did not happen"
        app.processEvents()


def calm(app: QApplication, view: ConversationView) -> None:
    """Until nothing is waiting to be arranged or laid out."""

    def done() -> bool:
        return not (view.is_working or view.stack.is_working)

    app.processEvents()
    settle(app, done)


def shown(view: ConversationView, message_id: int) -> MessageWidget:
    """The widget that shows a message; fails if none does."""
    for widget in view.stack.realised.values():
        if isinstance(widget, MessageWidget) and widget.item.message.id == message_id:
            return widget
    raise AssertionError(f"message {message_id} is not shown")


@pytest.fixture
def view(app: QApplication) -> Iterator[ConversationView]:
    made = ConversationView(15, False)
    made.resize(800, 600)
    QCursor.setPos(2000, 2000)  # wherever another test left it: nothing is pointed at
    made.show()
    yield made
    made.close()
    made.deleteLater()
    app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
