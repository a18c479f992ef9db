"""What a view shows of a message beyond the message itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from desktop_app.core.chat import Message, Note


@dataclass(frozen=True, slots=True)
class Problem:
    """Stands beside the message that failed: ``words`` in whole sentences, and at most two ways out as
    (key, label); pressing one is the action ``problem:<key>``. Words and labels are functions, so that they
    follow the language. ``tone``: something went wrong (danger), something wants attention (warning), or
    the user is asked something (info)."""

    words: Callable[[], str]
    actions: tuple[tuple[str, Callable[[], str]], ...] = ()
    tone: Literal["info", "warning", "danger"] = "danger"

    @property
    def text(self) -> str:
        return self.words()


@dataclass(frozen=True, slots=True)
class Progress:
    """What the model does before its first word: ``text`` as `mark` has it, and ``fraction`` in 0…1, or
    None where it is not known."""

    text: str
    fraction: float | None = None


@dataclass(slots=True)
class MessageItem:
    """A message and what stands around it. ``text`` runs ahead of ``message.text`` while it streams."""

    message: Message
    text: str = ""
    problem: Problem | None = None
    progress: Progress | None = None
    left_out: bool = False
    divider: bool = False
    note: Note | None = None
    shown_whole: bool = False  # of a message that is too long to be shown at once

    @property
    def is_user(self) -> bool:
        return self.message.role == "user"

    @property
    def is_streaming(self) -> bool:
        return self.message.state == "streaming"


@dataclass(frozen=True, slots=True)
class Context:
    """Where a message stands and what may be done with it just now."""

    number: int  # from 1
    is_last: bool
    busy: bool
    read_only: bool
    is_current: bool
