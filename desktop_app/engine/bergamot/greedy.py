"""Greedy search: the likeliest piece each time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from desktop_app.engine.bergamot.steps import Found, Hypothesis, Steps


@dataclass(slots=True)
class _Text:
    number: int
    limit: int
    ids: list[int] = field(default_factory=list)
    logprobs: list[float] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)


def greedy(steps: Steps, limits: Sequence[int], end: int, found: Found) -> None:
    """The likeliest piece each time."""
    running = [_Text(number, limit) for number, limit in enumerate(limits)]
    columns: Tensor | None = None
    while running:
        scores = steps.scores(columns)
        best, columns = scores.max(1)
        logprobs = (best - scores.logsumexp(1)).tolist()
        going: list[int] = []
        for row, (text, piece) in enumerate(zip(running, steps.ids(columns), strict=True)):
            text.logprobs.append(logprobs[row])
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
            steps.keep(going)
            columns = columns[torch.tensor(going, dtype=torch.long, device=columns.device)]
