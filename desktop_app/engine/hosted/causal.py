"""A decoder-only model that transformers runs, behind the protocol of `desktop_app.engine.causal`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from desktop_app.core.errors import InkhornError
from desktop_app.engine.causal import Cache
from desktop_app.engine.hosted.cache import BLOCK, cache_bytes, copied, new_cache, truncate
from desktop_app.engine.hosted.families import context_length
from desktop_app.engine.hosted.module import Hosted, HostedBase

CHUNK = 512
"""Ids that are read in one pass: scores of attention take memory by its square."""


class HostedCache:
    """The state of a conversation with a `HostedCausal`."""

    def __init__(self) -> None:
        self.kv = new_cache()
        self.ids: list[int] = []

    @property
    def length(self) -> int:
        return len(self.ids)

    @property
    def bytes(self) -> int:
        return cache_bytes(self.kv)

    def reserve(self, length: int) -> None:
        """Nothing: how large a layer is is known when the model first writes to it."""

    def truncate(self, length: int) -> None:
        del self.ids[length:]
        truncate(self.kv, length)

    def fork(self, length: int) -> HostedCache:
        other = HostedCache()
        other.kv, other.ids = copied(self.kv, length), self.ids[:length]
        return other


class HostedCausal(HostedBase):
    """Not safe for two threads at once."""

    def __init__(self, hosted: Hosted) -> None:
        super().__init__(hosted)
        self._body: Any = hosted.module.base_model
        self._head: Any = hosted.module.get_output_embeddings()
        self._bytes_per_token = 0

    @property
    def context_length(self) -> int:
        return context_length(self.config)

    @property
    def cache_bytes_per_token(self) -> int:
        """Measured on one token, at first use."""
        if not self._bytes_per_token:
            cache = self.new_cache()
            self.forward(cache, [0])
            self._bytes_per_token = cache.bytes // BLOCK
        return self._bytes_per_token

    @property
    def draft_rows(self) -> int:
        """A module's products of several rows differ from those of one by a rounding."""
        return 1

    def new_cache(self) -> HostedCache:
        return HostedCache()

    @torch.inference_mode()
    def forward(
        self, cache: Cache, ids: Sequence[int], cancelled: Callable[[], bool] = lambda: False
    ) -> Tensor:
        """See `desktop_app.engine.causal.CausalModel`; ``cancelled`` is asked before each layer."""
        if not isinstance(cache, HostedCache):
            raise TypeError(f"a hosted model's cache is made by new_cache, not {type(cache).__name__}")
        before = cache.length
        if before + len(ids) > self.context_length:
            raise InkhornError(
                "context_overflow",
                f"The text is too long for the model: {before + len(ids)} tokens, {self.context_length} fit.",
                prompt_tokens=before + len(ids),
                context_length=self.context_length,
            )
        rows: list[Tensor] = []
        try:
            with self._watch.asking(cancelled):
                for start in range(0, len(ids), CHUNK):
                    part = torch.tensor([list(ids[start : start + CHUNK])], device=self.device)
                    done = self._body(input_ids=part, past_key_values=cache.kv, use_cache=True)
                    rows.append(done.last_hidden_state[0])
                    cache.ids.extend(ids[start : start + CHUNK])
        except BaseException:
            cache.truncate(before)
            raise
        return rows[0] if len(rows) == 1 else torch.cat(rows)

    @torch.inference_mode()
    def logits(self, hidden: Tensor) -> Tensor:
        settings = self.settings
        scores = self._head(hidden).float()
        if scale := getattr(settings, "logit_scale", None):  # Cohere
            scores = scores * scale
        if divisor := getattr(settings, "logits_scaling", None):  # Granite
            scores = scores / divisor
        if cap := getattr(settings, "final_logit_softcapping", None):  # Gemma 2
            scores = torch.tanh(scores / cap) * cap
        found: Tensor = scores.cpu()
        return found
