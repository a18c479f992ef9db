"""How good a model is on the user's own pairs: BLEU and chrF by sacreBLEU (Post, "A Call for Clarity in
Reporting BLEU Scores", 2018), with the interval that chance allows."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

_TOKENIZERS = {
    "zh": "zh",
    "yue": "zh",
    "ja": "char",
    "ko": "char",
    "th": "char",
    "lo": "char",
    "km": "char",
    "my": "char",
}
"""Of BLEU, where "13a" finds no words. sacreBLEU's own for Japanese and Korean need large dictionaries."""
_SAMPLES = 1000
_SEED = 12345


@dataclass(frozen=True, slots=True)
class Score:
    """``value`` 0 to 100; 95 % of samples of the same size lie between ``low`` and ``high`` (bootstrap
    resampling; Koehn, 2004)."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Scores:
    """``sentences`` is each one's chrF. ``signature`` says how BLEU was counted."""

    bleu: Score
    chrf: Score
    sentences: tuple[float, ...]
    signature: str


def score(
    translations: Sequence[str], references: Sequence[str], target: str, samples: int = _SAMPLES
) -> Scores:
    """``translations`` against ``references``, one for each, in the language ``target``. Raises ValueError
    where there are none, or not as many."""
    if len(translations) != len(references) or not references:
        raise ValueError("as many translations as references, and one at least")
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF

    bleu = BLEU(tokenize=_TOKENIZERS.get(target.partition("-")[0], "13a"))
    chrf = CHRF()
    both = []
    for metric in (bleu, chrf):
        found = metric.corpus_score(list(translations), [list(references)], n_bootstrap=samples)
        mean, half = float(found._mean), float(found._ci)  # NumPy's own float32, which JSON does not know
        both.append(Score(found.score, mean - half, mean + half))
    sentences = tuple(
        chrf.sentence_score(ours, [theirs]).score
        for ours, theirs in zip(translations, references, strict=True)
    )
    return Scores(both[0], both[1], sentences, str(bleu.get_signature()))


@dataclass(frozen=True, slots=True)
class Difference:
    """Sentence ``index``: the second system's chrF less the first's."""

    index: int
    difference: float


def differences(first: Scores, second: Scores, most: int = 20) -> list[Difference]:
    """The sentences where two systems differ most, the largest first."""
    pairs = zip(first.sentences, second.sentences, strict=True)
    found = [Difference(number, theirs - ours) for number, (ours, theirs) in enumerate(pairs)]
    found.sort(key=lambda entry: (-abs(entry.difference), entry.index))
    return [entry for entry in found[:most] if entry.difference]


def chance_that_better(first: Sequence[float], second: Sequence[float], samples: int = _SAMPLES) -> float:
    """How often the second system's mean is the higher one, over resampled sentences (paired bootstrap)."""
    if len(first) != len(second) or not first:
        raise ValueError("as many sentences of both, and one at least")
    gains = [theirs - ours for ours, theirs in zip(first, second, strict=True)]
    chance = random.Random(_SEED)
    wins = sum(1 for _ in range(samples) if sum(chance.choices(gains, k=len(gains))) > 0)
    return wins / samples
