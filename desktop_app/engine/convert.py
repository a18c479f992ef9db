"""From a GGUF file's tensors to the forms that the decoder runs on.

`convert` gives tensors one after the other to a sink (a file, or a dictionary), so that no more than
one layer is held twice. Tensor names: ``embed.*``, ``norm``, ``head.<part>.*`` and, for each layer,
``layers.<n>.{attention_norm, qkv.<part>.*, output.<part>.*, feed_forward_norm, gate_up.<part>.*,
down.<part>.*}``; what stands for ``*`` is told in `desktop_app.engine.linear`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from desktop_app.engine.architecture import Architecture
from desktop_app.engine.ggml_types import GROUP, INT4_GROUPS, int8_q8_0
from desktop_app.engine.gguf import GgufFile
from desktop_app.engine.linear import can_pack, fast_bfloat16, kernel_name, pack

Precision = Literal["packed", "bfloat16", "float32"]
Sink = Callable[[str, Tensor], None]
Report = Callable[[float], None]


def best_precision() -> Precision:
    """``packed`` where torch has a fast kernel for it, else what the CPU multiplies fast."""
    if kernel_name():
        return "packed"
    return "bfloat16" if fast_bfloat16() else "float32"


def convert(file: GgufFile, a: Architecture, precision: Precision, sink: Sink, report: Report) -> None:
    """Convert all tensors. ``report`` gets the fraction done and may raise to stop."""
    make = _Converter(file, precision, sink)
    make.embedding("embed", "token_embd.weight")
    make.linear("head", ["token_embd.weight" if a.tied_head else "output.weight"])
    make.vector("norm", "output_norm.weight")
    for number in range(a.layers):
        ours, theirs = f"layers.{number}", f"blk.{number}"
        make.vector(f"{ours}.attention_norm", f"{theirs}.attn_norm.weight")
        make.linear(f"{ours}.qkv", [f"{theirs}.attn_{part}.weight" for part in "qkv"])
        make.linear(f"{ours}.output", [f"{theirs}.attn_output.weight"])
        make.vector(f"{ours}.feed_forward_norm", f"{theirs}.ffn_norm.weight")
        make.linear(f"{ours}.gate_up", [f"{theirs}.ffn_{part}.weight" for part in ("gate", "up")])
        make.linear(f"{ours}.down", [f"{theirs}.ffn_down.weight"])
        report((number + 1) / a.layers)


class _Converter:
    def __init__(self, file: GgufFile, precision: Precision, sink: Sink) -> None:
        self._file, self._precision, self._sink = file, precision, sink

    def vector(self, name: str, source: str) -> None:
        self._sink(name, torch.from_numpy(self._file.float32(source)))

    def embedding(self, name: str, source: str) -> None:
        """Looked up by row: Q8_0 as it is (``values`` int8, ``row_scales`` float16), else dense."""
        info = self._file.tensors[source]
        rows, columns = info.shape
        if self._precision == "packed" and info.type.name == "Q8_0":
            values, scales = int8_q8_0(self._file.blocks(source))
            self._sink(f"{name}.values", torch.from_numpy(values.reshape(rows, columns)))
            halves = torch.from_numpy(scales.reshape(rows, columns // GROUP)).to(torch.float16)
            self._sink(f"{name}.row_scales", halves)
        else:
            self._sink(f"{name}.weight", self._dense(source))

    def linear(self, name: str, sources: list[str]) -> None:
        """Stack ``sources`` by rows: as one part where all can take the same form, else as several."""
        forms = [self._form(source) for source in sources]
        groups = [sources] if len(set(forms)) == 1 else [[source] for source in sources]
        for number, group in enumerate(groups):
            form, prefix = self._form(group[0]), f"{name}.{number}"
            if form == "int4":
                self._int4(prefix, group)
            elif form == "int8":
                self._int8(prefix, group)
            else:
                self._sink(f"{prefix}.weight", torch.cat([self._dense(source) for source in group]))

    def _form(self, source: str) -> str:
        info = self._file.tensors[source]
        if self._precision == "packed" and can_pack(*info.shape):
            if info.type.name in INT4_GROUPS:
                return "int4"
            if info.type.name == "Q8_0":
                return "int8"
        return "dense"

    def _dense(self, source: str) -> Tensor:
        values = torch.from_numpy(self._file.float32(source))
        wide = self._precision == "float32" or (self._precision == "packed" and not fast_bfloat16())
        return values if wide else values.to(torch.bfloat16)

    def _int4(self, prefix: str, sources: list[str]) -> None:
        values, scales, zeros = [], [], []
        for source in sources:
            info = self._file.tensors[source]
            rows, columns = info.shape
            q, scale, zero = INT4_GROUPS[info.type.name](self._file.blocks(source))
            values.append(q.reshape(rows, columns))
            scales.append(scale.reshape(rows, columns // GROUP))
            zeros.append(zero.reshape(rows, columns // GROUP))
        stacked = [torch.from_numpy(np.concatenate(part)) for part in (values, scales, zeros)]
        plane = pack(stacked[0], stacked[1], stacked[2])
        self._sink(f"{prefix}.packed", plane.packed)
        self._sink(f"{prefix}.scales", plane.scales)

    def _int8(self, prefix: str, sources: list[str]) -> None:
        """Two int4 planes: q = 16·(high − 8) + low, low = (low − 8) + 8."""
        values, scales = [], []
        for source in sources:
            rows, columns = self._file.tensors[source].shape
            q, scale = int8_q8_0(self._file.blocks(source))
            values.append(q.reshape(rows, columns))
            scales.append(scale.reshape(rows, columns // GROUP))
        q8, d = torch.from_numpy(np.concatenate(values)), torch.from_numpy(np.concatenate(scales))
        high = pack((q8 >> 4) + 8, 16 * d, torch.zeros_like(d))
        low = pack(q8 & 15, d, 8 * d)
        self._sink(f"{prefix}.packed", high.packed)
        self._sink(f"{prefix}.scales", high.scales)
        self._sink(f"{prefix}.packed_low", low.packed)
        self._sink(f"{prefix}.scales_low", low.scales)
