"""Running a prompt through the model, in chunks that can be told of and stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

from desktop_app.core.errors import InkhornError
from desktop_app.engine.causal import Cache, CausalModel, Stopped

CHUNK_SECONDS = 0.2
"""What a chunk should take: between two of them progress is shown and other work gets its turn."""
FIRST, SMALLEST, LARGEST = 256, 64, 1024
"""Tokens of a chunk. Fewer than the smallest waste the time that it takes to unpack weights; more than
the largest are not faster, and scores of attention take memory by their square."""


def check_fits(prompt_tokens: int, context_length: int) -> None:
    """Raises InkhornError ``context_overflow`` unless the prompt and one token of reply fit."""
    if prompt_tokens + 1 > context_length:
        raise InkhornError(
            "context_overflow",
            f"The conversation is too long for the model: {prompt_tokens} tokens, "
            f"{context_length} fit with the reply.",
            prompt_tokens=prompt_tokens,
            context_length=context_length,
        )


def read(
    model: CausalModel, cache: Cache, ids: Sequence[int], cancelled: Callable[[], bool]
) -> Iterator[int]:
    """Run ``ids`` in chunks and yield how many are done after each. Raises `Stopped` when ``cancelled``;
    the cache then holds the chunks that were done."""
    done, size = 0, FIRST
    while done < len(ids):
        if cancelled():
            raise Stopped
        part = ids[done : done + size]
        started = time.perf_counter()
        model.forward(cache, part, cancelled)
        if len(part) == size:
            size = next_size(size, time.perf_counter() - started)
        done += len(part)
        yield done


def next_size(size: int, seconds: float) -> int:
    """How many tokens to read next, where ``size`` took ``seconds``: a power of 2, twice as many or half
    as many, unless the time is about right."""
    if seconds > 1.5 * CHUNK_SECONDS:
        return max(SMALLEST, size // 2)
    if seconds < CHUNK_SECONDS / 2:
        return min(LARGEST, size * 2)
    return size
