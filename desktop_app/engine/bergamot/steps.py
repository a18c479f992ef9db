"""The decoder's steps over a batch of sentences, and what a search through them finds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from desktop_app.engine.bergamot.layers import Layer
from desktop_app.engine.bergamot.network import Memory, Network
from desktop_app.engine.bergamot.shortlist import Numbers
from desktop_app.engine.causal import Stopped

GROUP = 8
"""Sentences that are scored over all their candidates together. The candidates of 64 sentences are together
14,000 of 32,000 pieces, those of 8 some 4,500, of one about 1,000; fewer sentences waste the product."""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """Pieces without the end, ``logprobs`` with the end's where it ``ended``, and the rows of `Steps` in
    which each of them was chosen."""

    ids: tuple[int, ...] = ()
    logprobs: tuple[float, ...] = ()
    rows: tuple[int, ...] = ()
    ended: bool = False

    @property
    def score(self) -> float:
        """For each piece, the end counted: Marian's ``normalize: 1.0``."""
        return sum(self.logprobs) / max(1, len(self.logprobs))


Found = Callable[[int, list[Hypothesis]], None]
"""Called once for each sentence with its number in the batch and its translations, the best first."""


class _Group:
    """Some sentences with all their candidates: ``mask [rows, candidates]`` is 0 where one is the row's own,
    else -inf; ``logprobs`` are of the last step."""

    def __init__(self, network: Network, candidates: Sequence[Numbers]) -> None:
        marked = np.zeros(len(network.output.bias), np.bool_)
        for own in candidates:
            marked[own] = True
        column = np.cumsum(marked) - 1
        mask = np.full((len(candidates), int(marked.sum())), -np.inf, np.float32)
        for row, own in enumerate(candidates):
            mask[row, column[own]] = 0
        self.pieces = torch.from_numpy(np.flatnonzero(marked))
        self.output: Layer = network.output.over(self.pieces.to(network.device))
        self.mask = torch.from_numpy(mask).to(network.device)
        self.scores = self.mask

    def score(self, x: Tensor) -> None:
        self.scores = self.output(x).add_(self.mask)

    def ids(self, columns: Tensor) -> list[int]:
        found: list[int] = self.pieces[columns.cpu()].tolist()
        return found

    def keep(self, rows: Sequence[int]) -> None:
        self.mask = self.mask[torch.tensor(rows, dtype=torch.long, device=self.mask.device)]


class Steps:
    """The decoder over a batch, at first with a row for each sentence.

    ``candidates`` are the pieces that each sentence may be translated by. ``queries`` are those of each step
    (`Network.step`), one row after the other over all steps: `Hypothesis.rows` counts so."""

    def __init__(
        self,
        network: Network,
        memory: Memory,
        candidates: Sequence[Numbers],
        cancelled: Callable[[], bool],
    ) -> None:
        self._network, self._cancelled, self._memory = network, cancelled, memory
        starts = range(0, len(candidates), GROUP)
        self._groups = [_Group(network, candidates[start : start + GROUP]) for start in starts]
        self._of = list(range(len(candidates)))
        self._cells = network.begin(len(candidates))
        self._position = 0
        self.queries: list[Tensor] = []
        self.before = 0
        """Rows of all earlier steps."""

    def advance(self, ids: Sequence[int] | None) -> None:
        """Take in the piece that each row has chosen, None at the beginning. Raises `Stopped`."""
        if self._cancelled():
            raise Stopped
        self.before += self.queries[-1].shape[0] if self.queries else 0
        chosen = None if ids is None else torch.tensor(ids, device=self._network.device)
        x, query = self._network.step(chosen, self._position, self._cells, self._memory)
        self._position += 1
        self.queries.append(query)
        start = 0
        for group in self._groups:
            end = start + len(group.mask)
            group.score(x[start:end])
            start = end

    def best(self) -> list[tuple[int, float]]:
        """The likeliest piece of each row, and the logarithm of its probability among the candidates."""
        found: list[tuple[int, float]] = []
        for group in self._groups:
            values, columns = group.scores.max(1)
            logprobs = (values - group.scores.logsumexp(1)).tolist()
            found += zip(group.ids(columns), logprobs, strict=True)
        return found

    def top(self, count: int) -> list[list[tuple[int, float]]]:
        """As `best`, the ``count`` likeliest of each row; fewer where there are no more."""
        found = []
        for group in self._groups:
            logprobs = group.scores = group.scores.log_softmax(1)
            values, columns = logprobs.topk(min(count, logprobs.shape[1]), 1)
            for row, kept in zip(columns, values.tolist(), strict=True):
                pairs = zip(group.ids(row), kept, strict=True)
                found.append([(piece, value) for piece, value in pairs if value > -torch.inf])
        return found

    def logprobs(self, row: int, ids: Sequence[int]) -> list[float]:
        """Of these candidates of ``row``, after `top`."""
        for group in self._groups:
            if row < len(group.mask):
                columns = torch.searchsorted(group.pieces, torch.tensor(ids)).to(group.mask.device)
                found: list[float] = group.scores[row, columns].tolist()
                return found
            row -= len(group.mask)
        raise IndexError("there is no such row")

    def keep(self, rows: Sequence[int]) -> None:
        """Go on with these rows in this order, in which those of a sentence stay behind those of the ones
        before it."""
        index = torch.tensor(rows, dtype=torch.long, device=self._network.device)
        self._cells = [cell[index] for cell in self._cells]
        of = [self._of[row] for row in rows]
        if of == self._of:
            return  # the beams of a sentence share what the encoder made of it
        self._memory, self._of = self._memory.take(index), of
        start, kept = 0, []
        for group in self._groups:
            end = start + len(group.mask)
            own = [row - start for row in rows if start <= row < end]
            if own:
                group.keep(own)
                kept.append(group)
            start = end
        self._groups = kept
