"""The decoder's steps over a batch of sentences, and what a search through them finds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from desktop_app.engine.bergamot.network import Memory, Network
from desktop_app.engine.bergamot.shortlist import Numbers
from desktop_app.engine.causal import Stopped


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
        self._network, self._cancelled = network, cancelled
        self._pieces, mask = _union(candidates, len(network.output.bias))
        self._on_device = self._pieces.to(network.device)
        self._output = network.output.over(self._on_device)
        self._mask = mask.to(network.device)
        self._memory = memory
        self._of = list(range(len(candidates)))
        self._cells = network.begin(len(candidates))
        self._position = 0
        self.queries: list[Tensor] = []
        self.before = 0
        """Rows of all earlier steps."""

    def scores(self, columns: Tensor | None) -> Tensor:
        """Of each candidate of any sentence, after the chosen ``columns [rows]`` (None at the beginning):
        ``[rows, candidates]``, -inf where it is not one of the sentence's candidates. Raises `Stopped`."""
        if self._cancelled():
            raise Stopped
        self.before += self.queries[-1].shape[0] if self.queries else 0
        chosen = None if columns is None else self._on_device[columns]
        x, query = self._network.step(chosen, self._position, self._cells, self._memory)
        self._position += 1
        self.queries.append(query)
        return self._output(x).add_(self._mask)

    def keep(self, rows: Sequence[int]) -> None:
        """Go on with these rows in this order."""
        index = torch.tensor(rows, dtype=torch.long, device=self._network.device)
        self._cells = [cell[index] for cell in self._cells]
        of = [self._of[row] for row in rows]
        if of != self._of:  # the beams of a sentence share what the encoder made of it
            self._memory, self._mask, self._of = self._memory.take(index), self._mask[index], of

    def ids(self, columns: Tensor) -> list[int]:
        """The pieces that these columns are."""
        found: list[int] = self._pieces[columns.cpu()].tolist()
        return found

    def columns(self, ids: Sequence[int]) -> list[int]:
        """The columns of these pieces, each one of the candidates."""
        found: list[int] = torch.searchsorted(self._pieces, torch.tensor(ids)).tolist()
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
