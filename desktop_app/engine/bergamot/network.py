"""Mozilla's students: an encoder of transformer layers, and a decoder whose layers remember by a small
recurrent cell (SSRU) and look at the source by attention.

Kim et al. 2019, "From Research to Production and Back" (https://aclanthology.org/D19-5632/); the layers are
those of marian-dev ``src/models/transformer.h`` and ``src/rnn/cells.h``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from desktop_app.engine.bergamot.layers import Layer, Matrix
from desktop_app.engine.bergamot.settings import Settings

EPSILON = 1e-6
AT_ONCE = 512
"""Pieces that the encoder reads together on the CPU: what a layer makes of more overflows its cache."""


@dataclass(frozen=True, slots=True)
class Embedding:
    """int8 ``[pieces, width]``, value = int8 / ``multiplier``."""

    weights: Tensor
    multiplier: float

    def rows(self, ids: Tensor, scale: float) -> Tensor:
        return self.weights[ids].float().mul_(scale / self.multiplier)

    def to(self, device: str) -> Embedding:
        return Embedding(self.weights.to(device), self.multiplier)


@dataclass(frozen=True, slots=True)
class Output:
    """The embedding of the target, as the matrix that scores the pieces of the target."""

    embedding: Embedding
    bias: Tensor
    alpha: float
    make: Callable[[list[Matrix]], Layer]

    def over(self, pieces: Tensor) -> Layer:
        """For these pieces only: ``[rows, width]`` to ``[rows, pieces]``."""
        e = self.embedding
        return self.make([Matrix(e.weights[pieces], e.multiplier, self.alpha, self.bias[pieces])])


@dataclass(frozen=True, slots=True)
class Norm:
    scale: Tensor
    bias: Tensor

    def __call__(self, branch: Tensor, x: Tensor) -> Tensor:
        """Of ``x`` and what a branch (which is written over) makes of it."""
        return functional.layer_norm(branch.add_(x), self.scale.shape, self.scale, self.bias, EPSILON)


@dataclass(frozen=True, slots=True)
class EncoderLayer:
    """``attention`` makes queries, keys and values, side by side."""

    attention: Layer
    attention_out: Layer
    attention_norm: Norm
    wide: Layer
    narrow: Layer
    norm: Norm


@dataclass(frozen=True, slots=True)
class DecoderLayer:
    """``cell`` makes the new content and the gate, side by side."""

    cell: Layer
    cell_norm: Norm
    query: Layer
    attention_out: Layer
    attention_norm: Norm
    wide: Layer
    narrow: Layer
    norm: Norm


@dataclass(frozen=True, slots=True)
class Memory:
    """What the decoder sees of the sources: for each of its layers keys and values ``[rows, heads, length,
    head_dim]``; ``mask`` ``[rows, 1, 1, length]`` is 0, or -inf where a source has ended."""

    keys: tuple[Tensor, ...]
    values: tuple[Tensor, ...]
    mask: Tensor

    def take(self, rows: Tensor) -> Memory:
        return Memory(
            tuple(keys[rows] for keys in self.keys),
            tuple(values[rows] for values in self.values),
            self.mask[rows],
        )


class Network:
    """``source`` embeds what is read, ``output``'s embedding what is written; all on ``device``."""

    def __init__(
        self,
        settings: Settings,
        source: Embedding,
        output: Output,
        encoder: Sequence[EncoderLayer],
        memory: Layer,
        decoder: Sequence[DecoderLayer],
        device: str,
    ) -> None:
        self.settings, self.device, self.output = settings, device, output
        self._source, self._encoder, self._memory, self._decoder = source, encoder, memory, decoder
        self._positions = positions(64, settings.width).to(device)

    @property
    def bytes(self) -> int:
        layers = [self._memory]
        for e in self._encoder:
            layers += [e.attention, e.attention_out, e.wide, e.narrow]
        for d in self._decoder:
            layers += [d.cell, d.query, d.attention_out, d.wide, d.narrow]
        tables = {id(e.weights): e.weights.nbytes for e in (self._source, self.output.embedding)}
        return sum(layer.bytes for layer in layers) + sum(tables.values()) + self.output.bias.nbytes

    @property
    def vocabularies(self) -> tuple[int, int]:
        """Pieces of the source and of the target."""
        return len(self._source.weights), len(self.output.embedding.weights)

    def encode(self, ids: Sequence[Sequence[int]]) -> Memory:
        """Read sources, the end's id with each of them."""
        lengths = torch.tensor([len(found) for found in ids])
        rows, length = len(ids), int(lengths.max())
        padded = torch.tensor([[*found, *[0] * (length - len(found))] for found in ids]).to(self.device)
        mask = torch.zeros(rows, 1, 1, length)
        mask.masked_fill_((torch.arange(length) >= lengths.unsqueeze(1)).view(rows, 1, 1, length), -torch.inf)
        mask = mask.to(self.device)
        size = max(1, AT_ONCE // length) if self.device == "cpu" else rows
        parts = [
            self._read(padded[start : start + size], mask[start : start + size])
            for start in range(0, rows, size)
        ]
        made = [torch.cat(tensors) for tensors in zip(*parts, strict=True)]
        return Memory(tuple(made[::2]), tuple(made[1::2]), mask)

    def _read(self, ids: Tensor, mask: Tensor) -> list[Tensor]:
        """Key and value for each layer of the decoder."""
        rows, length = ids.shape
        width, heads = self.settings.width, self.settings.heads
        x = self._source.rows(ids.flatten(), math.sqrt(width)).view(rows, length, width)
        x = x.add_(self._position(length - 1, length)).view(rows * length, width)
        for layer in self._encoder:
            query, key, value = layer.attention(x).view(rows, length, 3, heads, -1).permute(2, 0, 3, 1, 4)
            seen = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
            seen = seen.transpose(1, 2).reshape(rows * length, width)
            x = layer.attention_norm(layer.attention_out(seen), x)
            x = layer.norm(layer.narrow(layer.wide(x)), x)
        made = self._memory(x).view(rows, length, 2 * len(self._decoder), heads, -1)
        return list(made.permute(2, 0, 3, 1, 4))

    def begin(self, rows: int) -> list[Tensor]:
        """What the cells hold before the first piece, for each layer of the decoder."""
        return [torch.zeros(rows, self.settings.width, device=self.device) for _ in self._decoder]

    def step(
        self, ids: Tensor | None, position: int, cells: list[Tensor], memory: Memory
    ) -> tuple[Tensor, Tensor]:
        """Take in the pieces ``ids [rows]`` that came at ``position`` - 1, None at the beginning; ``cells``
        are brought forward. Returns what the output layer reads ``[rows, width]``, and the query of the last
        layer's first head ``[rows, head_dim]``: training tied that head to the alignment of words."""
        rows, width = cells[0].shape
        here = self._position(position)
        if ids is None:
            x = here.expand(rows, width)
        else:
            x = self.output.embedding.rows(ids, math.sqrt(width)).add_(here)
        query = x
        for number, layer in enumerate(self._decoder):
            new, gate = layer.cell(x).chunk(2, 1)
            cells[number] = cell = torch.lerp(new, cells[number], gate.sigmoid())
            x = layer.cell_norm(cell.relu(), x)
            query = layer.query(x).view(rows, self.settings.heads, 1, -1)
            seen = functional.scaled_dot_product_attention(
                query, memory.keys[number], memory.values[number], attn_mask=memory.mask
            )
            x = layer.attention_norm(layer.attention_out(seen.view(rows, width)), x)
            x = layer.norm(layer.narrow(layer.wide(x)), x)
        return x, query[:, 0, 0]

    def _position(self, last: int, count: int = 1) -> Tensor:
        """``[count, width]``, up to the one numbered ``last``."""
        if last >= len(self._positions):
            self._positions = positions(2 * last, self.settings.width).to(self.device)
        return self._positions[last + 1 - count : last + 1]


def positions(count: int, width: int) -> Tensor:
    """Sines, then cosines (Vaswani et al. 2017, in the order and with the frequencies of Marian:
    ``src/graph/node_initializers.cpp``). ``[count, width]``."""
    half = width // 2
    steps = torch.arange(half, dtype=torch.float64) * (math.log(10000.0) / max(1, half - 1))
    angles = torch.arange(count, dtype=torch.float64).unsqueeze(1) * torch.exp(-steps)
    return torch.cat([angles.sin(), angles.cos()], 1).float()
