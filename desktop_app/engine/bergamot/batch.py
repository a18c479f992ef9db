"""Some sentences of about the same length, translated at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from desktop_app.engine.bergamot.alignment import Attention, align, attention
from desktop_app.engine.bergamot.beam import Ways, beam_search
from desktop_app.engine.bergamot.greedy import greedy
from desktop_app.engine.bergamot.network import Memory, Network
from desktop_app.engine.bergamot.shortlist import Numbers, Shortlist
from desktop_app.engine.bergamot.steps import Hypothesis, Steps
from desktop_app.engine.bergamot.vocabulary import Vocabulary
from desktop_app.engine.translation.translator import Decoded, Decoding

LENGTH_FACTOR, LENGTH_MORE = 3, 10
"""Pieces that a translation may have for each of the source, and in any case: what goes on is a loop."""
MAX_BEAMS = 16


@dataclass(frozen=True, slots=True)
class Parts:
    """All that translating takes. Without a ``shortlist`` every piece of the target is a candidate."""

    network: Network
    source: Vocabulary
    target: Vocabulary
    shortlist: Shortlist | None

    def candidates(self, ids: Sequence[int], more: Sequence[Ways]) -> Numbers:
        if self.shortlist is None:
            return np.arange(self.target.size)
        found = self.shortlist.candidates(ids)
        wanted = [piece for ways in more for way in ways for piece in way]
        return np.union1d(found, np.array(wanted, np.int64)) if wanted else found


def beams_of(wish: Decoding) -> int:
    return min(MAX_BEAMS, max(1, wish.beams, wish.alternatives + 1))


def translate_batch(
    parts: Parts,
    texts: Sequence[str],
    ids: Sequence[list[int]],
    required: Sequence[tuple[str, ...]],
    wish: Decoding,
    cancelled: Callable[[], bool],
    aligned: bool = True,
) -> list[list[Decoded]]:
    """The translations of each of ``texts``, whose pieces are ``ids``; the best first. Raises `Stopped`."""
    network, end = parts.network, parts.target.end
    words = [_ways(parts.target, own) for own in required]
    whole = [[*own, parts.source.end] for own in ids]
    candidates = [parts.candidates(own, more) for own, more in zip(whole, words, strict=True)]
    limits = [
        LENGTH_FACTOR * (len(own) + 1) + LENGTH_MORE + sum(max(map(len, ways)) for ways in more)
        for own, more in zip(ids, words, strict=True)
    ]
    memory = network.encode(whole)
    steps = Steps(network, memory, candidates, cancelled)
    results: list[list[Hypothesis]] = [[] for _ in texts]
    beams = beams_of(wish)
    if beams == 1 and not any(words):
        greedy(steps, limits, end, results.__setitem__)
    else:
        beam_search(steps, limits, words, beams, end, results.__setitem__)
    kept = [_distinct(found, parts.target, wish.alternatives + 1) for found in results]
    flat = [(row, hypothesis) for row, found in enumerate(kept) for hypothesis in found]
    looks = _looks(memory, steps.queries, flat) if aligned else None
    done: list[list[Decoded]] = [[] for _ in texts]
    if looks is None:
        written = parts.target.texts([list(hypothesis.ids) for _, hypothesis in flat])
        for text, (row, h) in zip(written, flat, strict=True):
            done[row].append(Decoded(text, h.logprobs, (), h.ended))
        return done
    sources = [parts.source.pieces(text) for text in texts]
    for place, (row, h) in enumerate(flat):
        target = parts.target.written(list(h.ids))
        pairs = align(sources[row], target, looks[place])
        done[row].append(Decoded(target.text, h.logprobs, pairs, h.ended))
    return done


def _ways(vocabulary: Vocabulary, words: Sequence[str]) -> tuple[Ways, ...]:
    found = (ways_to_write(vocabulary, word) for word in words)
    return tuple(ways for ways in found if ways)


def ways_to_write(vocabulary: Vocabulary, word: str) -> Ways:
    """The pieces of ``word`` at the beginning of a word, and inside one (or in a script without spaces)."""
    ids = vocabulary.ids([word])[0]
    if not ids or vocabulary.unknown in ids:
        return ()
    inside = vocabulary.ids_inside(word)
    return tuple(dict.fromkeys(tuple(way) for way in (ids, inside) if way and vocabulary.unknown not in way))


def _distinct(found: Sequence[Hypothesis], vocabulary: Vocabulary, count: int) -> list[Hypothesis]:
    """The first ``count`` that are different texts: one text can be written in several ways."""
    if count == 1 or len(found) == 1:
        return list(found[:1])
    texts = vocabulary.texts([list(hypothesis.ids) for hypothesis in found])
    first = dict(reversed(list(zip(texts, found, strict=True))))
    return [first[text] for text in dict.fromkeys(texts)][:count]


def _looks(memory: Memory, queries: Sequence[Tensor], flat: Sequence[tuple[int, Hypothesis]]) -> Attention:
    """What each piece of each hypothesis looked at: ``[hypotheses, pieces, source pieces]``."""
    longest = max(len(hypothesis.rows) for _, hypothesis in flat)
    rows = torch.tensor([[*h.rows, *[0] * (longest - len(h.rows))] for _, h in flat])
    own = torch.tensor([row for row, _ in flat])
    device = memory.mask.device
    chosen = torch.cat(list(queries))[rows.to(device)]
    return attention(chosen, memory.keys[-1][:, 0][own.to(device)], memory.mask[:, 0][own.to(device)])
