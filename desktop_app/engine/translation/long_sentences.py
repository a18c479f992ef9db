"""Sentences that are longer than a model takes go through in pieces, each looked at by itself."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from desktop_app.core.translation import Aligned, Problem, Translation
from desktop_app.translation.sentences import spaceless, split_long


class Pieces:
    """``pieces`` of ``sentences``, in order: most are one. `take` what became of them."""

    def __init__(
        self,
        sentences: Sequence[str],
        target: str,
        longest: int,
        count: Callable[[str], int],
        told: Callable[[int, Translation], None],
    ) -> None:
        self._sentences, self._target, self._told = sentences, target, told
        self.pieces: list[str] = []
        self._owners: list[int] = []
        self._ranges: list[range] = []
        for number, sentence in enumerate(sentences):
            parts = split_long(sentence, longest, count) or [sentence]
            self._ranges.append(range(len(self.pieces), len(self.pieces) + len(parts)))
            self.pieces += parts
            self._owners += [number] * len(parts)
        self._came: dict[int, Translation] = {}
        self.results: dict[int, Translation] = {}

    def take(self, piece: int, result: Translation) -> None:
        """The translation of one of `pieces`; tells of the sentence when it is whole."""
        self._came[piece] = result
        number = self._owners[piece]
        mine = self._ranges[number]
        if all(at in self._came for at in mine):
            results = [self._came.pop(at) for at in mine]
            joined = results[0] if len(mine) == 1 else self._joined(number, results)
            self.results[number] = joined
            self._told(number, joined)

    def _joined(self, number: int, results: list[Translation]) -> Translation:
        text = self._sentences[number]
        kept = sum(result.untouchable_asked for result in results)
        first = replace(
            results[0],
            alternatives=(),
            untouchable_asked=kept,
            untouchable_kept=sum(result.untouchable_kept for result in results),
            terms_asked=sum(result.terms_asked for result in results),
            terms_kept=sum(result.terms_kept for result in results),
        )
        problem: Problem = next((result.problem for result in results if result.problem), "")
        if problem:
            return replace(
                first,
                text=text,
                problem=problem,
                confidence=None,
                alignment=(),
                terms_kept=0,
                untouchable_kept=kept,
            )
        said = ""
        alignment: list[Aligned] = []
        at = 0
        for piece, result in zip(self._ranges[number], results, strict=True):
            part = result.text
            if said and spaceless(self._target):
                said = said.rstrip(" ")
                cut = len(part) - len(part.lstrip(" "))
            else:
                cut = 0
                if said[-1:].strip() and part[:1].isalnum():
                    said += " "
            alignment += [
                Aligned(
                    a.start + at, a.end + at, a.target_start + len(said) - cut, a.target_end + len(said) - cut
                )
                for a in result.alignment
            ]
            said += part[cut:]
            at += len(self.pieces[piece])
        known = [(len(result.text), result.confidence) for result in results if result.confidence]
        weight = sum(length for length, _ in known)
        logs = math.fsum(length * math.log(confidence or 1) for length, confidence in known)
        return replace(
            first,
            text=said,
            alignment=tuple(alignment),
            confidence=math.exp(logs / weight) if weight else None,
        )
