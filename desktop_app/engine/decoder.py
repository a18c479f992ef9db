"""A Llama-like decoder as plain functions over weights: no modules, no graph, no text.

Root-mean-square norm (Zhang & Sennrich 2019), rotary positions (Su et al. 2021) on neighbouring pairs
as complex numbers, grouped-query attention (Ainslie et al. 2023) with a group's heads folded into
query rows, SwiGLU (Shazeer 2020). The residual stream, attention and KV cache are float32; linear
layers are in the form that `desktop_app.engine.linear` gives them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from desktop_app.engine.architecture import Architecture
from desktop_app.engine.kv_cache import KVCache
from desktop_app.engine.linear import Linear, apply

PREFILL_CHUNK = 256


@dataclass(frozen=True, slots=True)
class Layer:
    """Weights of one layer. ``qkv`` gives query, key and value heads one after the other, ``gate_up``
    the gate and then the up projection."""

    attention_norm: Tensor
    qkv: Linear
    output: Linear
    feed_forward_norm: Tensor
    gate_up: Linear
    down: Linear


@dataclass(frozen=True, slots=True)
class Decoder:
    """A loaded model. ``embed`` maps ids ``[t]`` to float32 ``[t, hidden]``;
    ``frequencies`` are the architecture's; ``attention_dtype`` is what prompts are read in
    (float32, or bfloat16 where the CPU has it); ``bytes`` is the size of all weights."""

    architecture: Architecture
    embed: Callable[[Tensor], Tensor]
    layers: tuple[Layer, ...]
    norm: Tensor
    head: Linear
    frequencies: Tensor
    attention_dtype: torch.dtype
    bytes: int


class Stopped(Exception):  # noqa: N818 (nothing went wrong)
    """`forward` was cancelled; the cache holds what it held before."""


def forward(
    decoder: Decoder, cache: KVCache, ids: Sequence[int], cancelled: Callable[[], bool] = lambda: False
) -> Tensor:
    """Run ``ids`` after what ``cache`` holds, and append them to it. Returns the final hidden states,
    normalised, float32 ``[t, hidden]``: `logits` makes scores of them.

    ``cancelled`` is asked before each layer: on a slow computer a chunk of the prompt takes many seconds.
    Raises `Stopped`, and RuntimeError of torch where memory is out."""
    a, count, start = decoder.architecture, len(ids), cache.length
    cache.reserve(start + count)
    x = decoder.embed(torch.tensor(ids))
    rotations = _rotations(decoder, start, count)
    mask = _mask(decoder, start, count)
    for number, layer in enumerate(decoder.layers):
        if cancelled():
            raise Stopped
        qkv = apply(_norm(x, layer.attention_norm, a.norm_eps), layer.qkv)
        heads = _rotate(qkv.view(count, -1, a.head_dim), rotations, a)
        attended = _attend(heads, cache.layers[number], start, a, mask)
        x = x + apply(attended, layer.output)
        gate_up = apply(_norm(x, layer.feed_forward_norm, a.norm_eps), layer.gate_up)
        gate, up = gate_up[:, : a.feed_forward], gate_up[:, a.feed_forward :]
        x = x + apply(functional.silu(gate) * up, layer.down)
    cache.extend(ids)
    return _norm(x, decoder.norm, a.norm_eps)


def logits(decoder: Decoder, hidden: Tensor) -> Tensor:
    """Scores of every token, float32 ``[t, vocabulary]``."""
    return apply(hidden, decoder.head)


def prefill(
    decoder: Decoder, cache: KVCache, ids: Sequence[int], cancelled: Callable[[], bool]
) -> Iterator[int]:
    """Run ``ids`` in chunks and yield how many are done after each; ends early when ``cancelled``."""
    for start in range(0, len(ids), PREFILL_CHUNK):
        try:
            forward(decoder, cache, ids[start : start + PREFILL_CHUNK], cancelled)
        except Stopped:
            return
        yield min(start + PREFILL_CHUNK, len(ids))


def _norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    if x.shape[0] == 1:  # a third of the time of the general form, 61 times a token
        row = x[0]
        inverse = (float(torch.dot(row, row)) / row.numel() + eps) ** -0.5
        return (x * weight).mul_(inverse)
    return functional.rms_norm(x, weight.shape, weight, eps)


def _rotations(decoder: Decoder, start: int, count: int) -> Tensor:
    """e^(i·position·frequency), complex ``[count, 1, rotary_dim / 2]``."""
    positions = torch.arange(start, start + count, dtype=torch.float32)
    angles = torch.outer(positions, decoder.frequencies)
    return torch.polar(torch.ones_like(angles), angles).unsqueeze(1)


def _rotate(heads: Tensor, rotations: Tensor, a: Architecture) -> Tensor:
    """Turn query and key heads of ``[count, heads + 2·kv_heads, head_dim]`` in place."""
    turned = heads[:, : a.heads + a.kv_heads, : a.rotary_dim]
    pairs = torch.view_as_complex(turned.view(*turned.shape[:2], -1, 2))
    pairs.mul_(rotations)
    return heads


def _attend(heads: Tensor, kv: Tensor, start: int, a: Architecture, mask: Tensor | None) -> Tensor:
    """Write keys and values into ``kv [2, kv_heads, capacity, head_dim]`` and attend to all so far."""
    count, end = heads.shape[0], start + heads.shape[0]
    group = a.heads // a.kv_heads
    query, new = heads[:, : a.heads], heads[:, a.heads :]
    kv[:, :, start:end] = new.view(count, 2, a.kv_heads, a.head_dim).permute(1, 2, 0, 3)
    if count == 1:
        rows = query.view(1, a.kv_heads, group, a.head_dim)
    else:  # rows of one key head: [group, count]
        rows = query.view(count, a.kv_heads, group, a.head_dim).permute(1, 2, 0, 3)
        rows = rows.reshape(1, a.kv_heads, group * count, a.head_dim)
    past = kv[:, :, :end]
    if mask is not None:  # many rows are bound by arithmetic, one row by memory
        past, rows = past.to(mask.dtype), rows.to(mask.dtype)
    out = functional.scaled_dot_product_attention(rows, past[:1], past[1:], attn_mask=mask)
    if count == 1:
        return out.view(1, -1)
    return out.view(a.heads, count, a.head_dim).transpose(0, 1).reshape(count, -1).float()


def _mask(decoder: Decoder, start: int, count: int) -> Tensor | None:
    """Additive causal mask ``[group·count, start + count]`` for folded rows, in the type that attention
    of many rows computes in; none for one row."""
    if count == 1:
        return None
    seen = torch.ones(count, start + count, dtype=torch.bool).tril(start)
    allowed = torch.zeros(count, start + count, dtype=decoder.attention_dtype)
    group = decoder.architecture.heads // decoder.architecture.kv_heads
    return allowed.masked_fill_(~seen, float("-inf")).repeat(group, 1)
