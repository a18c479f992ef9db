"""Keys and values of the tokens seen so far, kept from one request to the next."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from desktop_app.core.machine import check_memory
from desktop_app.engine.architecture import Architecture

BLOCK = 256
"""Positions by which the cache grows at least."""


class KVCache:
    """float32, ``layers[n]`` is ``[2, kv_heads, capacity, head_dim]`` (keys, then values). ``ids`` are
    the tokens it holds; ``length`` their number. Memory grows with use, never for a whole context."""

    def __init__(self, architecture: Architecture) -> None:
        self._shape = (2, architecture.kv_heads, architecture.head_dim)
        self._limit = architecture.context_length
        self._capacity = 0
        self.layers: list[Tensor] = [torch.empty(2, 1, 0, 1)] * architecture.layers
        self.ids: list[int] = []

    @property
    def length(self) -> int:
        return len(self.ids)

    def reserve(self, length: int) -> None:
        """Make room for ``length`` positions. Raises InkhornError of kind ``memory`` where there is none:
        Linux gives it, and kills the engine when it is used."""
        if length <= self._capacity:
            return
        wanted = max(length, self._capacity + self._capacity // 4)
        capacity = max(length, min(-(-wanted // BLOCK) * BLOCK, self._limit))
        planes, heads, dim = self._shape
        check_memory((len(self.layers) * (capacity - self._capacity) + capacity) * planes * heads * dim * 4)
        for number, old in enumerate(self.layers):
            new = torch.empty(planes, heads, capacity, dim)
            if self.ids:
                new[:, :, : self.length] = old[:, :, : self.length]
            self.layers[number] = new
        self._capacity = capacity

    def extend(self, ids: Sequence[int]) -> None:
        self.ids.extend(ids)

    def keep_common(self, ids: Sequence[int]) -> int:
        """Forget all but the longest beginning shared with ``ids``; returns its length."""
        common = 0
        for held, wanted in zip(self.ids, ids, strict=False):
            if held != wanted:
                break
            common += 1
        del self.ids[common:]
        return common
