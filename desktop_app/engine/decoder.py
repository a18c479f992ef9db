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
from desktop_app.engine.attention import Attention
from desktop_app.engine.causal import DRAFT_ROWS, Cache, Stopped
from desktop_app.engine.kv_cache import KVCache
from desktop_app.engine.linear import Linear, apply

BEST = 32
"""Logits of a row that are computed again: enough for what sampling draws from; 2 % of a step's time."""


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
    ``[t, hidden]``; ``head_rows`` gives rows of a packed ``head`` likewise, where they are at hand: the
    packed kernel rounds logits to bfloat16, and the best `BEST` are computed again. ``frequencies`` are
    the architecture's sets, ``[sets, rotary_dim / 2]``; ``cache_dtype`` is what keys and values are kept
    and attended to in; ``bytes`` is the size of all weights."""

    architecture: Architecture
    embed: Callable[[Tensor], Tensor]
    layers: tuple[Layer, ...]
    norm: Tensor
    head: Linear
    head_rows: Callable[[Tensor], Tensor] | None
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
            scores = apply(hidden, self.head).float().cpu()
            if self.head_rows is not None and not self.head.low_rank:
                for row, state in zip(scores.unbind(0), hidden.unbind(0), strict=True):
                    best = row.topk(min(BEST, len(row)), sorted=False).indices
                    row[best] = torch.mv(self.head_rows(best), state)
            return scores


def _forward(
    decoder: Decoder, batch: Sequence[tuple[KVCache, Sequence[int]]], cancelled: Callable[[], bool]
) -> Tensor:
    a, device = decoder.architecture, decoder.norm.device
    norm = _Norm(a.norm_eps, torch.zeros_like(decoder.norm))
    spans = [(cache.length, len(ids)) for cache, ids in batch]
    for (cache, _), (start, count) in zip(batch, spans, strict=True):
        cache.reserve(start + count)
    ids = torch.tensor([token for _, ids in batch for token in ids], device=device)
    x = decoder.embed(ids)  # the residual stream, which is added to in place
    heads = torch.empty(len(ids), a.heads + 2 * a.kv_heads, a.head_dim, device=device)
    qkv = heads.view(len(ids), -1)
    turned = _pairs(heads, a)
    rotations = _rotations(decoder, spans)
    parts = [
        Attention(a, part, start, decoder.cache_dtype)
        for part, (start, _) in zip(torch.split(heads, [n for _, n in spans]), spans, strict=True)
    ]
    for number, layer in enumerate(decoder.layers):
        if cancelled():
            raise Stopped
        qkv.copy_(apply(norm(x, layer.attention_norm), layer.qkv))
        if layer.query_norm is not None and layer.key_norm is not None:
            _norm_heads(heads, layer.query_norm, layer.key_norm, a)
        if a.rotary_of[number] >= 0:
            turned.mul_(rotations[a.rotary_of[number]])
        window = a.window_of[number]
        rows = [part(cache.layers[number], window) for part, (cache, _) in zip(parts, batch, strict=True)]
        attended = apply(rows[0] if len(rows) == 1 else torch.cat(rows), layer.output)
        if layer.post_attention_norm is not None:
            attended = norm(attended.float(), layer.post_attention_norm)
        x.add_(attended)
        fed = apply(_gated(apply(norm(x, layer.feed_forward_norm), layer.gate_up), a), layer.down)
        if layer.post_feed_forward_norm is not None:
            fed = norm(fed.float(), layer.post_feed_forward_norm)
        x.add_(fed)
    for cache, new in batch:
        cache.extend(new)
    return norm(x, decoder.norm)


@dataclass(frozen=True, slots=True)
class _Norm:
    """x / rms(x) · weight for ``x [rows, hidden]``, float32; ``zeros [hidden]``."""

    eps: float
    zeros: Tensor

    def __call__(self, x: Tensor, weight: Tensor) -> Tensor:
        """The form for few rows is a fifth of the time of the general one for one row, 61 times a token,
        and gives each row the same numbers whatever stands beside it."""
        if x.shape[0] > DRAFT_ROWS or x.device.type != "cpu":
            return functional.rms_norm(x, weight.shape, weight, self.eps)
        if x.shape[0] == 1:
            row = x.view(-1)
            return torch.addcmul(self.zeros, row, weight, value=self._scale(row)).view(1, -1)
        scales = torch.tensor([self._scale(row) for row in x.unbind(0)], dtype=torch.float32)
        return (x * scales.unsqueeze(1)).mul_(weight)

    def _scale(self, row: Tensor) -> float:
        return float((torch.dot(row, row).item() / row.shape[0] + self.eps) ** -0.5)


def _norm_heads(heads: Tensor, query: Tensor, key: Tensor, a: Architecture) -> None:
    """Normalise query and key heads of ``[count, heads + 2·kv_heads, head_dim]`` in place."""
    for part, weight in ((heads[:, : a.heads], query), (heads[:, a.heads : a.heads + a.kv_heads], key)):
        inverse = torch.rsqrt(part.square().mean(-1, keepdim=True).add_(a.norm_eps))
        part.mul_(inverse).mul_(weight)


def _gated(gate_up: Tensor, a: Architecture) -> Tensor:
    gate, up = gate_up[:, : a.feed_forward], gate_up[:, a.feed_forward :]
    if a.activation == "silu":
        return functional.silu(gate).mul_(up)
    return functional.gelu(gate, approximate="tanh").mul_(up)


def _rotations(decoder: Decoder, spans: Sequence[tuple[int, int]]) -> list[Tensor]:
    """For each set of frequencies e^(i·position·frequency), complex ``[rows, 1, rotary_dim / 2]``, for
    ``spans`` of a first position and a number of rows."""
    device = decoder.norm.device
    runs = [torch.arange(first, first + n, dtype=torch.float32, device=device) for first, n in spans]
    positions = runs[0] if len(runs) == 1 else torch.cat(runs)
    return [_turns(torch.outer(positions, angles)) for angles in decoder.frequencies]


def _turns(angles: Tensor) -> Tensor:
    return torch.polar(torch.ones_like(angles), angles).unsqueeze(1)


def _pairs(heads: Tensor, a: Architecture) -> Tensor:
    """Of ``heads [rows, heads + 2·kv_heads, head_dim]`` what rotary positions turn, as a complex view
    ``[rows, heads + kv_heads, rotary_dim / 2]``."""
    turned = heads[:, : a.heads + a.kv_heads, : a.rotary_dim]
    return torch.view_as_complex(turned.view(*turned.shape[:2], -1, 2))
