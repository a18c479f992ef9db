"""Greedy search: the likeliest piece each time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from desktop_app.engine.bergamot.steps import Found, Hypothesis, Steps

FULL = 0.9
"""Of a batch: with fewer rows that still run, the others are taken out."""


@dataclass(slots=True)
class _Text:
    number: int
    limit: int
    ids: list[int] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)


def greedy(steps: Steps, limits: Sequence[int], end: int, found: Found) -> None:
    """Translate each sentence of ``steps`` with at most ``limits`` pieces. What comes to its ``end`` leaves
    the batch, with some others: it is copied for that. Raises `Stopped`."""
    running: list[_Text | None] = [_Text(number, limit) for number, limit in enumerate(limits)]
    chosen: list[int] | None = None
    left = len(running)
    while left:
        steps.advance(chosen)
        chosen = []
        for row, (text, (piece, logprob)) in enumerate(zip(running, steps.best(), strict=True)):
            chosen.append(piece)
            if text is None:
                continue
            text.logprobs.append(logprob)
            text.rows.append(steps.before + row)
            if piece != end:
                text.ids.append(piece)
            if piece == end or len(text.ids) >= text.limit:
                done = Hypothesis(tuple(text.ids), tuple(text.logprobs), tuple(text.rows), piece == end)
                found(text.number, [done])
                running[row] = None
                left -= 1
        if 0 < left <= FULL * len(running):
            going = [row for row, text in enumerate(running) if text is not None]
            running, chosen = [running[row] for row in going], [chosen[row] for row in going]
            steps.keep(going)
