"""From a model file's tensors to the forms that the decoder runs on.

`convert` gives tensors one after the other to a sink (a file, or a dictionary), so that no more than
one layer is held twice. Tensor names: ``embed.*``, ``norm``, ``head.<part>.*`` and, for each layer,
``layers.<n>.{attention_norm, qkv.<part>.*, output.<part>.*, feed_forward_norm, gate_up.<part>.*,
down.<part>.*}``, and where the family has them ``qkv.bias``, ``query_norm``, ``key_norm``,
``post_attention_norm``, ``post_feed_forward_norm``; what stands for ``*`` is told in
`desktop_app.engine.linear`.

Query and key rows are brought into the one order that the decoder turns: neighbouring pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from desktop_app.engine.architecture import Architecture
from desktop_app.engine.checkpoint import Checkpoint
from desktop_app.engine.form_folder import Sink
from desktop_app.engine.linear import can_pack, fast_bfloat16, kernel_name, pack
from desktop_app.engine.quantize import fit4, fit8
from desktop_app.engine.reporting import Report

SMALL = 1_000_000_000
"""Parameters below which dense weights are packed to 8 bits and not to 4: small models lose more."""


def resolve_precision(asked: str, source: Checkpoint) -> str:
    """What ``asked`` (one of `core.messages.PRECISIONS`) means on this CPU. ``auto``: as the file has it
    where that is packed, else 8 bits for small models and 4 for others; where torch has no fast kernel for
    packed weights, what the CPU multiplies fast."""
    if asked.startswith("packed") or asked == "auto":
        if not kernel_name():
            return "bfloat16" if fast_bfloat16() else "float32"
        if source.bits:
            return "packed4" if source.bits == 4 else "packed8"
        if asked == "auto":
            return "packed8" if source.parameters < SMALL else "packed4"
    return asked


def dense_dtype(precision: str) -> torch.dtype:
    """The type of what is not packed."""
    if precision.startswith("packed"):
        return torch.bfloat16 if fast_bfloat16() else torch.float32
    return {"bfloat16": torch.bfloat16, "float16": torch.float16, "float32": torch.float32}[precision]


def convert(source: Checkpoint, a: Architecture, precision: str, sink: Sink, report: Report) -> None:
    """Convert all tensors. ``report`` gets the fraction done and may raise to stop."""
    make, names = _Converter(source, a, precision, sink), source.names
    make.embedding("embed", f"{names.embedding}.weight")
    make.linear("head", [_Piece(f"{names.embedding if a.tied_head else names.head}.weight")])
    make.norm("norm", names.norm)
    for number in range(a.layers):

        def at(name: str, number: int = number) -> str:
            return name.replace("{n}", str(number))

        ours = f"layers.{number}"
        make.norm(f"{ours}.attention_norm", at(names.attention_norm))
        heads = [(at(names.query), a.heads), (at(names.key), a.kv_heads), (at(names.value), 0)]
        make.linear(f"{ours}.qkv", [_Piece(f"{name}.weight", turned) for name, turned in heads])
        if a.qkv_bias:
            make.bias(f"{ours}.qkv.bias", [_Piece(f"{name}.bias", turned) for name, turned in heads])
        if a.query_key_norm:
            make.norm(f"{ours}.query_norm", at(names.query_norm), turned=1)
            make.norm(f"{ours}.key_norm", at(names.key_norm), turned=1)
        make.linear(f"{ours}.output", [_Piece(f"{at(names.output)}.weight")])
        if a.post_norms:
            make.norm(f"{ours}.post_attention_norm", at(names.post_attention_norm))
            make.norm(f"{ours}.post_feed_forward_norm", at(names.post_feed_forward_norm))
        make.norm(f"{ours}.feed_forward_norm", at(names.feed_forward_norm))
        make.linear(f"{ours}.gate_up", [_Piece(f"{at(name)}.weight") for name in (names.gate, names.up)])
        make.linear(f"{ours}.down", [_Piece(f"{at(names.down)}.weight")])
        report((number + 1) / a.layers)


def neighbours(heads: int, head_dim: int, rotary_dim: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Row numbers that bring ``heads`` heads from pairs (i, i + d/2) to pairs of neighbours."""
    order = np.arange(head_dim)
    half = rotary_dim // 2
    order[0:rotary_dim:2], order[1:rotary_dim:2] = np.arange(half), np.arange(half, rotary_dim)
    return (np.arange(heads)[:, None] * head_dim + order).reshape(-1)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A tensor of the file that is stacked with others; ``turned`` heads of it get rotary positions."""

    name: str
    turned: int = 0


class _Converter:
    def __init__(self, source: Checkpoint, a: Architecture, precision: str, sink: Sink) -> None:
        self._source, self._a, self._precision, self._sink = source, a, precision, sink
        self._packs = precision.startswith("packed")
        self._dtype = dense_dtype(precision)

    def norm(self, name: str, source: str, turned: int = 0) -> None:
        values = self._source.float32(f"{source}.weight")[self._order(turned)]
        self._sink(name, torch.from_numpy(values + 1 if self._source.norms_from_one else values))

    def bias(self, name: str, pieces: Sequence[_Piece]) -> None:
        parts = [self._source.float32(piece.name)[self._order(piece.turned)] for piece in pieces]
        self._sink(name, torch.from_numpy(np.concatenate(parts)))

    def embedding(self, name: str, source: str) -> None:
        """Looked up by row: in 8 bits where the file has no more (``values`` int8, ``row_scales`` and
        ``row_zeros`` of each group), else dense."""
        if self._packs and self._source.group_bits(source) == 8:
            groups = self._source.grouped(source)
            self._sink(f"{name}.values", torch.from_numpy(groups.values))
            self._sink(f"{name}.row_scales", torch.from_numpy(groups.scale).to(torch.float16))
            if groups.zero.any():
                self._sink(f"{name}.row_zeros", torch.from_numpy(groups.zero).to(torch.float16))
        else:
            self._sink(f"{name}.weight", self._dense(_Piece(source)))

    def linear(self, name: str, pieces: Sequence[_Piece]) -> None:
        """Stack ``pieces`` by rows: as one part where all can take the same form, else as several."""
        forms = [self._form(piece.name) for piece in pieces]
        groups = [list(pieces)] if len(set(forms)) == 1 else [[piece] for piece in pieces]
        for number, group in enumerate(groups):
            bits, prefix = self._form(group[0].name), f"{name}.{number}"
            if bits == 4:
                self._int4(prefix, group)
            elif bits == 8:
                self._int8(prefix, group)
            else:
                self._sink(f"{prefix}.weight", torch.cat([self._dense(piece) for piece in group]))

    def _form(self, name: str) -> int:
        """Bits that the tensor is packed to, 0 for dense."""
        rows, columns = self._source.shape(name)
        if not self._packs or not can_pack(rows, columns):
            return 0
        return self._source.group_bits(name) or (4 if self._precision == "packed4" else 8)

    def _order(self, turned: int) -> slice | np.ndarray[tuple[int], np.dtype[np.int64]]:
        if not turned or not self._source.halves:
            return slice(None)
        return neighbours(turned, self._a.head_dim, self._a.rotary_dim)

    def _dense(self, piece: _Piece) -> Tensor:
        """In slices of rows, so that a large embedding is not held in float32 as a whole."""
        rows, columns = self._source.shape(piece.name)
        order = self._order(piece.turned)
        if not isinstance(order, slice):
            return torch.from_numpy(self._source.float32(piece.name)[order]).to(self._dtype)
        whole = torch.empty(rows, columns, dtype=self._dtype)
        step = max(1, (1 << 24) // columns)
        for start in range(0, rows, step):
            part = slice(start, min(start + step, rows))
            whole[part] = torch.from_numpy(self._source.float32(piece.name, part))
        return whole

    def _groups(self, piece: _Piece, bits: int) -> tuple[Tensor, Tensor, Tensor]:
        """Values, scales and zeros of w = (q − 8)·scale + zero for 4 and 8 bits alike."""
        order = self._order(piece.turned)
        if not self._source.group_bits(piece.name):
            weight = torch.from_numpy(self._source.float32(piece.name))
            values, scale, zero = (fit4 if bits == 4 else fit8)(weight)
            if isinstance(order, slice):
                return values, scale, zero
            rows = torch.from_numpy(order)
            return values[rows], scale[rows], zero[rows]
        groups = self._source.grouped(piece.name)
        zeros = groups.zero if bits == 4 else groups.zero + 8 * groups.scale
        return (
            torch.from_numpy(groups.values[order]),
            torch.from_numpy(groups.scale[order]),
            torch.from_numpy(zeros[order]),
        )

    def _int4(self, prefix: str, pieces: Sequence[_Piece]) -> None:
        values, scale, zero = self._stacked(pieces, 4)
        plane = pack(values, scale, zero)
        self._sink(f"{prefix}.packed", plane.packed)
        self._sink(f"{prefix}.scales", plane.scales)

    def _int8(self, prefix: str, pieces: Sequence[_Piece]) -> None:
        """Two int4 planes: q = 16·(high − 8) + low, low = (low − 8) + 8."""
        values, scale, zero = self._stacked(pieces, 8)
        wide = values.to(torch.int32)
        high = pack((wide >> 4) + 8, 16 * scale, torch.zeros_like(scale))
        low = pack(wide & 15, scale, zero)
        self._sink(f"{prefix}.packed", high.packed)
        self._sink(f"{prefix}.scales", high.scales)
        self._sink(f"{prefix}.packed_low", low.packed)
        self._sink(f"{prefix}.scales_low", low.scales)

    def _stacked(self, pieces: Sequence[_Piece], bits: int) -> tuple[Tensor, Tensor, Tensor]:
        parts = [self._groups(piece, bits) for piece in pieces]
        values, scales, zeros = (torch.cat(part) for part in zip(*parts, strict=True))
        return values, scales, zeros
