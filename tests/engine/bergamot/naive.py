"""The same networks in plain loops over float64: slow, and nothing in common with the engine's."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tests.engine.bergamot.network_writer import Array, Model


class Naive:
    """One sentence at a time. With ``rounded`` what goes into a product is rounded to int8 as Mozilla's own
    engine does."""

    def __init__(self, model: Model, rounded: bool = False) -> None:
        self._m, self._rounded = model, rounded
        self._shared = "Wemb" in model.tables

    def candidates(self, ids: Sequence[int]) -> list[int]:
        size = len(self._m.vectors["decoder_ff_logit_out_b"])
        found = set(range(self._m.first))
        for piece in ids:
            found.update(self._m.lists[piece])
            if self._shared:
                found.add(piece)
        more = self._m.first
        while len(found) % 8 and more < size:
            found.add(more)
            more += 1
        return sorted(found)

    def encode(self, ids: Sequence[int]) -> Array:
        x = np.array([self._embedded(piece, place, source=True) for place, piece in enumerate(ids)])
        for number in range(1, int(self._m.options["enc-depth"]) + 1):
            prefix = f"encoder_l{number}_"
            seen, _ = self._attend(f"{prefix}self_", x, x)
            x = self._norm(f"{prefix}self_Wo", x + seen)
            x = self._feed_forward(prefix, x)
        return x

    def greedy(self, ids: Sequence[int], limit: int) -> tuple[list[int], list[float], list[Array]]:
        """Pieces without the end, logarithms of their probabilities with the end's, and what the first head
        of the last layer looked at for each."""
        found: list[int] = []
        logprobs: list[float] = []
        looks: list[Array] = []
        for piece, logprob, look in self._steps(ids, None, limit):
            logprobs.append(logprob)
            looks.append(look)
            if piece == 0:
                break
            found.append(piece)
        return found, logprobs, looks

    def score(self, ids: Sequence[int], target: Sequence[int]) -> list[float]:
        """Logarithms of the probabilities of ``target`` with the end."""
        return [logprob for _, logprob, _ in self._steps(ids, [*target, 0], len(target) + 1)]

    def _steps(
        self, ids: Sequence[int], forced: Sequence[int] | None, limit: int
    ) -> list[tuple[int, float, Array]]:
        memory = self.encode(ids)
        depth = int(self._m.options["dec-depth"])
        cells = [np.zeros(self._m.width) for _ in range(depth)]
        candidates = self.candidates(ids)
        name = "Wemb" if self._shared else "decoder_Wemb"
        table = self._m.value(name)[candidates]
        bias = self._m.vectors["decoder_ff_logit_out_b"][candidates]
        found: list[tuple[int, float, Array]] = []
        before: int | None = None
        for place in range(limit):
            x = self._embedded(before, place, source=False)
            for number in range(1, depth + 1):
                prefix = f"decoder_l{number}_"
                new = self._product(f"{prefix}rnn_W", x[None])[0]
                gate = self._product(f"{prefix}rnn_Wf", x[None])[0] + self._m.vectors[f"{prefix}rnn_bf"]
                f = 1 / (1 + np.exp(-gate))
                cells[number - 1] = f * cells[number - 1] + (1 - f) * new
                x = self._norm(f"{prefix}rnn_ffn", x + np.maximum(cells[number - 1], 0))
                seen, looks = self._attend(f"{prefix}context_", x[None], memory)
                x = self._norm(f"{prefix}context_Wo", x + seen[0])
                x = self._feed_forward(prefix, x[None])[0]
            read = self._round(x, 25.0)
            scores = table @ read + bias
            logprobs = scores - (scores.max() + math.log(np.exp(scores - scores.max()).sum()))
            piece = candidates[int(np.argmax(scores))] if forced is None else forced[place]
            found.append((piece, float(logprobs[candidates.index(piece)]), looks[0, 0]))
            before = piece
            if piece == 0:
                break
        return found

    def _embedded(self, piece: int | None, place: int, source: bool) -> Array:
        width = self._m.width
        name = "Wemb" if self._shared else ("encoder_Wemb" if source else "decoder_Wemb")
        row = np.zeros(width) if piece is None else self._m.value(name)[piece] * math.sqrt(width)
        half = width // 2
        for number in range(half):
            angle = place / 10000 ** (number / (half - 1))
            row[number] += math.sin(angle)
            row[half + number] += math.cos(angle)
        return row

    def _attend(self, prefix: str, x: Array, over: Array) -> tuple[Array, Array]:
        heads, each = self._m.heads, self._m.width // self._m.heads
        q, k, v = (
            self._product(f"{prefix}W{letter}", what) + self._m.vectors[f"{prefix}b{letter}"]
            for letter, what in (("q", x), ("k", over), ("v", over))
        )
        seen = np.zeros_like(q)
        looks = np.zeros((heads, len(x), len(over)))
        for head in range(heads):
            part = slice(head * each, (head + 1) * each)
            for row in range(len(x)):
                scores = np.array([q[row, part] @ key for key in k[:, part]]) / math.sqrt(each)
                weights = np.exp(scores - scores.max())
                looks[head, row] = weights / weights.sum()
                seen[row, part] = looks[head, row] @ v[:, part]
        return self._product(f"{prefix}Wo", seen) + self._m.vectors[f"{prefix}bo"], looks

    def _feed_forward(self, prefix: str, x: Array) -> Array:
        wide = np.maximum(self._product(f"{prefix}ffn_W1", x) + self._m.vectors[f"{prefix}ffn_b1"], 0)
        made = self._product(f"{prefix}ffn_W2", wide) + self._m.vectors[f"{prefix}ffn_b2"]
        return self._norm(f"{prefix}ffn_ffn", x + made)

    def _norm(self, name: str, x: Array) -> Array:
        middle = x - x.mean(-1, keepdims=True)
        scaled = middle / np.sqrt((middle**2).mean(-1, keepdims=True) + 1e-6)
        return scaled * self._m.vectors[f"{name}_ln_scale"] + self._m.vectors[f"{name}_ln_bias"]

    def _product(self, name: str, x: Array) -> Array:
        return self._round(x, float(self._m.vectors[f"{name}_QuantMultA"][0])) @ self._m.value(name)

    def _round(self, x: Array, alpha: float) -> Array:
        if not self._rounded:
            return x
        return np.clip(np.round(x * alpha), -127, 127) / alpha
