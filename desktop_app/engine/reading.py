"""Running a prompt through the model, in chunks that can be told of and stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from desktop_app.core.errors import InkhornError
from desktop_app.engine.causal import Cache, CausalModel, Stopped

SMALLEST, LARGEST = 128, 512
"""Tokens of a chunk on the CPU. Fewer waste the time that it takes to unpack weights; more show progress
too seldom."""
ON_A_DEVICE = 1024
WORK = 512 * (150 << 20)
"""Tokens × bytes of weights of one chunk: about half a second on two cores."""


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


def check_lengths(texts: Sequence[Sequence[int]], context_length: int) -> None:
    """Raises InkhornError ``context_overflow`` for the first of the ``texts``, by their ids, that is longer,
    with its ``index``, ``prompt_tokens`` and ``context_length``."""
    for index, ids in enumerate(texts):
        if len(ids) > context_length:
            raise InkhornError(
                "context_overflow",
                f"The text is too long for the model: {len(ids)} tokens, {context_length} fit.",
                index=index,
                prompt_tokens=len(ids),
                context_length=context_length,
            )


def read(
    model: CausalModel, cache: Cache, ids: Sequence[int], cancelled: Callable[[], bool]
) -> Iterator[int]:
    """Run ``ids`` in chunks and yield how many are done after each. Raises `Stopped` when ``cancelled``;
    the cache then holds the chunks that were done."""
    size = chunk_size(model)
    for start in range(0, len(ids), size):
        if cancelled():
            raise Stopped
        part = ids[start : start + size]
        model.forward(cache, part, cancelled)
        yield start + len(part)


def chunk_size(model: CausalModel) -> int:
    """Tokens to read at once, a power of 2.

    From the model's size and not from a clock, which would be nearer to a time: a sum over other chunks
    rounds otherwise, and greedy replies to the same 900 tokens read in chunks of 64, 128, 256 and 512
    parted after 13 tokens. The same prompt and seed give the same reply only if they are read the same way.
    """
    if not model.device.startswith("cpu"):
        return ON_A_DEVICE
    fitting = WORK // max(1, model.bytes)
    return max(SMALLEST, min(LARGEST, 1 << max(0, fitting.bit_length() - 1)))
