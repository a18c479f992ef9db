"""Grouped-query attention (Ainslie et al. 2023) over a KV cache, with a group's heads folded into query
rows: keys and values are read once for all of them.

Rows of one or a few tokens are computed one by one, with no mask, so that each has the very numbers that
it would have alone (see `desktop_app.engine.causal.DRAFT_ROWS`).
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from desktop_app.engine.architecture import Architecture
from desktop_app.engine.causal import DRAFT_ROWS


class Masks:
    """The masks of one forward pass, made once for each width of window."""

    def __init__(self, a: Architecture, start: int, count: int, like: Tensor) -> None:
        self._group = a.heads // a.kv_heads
        self._start, self._count = start, count
        self._like = like
        self._made: dict[int, Tensor] = {}

    def of(self, window: int) -> Tensor:
        """Additive ``[group·count, seen]`` for folded rows and the keys from `first_seen` on."""
        found = self._made.get(window)
        if found is None:
            found = self._made[window] = self._make(window)
        return found

    def _make(self, window: int) -> Tensor:
        start, count, device = self._start, self._count, self._like.device
        first = first_seen(start, window)
        rows = torch.arange(start, start + count, device=device).unsqueeze(1)
        columns = torch.arange(first, start + count, device=device)
        hidden = columns > rows
        if window:
            hidden |= columns <= rows - window
        mask = torch.zeros(count, start + count - first, dtype=self._like.dtype, device=device)
        return mask.masked_fill_(hidden, float("-inf")).repeat(self._group, 1)


def first_seen(position: int, window: int) -> int:
    """The first position that a token at ``position`` of a layer with ``window`` sees."""
    return max(0, position - window + 1) if window else 0


def attend(heads: Tensor, kv: Tensor, start: int, a: Architecture, window: int, masks: Masks) -> Tensor:
    """Write the keys and values of ``heads [count, heads + 2·kv_heads, head_dim]`` into ``kv [2, kv_heads,
    capacity, head_dim]`` from ``start`` on, and attend to all that is seen. Float32 ``[count,
    heads·head_dim]``."""
    count = heads.shape[0]
    query, new = heads[:, : a.heads], heads[:, a.heads :]
    kv[:, :, start : start + count] = new.view(count, 2, a.kv_heads, a.head_dim).permute(1, 2, 0, 3)
    group = a.heads // a.kv_heads
    query = query.to(kv.dtype).view(count, a.kv_heads, group, a.head_dim)
    if count <= DRAFT_ROWS:
        rows = [
            _one_row(query[n : n + 1], kv[:, :, first_seen(start + n, window) : start + n + 1], a.query_scale)
            for n in range(count)
        ]
        return (rows[0] if count == 1 else torch.cat(rows)).float()
    past = kv[:, :, first_seen(start, window) : start + count]
    folded = query.permute(1, 2, 0, 3).reshape(1, a.kv_heads, group * count, a.head_dim)
    out = functional.scaled_dot_product_attention(
        folded, past[:1], past[1:], attn_mask=masks.of(window), scale=a.query_scale
    )
    return out.view(a.heads, count, a.head_dim).transpose(0, 1).reshape(count, -1).float()


def _one_row(query: Tensor, past: Tensor, scale: float) -> Tensor:
    """``query [1, kv_heads, group, head_dim]`` over ``past [2, kv_heads, seen, head_dim]``: ``[1, …]``."""
    out = functional.scaled_dot_product_attention(query, past[:1], past[1:], scale=scale)
    return out.reshape(1, -1)
