"""From an encoder-decoder model's scores to a text's ids: greedy and beam search over a batch that
shrinks as its texts come to their end.

The beam search is transformers' (``GenerationMixin._beam_search``), with the same lengths, penalties and
reasons to stop, so that models give the texts that they were measured with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Found:
    """A text's ``ids``, without start and end; whether it ``ended`` within the limit; and the natural
    logarithms of the probabilities of its tokens, the end's included where it ended."""

    ids: list[int]
    ended: bool
    logprobs: tuple[float, ...]


Finished = Callable[[int, list[Found]], None]
"""Called once for each text with its number and what was found, the best first."""


class Rows(Protocol):
    """The decoder's state, a row for each running text or beam."""

    def scores(self, ids: Tensor) -> Tensor:
        """Append ``ids [rows, t]``; log-probabilities of what comes next, float32 ``[rows, vocabulary]``
        on the CPU."""
        ...

    def keep(self, rows: Sequence[int], same_texts: bool) -> None:
        """Go on with these rows in this order. ``same_texts``: each stays with the text that it is of."""
        ...


@dataclass(frozen=True, slots=True)
class Rules:
    """``start`` are the decoder's first ids; ``limit`` the most ids with them. The others are named as in
    transformers' GenerationConfig; ``banned`` ids never come."""

    start: tuple[int, ...]
    end: frozenset[int]
    limit: int
    banned: tuple[int, ...] = ()
    min_length: int = 0
    no_repeat_ngram_size: int = 0
    length_penalty: float = 1.0
    early_stopping: bool | Literal["never"] = False


def greedy(rows: Rows, texts: int, rules: Rules, finished: Finished) -> None:
    """The likeliest id each time."""
    numbers = list(range(texts))
    found = [list(rules.start) for _ in numbers]
    logs: list[list[float]] = [[] for _ in numbers]
    new = torch.tensor([rules.start] * texts)
    while numbers:
        best, tokens = _held_to(rows.scores(new), found, rules).max(-1)
        going: list[int] = []
        for row, (token, log) in enumerate(zip(tokens.tolist(), best.tolist(), strict=True)):
            ids = found[row]
            ids.append(token)
            logs[row].append(log)
            if token in rules.end or len(ids) >= rules.limit:
                finished(numbers[row], [_found(ids, logs[row], rules)])
            else:
                going.append(row)
        if len(going) < len(numbers):
            rows.keep(going, same_texts=False)
            numbers, found = [numbers[row] for row in going], [found[row] for row in going]
            logs = [logs[row] for row in going]
        new = torch.tensor([[ids[-1]] for ids in found])


def _found(ids: list[int], logs: Sequence[float], rules: Rules) -> Found:
    ended = ids[-1] in rules.end
    return Found(ids[len(rules.start) : -1 if ended else None], ended, tuple(logs))


_Beam = tuple[float, list[int], list[float]]
"""Its score, its ids with the start, and the logarithms of the probabilities of those after it."""


@dataclass(slots=True)
class _Text:
    """A text's running beams, best first, and its finished ones, as many at most."""

    number: int
    running: list[_Beam]
    done: list[_Beam]


def beam_search(rows: Rows, texts: int, beams: int, rules: Rules, finished: Finished) -> None:
    """The likeliest whole text among those that ``beams`` at a time lead to, and the others that came to
    their end. ``rows`` has ``beams`` rows for each text, one after the other."""
    unlikely: list[_Beam] = [(-1e9, list(rules.start), []) for _ in range(beams - 1)]
    running = [_Text(number, [(0.0, list(rules.start), []), *unlikely], []) for number in range(texts)]
    new = torch.tensor([rules.start] * texts * beams)
    candidates = max(2, 1 + len(rules.end)) * beams
    while running:
        beginnings = [ids for text in running for _, ids, _ in text.running]
        scores = _held_to(rows.scores(new), beginnings, rules)
        vocabulary = scores.shape[-1]
        before = torch.tensor([[beam[0] for beam in text.running] for text in running])
        total = (scores.view(len(running), beams, vocabulary) + before.unsqueeze(-1)).flatten(1)
        best, places = total.topk(min(candidates, total.shape[1]))
        kept: list[int] = []
        going: list[_Text] = []
        for at, text in enumerate(running):
            values, found = best[at].tolist(), places[at].tolist()
            step = [(value, *divmod(place, vocabulary)) for value, place in zip(values, found, strict=True)]
            parents = _advance(text, step, beams, rules)
            if parents is None:
                finished(text.number, [_found(ids, logs, rules) for _, ids, logs in text.done])
            else:
                going.append(text)
                kept += [at * beams + parent for parent in parents]
        rows.keep(kept, same_texts=len(going) == len(running))
        running = going
        new = torch.tensor([[ids[-1]] for text in running for _, ids, _ in text.running])


def _advance(text: _Text, step: list[tuple[float, int, int]], beams: int, rules: Rules) -> list[int] | None:
    """Take in the best continuations (score, beam, id). Returns the beams that go on, by the number that
    they came from; None where the text is done."""
    full = len(text.done) == beams and rules.early_stopping is True
    generated = len(text.running[0][1])  # the first id is not counted, the new one is
    running: list[_Beam] = []
    parents: list[int] = []
    for place, (score, beam, token) in enumerate(step):
        before, ids, logs = text.running[beam]
        ids, logs = [*ids, token], [*logs, score - before]
        if token in rules.end or len(ids) >= rules.limit:
            if place < beams and not full:
                text.done.append((score / generated**rules.length_penalty, ids, logs))
        elif len(running) < beams:
            running.append((score, ids, logs))
            parents.append(beam)
    text.done.sort(key=lambda entry: -entry[0])
    del text.done[beams:]
    if len(running) < beams:  # all that is left is at the limit
        return None
    text.running = running
    if len(text.done) < beams:
        return parents
    if rules.early_stopping is True:
        return None
    length = generated
    if rules.early_stopping == "never" and rules.length_penalty > 0:
        length = rules.limit - 1
    possible = running[0][0] / length**rules.length_penalty
    return parents if possible > text.done[-1][0] else None


def _held_to(scores: Tensor, beginnings: Sequence[list[int]], rules: Rules) -> Tensor:
    """``scores`` without what the rules do not allow next."""
    if rules.banned:
        scores[:, list(rules.banned)] = float("-inf")
    if beginnings and len(beginnings[0]) < rules.min_length:
        scores[:, list(rules.end)] = float("-inf")
    if size := rules.no_repeat_ngram_size:
        for row, ids in enumerate(beginnings):
            last = ids[len(ids) - size + 1 :]
            again = [
                ids[at + size - 1] for at in range(len(ids) - size + 1) if ids[at : at + size - 1] == last
            ]
            scores[row, again] = float("-inf")
    return scores
