"""Greedy search: the likeliest piece each time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from desktop_app.engine.bergamot.steps import Found, Hypothesis, Steps


@dataclass(slots=True)
class _Text:
    number: int
    limit: int
    ids: list[int] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)


def greedy(steps: Steps, limits: Sequence[int], end: int, found: Found) -> None:
    """Translate each sentence of ``steps`` with at most ``limits`` pieces; what comes to its ``end`` leaves
    the batch. Raises `Stopped`."""
    running = [_Text(number, limit) for number, limit in enumerate(limits)]
    chosen: list[int] | None = None
    while running:
        steps.advance(chosen)
        going: list[int] = []
        for row, (text, (piece, logprob)) in enumerate(zip(running, steps.best(), strict=True)):
            text.logprobs.append(logprob)
            text.rows.append(steps.before + row)
            if piece != end:
                text.ids.append(piece)
            if piece == end or len(text.ids) >= text.limit:
                done = Hypothesis(tuple(text.ids), tuple(text.logprobs), tuple(text.rows), piece == end)
                found(text.number, [done])
            else:
                going.append(row)
        if len(going) < len(running):
            running = [running[row] for row in going]
            if running:
                steps.keep(going)
        chosen = [text.ids[-1] for text in running]
