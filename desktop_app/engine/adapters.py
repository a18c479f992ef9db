"""Low-rank adapters (`desktop_app.engine.lora`) on the lean decoder: attached, scaled and taken off without
touching the base."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from desktop_app.engine.convert import neighbours
from desktop_app.engine.decoder import Decoder, Layer
from desktop_app.engine.linear import Linear, LowRank
from desktop_app.engine.lora import LoraPair, does_not_fit, unusable

_MODULE = re.compile(
    r"(?:model|language_model\.model|model\.language_model)\.layers\.(\d+)\."
    r"(?:self_attn|mlp)\.(q|k|v|o|gate|up|down)_proj"
)
Placed = dict[tuple[int, str], LoraPair]
"""An adapter's pairs by layer and part: q, k, v, o, gate, up or down."""


def with_adapters(base: Decoder, adapters: Sequence[tuple[Mapping[str, LoraPair], float]]) -> Decoder:
    """``base`` with exactly these adapters, each times its strength; nothing of the base is copied. Raises
    InkhornError ``model_unsupported`` where one does not fit."""
    placed = [(_placed(base, pairs), strength) for pairs, strength in adapters]
    active = [(pairs, strength) for pairs, strength in placed if strength != 0]
    layers = tuple(_layer(base, number, layer, active) for number, layer in enumerate(base.layers))
    return replace(base, layers=layers)


def _placed(base: Decoder, pairs: Mapping[str, LoraPair]) -> Placed:
    a = base.architecture
    query, key = a.heads * a.head_dim, a.kv_heads * a.head_dim
    sizes = {
        "q": (query, a.hidden),
        "k": (key, a.hidden),
        "v": (key, a.hidden),
        "o": (a.hidden, query),
        "gate": (a.feed_forward, a.hidden),
        "up": (a.feed_forward, a.hidden),
        "down": (a.hidden, a.feed_forward),
    }
    found: Placed = {}
    for module, pair in pairs.items():
        match = _MODULE.fullmatch(module)
        if match is None:
            raise does_not_fit(f"{module}.lora_A.weight")
        layer, part = int(match[1]), match[2]
        if layer >= a.layers or (pair.up.shape[0], pair.down.shape[1]) != sizes[part]:
            raise unusable(f"it was made for a model of other sizes (layer {layer}, {part}_proj)")
        found[layer, part] = pair
    return found


def _layer(base: Decoder, number: int, layer: Layer, adapters: Sequence[tuple[Placed, float]]) -> Layer:
    a = base.architecture
    query, key = a.heads * a.head_dim, a.kv_heads * a.head_dim

    def low_rank(linear: Linear, parts: Sequence[tuple[str, int]]) -> Linear:
        made = [_stacked(base, number, parts, pairs, strength) for pairs, strength in adapters]
        return replace(linear, low_rank=tuple(piece for piece in made if piece is not None))

    return replace(
        layer,
        qkv=low_rank(layer.qkv, [("q", query), ("k", key), ("v", key)]),
        output=low_rank(layer.output, [("o", a.hidden)]),
        gate_up=low_rank(layer.gate_up, [("gate", a.feed_forward), ("up", a.feed_forward)]),
        down=low_rank(layer.down, [("down", a.hidden)]),
    )


def _stacked(
    base: Decoder, number: int, parts: Sequence[tuple[str, int]], pairs: Placed, strength: float
) -> LowRank | None:
    """The pairs of ``parts`` (names and rows), which the decoder keeps as one layer, as one pair: A below A,
    B on the diagonal. None where the adapter leaves all of them alone."""
    there = [pairs[number, part] for part, _ in parts if (number, part) in pairs]
    if not there:
        return None
    device, rank = base.norm.device, sum(len(pair.down) for pair in there)
    dtype = torch.float32 if device.type == "cpu" else base.cache_dtype
    up = torch.zeros(sum(rows for _, rows in parts), rank)
    row, column = 0, 0
    for part, rows in parts:
        pair = pairs.get((number, part))
        if pair is not None:
            block = pair.up * pair.scale * strength
            up[row : row + rows, column : column + block.shape[1]] = block[_order(base, part)]
            column += block.shape[1]
        row += rows
    down = torch.cat([pair.down for pair in there])
    return LowRank(down.to(device, dtype), up.to(device, dtype))


def _order(base: Decoder, part: str) -> Tensor | slice:
    """The rows of ``part`` in the decoder's order: adapters are made on transformers' order of query and key
    rows."""
    a = base.architecture
    heads = {"q": a.heads, "k": a.kv_heads}.get(part)
    return slice(None) if heads is None else torch.from_numpy(neighbours(heads, a.head_dim, a.rotary_dim))
