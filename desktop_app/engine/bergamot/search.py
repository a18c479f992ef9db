"""From the network's scores to pieces: greedy and beam search over a batch that shrinks as its sentences come
to their end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from desktop_app.engine.bergamot.network import Memory, Network
from desktop_app.engine.bergamot.shortlist import Numbers
from desktop_app.engine.causal import Stopped

LENGTH_FACTOR, LENGTH_MORE = 3, 10
"""Pieces that a translation may have for each of the source, and in any case: what goes on is a loop."""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """Pieces without the end, ``logprobs`` with the end's where it ``ended``, and the rows of `Steps` in which
    each of them was chosen."""

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


class Steps:
    """The decoder over a batch, a row for each running sentence or beam.

    ``candidates`` are the pieces that each sentence may be translated by. ``queries`` are those of each step
    (`Network.step`), one row after the other over all steps: `Hypothesis.rows` counts so."""

    def __init__(
        self,
        network: Network,
        memory: Memory,
        candidates: Sequence[Numbers],
        beams: int,
        cancelled: Callable[[], bool],
    ) -> None:
        self._network, self._cancelled = network, cancelled
        self._pieces, mask = _union(candidates, len(network.output.bias))
        self._output = network.output.over(self._pieces.to(network.device))
        self._mask = mask.to(network.device)
        self._memory = memory
        if beams > 1:
            each = torch.arange(len(candidates)).repeat_interleave(beams)
            self._memory, self._mask = memory.take(each), self._mask[each]
        self.rows = len(self._mask)
        self._cells = network.begin(self.rows)
        self._position = 0
        self.queries: list[Tensor] = []
        self.before = 0
        """Rows of all earlier steps."""

    def scores(self, ids: Tensor | None) -> Tensor:
        """Of each of `pieces`, after ``ids`` (columns of `pieces`): ``[rows, pieces]``, -inf where a piece is
        not one of the sentence's candidates. Raises `Stopped`."""
        if self._cancelled():
            raise Stopped
        self.before += self.queries[-1].shape[0] if self.queries else 0
        chosen = None if ids is None else self._pieces[ids]
        x, query = self._network.step(chosen, self._position, self._cells, self._memory)
        self._position += 1
        self.queries.append(query)
        return self._output(x).add_(self._mask)

    def keep(self, rows: Sequence[int]) -> None:
        """Go on with these rows in this order."""
        index = torch.tensor(rows, dtype=torch.long, device=self._network.device)
        self._cells = [cell[index] for cell in self._cells]
        self._memory, self._mask = self._memory.take(index), self._mask[index]
        self.rows = len(rows)

    def names(self, columns: Tensor) -> list[int]:
        """The ids of these columns."""
        found: list[int] = self._pieces[columns].tolist()
        return found


def _union(candidates: Sequence[Numbers], size: int) -> tuple[Tensor, Tensor]:
    """All candidates, and for each sentence 0 for its own and -inf for the others."""
    marked = np.zeros(size, np.bool_)
    for own in candidates:
        marked[own] = True
    pieces = np.flatnonzero(marked)
    column = np.cumsum(marked) - 1
    mask = np.full((len(candidates), len(pieces)), -np.inf, np.float32)
    for row, own in enumerate(candidates):
        mask[row, column[own]] = 0
    return torch.from_numpy(pieces), torch.from_numpy(mask)


@dataclass(slots=True)
class _Greedy:
    number: int
    limit: int
    ids: list[int] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)


def greedy(steps: Steps, limits: Sequence[int], end: int, found: Found) -> None:
    """The likeliest piece each time."""
    running = [_Greedy(number, limit) for number, limit in enumerate(limits)]
    columns: Tensor | None = None
    while running:
        scores = steps.scores(columns)
        best, columns = scores.max(1)
        logprobs = (best - scores.logsumexp(1)).tolist()
        going: list[int] = []
        for row, (text, piece) in enumerate(zip(running, steps.names(columns), strict=True)):
            text.logprobs.append(logprobs[row])
            text.rows.append(steps.before + row)
            if piece != end:
                text.ids.append(piece)
            if piece == end or len(text.ids) >= text.limit:
                done = Hypothesis(tuple(text.ids), tuple(text.logprobs), tuple(text.rows), piece == end)
                found(text.number, [done])
            else:
                going.append(row)
        if len(going) < len(running):
            running = [running[row] for row in going]
            steps.keep(going)
            columns = columns[torch.tensor(going, dtype=torch.long, device=columns.device)]
