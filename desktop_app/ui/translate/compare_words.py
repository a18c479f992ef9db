"""What the figures of a comparison mean, for people who never heard of BLEU."""

from __future__ import annotations

from desktop_app.core.i18n import tr
from desktop_app.translation.scores import Score
from desktop_app.worker.scoring import Comparison


def interval_words(score: Score) -> str:
    """``33.0 to 35.4``"""
    low, high = max(0.0, score.low), min(100.0, score.high)
    return tr("{low} to {high}", low=f"{low:.1f}", high=f"{high:.1f}")


def verdict_words(comparison: Comparison) -> str:
    """What may be said of the outcome, and no more."""
    names = [trial.name for trial in comparison.trials]
    if comparison.verdict == "one":
        return tr("{model} on {count} of your sentences", model=names[0], count=f"{len(comparison.pairs):,}")
    if comparison.verdict == "chance":
        return tr("No difference that chance alone could not make")
    better, other = names if comparison.verdict == "first" else names[::-1]
    return tr("{better} is closer to your translations than {other}", better=better, other=other)


def verdict_reason(comparison: Comparison) -> str:
    """How that was found out."""
    if comparison.wins is None:
        return tr("Choose a second model above to see which of the two is closer to your translations.")
    first, second = comparison.wins
    if comparison.verdict == "chance":
        return tr(
            "With other sentences of the same kind it might be the other way round: of 100 random draws of "
            "your sentences {first} came out ahead in {wins}, {second} in {others}. More sentences would "
            "tell more.",
            first=comparison.trials[0].name,
            second=comparison.trials[1].name,
            wins=f"{100 * first:.0f}",
            others=f"{100 * second:.0f}",
        )
    return tr(
        "More than chance: it came out ahead in {wins} of 100 random draws of your sentences.",
        wins=f"{100 * max(first, second):.0f}",
    )


def explanation() -> str:
    return tr(
        "Both figures say how close the model comes to the translations in your file, from 0 to 100: chrF by "
        "runs of letters, BLEU by whole words (in Chinese by characters). Higher is closer. Nobody reaches "
        "100, because a sentence has more than one good translation; so compare models, and do not read a "
        "figure as a mark. Below each stands what it could be with other sentences of the same kind, in 95 "
        "of 100 cases."
    )
