"""Beam search, and beam search that is held to words which have to come.

Without such words this is Marian's (``src/translator/beam_search.cpp``): a beam that ends leaves, the search
is over when none is left, and the best by score for each piece wins. With them beams are shared out over how
much of the words they hold already (Post & Vilar 2018, "Fast Lexically Constrained Decoding with Dynamic
Beam Allocation", https://aclanthology.org/N18-1119/), so that those which pay for a word early are not
crowded out by those that put it off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from desktop_app.engine.bergamot.steps import Found, Hypothesis, Steps

Ways = tuple[tuple[int, ...], ...]
"""The ways to write one word in pieces; one of them has to come."""


class _Open(NamedTuple):
    """``at`` pieces of the way ``way`` of word number ``word`` have come."""

    word: int
    way: int
    at: int


@dataclass(frozen=True, slots=True)
class _Beam:
    """``row`` is where the next scores of it stand; ``held`` the words that it has."""

    row: int
    total: float = 0.0
    found: Hypothesis = field(default_factory=Hypothesis)
    held: frozenset[int] = frozenset()
    open: _Open | None = None


@dataclass(slots=True)
class _Text:
    number: int
    limit: int
    words: tuple[Ways, ...]
    size: int
    running: list[_Beam]
    done: list[_Beam] = field(default_factory=list)


class _Choice(NamedTuple):
    total: float
    beam: _Beam
    piece: int
    logprob: float


def beam_search(
    steps: Steps, limits: Sequence[int], words: Sequence[tuple[Ways, ...]], beams: int, end: int, found: Found
) -> None:
    """The ``beams`` best of each sentence; ``words`` that have to come, for each, in pieces that are all
    among its candidates. What does not hold them all, because it came to its limit, comes last."""
    running = []
    for number, (limit, own) in enumerate(zip(limits, words, strict=True)):
        size = max(beams, min(12, 2 * len(own) + 2)) if own else beams
        running.append(_Text(number, limit, own, size, [_Beam(number)]))
    pieces: list[int] | None = None
    while running:
        steps.advance(pieces)
        best = steps.top(max(text.size for text in running) + 1)
        rows: list[int] = []
        pieces = []
        going: list[_Text] = []
        for text in running:
            choices = [
                _Choice(beam.total + value, beam, piece, value)
                for beam in text.running
                for piece, value in best[beam.row]
            ]
            if text.words:
                choices = _held_to(text, choices + _forced(text, steps), end)
            choices.sort(key=lambda choice: -choice.total)
            picked = _share_out(text, choices) if text.words else choices[: text.size]
            text.running = []
            for choice in picked:
                beam = _advance(choice, steps.before, text.words, end)
                if beam.found.ended or len(beam.found.ids) >= text.limit:
                    text.done.append(beam)
                    text.size -= 1
                else:
                    text.running.append(replace(beam, row=len(rows)))
                    rows.append(choice.beam.row)
                    pieces.append(choice.piece)
            if text.running and text.size > 0:
                going.append(text)
            else:
                text.done.sort(key=lambda beam: (-len(beam.held), -beam.found.score))
                found(text.number, [beam.found for beam in text.done])
        running = going
        if running:
            steps.keep(rows)


def _advance(choice: _Choice, before: int, words: tuple[Ways, ...], end: int) -> _Beam:
    beam, piece = choice.beam, choice.piece
    ended = piece == end
    found = Hypothesis(
        beam.found.ids if ended else (*beam.found.ids, piece),
        (*beam.found.logprobs, choice.logprob),
        (*beam.found.rows, before + beam.row),
        ended,
    )
    held, opened = _state(beam, piece, words)
    return _Beam(-1, choice.total, found, held, opened)


def _state(beam: _Beam, piece: int, words: tuple[Ways, ...]) -> tuple[frozenset[int], _Open | None]:
    """What a beam holds and has begun after ``piece``."""
    missing = (word for word in range(len(words)) if word not in beam.held)
    ways = [_Open(word, way, 0) for word in missing for way in range(len(words[word]))]
    if beam.open:
        ways.insert(0, beam.open)
    for word, way, at in ways:
        pieces = words[word][way]
        if pieces[at] == piece:
            if at + 1 == len(pieces):
                return beam.held | {word}, None
            return beam.held, _Open(word, way, at + 1)
    return beam.held, None


def _forced(text: _Text, steps: Steps) -> list[_Choice]:
    """The next piece of each word that is missing, whatever its score."""
    found = []
    for beam in text.running:
        if beam.open:
            nexts = [text.words[beam.open.word][beam.open.way][beam.open.at]]
        else:
            nexts = [way[0] for word, ways in enumerate(text.words) if word not in beam.held for way in ways]
        for piece, value in zip(nexts, steps.logprobs(beam.row, nexts), strict=True):
            found.append(_Choice(beam.total + value, beam, piece, value))
    return found


def _held_to(text: _Text, choices: list[_Choice], end: int) -> list[_Choice]:
    """Each choice once, and none that ends without all words."""
    once = {(choice.beam.row, choice.piece): choice for choice in choices}
    return [
        choice for choice in once.values() if choice.piece != end or len(choice.beam.held) == len(text.words)
    ]


def _share_out(text: _Text, choices: list[_Choice]) -> list[_Choice]:
    """``size`` of the ``choices`` (the best first), in turns over the banks that they get into."""
    banks: dict[tuple[int, int], list[_Choice]] = {}
    for choice in choices:
        held, opened = _state(choice.beam, choice.piece, text.words)
        banks.setdefault((len(held), opened.at if opened else 0), []).append(choice)
    order = sorted(banks, reverse=True)
    picked: list[_Choice] = []
    for place in range(len(choices)):
        for bank in order:
            if place < len(banks[bank]) and len(picked) < text.size:
                picked.append(banks[bank][place])
    return sorted(picked, key=lambda choice: -choice.total)
