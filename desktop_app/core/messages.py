"""What crosses the border between the app and the engine process.

Every command carries an ``id`` and is answered by any number of events and then by exactly one
terminal event with the same id: `Done` or `Failed`. All of them are frozen, picklable values.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from desktop_app.core.sampling import Sampling
from desktop_app.core.text import whole

Role = Literal["system", "user", "assistant"]

StopReason = Literal["end", "length", "stop_text", "cancelled", "context"]
"""Why a reply ended: the model's end token, ``max_tokens``, a stop text, the user, a full context."""


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message as the chat template sees it: with whole characters only."""

    role: Role
    text: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", whole(self.text))


# --- commands ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Command:
    id: int


@dataclass(frozen=True, slots=True)
class Load(Command):
    """Make the model at ``path`` (a GGUF file) the current one. Answered by `Done(ModelInfo)`.

    ``prepared_dir`` is where the fast local form is kept; it is made on the first load.
    ``threads`` is the number of CPU threads, 0 for as many as there are physical cores. ``name`` is
    what the user calls the model; without it the file's own name for itself is used.
    """

    path: str
    prepared_dir: str
    sha256: str = ""
    threads: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True)
class Unload(Command):
    """Give the model's memory back. Answered by `Done(None)`."""


@dataclass(frozen=True, slots=True)
class Generate(Command):
    """Reply to ``messages``. Answered by `Text`… and `Done(Reply)`.

    With ``continue_last`` the last message is the assistant's own unfinished reply, and the text
    that comes continues it. Fails with kind ``context_overflow`` when the prompt and one token of
    reply do not fit: the engine never cuts a message on its own.
    """

    messages: tuple[ChatMessage, ...]
    sampling: Sampling
    continue_last: bool = False


class PlannedMessage(NamedTuple):
    """A message that competes for room in the context. ``key`` is the caller's own name for it.

    A tuple: ten thousand of them are made and pickled while somebody types, and a data class with
    slots takes ten times as long for that.
    """

    key: int
    role: Role
    text: str
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Plan(Command):
    """Count tokens exactly and say which messages do not fit. Answered by `Done(ContextPlan)`.

    System messages, pinned messages and the last message are always kept; of the others the newest
    are, from a cut on that moves in steps, so that a reply can use what the engine has read for the
    one before. ``reserve`` is the number of tokens kept free for the reply. Answered at once, also while a
    reply is being generated.
    """

    messages: tuple[PlannedMessage, ...]
    reserve: int


@dataclass(frozen=True, slots=True)
class Cancel(Command):
    """Stop command ``target`` as soon as possible. Answered by `Done(None)`, after which (or before)
    the target gets its own terminal event: a reply ends as `Done` with stop reason ``cancelled``."""

    target: int


@dataclass(frozen=True, slots=True)
class Shutdown(Command):
    """End the engine process. Answered by `Done(None)`; then the pipe closes."""


# --- events -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Event:
    id: int


@dataclass(frozen=True, slots=True)
class Progress(Event):
    """``fraction`` in 0…1, or None where the end is not known. ``stage`` is a fixed key that the
    interface words: ``verify``, ``prepare``, ``load``, ``prompt``."""

    stage: str
    fraction: float | None


@dataclass(frozen=True, slots=True)
class Text(Event):
    """The next piece of a reply: whole characters only."""

    text: str


@dataclass(frozen=True, slots=True)
class Done(Event):
    result: Any = None


@dataclass(frozen=True, slots=True)
class Failed(Event):
    """``kind`` is a key of `desktop_app.core.errors.KINDS`; ``message`` is one plain English sentence
    with the facts; ``detail`` is for the log (a traceback, without the user's text)."""

    kind: str
    message: str
    detail: str = ""
    values: dict[str, Any] = field(default_factory=dict)


# --- results ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ModelInfo:
    name: str
    family: str
    device: str
    precision: str
    parameters: int
    context_length: int
    memory_bytes: int
    load_seconds: float


@dataclass(frozen=True, slots=True)
class Reply:
    """What is known of a finished reply. Times in seconds; ``first_token_s`` counts from the moment
    the engine began with this command. ``decode_tokens_per_s`` leaves the prompt's time out."""

    stop_reason: StopReason
    prompt_tokens: int
    reused_tokens: int
    reply_tokens: int
    first_token_s: float
    decode_tokens_per_s: float
    seed: int


@dataclass(frozen=True, slots=True)
class ContextPlan:
    """``kept`` and ``left_out`` are keys in the order given. ``prompt_tokens`` is exact for the kept
    messages as the chat template renders them, with the opening of the reply."""

    kept: tuple[int, ...]
    left_out: tuple[int, ...]
    tokens: dict[int, int]
    prompt_tokens: int
    context_length: int
    reserve: int
