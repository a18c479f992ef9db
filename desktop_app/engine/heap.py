"""What glibc does with memory that was freed. Other systems' allocators do the same of themselves."""

from __future__ import annotations

import ctypes
from functools import cache

_ARENAS_MOST = -8  # M_ARENA_MAX of mallopt(3)


@cache
def _libc() -> ctypes.CDLL | None:
    try:
        libc = ctypes.CDLL(None)
        return libc if hasattr(libc, "malloc_trim") and hasattr(libc, "mallopt") else None
    except (OSError, TypeError):  # TypeError: Windows
        return None


def use_one_heap() -> None:
    """One heap for all threads, before there are several: each keeps what its own work left behind."""
    if (libc := _libc()) is not None:
        libc.mallopt(_ARENAS_MOST, 1)


def give_back() -> None:
    """Give the system what was freed and is kept for the next time, after work whose memory is not needed
    again: opening a vocabulary leaves 28 MB, a model that is let go leaves its caches."""
    if (libc := _libc()) is not None:
        libc.malloc_trim(0)
