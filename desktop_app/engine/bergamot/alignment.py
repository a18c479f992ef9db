"""Which characters of a translation say which of the source, from the decoder's attention.

Mozilla's students are trained with guided alignment (Chen et al. 2016, https://arxiv.org/abs/1607.01628): the
first head of the last decoder layer looks at what the next piece translates. Pieces are joined to words
first, because half a word is of no use to whoever puts a style or a link back.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from desktop_app.core.translation import Aligned
from desktop_app.engine.bergamot.vocabulary import Pieces, Span

SHARE = 0.3
"""Of a word's attention that another word must have to count beside the one that has most."""
_SPACELESS = ((0x0E00, 0x0F00), (0x1000, 0x10A0), (0x1780, 0x1800), (0x2E80, 0xAC00), (0xF900, 0xFAFF))
"""Scripts without spaces between words: Thai and Lao, Burmese, Khmer, Chinese and Japanese."""

Attention = npt.NDArray[np.float32]


def attention(queries: Tensor, keys: Tensor, mask: Tensor) -> Attention:
    """Of ``queries [texts, length, head_dim]`` over ``keys [texts, source, head_dim]``: ``[texts, length,
    source]``; ``mask [texts, 1, source]`` is added."""
    scores = torch.baddbmm(mask, queries, keys.transpose(1, 2), alpha=queries.shape[-1] ** -0.5)
    found: Attention = scores.softmax(-1).cpu().numpy()
    return found


def align(source: Pieces, target: Pieces, weights: Attention) -> tuple[Aligned, ...]:
    """The pairs of words; ``weights`` are the attention ``[target pieces, source pieces]`` or more."""
    ours, theirs = words(target), words(source)
    if not ours or not theirs:
        return ()
    kept = weights[: len(target.ids), : len(source.ids)]
    sums = np.add.reduceat(np.add.reduceat(kept, ours, axis=0), theirs, axis=1)
    enough = sums > SHARE * sums.sum(axis=1, keepdims=True)
    enough[np.arange(len(ours)), sums.argmax(axis=1)] = True
    ours.append(len(target.ids))
    theirs.append(len(source.ids))
    found = []
    for row, column in np.argwhere(enough).tolist():
        span = _span(target, ours[row], ours[row + 1])
        of = _span(source, theirs[column], theirs[column + 1])
        if span[0] < span[1] and of[0] < of[1]:
            found.append(Aligned(*of, *span))
    return tuple(found)


def words(pieces: Pieces) -> list[int]:
    """The first piece of each word: letters and digits up to the next space, a sign, and in scripts without
    spaces a piece."""
    found = []
    within = False
    for number, name in enumerate(pieces.names):
        begins = name.startswith("▁")
        letters = _is_word(name.removeprefix("▁"))
        if begins or not (within and letters):
            found.append(number)
        within = letters
    return found


def compose(first: Sequence[Aligned], second: Sequence[Aligned]) -> tuple[Aligned, ...]:
    """From the source of ``first`` to the target of ``second``, whose source is the target of ``first``."""
    found = {
        Aligned(a.start, a.end, b.target_start, b.target_end)
        for b in second
        for a in first
        if a.target_start < b.end and b.start < a.target_end
    }
    return tuple(sorted(found, key=lambda pair: (pair.target_start, pair.start)))


def _is_word(name: str) -> bool:
    return all(
        (letter.isalnum() or letter in "'’-")
        and not any(first <= ord(letter) < last for first, last in _SPACELESS)
        for letter in name
    )


def _span(pieces: Pieces, first: int, last: int) -> Span:
    """Characters of the pieces up to ``last``, without the spaces around them."""
    start, end = pieces.spans[first][0], pieces.spans[last - 1][1]
    text = pieces.text[start:end]
    return end - len(text.lstrip()), start + len(text.rstrip())
