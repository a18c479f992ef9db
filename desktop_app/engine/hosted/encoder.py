"""Encoders: texts to vectors, and to the labels of a classifier. Batches are made of texts of about the
same length, so that little is computed for padding."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor
from torch.nn import functional

from desktop_app.core.errors import InkhornError
from desktop_app.engine.folder_files import plain_name, read_list, read_object
from desktop_app.engine.hosted.encoder_tokenizer import read_encoder_tokenizer
from desktop_app.engine.hosted.module import Hosted, HostedBase
from desktop_app.engine.reporting import Report

_BATCH_TOKENS = 4096
_BATCH_ROWS = 128
_OFFSET_FAMILIES = {"roberta", "xlm-roberta", "camembert", "mpnet"}
"""Their positions begin after the padding token's id, and as many rows of the table are not used."""
_DEFAULT_POSITIONS = 512

Pooling = Literal["mean", "cls", "last"]


class HostedEncoder(HostedBase):
    """Not safe for two threads at once."""

    def __init__(self, hosted: Hosted) -> None:
        super().__init__(hosted)
        self._body: Any = hosted.module.base_model
        rows = self._body.get_input_embeddings().weight.shape[0]
        positions = getattr(self.settings, "max_position_embeddings", None) or _DEFAULT_POSITIONS
        self._padding = int(getattr(self.settings, "pad_token_id", None) or 0)
        if self.family in _OFFSET_FAMILIES:
            positions -= self._padding + 1
        self._tokenizer = read_encoder_tokenizer(hosted.folder, rows, positions)
        self.pooling = read_pooling(hosted.folder)

    @property
    def context_length(self) -> int:
        return self._tokenizer.limit

    def embed(
        self,
        texts: Sequence[str],
        told: Report = lambda done: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Tensor:
        """Vectors of length 1, float32 ``[len(texts), dimensions]``.

        Raises InkhornError ``context_overflow`` where a text is longer than `context_length`, and
        `desktop_app.engine.causal.Stopped`."""
        dimensions = int(self.settings.hidden_size)
        found = torch.empty(len(texts), dimensions)
        for rows, ids, mask in self._batches(texts, told):
            with self._watch.asking(cancelled), torch.inference_mode():
                hidden = self._body(input_ids=ids, attention_mask=mask).last_hidden_state.float()
                pooled = functional.normalize(_pool(hidden, mask, self.pooling), dim=-1)
            found[rows] = pooled.cpu()
        return found

    def _batches(self, texts: Sequence[str], told: Report) -> Iterator[tuple[list[int], Tensor, Tensor]]:
        """Numbers of texts with their ids and mask, ``[rows, longest]``; the longest come first, so that
        what does not fit in memory fails at once."""
        ids = self._tokenizer.ids(texts)
        order = sorted(range(len(ids)), key=lambda number: -len(ids[number]))
        start = 0
        while start < len(order):
            longest = max(1, len(ids[order[start]]))
            rows = order[start : start + max(1, min(_BATCH_ROWS, _BATCH_TOKENS // longest))]
            filled = torch.full((len(rows), longest), self._padding)
            mask = torch.zeros(len(rows), longest, dtype=torch.long)
            for row, number in enumerate(rows):
                filled[row, : len(ids[number])] = torch.tensor(ids[number], dtype=torch.long)
                mask[row, : len(ids[number])] = 1
            yield rows, filled.to(self.device), mask.to(self.device)
            start += len(rows)
            told(start / len(order))


class HostedClassifier(HostedEncoder):
    """It embeds too, by the mean of the hidden states below the classifier's head."""

    def __init__(self, hosted: Hosted) -> None:
        super().__init__(hosted)
        names = self.settings.id2label
        self.labels = tuple(str(names[number]) for number in sorted(names))
        self._independent = (
            self.settings.problem_type == "multi_label_classification" or len(self.labels) == 1
        )

    def classify(
        self,
        texts: Sequence[str],
        told: Report = lambda done: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> list[dict[str, float]]:
        """For each text the probability of every label: together 1, or each for itself where the model
        was trained for several labels at once. Raises as `embed` does."""
        found: list[dict[str, float]] = [{}] * len(texts)
        for rows, ids, mask in self._batches(texts, told):
            with self._watch.asking(cancelled), torch.inference_mode():
                scores = self.module(input_ids=ids, attention_mask=mask).logits.float()
                chances = scores.sigmoid() if self._independent else scores.softmax(-1)
            for row, values in zip(rows, chances.tolist(), strict=True):
                found[row] = dict(zip(self.labels, values, strict=True))
        return found


def read_pooling(folder: Path) -> Pooling:
    """From the files that sentence-transformers writes; the mean where there are none. Raises InkhornError
    ``model_unsupported`` for steps that this version does not know (another dense layer, the maximum)."""
    pooling: Pooling = "mean"
    for step in read_list(folder, "modules.json") or ():
        kind = str(step.get("type", "")) if isinstance(step, dict) else ""
        if kind.endswith(".Pooling"):
            own = Path(str(step.get("path", ""))).name
            place = folder / plain_name(own) if own else folder
            pooling = _pooling_of(read_object(place, "config.json") or {})
        elif not kind.endswith((".Transformer", ".Normalize")):
            raise InkhornError(
                "model_unsupported", f"The model has a step that this version does not know: {kind[:60]}"
            )
    return pooling


def _pooling_of(config: dict[str, Any]) -> Pooling:
    names: dict[str, Pooling] = {
        "pooling_mode_mean_tokens": "mean",
        "pooling_mode_cls_token": "cls",
        "pooling_mode_lasttoken": "last",
    }
    modes: dict[str, Pooling] = {"mean": "mean", "cls": "cls", "lasttoken": "last"}
    asked = [name for name, value in config.items() if name.startswith("pooling_mode_") and value is True]
    mode = config.get("pooling_mode")
    found = [names.get(name) for name in asked] or [modes.get(mode) if isinstance(mode, str) else "mean"]
    if len(found) != 1 or found[0] is None:
        raise InkhornError("model_unsupported", "The model pools in a way that this version does not know.")
    return found[0]


def _pool(hidden: Tensor, mask: Tensor, pooling: Pooling) -> Tensor:
    """``hidden [rows, tokens, dimensions]`` to one vector for each row."""
    if pooling == "cls":
        return hidden[:, 0]
    if pooling == "last":
        return hidden[torch.arange(len(hidden), device=hidden.device), mask.sum(1).clamp(min=1) - 1]
    weights = mask.unsqueeze(-1).float()
    return (hidden * weights).sum(1) / weights.sum(1).clamp(min=1)
