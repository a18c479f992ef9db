"""The open conversation, as the pane knows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from desktop_app.core.chat import Conversation, Message, Note
from desktop_app.core.messages import ContextPlan, PlannedMessage
from desktop_app.ui.chat.prompt import plan_messages


@dataclass(frozen=True, slots=True)
class Options:
    """What a conversation is told before it begins, and how its replies are drawn."""

    system_prompt: str = ""
    persona: str = ""
    sampling_json: str = ""


@dataclass(slots=True)
class Session:
    """``conversation`` is None until the first message is stored. ``shown_left_out`` are the messages
    that the user has seen marked as no longer visible to the model."""

    conversation: Conversation | None = None
    options: Options = field(default_factory=Options)
    branch: list[Message] = field(default_factory=list)
    note: Note | None = None
    plan: ContextPlan | None = None
    shown_left_out: frozenset[int] = frozenset()

    @property
    def id(self) -> int:
        """0 for a conversation that does not exist yet."""
        return self.conversation.id if self.conversation else 0

    @property
    def leaf_id(self) -> int | None:
        return self.branch[-1].id if self.branch else None

    def index_of(self, message_id: int) -> int | None:
        # From the end: nearly always the last message is meant.
        for index in range(len(self.branch) - 1, -1, -1):
            if self.branch[index].id == message_id:
                return index
        return None

    def message(self, message_id: int) -> Message | None:
        index = self.index_of(message_id)
        return None if index is None else self.branch[index]

    def put(self, message: Message) -> None:
        """Replace the message with the same id, if it is in this branch."""
        index = self.index_of(message.id)
        if index is not None:
            self.branch[index] = message

    def before(self, message_id: int) -> list[Message]:
        """The branch up to ``message_id``, without it."""
        index = self.index_of(message_id)
        return self.branch[:index] if index is not None else list(self.branch)

    def planned(self, draft: str = "") -> tuple[PlannedMessage, ...]:
        return plan_messages(self.branch, self.options.system_prompt, self.note, draft)


def note_for(branch: Sequence[Message], notes: Sequence[Note]) -> Note | None:
    """The note that reaches furthest along ``branch``."""
    place = {message.id: index for index, message in enumerate(branch)}
    fitting = [note for note in notes if note.upto_id in place]
    return max(fitting, key=lambda note: place[note.upto_id], default=None)


def with_text(message: Message, text: str) -> Message:
    return replace(message, text=text)
