"""From named tensors to a `Decoder`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from safetensors import safe_open
from torch import Tensor
from torch.nn import functional

from desktop_app.engine.architecture import Architecture
from desktop_app.engine.decoder import Decoder, Layer
from desktop_app.engine.linear import GROUP, Dense, Linear, Packed, Part, fast_bfloat16


def map_weights(path: Path) -> dict[str, Tensor]:
    """The tensors of a safetensors file, memory-mapped: read from disk when first used."""
    with safe_open(path, framework="pt") as file:
        return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)


def make_decoder(a: Architecture, tensors: Mapping[str, Tensor]) -> Decoder:
    """Bind tensors named as in `desktop_app.engine.convert`. Raises KeyError if one is missing."""
    layers = tuple(
        Layer(
            attention_norm=tensors[f"layers.{n}.attention_norm"],
            qkv=_linear(tensors, f"layers.{n}.qkv"),
            output=_linear(tensors, f"layers.{n}.output"),
            feed_forward_norm=tensors[f"layers.{n}.feed_forward_norm"],
            gate_up=_linear(tensors, f"layers.{n}.gate_up"),
            down=_linear(tensors, f"layers.{n}.down"),
        )
        for n in range(a.layers)
    )
    return Decoder(
        architecture=a,
        embed=_embedding(tensors),
        layers=layers,
        norm=tensors["norm"],
        head=_linear(tensors, "head"),
        frequencies=torch.tensor(a.frequencies, dtype=torch.float32),
        attention_dtype=_attention_dtype(tensors),
        bytes=sum(tensor.nbytes for tensor in tensors.values()),
    )


def _attention_dtype(tensors: Mapping[str, Tensor]) -> torch.dtype:
    """float32 for a model in float32, which is kept as a reference, and where bfloat16 is slow."""
    exact = all(tensor.dtype == torch.float32 for tensor in tensors.values())
    return torch.float32 if exact or not fast_bfloat16() else torch.bfloat16


def _linear(tensors: Mapping[str, Tensor], name: str) -> Linear:
    parts: list[Part] = []
    while True:
        prefix = f"{name}.{len(parts)}"
        if f"{prefix}.weight" in tensors:
            parts.append(Dense(tensors[f"{prefix}.weight"]))
        elif f"{prefix}.packed" in tensors:
            planes = [Packed(tensors[f"{prefix}.packed"], tensors[f"{prefix}.scales"])]
            if f"{prefix}.packed_low" in tensors:
                planes.append(Packed(tensors[f"{prefix}.packed_low"], tensors[f"{prefix}.scales_low"]))
            parts.append(tuple(planes))
        elif parts:
            return tuple(parts)
        else:
            raise KeyError(prefix)


def _embedding(tensors: Mapping[str, Tensor]) -> Callable[[Tensor], Tensor]:
    if "embed.weight" in tensors:
        weight = tensors["embed.weight"]
        return lambda ids: functional.embedding(ids, weight).float()
    values, scales = tensors["embed.values"], tensors["embed.row_scales"]

    def look_up(ids: Tensor) -> Tensor:
        rows = values[ids].float().view(len(ids), -1, GROUP)
        rows *= scales[ids].float().unsqueeze(-1)
        return rows.view(len(ids), -1)

    return look_up
