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
class Adapter:
    """A low-rank adapter (LoRA) in the folder ``path``, as peft writes it; ``scale`` is its strength:
    1 as it was trained, 0 without effect."""

    path: str
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Load(Command):
    """Make the model at ``path`` (a GGUF file, or a folder with safetensors and ``config.json``) the
    current one. Answered by `Progress`… and `Done(ModelInfo)`.

    ``prepared_dir`` is where the fast local form is kept; it is made on the first load.
    ``threads`` is the number of CPU threads, 0 for as many as there are physical cores. ``name`` is
    what the user calls the model; without it the file's own name for itself is used. ``device`` is
    ``auto``, ``cpu``, ``cuda``, ``cuda:1`` … or ``mps``; where one fails or is too small the CPU takes
    over, and `ModelInfo.notice` says why. ``precision`` is one of `PRECISIONS`; ``auto`` is the fastest
    that keeps the model's quality on that device. ``cache_bytes`` is what the KV caches of several
    conversations may take together, 0 for a share of the free memory. ``pivot`` is the path of a second
    translation model, which goes on where the first ends: through English between two other languages.
    """

    path: str
    prepared_dir: str
    sha256: str = ""
    threads: int = 0
    name: str = ""
    device: str = "auto"
    precision: str = "auto"
    cache_bytes: int = 0
    adapters: tuple[Adapter, ...] = ()
    pivot: str = ""


@dataclass(frozen=True, slots=True)
class Unload(Command):
    """Give the model's memory back. Answered by `Done(None)`. Its words stay: `Plan` is still answered."""


@dataclass(frozen=True, slots=True)
class Generate(Command):
    """Reply to ``messages``. Answered by `Text`… and `Done(Reply)`.

    With ``continue_last`` the last message is the assistant's own unfinished reply, and the text
    that comes continues it. Fails with kind ``context_overflow`` when the prompt and one token of
    reply do not fit: the engine never cuts a message on its own. ``schema`` is a JSON schema, as text,
    that the reply follows; one that cannot be followed fails with kind ``schema``. ``look_up`` lets the
    engine guess several tokens at once from the prompt, which never changes what comes out.
    """

    messages: tuple[ChatMessage, ...]
    sampling: Sampling
    continue_last: bool = False
    schema: str = ""
    look_up: bool = True


@dataclass(frozen=True, slots=True)
class Choose(Command):
    """Which of ``choices`` does the model answer to ``messages``? Answered by `Done(tuple[Choice, ...])`,
    one for each in the order given, with probabilities that add up to 1 over the choices."""

    messages: tuple[ChatMessage, ...]
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Transform(Command):
    """Put each of ``texts`` through an encoder-decoder model (Marian, T5, NLLB …). Answered by
    `Progress`… and `Done(tuple[str, ...])`. ``source`` and ``target`` are language codes as the model's
    tokenizer knows them, empty where it knows none; ``beams`` 1 is greedy."""

    texts: tuple[str, ...]
    source: str = ""
    target: str = ""
    beams: int = 1
    max_tokens: int = 512


@dataclass(frozen=True, slots=True)
class Embed(Command):
    """A vector for each of ``texts``. Answered by `Progress`… and `Done(Embeddings)`."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Classify(Command):
    """The model's own labels for each of ``texts``. Answered by `Progress`… and
    `Done(tuple[tuple[Choice, ...], ...])`: for each text every label with its probability."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UseAdapters(Command):
    """Run the loaded model with exactly these adapters from now on; none takes all off. The base is not
    loaded again. Answered by `Done(ModelInfo)`. Fails with kind ``model_unsupported`` where an adapter
    does not fit the model, which then keeps those that it had."""

    adapters: tuple[Adapter, ...]


@dataclass(frozen=True, slots=True)
class MeasureMemory(Command):
    """Answered at once by `Done(MemoryUse)`, also while a reply is being generated."""


@dataclass(frozen=True, slots=True)
class ListDevices(Command):
    """Where models can run on this computer. Answered by `Done(tuple[DeviceInfo, ...])`, CPU first."""


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


ModelKind = Literal["causal", "text_to_text", "encoder", "classifier"]
"""What a model answers: `Generate` and `Choose`; `Transform`; `Embed`; `Classify` (and `Embed`)."""

PRECISIONS = ("auto", "packed4", "packed8", "bfloat16", "float16", "float32")


@dataclass(frozen=True, slots=True)
class Notice:
    """Something worth telling that is no failure, such as a device that could not be used. ``kind`` is
    a fixed key that the interface words: ``device_failed``, ``device_full``, ``device_missing``."""

    kind: str
    message: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """``memory_bytes`` are the weights as they lie in memory; ``chat`` is whether the model has a chat
    template of its own; ``labels`` are a classifier's; ``languages`` the codes that an encoder-decoder
    model's tokenizer knows."""

    name: str
    family: str
    device: str
    precision: str
    parameters: int
    context_length: int
    memory_bytes: int
    load_seconds: float
    kind: ModelKind = "causal"
    chat: bool = True
    labels: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    adapters: tuple[Adapter, ...] = ()
    notice: Notice | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    text: str
    probability: float


@dataclass(frozen=True, slots=True)
class Embeddings:
    """``values`` are float32, little-endian, ``[count, dimensions]`` row by row, each row of length 1."""

    count: int
    dimensions: int
    values: bytes


@dataclass(frozen=True, slots=True)
class MemoryUse:
    """Bytes. ``process`` is all that the engine holds (its resident set); ``free`` what the computer has
    left, None where that is not known."""

    weights: int
    caches: int
    process: int
    free: int | None


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """``id`` is what `Load.device` takes; memory in bytes, ``free`` None where it is not known."""

    id: str
    name: str
    total: int | None
    free: int | None


@dataclass(frozen=True, slots=True)
class Reply:
    """What is known of a finished reply. Times in seconds; ``first_token_s`` counts from the moment
    the engine began with this command. ``decode_tokens_per_s`` leaves the prompt's time out.
    ``looked_up_tokens`` of ``reply_tokens`` were guessed right from the prompt."""

    stop_reason: StopReason
    prompt_tokens: int
    reused_tokens: int
    reply_tokens: int
    first_token_s: float
    decode_tokens_per_s: float
    seed: int
    looked_up_tokens: int = 0


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
