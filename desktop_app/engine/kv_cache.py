"""Keys and values of the tokens seen so far, kept from one request to the next."""

from __future__ import annotations

import math
import mmap
import sys
from collections.abc import Sequence

import torch
from torch import Tensor

from desktop_app.core.machine import check_memory
from desktop_app.engine.architecture import Architecture

_PRIVATE = {} if sys.platform == "win32" else {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS}

BLOCK = 256
"""Positions of which the capacity is always a multiple: attention reads whole steps of
`desktop_app.engine.attention.ROUND`."""


class KVCache:
    """``layers[n]`` is ``[2, kv_heads, capacity, head_dim]`` (keys, then values). ``ids`` are the tokens it
    holds; ``length`` their number. Memory grows with use, never for a whole context."""

    def __init__(
        self,
        architecture: Architecture,
        dtype: torch.dtype = torch.float32,
        device: torch.device | str = "cpu",
    ) -> None:
        self._shape = (2, architecture.kv_heads, architecture.head_dim)
        self._limit = architecture.context_length
        self._dtype, self._device = dtype, torch.device(device)
        self._capacity = 0
        empty = torch.empty(2, 1, 0, 1, dtype=dtype, device=device)
        self.layers: list[Tensor] = [empty] * architecture.layers
        self.ids: list[int] = []

    @property
    def length(self) -> int:
        return len(self.ids)

    @property
    def bytes(self) -> int:
        return self._capacity * self._bytes_per_position()

    def reserve(self, length: int) -> None:
        """Make room for ``length`` positions. Raises InkhornError of kind ``memory`` where there is none:
        Linux gives it, and kills the engine when it is used."""
        if length <= self._capacity:
            return
        wanted = max(length, min(self._capacity + self._capacity // 16, self._limit))
        capacity = -(-wanted // BLOCK) * BLOCK
        per_position = self._bytes_per_position()
        if self._device.type == "cpu":
            check_memory((capacity - self._capacity + capacity // len(self.layers)) * per_position)
        self._move(capacity, self.length)

    def truncate(self, length: int) -> None:
        del self.ids[length:]

    def fork(self, length: int) -> KVCache:
        """Another cache with the first ``length`` tokens of this one, which stays as it is."""
        other = object.__new__(KVCache)
        other._shape, other._limit = self._shape, self._limit
        other._dtype, other._device, other._capacity = self._dtype, self._device, self._capacity
        other.layers, other.ids = list(self.layers), self.ids[:length]
        capacity = -(-max(length, 1) // BLOCK) * BLOCK
        if self._device.type == "cpu":
            check_memory(capacity * self._bytes_per_position())
        other._move(capacity, length)
        return other

    def _move(self, capacity: int, length: int) -> None:
        """Copy layer by layer, so that no more than one is there twice."""
        planes, heads, dim = self._shape
        for number, old in enumerate(self.layers):
            # Attention multiplies what it then masks, which must be numbers.
            new = _zeros((planes, heads, capacity, dim), self._dtype, self._device)
            if length:
                new[:, :, :length] = old[:, :, :length]
            self.layers[number] = new
        self._capacity = capacity

    def _bytes_per_position(self) -> int:
        planes, heads, dim = self._shape
        return len(self.layers) * planes * heads * dim * self._dtype.itemsize

    def extend(self, ids: Sequence[int]) -> None:
        self.ids.extend(ids)


def _zeros(shape: tuple[int, ...], dtype: torch.dtype, device: torch.device) -> Tensor:
    """On the CPU in pages of its own: the heap cannot put a layer where the smaller one before it lay, and
    keeps half of what a cache took when it grows."""
    if device.type != "cpu":
        return torch.zeros(shape, dtype=dtype, device=device)
    pages = mmap.mmap(-1, math.prod(shape) * dtype.itemsize, **_PRIVATE)
    return torch.frombuffer(pages, dtype=dtype).view(shape)
