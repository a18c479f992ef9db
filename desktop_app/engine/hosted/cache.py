"""Keys and values of hosted models: transformers' cache protocol over memory that grows in blocks."""

from __future__ import annotations

from typing import Any

from torch import Tensor
from transformers.cache_utils import Cache, CacheLayerMixin

from desktop_app.core.machine import check_memory

BLOCK = 256
"""Positions by which a layer grows at least."""


class GrowingLayer(CacheLayerMixin):  # type: ignore[misc] # transformers has no types for its classes
    """One layer, ``[batch, heads, positions, head_dim]``. transformers' own copies all that it holds with
    every token; this one writes into memory that it has. All positions are kept, also of layers with a
    sliding window (their mask leaves out what is too old), so that any number can be taken back."""

    is_sliding = False
    is_croppable = True

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self.length = 0

    def lazy_initialization(self, key_states: Tensor, value_states: Tensor) -> None:
        self.dtype, self.device = key_states.dtype, key_states.device
        self.keys, self.values = key_states[..., :0, :], value_states[..., :0, :]
        self.is_initialized = True

    def update(self, keys: Tensor, values: Tensor, *args: Any, **options: Any) -> tuple[Tensor, Tensor]:
        if not self.is_initialized:
            self.lazy_initialization(keys, values)
        end = self.length + keys.shape[-2]
        if end > self.keys.shape[-2]:
            self._grow(end)
        self.keys[..., self.length : end, :] = keys
        self.values[..., self.length : end, :] = values
        self.length = end
        return self.keys[..., :end, :], self.values[..., :end, :]

    def _grow(self, needed: int) -> None:
        capacity = max(needed, self.length + max(BLOCK, self.length // 4))
        for name in ("keys", "values"):
            held: Tensor = getattr(self, name)
            if held.device.type == "cpu":
                check_memory(held[..., :1, :].nbytes * capacity)
            grown = held.new_empty(*held.shape[:-2], capacity, held.shape[-1])
            grown[..., : self.length, :] = held[..., : self.length, :]
            setattr(self, name, grown)

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        return self.length + query_length, 0

    def get_seq_length(self) -> int:
        return self.length

    def get_max_length(self) -> int:
        return -1

    def crop(self, tokens_to_remove: int) -> None:
        """As transformers has it: minus the number of positions to forget."""
        self.length = max(0, self.length + tokens_to_remove)

    def reset(self) -> None:
        self.length = 0
        self.is_initialized = False
        self.keys = self.values = None

    def select(self, rows: Tensor) -> None:
        """Keep only ``rows`` of the batch, in that order."""
        if self.is_initialized:
            self.keys = self.keys[..., : self.length, :].index_select(0, rows)
            self.values = self.values[..., : self.length, :].index_select(0, rows)

    @property
    def bytes(self) -> int:
        return int(self.keys.nbytes + self.values.nbytes) if self.is_initialized else 0


def new_cache() -> Cache:
    return Cache(layer_class_to_replicate=GrowingLayer)


def truncate(cache: Cache, length: int) -> None:
    """Forget all but the first ``length`` positions, in each layer by itself: a pass that was stopped has
    written to some of them only."""
    for layer in cache.layers:
        layer.length = min(layer.length, length)


def cache_bytes(cache: Cache) -> int:
    return sum(layer.bytes for layer in cache.layers)


def select_rows(cache: Cache, rows: Tensor) -> None:
    for layer in cache.layers:
        layer.select(rows)
