"""The KV caches of several conversations with one model, within a budget of memory."""

from __future__ import annotations

from collections.abc import Sequence

from desktop_app.core.errors import InkhornError
from desktop_app.engine.causal import Cache, CausalModel
from desktop_app.engine.devices import free_of

LARGEST_DEFAULT = 2 << 30
"""Bytes that caches take at most where nobody says how many."""
WORTH_KEEPING = 256
"""Tokens whose loss is not worth a copy of what comes before them."""


def shared_length(first: Sequence[int], second: Sequence[int]) -> int:
    """How many ids ``first`` and ``second`` begin with in common."""
    for position, (one, other) in enumerate(zip(first, second, strict=False)):
        if one != other:
            return position
    return min(len(first), len(second))


class CachePool:
    """Caches from the least to the most recently used, the last one being in use. ``budget_bytes`` is what
    they may take together: 0 for a quarter of the memory that is free now, at most `LARGEST_DEFAULT`.

    The cache in use is never dropped: alone it may be larger than the budget."""

    def __init__(self, model: CausalModel, budget_bytes: int = 0) -> None:
        self._model = model
        free = free_of(model.device)[0]
        self._budget = budget_bytes or (LARGEST_DEFAULT if free is None else min(free // 4, LARGEST_DEFAULT))
        self._caches: list[Cache] = []

    @property
    def bytes(self) -> int:
        return sum(cache.bytes for cache in self._caches)

    def take(self, ids: Sequence[int]) -> Cache:
        """The cache to run ``ids`` with, in use until the next call: it holds a beginning of ``ids``, the
        longest that is known.

        Where it comes from a conversation that goes on much longer in another way, that one is kept and
        the beginning copied, if both fit; an edit or a new try cuts it."""
        shared, found = self._closest(ids)
        needed = len(ids) * self._model.cache_bytes_per_token
        if found is None:
            self._caches = self._without(self._surplus(needed, spared=())[0])
            return self._use(self._model.new_cache())
        if found.length - shared > max(shared, WORTH_KEEPING):
            surplus, enough = self._surplus(needed, spared=(found,))
            if enough:
                self._caches = self._without(surplus)
                try:
                    return self._use(found.fork(shared))
                except InkhornError as error:
                    if error.kind != "memory":
                        raise
        found.truncate(shared)
        self._use(found)
        self.trim(len(ids))
        return found

    def trim(self, length: int = 0) -> None:
        """Drop what does not fit beside the cache in use once that holds ``length`` tokens: for `take`,
        and for those who have let the cache grow."""
        if self._caches:
            used = self._caches[-1]
            growth = max(0, length * self._model.cache_bytes_per_token - used.bytes)
            self._caches = self._without(self._surplus(growth, spared=(used,))[0])

    def clear(self) -> None:
        self._caches.clear()

    def _closest(self, ids: Sequence[int]) -> tuple[int, Cache | None]:
        """The cache with the longest beginning of ``ids`` and its length; of equals the one that loses
        least, and of those the latest."""
        best: tuple[int, int] = (0, 0)
        found: Cache | None = None
        for cache in self._caches:
            shared = shared_length(cache.ids, ids)
            if shared and (found is None or (shared, -cache.length) >= best):
                best, found = (shared, -cache.length), cache
        return best[0], found

    def _use(self, cache: Cache) -> Cache:
        self._caches = [*self._without([cache]), cache]
        return cache

    def _without(self, dropped: Sequence[Cache]) -> list[Cache]:
        return [held for held in self._caches if not any(held is other for other in dropped)]

    def _surplus(self, needed: int, spared: tuple[Cache, ...]) -> tuple[list[Cache], bool]:
        """The least recently used caches that have to go for ``needed`` bytes more, without those that are
        ``spared``; and whether that is enough."""
        free = free_of(self._model.device)[0]
        total = self.bytes + needed
        surplus: list[Cache] = []
        for cache in self._without(spared):
            if total <= self._budget and (free is None or needed <= free):
                return surplus, True
            surplus.append(cache)
            total -= cache.bytes
            free = None if free is None else free + cache.bytes
        return surplus, total <= self._budget and (free is None or needed <= free)
