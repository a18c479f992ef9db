"""Which of several answers a model gives, with probabilities."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import Choice
from desktop_app.engine.caches import shared_length
from desktop_app.engine.causal import Cache, CausalModel, Stopped
from desktop_app.engine.reading import check_fits, read
from desktop_app.engine.tokenizer import Vocabulary

_ROWS = 16
"""Rows of logits that are turned into float64 at once."""


def choose(
    model: CausalModel,
    cache: Cache,
    vocabulary: Vocabulary,
    ids: Sequence[int],
    choices: Sequence[str],
    cancelled: Callable[[], bool],
) -> tuple[Choice, ...]:
    """How likely each of ``choices`` is the whole reply to the prompt ``ids``, against the others: the
    probability of its tokens and of an end token after them, so that "no" and "none" compare. They add
    up to 1; in the order given. A longer answer has more tokens that can be otherwise, and is the less
    likely for it, as it is when the model writes.

    What answers begin with in common is read once, and ``cache`` holds the prompt afterwards. Raises
    InkhornError ``cancelled``, ``context_overflow``, ``memory``."""
    answers = [vocabulary.encode(text) for text in choices]
    if not answers:
        return ()
    check_fits(len(ids) + max(map(len, answers)) - 1, model.context_length)
    cache.truncate(shared_length(cache.ids, ids[:-1]))
    try:
        with torch.inference_mode():
            for _ in read(model, cache, list(ids[cache.length : -1]), cancelled):
                pass
            scores = _Scores(model, cache, vocabulary.stop_ids, answers, cancelled)
            logs = scores.of_all(ids[-1])
    except Stopped:
        raise InkhornError("cancelled", "Choosing was stopped.") from None
    finally:
        cache.truncate(len(ids))
    highest = max(logs)
    total = highest + math.log(math.fsum(math.exp(log - highest) for log in logs))
    return tuple(Choice(text, math.exp(log - total)) for text, log in zip(choices, logs, strict=True))


class _Scores:
    """Goes through the tree that ``answers`` make of their tokens, depth first: going back is to cut the
    cache."""

    def __init__(
        self,
        model: CausalModel,
        cache: Cache,
        stop_ids: frozenset[int],
        answers: Sequence[Sequence[int]],
        cancelled: Callable[[], bool],
    ) -> None:
        self._model, self._cache, self._answers, self._cancelled = model, cache, answers, cancelled
        self._ends = torch.tensor(sorted(stop_ids), dtype=torch.long)
        self._logs = [0.0] * len(answers)

    def of_all(self, last: int) -> list[float]:
        """The logarithm of each answer's probability, after ``last``, which the cache does not hold yet."""
        base = self._cache.length + 1
        group = list(range(len(self._answers)))
        shared = self._shared(group)
        beginning = list(self._answers[0][:shared])
        waiting = self._branch(group, shared, self._run([last, *beginning], beginning, group))
        while waiting:
            start, group = waiting.pop()
            self._cache.truncate(base + start)
            shared = self._shared(group)
            part = list(self._answers[group[0]][start:shared])
            waiting += self._branch(group, shared, self._run(part, part[1:], group))
        if not all(map(math.isfinite, self._logs)):
            raise ArithmeticError("the model's scores are not numbers")
        return self._logs

    def _shared(self, group: Sequence[int]) -> int:
        first = self._answers[group[0]]
        return min(shared_length(first, self._answers[number]) for number in group)

    def _run(self, ids: list[int], following: list[int], group: Sequence[int]) -> Tensor:
        """Read ``ids`` and count in what comes after each of them but the last; returns the logarithms of
        the probabilities of what comes after that, float64 ``[vocabulary]``."""
        hidden = self._model.forward(self._cache, ids, self._cancelled)
        row = torch.empty(0)
        for start in range(0, len(ids), _ROWS):
            rows = self._model.logits(hidden[start : start + _ROWS]).double().log_softmax(-1)
            for row, token in zip(rows, following[start : start + _ROWS], strict=False):
                self._add(group, float(row[token]))
            row = rows[-1]
        return row

    def _branch(self, group: Sequence[int], shared: int, logs: Tensor) -> list[tuple[int, list[int]]]:
        """Where the answers of ``group`` part after ``shared`` tokens: some end, others go on."""
        parts: dict[int, list[int]] = {}
        for number in group:
            answer = self._answers[number]
            if len(answer) > shared:
                parts.setdefault(answer[shared], []).append(number)
            elif len(self._ends):
                self._add([number], float(logs[self._ends].logsumexp(0)))
        for token, part in parts.items():
            self._add(part, float(logs[token]))
        return [(shared, part) for part in parts.values()]

    def _add(self, group: Sequence[int], log: float) -> None:
        for number in group:
            self._logs[number] += log
