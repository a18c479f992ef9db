"""Does a translator's confidence say anything about quality? Spearman's correlation of the geometric mean of
a sentence's token probabilities with its chrF against a reference: JSON lines.

    python -m tests.benchmarks.confidence MODEL SOURCE-TEXT REFERENCE-TEXT SOURCE TARGET [LINES]

MODEL is a folder of Mozilla's or of the hub's; the texts are aligned line by line (NTREX-128 for what the
README says).
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sacrebleu.metrics.chrf import CHRF

from desktop_app.core.messages import Load
from desktop_app.core.translation import Translate, Translation
from desktop_app.engine.model import load_model, open_model
from desktop_app.engine.translation.choosing import translator_for
from desktop_app.engine.translation.pipeline import run
from tests.benchmarks.figures import tell

SAMPLES = 500


def ranks(values: Sequence[float]) -> np.ndarray:
    """From 0, the same for values that are equal."""
    _, inverse, counts = np.unique(np.asarray(values), return_inverse=True, return_counts=True)
    return (counts.cumsum() - (counts + 1) / 2)[inverse]


def spearman(first: Sequence[float], second: Sequence[float]) -> float:
    return float(np.corrcoef(ranks(first), ranks(second))[0, 1])


def translate(model: Path, lines: Sequence[str], source: str, target: str) -> tuple[Translation, ...]:
    with tempfile.TemporaryDirectory() as place:
        load = Load(1, str(model), place)
        loaded = load_model(open_model(load, lambda stage, done: None), load, lambda stage, done: None)
        command = Translate(2, tuple(lines), source, target)
        translator = translator_for(loaded.model, None, command)
        if translator is None:
            raise SystemExit(f"{model.name} does not translate.")
        return run(translator, command, lambda number, result: None, lambda: False)


def main() -> None:
    model, text, reference, source, target, *rest = sys.argv[1:]
    most = int(rest[0]) if rest else None
    lines = Path(text).read_text(encoding="utf-8").splitlines()[:most]
    references = Path(reference).read_text(encoding="utf-8").splitlines()[:most]
    results = translate(Path(model), lines, source, target)
    metric = CHRF()
    pairs = [
        (result.confidence, metric.sentence_score(result.text, [wanted]).score)
        for result, wanted in zip(results, references, strict=True)
        if not result.problem and result.confidence is not None
    ]
    values = np.array(pairs)
    chance = np.random.default_rng(0)
    drawn = [chance.integers(0, len(values), len(values)) for _ in range(SAMPLES)]
    samples = [spearman(values[rows, 0], values[rows, 1]) for rows in drawn]
    low, high = np.percentile(samples, [2.5, 97.5])
    order = values[values[:, 0].argsort()]
    tenth = max(1, len(order) // 10)
    tell(
        "confidence_spearman",
        spearman(values[:, 0], values[:, 1]),
        "",
        low=float(low),
        high=float(high),
        sentences=len(values),
        marked=sum(1 for result in results if result.problem),
        chrf_least_confident_tenth=float(order[:tenth, 1].mean()),
        chrf_most_confident_quarter=float(order[-len(order) // 4 :, 1].mean()),
        limit_of_least_confident_tenth=float(order[tenth - 1, 0]),
    )


if __name__ == "__main__":
    main()
