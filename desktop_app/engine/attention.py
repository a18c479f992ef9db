"""Grouped-query attention (Ainslie et al. 2023) over a KV cache, with a group's heads folded into query
rows: keys and values are read once for all of them.

A few rows on the CPU each get the very numbers that they would have alone (see
`desktop_app.engine.causal.DRAFT_ROWS`).
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from desktop_app.engine.architecture import Architecture
from desktop_app.engine.causal import DRAFT_ROWS

BLOCK = 128
"""Queries of a prompt that are computed at once on the CPU: fewer waste less on keys that they do not see,
more are quicker for each key (1,024 tokens in chunks of 512: 64, 128 and 256 are alike, 512 takes 8 % more
of all)."""
ROUND = 64
"""Positions to a multiple of which the keys of few rows end: what the kernels unroll by, and more."""
LONG = 1024
"""From so many positions on, plain products of one row beat torch's flash kernel, which packs the keys for
many rows (bfloat16, 3 heads of 64 at 4,096 positions: 240 against 540 µs; at 512: 78 against 61)."""


class Attention:
    """One sequence's part of a forward pass. ``heads [count, heads + 2·kv_heads, head_dim]``, float32, is
    where each layer's queries, keys and values lie when it is called; ``start`` is their first position.
    All views of it are made once, as they cost as much as the smaller operators do."""

    def __init__(self, a: Architecture, heads: Tensor, start: int, cache_dtype: torch.dtype) -> None:
        count = heads.shape[0]
        self._a, self._start, self._count = a, start, count
        queries = heads[:, : a.heads].view(count, a.kv_heads, a.heads // a.kv_heads, a.head_dim)
        self._queries = queries
        self._new = heads[:, a.heads :].view(count, 2, a.kv_heads, a.head_dim).permute(1, 2, 0, 3)
        self._narrow = torch.empty(queries.shape, dtype=cache_dtype, device=heads.device)
        self._few_rows = count <= DRAFT_ROWS and heads.device.type == "cpu"
        self._row_mask: Tensor | None = None
        size = BLOCK if heads.device.type == "cpu" else count
        self._blocks = [range(at, min(at + size, count)) for at in range(0, count, size)]
        self._masks: dict[int, list[Tensor]] = {}

    def __call__(self, kv: Tensor, window: int) -> Tensor:
        """Write the keys and values into ``kv [2, kv_heads, capacity, head_dim]`` and attend to all that
        is seen. ``[count, heads·head_dim]`` in the cache's type."""
        kv.narrow(2, self._start, self._count).copy_(self._new)
        self._narrow.copy_(self._queries)
        return self._few(kv, window) if self._few_rows else self._many(kv, window)

    def _few(self, kv: Tensor, window: int) -> Tensor:
        """One row, or several with the very numbers that each would have alone: the keys of all end at the
        same multiple of `ROUND`, whose rest is masked, and each row is an element of the batch. That
        leaves no sum of another length or order than a single row's."""
        start, count = self._start, self._count
        end = start + count
        mask = self._row_mask
        if mask is None:
            mask = self._row_mask = self._make_row_mask(kv)
        if count == 1:
            return self._row(0, kv, window, mask)
        if window or end >= LONG:
            return torch.cat([self._row(n, kv, window, mask) for n in range(count)])
        past = kv.narrow(2, 0, mask.shape[-1]).unsqueeze(1).expand(2, count, -1, -1, -1)
        out = functional.scaled_dot_product_attention(
            self._narrow, past[0], past[1], attn_mask=mask, scale=self._a.query_scale
        )
        return out.reshape(count, -1)

    def _row(self, n: int, kv: Tensor, window: int, mask: Tensor) -> Tensor:
        query, end, scale = self._narrow[n : n + 1], self._start + n + 1, self._a.query_scale
        first = first_seen(end - 1, window)
        if first:
            past = kv.narrow(2, first, end - first)
            out = functional.scaled_dot_product_attention(query, past[:1], past[1:], scale=scale)
        elif end >= LONG and kv.dtype == torch.bfloat16:
            return _long_row(query[0], kv, end, scale)
        else:
            past = kv.narrow(2, 0, _rounded(end))
            out = functional.scaled_dot_product_attention(
                query, past[:1], past[1:], attn_mask=mask[n : n + 1, ..., : past.shape[2]], scale=scale
            )
        return out.reshape(1, -1)

    def _make_row_mask(self, like: Tensor) -> Tensor:
        """Additive ``[count, 1, 1, seen]``, up to the last row's rounded end."""
        end = self._start + self._count
        columns = torch.arange(_rounded(end))
        hidden = columns > torch.arange(self._start, end).view(-1, 1, 1, 1)
        return torch.zeros(hidden.shape, dtype=like.dtype).masked_fill_(hidden, float("-inf"))

    def _many(self, kv: Tensor, window: int) -> Tensor:
        """Block after block of queries, as none sees the keys of those behind it."""
        masks = self._masks.get(window)
        if masks is None:
            masks = self._masks[window] = [self._mask(block, window, kv) for block in self._blocks]
        parts = []
        for block, mask in zip(self._blocks, masks, strict=True):
            parts.append(self._block(block, mask, kv, first_seen(self._start + block.start, window)))
        return parts[0] if len(parts) == 1 else torch.cat(parts)

    def _block(self, block: range, mask: Tensor, kv: Tensor, first: int) -> Tensor:
        a, rows = self._a, len(block)
        past = kv[:, :, first : self._start + block.stop]
        queries = self._narrow[block.start : block.stop].permute(1, 2, 0, 3)
        out = functional.scaled_dot_product_attention(
            queries.reshape(1, a.kv_heads, -1, a.head_dim),
            past[:1],
            past[1:],
            attn_mask=mask,
            scale=a.query_scale,
        )
        return out.view(a.heads, rows, a.head_dim).transpose(0, 1).reshape(rows, -1)

    def _mask(self, block: range, window: int, like: Tensor) -> Tensor:
        """Additive ``[group·rows, seen]`` for folded rows and the keys from `first_seen` on."""
        start, end = self._start + block.start, self._start + block.stop
        first, device = first_seen(start, window), like.device
        rows = torch.arange(start, end, device=device).unsqueeze(1)
        columns = torch.arange(first, end, device=device)
        hidden = columns > rows
        if window:
            hidden |= columns <= rows - window
        mask = torch.zeros(hidden.shape, dtype=like.dtype, device=device)
        return mask.masked_fill_(hidden, float("-inf")).repeat(self._a.heads // self._a.kv_heads, 1)


def first_seen(position: int, window: int) -> int:
    """The first position that a token at ``position`` of a layer with ``window`` sees."""
    return max(0, position - window + 1) if window else 0


def _rounded(end: int) -> int:
    return -(-end // ROUND) * ROUND


def _long_row(query: Tensor, kv: Tensor, end: int, scale: float) -> Tensor:
    """``query [kv_heads, group, head_dim]`` over all positions before ``end``: ``[1, heads·head_dim]``.

    All of the capacity is multiplied, as torch takes a slow way for a part of it (four times as long);
    what lies behind ``end`` goes no further. Scores are rounded to bfloat16, which changes the next
    token's distribution no more than the flash kernel's own rounding does (mean divergence from float32
    at 3,000 tokens 1.15e-3 and 1.10e-3)."""
    keys, values = kv.unbind(0)
    scores = torch.bmm(query, keys.mT)[..., :end].float()
    weights = scores.mul_(scale).softmax(-1).to(values.dtype)
    return torch.bmm(weights, values.narrow(1, 0, end)).view(1, -1)
