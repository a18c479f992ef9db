"""How good models are on the user's own pairs: what to translate, what came, and what chance allows.

Free of Qt, for the window and the command line alike. Neither memory nor glossary takes part: what is
measured is the model.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from desktop_app.core.translation import Translation
from desktop_app.translation.scores import Scores, chance_that_better, differences, score
from desktop_app.translation.sentences import Split, split

BATCH = 32  # pairs that are asked for together
SURE = 0.975
"""From which on a difference is more than chance: 95 % on both sides."""
_SEED = 20_260

Verdict = Literal["one", "first", "second", "chance"]
"""Only one model; the first is better, the second; no difference that chance would not make too."""


def sample(pairs: Sequence[tuple[str, str]], most: int) -> tuple[tuple[str, str], ...]:
    """``most`` of ``pairs`` by chance, always the same ones, in their order; all of them for 0."""
    if not most or most >= len(pairs):
        return tuple(pairs)
    places = sorted(random.Random(_SEED).sample(range(len(pairs)), most))
    return tuple(pairs[place] for place in places)


@dataclass(frozen=True, slots=True)
class Batch:
    """Some of the sources: ``sentences`` are all of theirs, one after another."""

    splits: tuple[Split, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        return tuple(sentence for one in self.splits for sentence in one.sentences)

    def joined(self, results: Sequence[Translation], source: str, target: str) -> list[tuple[str, bool]]:
        """What became of each source, and whether a sentence of it was not translated."""
        left = iter(results)
        found = []
        for one in self.splits:
            mine = [next(left) for _ in one.sentences]
            text = one.joined([result.text for result in mine], source, target)
            found.append((text, any(result.problem for result in mine)))
        return found


def batches(pairs: Sequence[tuple[str, str]], source: str) -> Iterator[Batch]:
    for start in range(0, len(pairs), BATCH):
        yield Batch(tuple(split(text, source) for text, _ in pairs[start : start + BATCH]))


@dataclass(frozen=True, slots=True)
class Trial:
    """What the model called ``name`` made of the pairs' sources. ``problems`` were left untranslated, and
    count as they stand."""

    key: str
    name: str
    translations: tuple[str, ...]
    problems: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """``wins`` is how often the first and the second model's chrF is the higher one over resampled
    sentences, None where there is one model. ``order`` are pairs to look at: those where two models differ
    most, or those where one is furthest from the reference."""

    source: str
    target: str
    pairs: tuple[tuple[str, str], ...]
    trials: tuple[Trial, ...]
    scores: tuple[Scores, ...]
    wins: tuple[float, float] | None
    order: tuple[int, ...]

    @property
    def verdict(self) -> Verdict:
        if self.wins is None:
            return "one"
        first, second = self.wins
        return "second" if second >= SURE else "first" if first >= SURE else "chance"


def compare(
    source: str, target: str, pairs: Sequence[tuple[str, str]], trials: Sequence[Trial], most: int = 50
) -> Comparison:
    """Takes some seconds for thousands of pairs. Raises ValueError where there are no pairs."""
    references = [reference for _, reference in pairs]
    scores = tuple(score(trial.translations, references, target) for trial in trials)
    wins = None
    if len(scores) == 2:
        first, second = (one.sentences for one in scores)
        wins = chance_that_better(second, first), chance_that_better(first, second)
        order = tuple(entry.index for entry in differences(scores[0], scores[1], most))
    else:
        worst = sorted(range(len(pairs)), key=lambda index: scores[0].sentences[index])
        order = tuple(worst[:most])
    return Comparison(source, target, tuple(pairs), tuple(trials), scores, wins, order)


def table(comparison: Comparison, everything: bool = True) -> str:
    """Tab-separated, for spreadsheets: a line for each pair, or for those in `Comparison.order`."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter="\t", lineterminator="\n")
    names = [trial.name for trial in comparison.trials]
    head = ["source", "reference", *names, *(f"chrF {name}" for name in names)]
    writer.writerow(head)
    rows = range(len(comparison.pairs)) if everything else comparison.order
    for index in rows:
        texts = [*comparison.pairs[index], *(trial.translations[index] for trial in comparison.trials)]
        values = [f"{one.sentences[index]:.1f}" for one in comparison.scores]
        writer.writerow([*(" ".join(text.split()) for text in texts), *values])
    return out.getvalue()


def facts(comparison: Comparison) -> dict[str, object]:
    """For machines."""
    models = []
    for trial, found in zip(comparison.trials, comparison.scores, strict=True):
        models.append(
            {
                "model": trial.key,
                "name": trial.name,
                "bleu": _value(found.bleu.value, found.bleu.low, found.bleu.high),
                "chrf": _value(found.chrf.value, found.chrf.low, found.chrf.high),
                "not_translated": trial.problems,
                "signature": found.signature,
            }
        )
    verdicts = {"one": None, "chance": "no difference", "first": "first", "second": "second"}
    return {
        "from": comparison.source,
        "to": comparison.target,
        "pairs": len(comparison.pairs),
        "models": models,
        "better": verdicts[comparison.verdict],
        "resamples_won": list(comparison.wins) if comparison.wins is not None else None,
    }


def _value(value: float, low: float, high: float) -> dict[str, float]:
    return {"value": round(value, 2), "low": round(low, 2), "high": round(high, 2)}
