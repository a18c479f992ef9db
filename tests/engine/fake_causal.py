"""A model whose caches hold ids and nothing else, to test rules by: one byte a token."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

from desktop_app.core.errors import InkhornError


class FakeCache:
    def __init__(self, ids: Sequence[int] = (), capacity: int | None = None) -> None:
        self.ids = list(ids)
        self.capacity = capacity
        self.refuses_forks = False

    @property
    def length(self) -> int:
        return len(self.ids)

    @property
    def bytes(self) -> int:
        return len(self.ids) if self.capacity is None else self.capacity

    def reserve(self, length: int) -> None:
        pass

    def truncate(self, length: int) -> None:
        del self.ids[length:]

    def fork(self, length: int) -> FakeCache:
        if self.refuses_forks:
            raise InkhornError("memory", "no room")
        return FakeCache(self.ids[:length])


class FakeCausal:
    """Next-token scores are what ``scores_of`` makes of all ids so far. ``passes`` holds the number of ids of
    each forward."""

    family, device, bytes, cache_bytes_per_token = "fake", "cpu", 0, 1

    def __init__(
        self,
        scores_of: Callable[[Sequence[int]], torch.Tensor] = lambda ids: torch.zeros(4),
        context_length: int = 1024,
        draft_rows: int = 8,
    ) -> None:
        self._scores_of = scores_of
        self.context_length, self.draft_rows = context_length, draft_rows
        self.passes: list[int] = []

    def new_cache(self) -> FakeCache:
        return FakeCache()

    def forward(
        self, cache: FakeCache, ids: Sequence[int], cancelled: Callable[[], bool] = lambda: False
    ) -> torch.Tensor:
        """The "hidden state" of a position are the scores themselves."""
        self.passes.append(len(ids))
        rows = []
        for token in ids:
            cache.ids.append(token)
            rows.append(self._scores_of(cache.ids))
        return torch.stack(rows)

    def logits(self, hidden: torch.Tensor) -> torch.Tensor:
        return hidden.clone()
