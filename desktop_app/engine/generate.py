"""One reply: ids in, pieces of text out, with the numbers at the end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch

from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import Reply, StopReason
from desktop_app.core.sampling import Sampling
from desktop_app.engine.causal import CausalModel, Stopped
from desktop_app.engine.kv_cache import KVCache
from desktop_app.engine.sampling import Sampler
from desktop_app.engine.stopping import StopTexts, TextAssembler
from desktop_app.engine.tokenizer import Vocabulary

PREFILL_CHUNK = 256


@dataclass(frozen=True, slots=True)
class PromptRead:
    """``done`` of ``total`` prompt tokens that had to be read."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Piece:
    text: str


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


@torch.inference_mode()
def generate(
    model: CausalModel,
    cache: KVCache,
    vocabulary: Vocabulary,
    ids: Sequence[int],
    sampling: Sampling,
    cancelled: Callable[[], bool],
    started: float,
) -> Iterator[PromptRead | Piece | Reply]:
    """Reply to the prompt ``ids``; the last value is the `Reply`. ``cancelled`` is asked before each
    token and each layer; ``started`` is the `time.perf_counter` that times count from.

    What ``cache`` holds of the prompt already is not computed again. The prompt's last token is always
    a step of its own, so that a repeated request computes the very same numbers from there on.
    """
    context = model.context_length
    check_fits(len(ids), context)
    sampler, stops, assembler = Sampler(sampling), StopTexts(sampling.stop), TextAssembler()
    reused = cache.keep_common(ids[:-1])
    reply_ids: list[int] = []
    first_at = 0.0
    reason: StopReason = "cancelled"

    def outcome() -> Reply:
        decoding = time.perf_counter() - first_at if first_at else 0.0
        return Reply(
            stop_reason=reason,
            prompt_tokens=len(ids),
            reused_tokens=reused,
            reply_tokens=len(reply_ids),
            first_token_s=first_at - started if first_at else 0.0,
            decode_tokens_per_s=(len(reply_ids) - 1) / decoding if decoding and len(reply_ids) > 1 else 0.0,
            seed=sampler.seed,
        )

    unread = list(ids[reused:-1])
    for done in _read(model, cache, unread, cancelled):
        yield PromptRead(done, len(unread))
    token = ids[-1]
    while not cancelled():
        try:
            scores = model.logits(model.forward(cache, [token], cancelled))[0]
        except Stopped:
            break
        token = sampler.next(scores, cache.ids)
        first_at = first_at or time.perf_counter()
        if token in vocabulary.stop_ids:
            reason = "end"
            break
        reply_ids.append(token)
        text = stops.add(assembler.add(vocabulary.bytes_of(token)))
        if text:
            yield Piece(text)
        if stops.found:
            reason = "stop_text"
            break
        if len(reply_ids) >= sampling.max_tokens:
            reason = "length"
            break
        if len(ids) + len(reply_ids) >= context:
            reason = "context"
            break
    if rest := stops.rest():
        yield Piece(rest)
    yield outcome()


def _read(
    model: CausalModel, cache: KVCache, ids: Sequence[int], cancelled: Callable[[], bool]
) -> Iterator[int]:
    """Run ``ids`` in chunks and yield how many are done after each; ends early when ``cancelled``."""
    for start in range(0, len(ids), PREFILL_CHUNK):
        try:
            model.forward(cache, ids[start : start + PREFILL_CHUNK], cancelled)
        except Stopped:
            return
        yield min(start + PREFILL_CHUNK, len(ids))
