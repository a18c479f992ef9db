"""What the store keeps of translating, as plain values: history, memory, and the jobs of documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple


class Span(NamedTuple):
    """``text[start:end]`` of a kept translation is one sentence, ``translation[target_start:target_end]``
    what it became. ``problem`` as in `Translation`; ``own`` where the user wrote it."""

    start: int
    end: int
    target_start: int
    target_end: int
    problem: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True)
class TranslationRecord:
    """One entry of the history. ``source`` is the language that was found where ``found``, else the one
    that was chosen. Times are seconds since 1970."""

    id: int
    created: float
    updated: float
    source: str
    found: bool
    target: str
    model: str
    spans: tuple[Span, ...]
    text: str
    translation: str


@dataclass(frozen=True, slots=True)
class TranslationHit:
    """An entry of the history that holds what was searched; ``ranges`` (start, length) in ``snippet``."""

    record: TranslationRecord
    snippet: str
    ranges: tuple[tuple[int, int], ...]


Origin = Literal["own", "imported"]
"""Written or corrected by the user here, or come in with a file."""


class NewEntry(NamedTuple):
    """What goes into the memory."""

    key: str
    loose: str
    text: str
    translation: str


@dataclass(frozen=True, slots=True)
class MemoryEntry:
    """A sentence and its translation in the translation memory. ``key`` is the sentence without what does
    not matter for finding it again, ``loose`` also without what matters little."""

    id: int
    created: float
    updated: float
    source: str
    target: str
    origin: Origin
    key: str
    loose: str
    text: str
    translation: str


JobState = Literal["waiting", "running", "paused", "done", "failed"]


@dataclass(frozen=True, slots=True)
class DocumentJob:
    """A document that is to be translated. ``sha256`` is that of the file as it was when the job was made;
    ``segments`` counts its segments, 0 as long as nobody has looked, ``done`` those that are in the store,
    ``problems`` those among them that could not be translated. ``written`` is the file that came out."""

    id: int
    created: float
    updated: float
    state: JobState
    path: str
    sha256: str
    source: str
    target: str
    model: str
    options_json: str
    segments: int
    error_kind: str
    error_message: str
    written: str
    done: int = 0
    problems: int = 0


@dataclass(frozen=True, slots=True)
class JobSegment:
    """Segment ``key`` of a document, translated. ``marks_json`` is how `desktop_app.documents` wants its
    marks back."""

    key: int
    problem: str
    marks_json: str
    text: str
