"""The lean decoder: a Transformer of the common shape as plain functions over weights.

Root-mean-square norm (Zhang & Sennrich 2019), rotary positions (Su et al. 2021) on neighbouring pairs
as complex numbers, grouped-query attention, gated feed-forward (Shazeer 2020). The residual stream is
float32; linear layers are in the form that `desktop_app.engine.linear` gives them. What differs between
families is in `Architecture`. No modules, no graph, no text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from desktop_app.engine.architecture import Architecture
from desktop_app.engine.attention import Masks, attend
from desktop_app.engine.causal import DRAFT_ROWS, Cache, Stopped
from desktop_app.engine.kv_cache import KVCache
from desktop_app.engine.linear import Linear, apply


@dataclass(frozen=True, slots=True)
class Layer:
    """Weights of one layer. ``qkv`` gives query, key and value heads one after the other, ``gate_up``
    the gate and then the up projection. The norms that a family does not have are None."""

    attention_norm: Tensor
    qkv: Linear
    query_norm: Tensor | None
    key_norm: Tensor | None
    output: Linear
    post_attention_norm: Tensor | None
    feed_forward_norm: Tensor
    gate_up: Linear
    down: Linear
    post_feed_forward_norm: Tensor | None


@dataclass(frozen=True, slots=True)
class Decoder:
    """A loaded model, a `desktop_app.engine.causal.CausalModel`. ``embed`` maps ids ``[t]`` to float32
    ``[t, hidden]``; ``frequencies`` are the architecture's sets, ``[sets, rotary_dim / 2]``;
    ``cache_dtype`` is what keys and values are kept and attended to in; ``bytes`` is the size of all
    weights."""

    architecture: Architecture
    embed: Callable[[Tensor], Tensor]
    layers: tuple[Layer, ...]
    norm: Tensor
    head: Linear
    frequencies: Tensor
    cache_dtype: torch.dtype
    bytes: int

    @property
    def family(self) -> str:
        return self.architecture.family

    @property
    def device(self) -> str:
        return str(self.norm.device)

    @property
    def context_length(self) -> int:
        return self.architecture.context_length

    @property
    def cache_bytes_per_token(self) -> int:
        return self.architecture.cache_values_per_token * self.cache_dtype.itemsize

    @property
    def draft_rows(self) -> int:
        """The packed kernels add up each row alone; a dense product of several rows does not."""
        linears = (linear for layer in self.layers for linear in (layer.qkv, layer.down))
        packed = self.head.packed and all(linear.packed for linear in linears)
        return DRAFT_ROWS if packed and self.norm.device.type == "cpu" else 1

    def new_cache(self) -> KVCache:
        return KVCache(self.architecture, self.cache_dtype, self.norm.device)

    def forward(
        self, cache: Cache, ids: Sequence[int], cancelled: Callable[[], bool] = lambda: False
    ) -> Tensor:
        if not isinstance(cache, KVCache):
            raise TypeError(f"a decoder's cache is made by new_cache, not {type(cache).__name__}")
        return self.forward_batch([(cache, ids)], cancelled)

    def forward_batch(
        self,
        batch: Sequence[tuple[KVCache, Sequence[int]]],
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Tensor:
        """Several sequences at once, each with a cache of its own, of whatever lengths: rows are not
        padded. Returns the final hidden states, normalised, float32 ``[all ids, hidden]``, one sequence
        after the other.

        ``cancelled`` is asked before each layer: on a slow computer a chunk of the prompt takes many
        seconds. Raises `Stopped`, InkhornError ``memory``, and RuntimeError of torch where memory is out."""
        with torch.inference_mode():
            return _forward(self, batch, cancelled)

    def logits(self, hidden: Tensor) -> Tensor:
        with torch.inference_mode():
            return apply(hidden, self.head).cpu()


def _forward(
    decoder: Decoder, batch: Sequence[tuple[KVCache, Sequence[int]]], cancelled: Callable[[], bool]
) -> Tensor:
    a, device = decoder.architecture, decoder.norm.device
    starts = [cache.length for cache, _ in batch]
    counts = [len(ids) for _, ids in batch]
    for (cache, _), start, count in zip(batch, starts, counts, strict=True):
        cache.reserve(start + count)
    x = decoder.embed(torch.tensor([token for _, ids in batch for token in ids], device=device))
    rotations = _rotations(decoder, starts, counts)
    masks = [Masks(a, s, c, cache.layers[0]) for (cache, _), s, c in zip(batch, starts, counts, strict=True)]
    for number, layer in enumerate(decoder.layers):
        if cancelled():
            raise Stopped
        qkv = apply(_norm(x, layer.attention_norm, a.norm_eps), layer.qkv)
        heads = qkv.view(qkv.shape[0], -1, a.head_dim)
        if layer.query_norm is not None and layer.key_norm is not None:
            _norm_heads(heads, layer.query_norm, layer.key_norm, a)
        if a.rotary_of[number] >= 0:
            _rotate(heads, rotations[a.rotary_of[number]], a)
        window, at, rows = a.window_of[number], 0, []
        for (cache, _), start, count, mask in zip(batch, starts, counts, masks, strict=True):
            part = heads[at : at + count]
            rows.append(attend(part, cache.layers[number], start, a, window, mask))
            at += count
        attended = apply(rows[0] if len(rows) == 1 else torch.cat(rows), layer.output)
        if layer.post_attention_norm is not None:
            attended = _norm(attended, layer.post_attention_norm, a.norm_eps)
        x = x + attended
        gate_up = apply(_norm(x, layer.feed_forward_norm, a.norm_eps), layer.gate_up)
        fed = apply(_gated(gate_up, a), layer.down)
        if layer.post_feed_forward_norm is not None:
            fed = _norm(fed, layer.post_feed_forward_norm, a.norm_eps)
        x = x + fed
    for cache, ids in batch:
        cache.extend(ids)
    return _norm(x, decoder.norm, a.norm_eps)


def _norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    """x / rms(x) · weight. The form for few rows is a third of the time of the general one for one row,
    61 times a token, and gives each row the same numbers whatever stands beside it."""
    if x.shape[0] > DRAFT_ROWS or x.device.type != "cpu":
        return functional.rms_norm(x, weight.shape, weight, eps)
    inverses = [(float(torch.dot(row, row)) / row.numel() + eps) ** -0.5 for row in x]
    if len(inverses) == 1:
        return (x * weight).mul_(inverses[0])
    return (x * weight).mul_(torch.tensor(inverses).unsqueeze(1))


def _norm_heads(heads: Tensor, query: Tensor, key: Tensor, a: Architecture) -> None:
    """Normalise query and key heads of ``[count, heads + 2·kv_heads, head_dim]`` in place."""
    for part, weight in ((heads[:, : a.heads], query), (heads[:, a.heads : a.heads + a.kv_heads], key)):
        inverse = torch.rsqrt(part.square().mean(-1, keepdim=True).add_(a.norm_eps))
        part.mul_(inverse).mul_(weight)


def _gated(gate_up: Tensor, a: Architecture) -> Tensor:
    gate, up = gate_up[:, : a.feed_forward], gate_up[:, a.feed_forward :]
    if a.activation == "silu":
        return functional.silu(gate) * up
    return functional.gelu(gate, approximate="tanh") * up


def _rotations(decoder: Decoder, starts: Sequence[int], counts: Sequence[int]) -> list[Tensor]:
    """For each set of frequencies e^(i·position·frequency), complex ``[rows, 1, rotary_dim / 2]``."""
    device = decoder.norm.device
    spans = [
        torch.arange(start, start + count, dtype=torch.float32, device=device)
        for start, count in zip(starts, counts, strict=True)
    ]
    positions = spans[0] if len(spans) == 1 else torch.cat(spans)
    return [_turns(torch.outer(positions, angles)) for angles in decoder.frequencies]


def _turns(angles: Tensor) -> Tensor:
    return torch.polar(torch.ones_like(angles), angles).unsqueeze(1)


def _rotate(heads: Tensor, rotations: Tensor, a: Architecture) -> None:
    """Turn query and key heads of ``[count, heads + 2·kv_heads, head_dim]`` in place."""
    turned = heads[:, : a.heads + a.kv_heads, : a.rotary_dim]
    pairs = torch.view_as_complex(turned.view(*turned.shape[:2], -1, 2))
    pairs.mul_(rotations)
