"""Low-rank adapters (LoRA, Hu et al. 2021) on the lean decoder: attached, scaled and taken off without
touching the base.

Format: a folder as peft writes it, ``adapter_config.json`` and ``adapter_model.safetensors`` with
``base_model.model.<module>.lora_A.weight [r, k]`` and ``.lora_B.weight [n, r]``; x·Aᵀ·Bᵀ·α/r is added
(α/√r with rank-stabilised scaling, Kalajdzievski 2023).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from desktop_app.core.errors import InkhornError
from desktop_app.engine.convert import neighbours
from desktop_app.engine.decoder import Decoder, Layer
from desktop_app.engine.linear import Linear, LowRank

_NAME = re.compile(
    r"base_model\.model\.(?:model\.|language_model\.model\.|model\.language_model\.)layers\.(\d+)\."
    r"(?:self_attn|mlp)\.(q|k|v|o|gate|up|down)_proj\.lora_(A|B)(?:\.default)?\.weight"
)
_REFUSED = (
    "use_dora",
    "modules_to_save",
    "trainable_token_indices",
    "layer_replication",
    "alora_invocation_tokens",
)
"""Settings of peft that change more than low-rank products do."""


@dataclass(frozen=True, slots=True)
class AdapterWeights:
    """One adapter as its file has it: ``pairs`` maps (layer, part) to A ``[r, k]`` and B ``[n, r]``, float32,
    the adapter's own scale multiplied into B. Parts are q, k, v, o, gate, up and down."""

    pairs: dict[tuple[int, str], tuple[Tensor, Tensor]]


def read_adapter(
    config: dict[str, Any], tensors: Sequence[str], load: Callable[[str], Tensor]
) -> AdapterWeights:
    """``tensors`` are the names in the file, ``load`` gives one in float32. Raises InkhornError
    ``model_unsupported``."""
    if str(config.get("peft_type", "LORA")).upper() != "LORA":
        raise _unfit(f"its kind is {str(config.get('peft_type'))[:40]!r}")
    for key in _REFUSED:
        if config.get(key):
            raise _unfit(f"it uses {key}")
    if config.get("bias", "none") != "none":
        raise _unfit("it changes biases")
    rank, alpha = _positive(config.get("r"), "rank"), _positive(config.get("lora_alpha"), "scale")
    found: dict[tuple[int, str], dict[str, Tensor]] = {}
    for name in tensors:
        match = _NAME.fullmatch(name)
        if match is None:
            raise _unfit(f"it has a tensor not known here, {name[:80]!r}")
        found.setdefault((int(match[1]), match[2]), {})[match[3]] = load(name)
    if not found:
        raise _unfit("it holds nothing")
    pairs = {}
    for place, both in found.items():
        if both.keys() != {"A", "B"} or both["A"].dim() != 2 or both["B"].dim() != 2:
            raise _unfit("half of a pair is missing")
        if both["A"].shape[0] != both["B"].shape[1]:
            raise _unfit("its pairs do not fit each other")
        own_rank = _patterned(config, place, "rank_pattern", rank)
        own_alpha = _patterned(config, place, "alpha_pattern", alpha)
        divisor = math.sqrt(own_rank) if config.get("use_rslora") else own_rank
        pairs[place] = both["A"], both["B"] * (own_alpha / divisor)
    return AdapterWeights(pairs)


def with_adapters(base: Decoder, adapters: Sequence[tuple[AdapterWeights, float]]) -> Decoder:
    """``base`` with exactly these adapters, each times its strength; nothing of the base is copied. Raises
    InkhornError ``model_unsupported`` where one does not fit."""
    for weights, _ in adapters:
        _check_fits(base, weights)
    active = [(weights, scale) for weights, scale in adapters if scale != 0]
    layers = tuple(_layer(base, number, layer, active) for number, layer in enumerate(base.layers))
    return replace(base, layers=layers)


def _layer(
    base: Decoder, number: int, layer: Layer, adapters: Sequence[tuple[AdapterWeights, float]]
) -> Layer:
    a = base.architecture
    query, key = a.heads * a.head_dim, a.kv_heads * a.head_dim

    def low_rank(linear: Linear, parts: Sequence[tuple[str, int]]) -> Linear:
        made = [_stacked(base, number, parts, weights, scale) for weights, scale in adapters]
        return replace(linear, low_rank=tuple(piece for piece in made if piece is not None))

    return replace(
        layer,
        qkv=low_rank(layer.qkv, [("q", query), ("k", key), ("v", key)]),
        output=low_rank(layer.output, [("o", a.hidden)]),
        gate_up=low_rank(layer.gate_up, [("gate", a.feed_forward), ("up", a.feed_forward)]),
        down=low_rank(layer.down, [("down", a.hidden)]),
    )


def _stacked(
    base: Decoder, number: int, parts: Sequence[tuple[str, int]], weights: AdapterWeights, scale: float
) -> LowRank | None:
    """The pairs of ``parts``, which the decoder keeps as one layer, as one pair: A below A, B on the
    diagonal. None where the adapter leaves all of them alone."""
    there = [(part, weights.pairs[number, part]) for part, _ in parts if (number, part) in weights.pairs]
    if not there:
        return None
    device, rank = base.norm.device, sum(down.shape[0] for _, (down, _) in there)
    dtype = torch.float32 if device.type == "cpu" else base.cache_dtype
    up = torch.zeros(sum(rows for _, rows in parts), rank)
    row, column = 0, 0
    for part, rows in parts:
        pair = weights.pairs.get((number, part))
        if pair is not None:
            block = pair[1] * scale
            up[row : row + rows, column : column + block.shape[1]] = block[_order(base, part)]
            column += block.shape[1]
        row += rows
    down = torch.cat([pair[0] for _, pair in there])
    return LowRank(down.to(device, dtype), up.to(device, dtype))


def _order(base: Decoder, part: str) -> Any:
    """Adapters are made on transformers' order of query and key rows, the decoder has its own."""
    a = base.architecture
    heads = {"q": a.heads, "k": a.kv_heads}.get(part)
    return slice(None) if heads is None else torch.from_numpy(neighbours(heads, a.head_dim, a.rotary_dim))


def _check_fits(base: Decoder, weights: AdapterWeights) -> None:
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
    for (layer, part), (down, up) in weights.pairs.items():
        if layer >= a.layers or (up.shape[0], down.shape[1]) != sizes[part]:
            raise _unfit(f"it was made for a model of other sizes (layer {layer}, {part}_proj)")


def _patterned(config: dict[str, Any], key: tuple[int, str], name: str, default: float) -> float:
    """A rank or alpha of this module's own: peft's patterns are regular expressions on the module's end."""
    patterns = config.get(name) or {}
    if not isinstance(patterns, dict):
        raise _unfit(f"its {name} is no table")
    block = "self_attn" if key[1] in ("q", "k", "v", "o") else "mlp"
    module = f"model.layers.{key[0]}.{block}.{key[1]}_proj"
    for pattern, value in patterns.items():
        plain = str(pattern).removeprefix("^")
        if module == plain or module.endswith(f".{plain}"):
            return _positive(value, name)
    if any(re.search(r"[\\*+?\[\](){}|$]", str(pattern)) for pattern in patterns):
        raise _unfit(f"its {name} is not plain names")
    return default


def _positive(value: Any, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e6:
        raise _unfit(f"its {what} is missing or no number")
    return float(value)


def _unfit(why: str) -> InkhornError:
    return InkhornError("model_unsupported", f"This adapter cannot be used: {why}.", why=why)
