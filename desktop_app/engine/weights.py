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


def map_weights(path: Path, device: str = "cpu") -> dict[str, Tensor]:
    """The tensors of a safetensors file: on the CPU memory-mapped and read from disk when first used, to
    another ``device`` copied one by one."""
    with safe_open(path, framework="pt") as file:
        return {name: file.get_tensor(name).to(device) for name in file.keys()}  # noqa: SIM118 (no mapping)


def make_decoder(a: Architecture, tensors: Mapping[str, Tensor]) -> Decoder:
    """Bind tensors named as in `desktop_app.engine.convert`. Raises KeyError if one is missing."""
    device = tensors["norm"].device
    layers = tuple(
        Layer(
            attention_norm=tensors[f"layers.{n}.attention_norm"],
            qkv=_linear(tensors, f"layers.{n}.qkv", a.qkv_bias),
            query_norm=tensors[f"layers.{n}.query_norm"] if a.query_key_norm else None,
            key_norm=tensors[f"layers.{n}.key_norm"] if a.query_key_norm else None,
            output=_linear(tensors, f"layers.{n}.output"),
            post_attention_norm=tensors[f"layers.{n}.post_attention_norm"] if a.post_norms else None,
            feed_forward_norm=tensors[f"layers.{n}.feed_forward_norm"],
            gate_up=_linear(tensors, f"layers.{n}.gate_up"),
            down=_linear(tensors, f"layers.{n}.down"),
            post_feed_forward_norm=tensors[f"layers.{n}.post_feed_forward_norm"] if a.post_norms else None,
        )
        for n in range(a.layers)
    )
    head = _linear(tensors, "head")
    return Decoder(
        architecture=a,
        embed=_embedding(tensors, a.embedding_scale),
        layers=layers,
        norm=tensors["norm"],
        head=head,
        head_rows=_embedding(tensors, 1.0) if a.tied_head and head.packed else None,
        frequencies=torch.tensor(a.rotary, dtype=torch.float32, device=device),
        cache_dtype=_cache_dtype(tensors),
        bytes=sum(tensor.nbytes for tensor in tensors.values()),
    )


def _cache_dtype(tensors: Mapping[str, Tensor]) -> torch.dtype:
    """float32 for a model in float32, which is kept as a reference, and on a CPU where bfloat16 is slow;
    else half of that, which is less memory to hold and to read."""
    if all(tensor.dtype == torch.float32 for tensor in tensors.values()):
        return torch.float32
    if any(tensor.device.type != "cpu" for tensor in tensors.values()):
        return torch.float16 if any(t.dtype == torch.float16 for t in tensors.values()) else torch.bfloat16
    return torch.bfloat16 if fast_bfloat16() else torch.float32


def _linear(tensors: Mapping[str, Tensor], name: str, bias: bool = False) -> Linear:
    parts: list[Part] = []
    while True:
        part = read_part(tensors, f"{name}.{len(parts)}")
        if part is not None:
            parts.append(part)
        elif parts:
            return Linear(tuple(parts), tensors[f"{name}.bias"] if bias else None)
        else:
            raise KeyError(name)


def read_part(tensors: Mapping[str, Tensor], prefix: str) -> Part | None:
    """The part of a layer whose tensors begin with ``prefix`` (`desktop_app.engine.linear` says what they
    are called), None where there are none. Raises KeyError where some are missing."""
    if f"{prefix}.weight" in tensors:
        return Dense(tensors[f"{prefix}.weight"])
    if f"{prefix}.packed" not in tensors:
        return None
    planes = [Packed(tensors[f"{prefix}.packed"], tensors[f"{prefix}.scales"])]
    if f"{prefix}.packed_low" in tensors:
        planes.append(Packed(tensors[f"{prefix}.packed_low"], tensors[f"{prefix}.scales_low"]))
    return tuple(planes)


def _embedding(tensors: Mapping[str, Tensor], scale: float) -> Callable[[Tensor], Tensor]:
    if "embed.weight" in tensors:
        weight = tensors["embed.weight"]
        # transformers rounds Gemma's scale to the weights' type; so do the models' makers.
        factor = float(torch.tensor(scale, dtype=weight.dtype))
        if factor == 1:
            return lambda ids: functional.embedding(ids, weight).float()
        return lambda ids: functional.embedding(ids, weight).float() * factor
    values, scales, zeros = (
        tensors["embed.values"],
        tensors["embed.row_scales"],
        tensors.get("embed.row_zeros"),
    )

    def look_up(ids: Tensor) -> Tensor:
        rows = values[ids].float().view(len(ids), -1, GROUP)
        rows *= scales[ids].float().unsqueeze(-1)
        if zeros is not None:
            rows += zeros[ids].float().unsqueeze(-1)
        found = rows.view(len(ids), -1)
        return found if scale == 1 else found.mul_(scale)

    return look_up
