"""Beam search for a text in which certain words come: grid beam search with its beams shared out among the
numbers of tokens that are still to come (Post and Vilar, "Fast Lexically Constrained Decoding with Dynamic
Beam Allocation", 2018), for one text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from desktop_app.engine.hosted.search import Finished, Found, Rows, Rules

BEAMS = 8
"""As many at least: each number of tokens that are met has a beam of its own, as far as they go."""


@dataclass(frozen=True, slots=True)
class _Way:
    """A beam. ``open`` are the phrases that have not come; ``at`` tokens of ``phrase``, one of them, have
    just come."""

    score: float
    ids: tuple[int, ...]
    logs: tuple[float, ...]
    open: frozenset[int]
    phrase: int = -1
    at: int = 0


def constrained_search(
    rows: Rows, beams: int, rules: Rules, phrases: Sequence[Sequence[int]], finished: Finished
) -> None:
    """The likeliest text with every one of ``phrases``, ids without start and end, in any order; calls
    ``finished`` once, for text 0, with the best ones. Where none came within the limit it gets the one that
    has the most. ``rows`` has ``beams`` rows."""
    words = [list(phrase) for phrase in phrases if phrase]
    running = [_Way(0.0, rules.start, (), frozenset(range(len(words))))]
    new = torch.tensor([rules.start] * beams)
    done: list[_Way] = []
    while running:
        scores = rows.scores(new)[: len(running)]
        if rules.banned:
            scores[:, list(rules.banned)] = float("-inf")
        offered = [_offer(way, scores[n], words, beams) for n, way in enumerate(running)]
        next_ones: list[tuple[int, _Way]] = []
        for parent, ways in enumerate(offered):
            for way in ways:
                ended = way.ids[-1] in rules.end
                if ended and not way.open:
                    done.append(way)
                elif not ended:
                    next_ones.append((parent, way))
        if next_ones and len(next_ones[0][1].ids) >= rules.limit:
            if not done:
                done = [
                    min((way for _, way in next_ones), key=lambda way: (_missing(way, words), -way.score))
                ]
            break
        chosen = _share(next_ones, beams, words)
        best_done = max((_mean(way) for way in done), default=float("-inf"))
        if len(done) >= beams or not chosen or (done and max(_mean(way) for _, way in chosen) < best_done):
            break
        rest = beams - len(chosen)
        parents = [parent for parent, _ in chosen] + [chosen[0][0]] * rest
        rows.keep(parents, same_texts=True)
        running = [way for _, way in chosen]
        new = torch.tensor([[way.ids[-1]] for way in running] + [[running[0].ids[-1]]] * rest)
    done.sort(key=lambda way: -_mean(way))
    finished(0, [_found(way, rules) for way in done[:beams]])


def _offer(way: _Way, scores: torch.Tensor, phrases: Sequence[list[int]], beams: int) -> list[_Way]:
    """The likeliest ways on from ``way``, and those that bring a phrase on."""
    best = scores.topk(min(beams, scores.shape[0])).indices.tolist()
    if way.at:
        wanted = [phrases[way.phrase][way.at]]
    else:
        wanted = [phrases[number][0] for number in way.open]
    return [_stepped(way, token, float(scores[token]), phrases) for token in dict.fromkeys([*best, *wanted])]


def _stepped(way: _Way, token: int, log: float, phrases: Sequence[list[int]]) -> _Way:
    phrase, at, left = -1, 0, way.open
    if way.at and phrases[way.phrase][way.at] == token:
        phrase, at = way.phrase, way.at + 1
    else:  # what was begun is not to be counted as come
        begun = [number for number in sorted(left) if phrases[number][0] == token]
        if begun:
            phrase, at = max(begun, key=lambda number: len(phrases[number])), 1
    if phrase >= 0 and at == len(phrases[phrase]):
        left = left - {phrase}
        phrase, at = -1, 0
    return _Way(way.score + log, (*way.ids, token), (*way.logs, log), left, phrase, at)


def _missing(way: _Way, phrases: Sequence[list[int]]) -> int:
    """Tokens that have still to come."""
    return sum(len(phrases[number]) for number in way.open) - way.at


def _share(ways: list[tuple[int, _Way]], beams: int, phrases: Sequence[list[int]]) -> list[tuple[int, _Way]]:
    """The best ``beams``: the same number for each number of missing tokens, as far as there are some."""
    banks: dict[int, list[tuple[int, _Way]]] = {}
    for entry in sorted(ways, key=lambda entry: -entry[1].score):
        banks.setdefault(_missing(entry[1], phrases), []).append(entry)
    chosen: list[tuple[int, _Way]] = []
    turn = 0
    while len(chosen) < beams and any(banks.values()):
        for missing in sorted(banks):
            if turn < len(banks[missing]) and len(chosen) < beams:
                chosen.append(banks[missing][turn])
        turn += 1
        if all(turn >= len(bank) for bank in banks.values()):
            break
    return chosen


def _mean(way: _Way) -> float:
    return way.score / len(way.logs)


def _found(way: _Way, rules: Rules) -> Found:
    ended = way.ids[-1] in rules.end
    return Found(list(way.ids[len(rules.start) : -1 if ended else None]), ended, way.logs)
