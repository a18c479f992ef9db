"""Keys and values of hosted models: transformers' cache protocol over memory that grows in blocks."""

from __future__ import annotations

import math
from typing import Any

from torch import Tensor
from transformers.cache_utils import Cache, CacheLayerMixin

from desktop_app.core.machine import check_memory

BLOCK = 256
"""Positions by which a layer grows at least."""


class GrowingLayer(CacheLayerMixin):
    """One layer, ``[batch, heads, positions, head_dim]``. transformers' own copies all that it holds with
    every token; this one writes into memory that it has. All positions are kept, also of layers with a
    sliding window (their mask leaves out what is too old), so that any number can be taken back."""

    is_sliding = False
    is_croppable = True

    def __init__(self, **options: Any) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.length = 0
        self._held: tuple[Tensor, Tensor] | None = None

    def lazy_initialization(self, key_states: Tensor, value_states: Tensor) -> None:
        self.dtype, self.device = key_states.dtype, key_states.device
        self._held = key_states[..., :0, :], value_states[..., :0, :]
        self.is_initialized = True

    def update(
        self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any
    ) -> tuple[Tensor, Tensor]:
        if self._held is None:
            self.lazy_initialization(key_states, value_states)
        assert self._held is not None
        end = self.length + key_states.shape[-2]
        if end > self._held[0].shape[-2]:
            self._held = self._grown(self._held[0], end), self._grown(self._held[1], end)
        keys, values = self._held
        keys[..., self.length : end, :] = key_states
        values[..., self.length : end, :] = value_states
        self.length = end
        return keys[..., :end, :], values[..., :end, :]

    def _grown(self, held: Tensor, needed: int) -> Tensor:
        capacity = -(-max(needed, self.length + self.length // 4) // BLOCK) * BLOCK
        shape = (*held.shape[:-2], capacity, held.shape[-1])
        if held.device.type == "cpu":
            check_memory(held.element_size() * math.prod(shape))
        grown = held.new_empty(shape)
        grown[..., : self.length, :] = held[..., : self.length, :]
        return grown

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        return self.length + query_length, 0

    def get_seq_length(self) -> int:
        return self.length

    def get_max_length(self) -> int:
        return -1

    def select(self, rows: Tensor) -> None:
        """Keep only ``rows`` of the batch, in that order."""
        if self._held is not None:
            keys, values = (held[..., : self.length, :].index_select(0, rows) for held in self._held)
            self._held = keys, values

    def copied(self, length: int) -> GrowingLayer:
        """Another layer with the first ``length`` positions."""
        other = GrowingLayer()
        if self._held is not None:
            other.lazy_initialization(*self._held)
            other.update(*(held[..., : min(length, self.length), :] for held in self._held))
        return other

    @property
    def bytes(self) -> int:
        return sum(held.nbytes for held in self._held or ())


def new_cache() -> Cache:
    """An empty one, which grows a layer for each layer of the model that fills it."""
    return Cache(layer_class_to_replicate=GrowingLayer)


def _layers(cache: Cache) -> list[GrowingLayer]:
    return [layer for layer in cache.layers if isinstance(layer, GrowingLayer)]


def truncate(cache: Cache, length: int) -> None:
    """Forget all but the first ``length`` positions, in each layer by itself: a pass that was stopped has
    written to some of them only."""
    for layer in _layers(cache):
        layer.length = min(layer.length, length)


def copied(cache: Cache, length: int) -> Cache:
    """Another cache with the first ``length`` positions; this one stays as it is."""
    other = new_cache()
    other.layers = [layer.copied(length) for layer in _layers(cache)]
    return other


def cache_bytes(cache: Cache) -> int:
    """Memory of all layers, with what is reserved."""
    return sum(layer.bytes for layer in _layers(cache))


def select_rows(cache: Cache, rows: Tensor) -> None:
    """Keep only ``rows`` of the batch, in that order; a row may come twice."""
    for layer in _layers(cache):
        layer.select(rows)
