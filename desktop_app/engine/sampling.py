"""The next token from logits.

Order and formulas as in transformers' logits processors: repetition penalty (Keskar et al. 2019, CTRL,
section 4.1, over the last `PENALTY_WINDOW` tokens as llama.cpp limits it), temperature, top-k (Fan et
al. 2018), top-p (Holtzman et al. 2020), min-p (Nguyen et al. 2024).
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

import torch
from torch import Tensor

from desktop_app.core.sampling import Sampling

PENALTY_WINDOW = 64
"""Tokens, of prompt and reply, that the repetition penalty looks back over."""
_FIRST_TRY = 256


class Sampler:
    """Draws tokens with one random generator. ``seed`` is the one in use, also when it was not given:
    the same logits and seed give the same tokens."""

    def __init__(self, sampling: Sampling) -> None:
        self._sampling = sampling
        self.seed = secrets.randbits(31) if sampling.seed is None else sampling.seed
        self._generator = torch.Generator().manual_seed(self.seed & 0x7FFF_FFFF_FFFF_FFFF)

    def next(self, logits: Tensor, recent: Sequence[int]) -> int:
        """One token id for ``logits [vocabulary]`` float32; ``recent`` are all ids before it. The
        logits may be changed in place."""
        s = self._sampling
        if s.repetition_penalty != 1 and recent:
            penalize(logits, recent[-PENALTY_WINDOW:], s.repetition_penalty)
        if s.temperature == 0:
            return int(logits.argmax())
        ids, probabilities = candidates(logits, s)
        # A cumulative sum and one uniform draw: multinomial's own result depends on torch's version.
        cumulative = probabilities.double().cumsum(0)
        draw = torch.rand((), dtype=torch.float64, generator=self._generator) * cumulative[-1]
        index = min(int(torch.searchsorted(cumulative, draw, right=True)), len(cumulative) - 1)
        return index if ids is None else int(ids[index])


def penalize(logits: Tensor, window: Sequence[int], penalty: float) -> None:
    """Divide positive and multiply negative logits of the tokens in ``window`` by ``penalty``."""
    seen = torch.tensor(sorted(set(window)))
    scores = logits[seen]
    logits[seen] = torch.where(scores > 0, scores / penalty, scores * penalty)


def candidates(logits: Tensor, s: Sampling) -> tuple[Tensor | None, Tensor]:
    """Ids that may be drawn, best first, and their weights (not normalised); ids None: all of them, in
    order. The distribution is softmax(logits / temperature), cut by top-k, top-p and min-p."""
    # Against the largest logit first: no overflow at temperatures near 0.
    weights = ((logits - logits.max()) / s.temperature).exp_()
    if not torch.isfinite(weights).all():
        raise ArithmeticError("the model's scores are not numbers")
    total = float(weights.sum())
    if s.min_p > 0:
        # min-p is relative to the likeliest, whose weight is 1 here: it commutes with the other cuts.
        ids = torch.nonzero(weights >= s.min_p).flatten()
        kept, order = weights[ids].sort(descending=True, stable=True)
        ids = ids[order]
    elif 0 < s.top_k < len(weights):
        kept, ids = weights.topk(s.top_k)
    elif s.top_p < 1:
        kept, ids = weights.topk(min(_FIRST_TRY, len(weights)))
        if float(kept.sum()) < s.top_p * total:
            kept, ids = weights.sort(descending=True, stable=True)
    else:
        return None, weights
    if s.top_k > 0:
        kept, ids = kept[: s.top_k], ids[: s.top_k]
        # top-p after top-k is taken of what top-k left, which may be more than min-p left.
        total = float(weights.topk(min(s.top_k, len(weights))).values.sum())
    if s.top_p < 1:
        # The smallest set that reaches top_p: a token stays while those before it have not.
        before = kept.cumsum(0) - kept
        kept = kept[: max(1, int((before < s.top_p * total).sum()))]
    return ids[: len(kept)], kept
