"""The one interface over all models that translate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from desktop_app.core.translation import Aligned
from desktop_app.engine.reporting import Report


@dataclass(frozen=True, slots=True)
class Decoding:
    """How to decode. ``beams`` 1 is greedy; ``alternatives`` more texts are wished for each sentence;
    ``required`` are, for each sentence, the words that its translation has to contain (none: no wish)."""

    beams: int = 1
    alternatives: int = 0
    required: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Decoded:
    """``logprobs`` are natural logarithms of the probabilities of its tokens, the end's included where it
    ``ended`` by itself. ``alignment`` is () where the model does not tell."""

    text: str
    logprobs: tuple[float, ...] = ()
    alignment: tuple[Aligned, ...] = ()
    ended: bool = True


@runtime_checkable
class Translator(Protocol):
    """Not safe for two threads at once."""

    @property
    def longest(self) -> int:
        """Tokens that one sentence may have."""
        ...

    def count(self, sentence: str) -> int:
        """Tokens of ``sentence``."""
        ...

    def decode(
        self,
        sentences: Sequence[str],
        source: str,
        target: str,
        wish: Decoding,
        finished: Callable[[int, list[Decoded]], None],
        cancelled: Callable[[], bool],
    ) -> None:
        """Translate each, and call ``finished`` with its number and its translations, the best first, as
        soon as they are there, in any order. Raises InkhornError ``context_overflow`` for a sentence over
        ``longest``, ``model_unsupported`` for a language that the model does not know, and
        `desktop_app.engine.causal.Stopped`."""
        ...


def texts_of(
    count: int, told: Report, decode: Callable[[Callable[[int, list[Decoded]], None]], None]
) -> tuple[list[str], tuple[int, ...]]:
    """The best text of each of ``count`` sentences that ``decode`` gives to what it is called with, and the
    numbers of those that came to no end."""
    results, unfinished = [""] * count, []
    done = 0

    def finished(number: int, found: list[Decoded]) -> None:
        nonlocal done
        results[number] = found[0].text
        if not found[0].ended:
            unfinished.append(number)
        done += 1
        told(done / count)

    decode(finished)
    return results, tuple(sorted(unfinished))
