"""What crosses the border between the app and the engine process about translating.

Sentences are split by the app (`desktop_app.translation.sentences`), which keeps the space between them;
the engine answers one `Translation` for each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from desktop_app.core.messages import Command, Event

Problem = Literal["", "loop", "copied", "length", "untouchable", "unfinished", "wrong_script", "empty"]
"""Why a sentence is marked as not translated, a fixed key that the interface words: it repeats itself, it is
the source again, its length is out of proportion, parts that must stay were lost, it came to no end, it is in
another script than the target's, nothing came."""


@dataclass(frozen=True, slots=True)
class Term:
    """A glossary's entry: ``source`` is to be translated as ``target``, in any case of letters unless
    ``exact``."""

    source: str
    target: str
    exact: bool = False


@dataclass(frozen=True, slots=True)
class TranslateOptions:
    """``alternatives`` more translations are given for each sentence. ``script`` of Chinese: ``Hans``,
    ``Hant`` or "" for what the target language says. ``address``: ``ni`` or ``nin`` where Chinese says
    "you", "" as the model has it. ``tone``, ``context`` (what stands before the first sentence) are for a
    chat model, which is asked in words."""

    beams: int = 1
    alternatives: int = 0
    terms: tuple[Term, ...] = ()
    script: str = ""
    address: str = ""
    tone: str = ""
    context: str = ""


@dataclass(frozen=True, slots=True)
class Translate(Command):
    """Put each of ``sentences`` from the language ``source`` into ``target`` (codes as in the catalogue).
    Answered by `Translated` for each as it is ready, in any order, and `Done(tuple[Translation, ...])`."""

    sentences: tuple[str, ...]
    source: str
    target: str
    options: TranslateOptions = TranslateOptions()


class Aligned(NamedTuple):
    """``source[start:end]`` is said by ``target[target_start:target_end]``, in characters."""

    start: int
    end: int
    target_start: int
    target_end: int


@dataclass(frozen=True, slots=True)
class Translation:
    """``problem`` is why this is not to be trusted; ``text`` is then the source. ``confidence`` is the
    geometric mean of the tokens' probabilities, 0 to 1, None where it is not known. Of ``terms_asked``
    glossary terms in the source ``terms_kept`` are in the text, of ``untouchable_asked`` parts that must
    come out unchanged ``untouchable_kept``."""

    text: str
    problem: Problem = ""
    confidence: float | None = None
    alignment: tuple[Aligned, ...] = ()
    alternatives: tuple[str, ...] = ()
    terms_asked: int = 0
    terms_kept: int = 0
    untouchable_asked: int = 0
    untouchable_kept: int = 0


@dataclass(frozen=True, slots=True)
class Translated(Event):
    """Sentence number ``index`` of the command is ready."""

    index: int
    result: Translation
