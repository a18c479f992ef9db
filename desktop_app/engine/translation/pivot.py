"""Two translation models, one after the other: through English between two other languages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import ModelKind
from desktop_app.core.translation import Aligned
from desktop_app.engine.bergamot.alignment import compose
from desktop_app.engine.reporting import Report
from desktop_app.engine.translation.translator import Decoded, Decoding, Translator, texts_of

_AT_ONCE = 64
"""Sentences that go through both models before the next ones do, so that the first are soon there."""


class Direction(Translator, Protocol):
    """A translator with the facts of a loaded model; ``languages`` are its source and its target."""

    languages: tuple[str, ...]
    family: str
    device: str
    precision: str
    parameters: int
    bytes: int


class Pivot:
    """From the source of ``first`` to the target of ``second``. Not safe for two threads at once."""

    labels: tuple[str, ...] = ()
    kind: ModelKind = "text_to_text"

    def __init__(self, first: Direction, second: Direction) -> None:
        """Raises InkhornError ``model_unsupported`` where one does not go on where the other ends."""
        if first.languages[1:] != second.languages[:1]:
            message = "The second model does not go on from the language that the first one translates into."
            raise InkhornError("model_unsupported", message)
        self._first, self._second = first, second
        self.languages = (*first.languages[:1], *second.languages[1:])
        self.family, self.device, self.precision = first.family, first.device, first.precision
        self.parameters = first.parameters + second.parameters
        self.bytes = first.bytes + second.bytes
        self.longest = self.context_length = first.longest
        self.unfinished: tuple[int, ...] = ()

    def count(self, sentence: str) -> int:
        return self._first.count(sentence)

    def decode(
        self,
        sentences: Sequence[str],
        source: str,
        target: str,
        wish: Decoding,
        finished: Callable[[int, list[Decoded]], None],
        cancelled: Callable[[], bool],
    ) -> None:
        """See `Translator`. What is wished beyond beams (alternatives, words that have to come) is of the
        second model; a text between that is too long for it is given to it in parts."""
        for start in range(0, len(sentences), _AT_ONCE):
            part = sentences[start : start + _AT_ONCE]
            between: list[Decoded] = [Decoded("")] * len(part)

            def came(number: int, found: list[Decoded], between: list[Decoded] = between) -> None:
                between[number] = found[0]

            self._first.decode(part, source, "", Decoding(wish.beams), came, cancelled)
            own = replace(wish, required=wish.required[start : start + _AT_ONCE])
            self._go_on(between, start, target, own, finished, cancelled)

    def transform(
        self,
        texts: Sequence[str],
        source: str = "",
        target: str = "",
        beams: int = 1,
        max_tokens: int = 512,
        told: Report = lambda done: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> list[str]:
        """As `HostedTextToText.transform`; ``max_tokens`` does not matter here."""

        def decode(finished: Callable[[int, list[Decoded]], None]) -> None:
            self.decode(texts, source, target, Decoding(beams), finished, cancelled)

        results, self.unfinished = texts_of(len(texts), told, decode)
        return results

    def _go_on(
        self,
        between: Sequence[Decoded],
        start: int,
        target: str,
        wish: Decoding,
        finished: Callable[[int, list[Decoded]], None],
        cancelled: Callable[[], bool],
    ) -> None:
        parts: list[str] = []
        owners: list[int] = []
        places: list[int] = []
        for number, first in enumerate(between):
            for place in self._split(first.text, 0):
                owners.append(number)
                places.append(place[0])
                parts.append(place[1])
        required = tuple(wish.required[number] for number in owners) if wish.required else ()
        held: list[list[Decoded]] = [[] for _ in parts]
        missing = [owners.count(number) for number in range(len(between))]

        def came(number: int, found: list[Decoded]) -> None:
            held[number] = found
            owner = owners[number]
            missing[owner] -= 1
            if not missing[owner]:
                own = [place for place, other in enumerate(owners) if other == owner]
                joined = _joined([held[place] for place in own], [places[place] for place in own])
                finished(start + owner, [_behind(between[owner], one) for one in joined])

        self._second.decode(parts, "", target, replace(wish, required=required), came, cancelled)

    def _split(self, text: str, before: int) -> list[tuple[int, str]]:
        """``text`` in parts that are not too long for the second model, with where they begin."""
        if self._second.count(text) <= self._second.longest:
            return [(before, text)]
        middle = len(text) // 2
        spaces = [at for at, char in enumerate(text) if char.isspace() and 0 < at < len(text) - 1]
        cut = min(spaces, key=lambda at: abs(at - middle), default=middle)
        return [*self._split(text[:cut], before), *self._split(text[cut:], before + cut)]


def _joined(parts: list[list[Decoded]], places: list[int]) -> list[Decoded]:
    """One translation, and alternatives where there was one part only."""
    if len(parts) == 1:
        return parts[0]
    text = ""
    logprobs: tuple[float, ...] = ()
    pairs: list[Aligned] = []
    for (found, *_), place in zip(parts, places, strict=True):
        text += " " if text else ""
        pairs += [
            Aligned(a.start + place, a.end + place, a.target_start + len(text), a.target_end + len(text))
            for a in found.alignment
        ]
        text += found.text
        logprobs += found.logprobs
    return [Decoded(text, logprobs, tuple(pairs), all(found[0].ended for found in parts))]


def _behind(first: Decoded, second: Decoded) -> Decoded:
    return Decoded(
        second.text,
        first.logprobs + second.logprobs,
        compose(first.alignment, second.alignment),
        first.ended and second.ended,
    )
