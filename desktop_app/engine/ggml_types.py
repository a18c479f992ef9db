"""The tensor types of GGUF files: how many bytes a block has, and what values it stands for.

Another type is one more row in `GGML_TYPES`; one that fits groups of 32 also gets an entry in
`INT4_GROUPS` or `INT8_GROUPS` and so the packed kernels. The arithmetic is in `group_quants` and `k_quants`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from desktop_app.engine import group_quants as g
from desktop_app.engine import k_quants as k
from desktop_app.engine.group_quants import Bytes, Floats, Int4, Int8

GROUP = 32
"""Weights that share a scale and a zero in the packed forms."""


@dataclass(frozen=True, slots=True)
class GgmlType:
    """``dequantize`` takes blocks ``[n, block_bytes]`` and gives ``[n, block_elements]``."""

    name: str
    block_elements: int
    block_bytes: int
    dequantize: Callable[[Bytes], Floats]


Made = TypeVar("Made")


def _quiet(function: Callable[[Bytes], Made]) -> Callable[[Bytes], Made]:
    """A scale may be infinite or not a number: so are the weights then, without a warning."""
    return np.errstate(over="ignore", invalid="ignore")(function)


def _f32(blocks: Bytes) -> Floats:
    return blocks.view("<f4").astype(np.float32)


def _f16(blocks: Bytes) -> Floats:
    return blocks.view("<f2").astype(np.float32)


def _bf16(blocks: Bytes) -> Floats:
    return (blocks.view("<u2").astype(np.uint32) << 16).view(np.float32)


GGML_TYPES: dict[int, GgmlType] = {
    0: GgmlType("F32", 1, 4, _f32),
    1: GgmlType("F16", 1, 2, _f16),
    2: GgmlType("Q4_0", GROUP, 18, _quiet(g.dequantize_q4_0)),
    3: GgmlType("Q4_1", GROUP, 20, _quiet(g.dequantize_q4_1)),
    6: GgmlType("Q5_0", GROUP, 22, _quiet(g.dequantize_q5_0)),
    7: GgmlType("Q5_1", GROUP, 24, _quiet(g.dequantize_q5_1)),
    8: GgmlType("Q8_0", GROUP, 34, _quiet(g.dequantize_q8_0)),
    10: GgmlType("Q2_K", 256, 84, _quiet(k.dequantize_q2_k)),
    11: GgmlType("Q3_K", 256, 110, _quiet(k.dequantize_q3_k)),
    12: GgmlType("Q4_K", 256, 144, _quiet(k.dequantize_q4_k)),
    13: GgmlType("Q5_K", 256, 176, _quiet(k.dequantize_q5_k)),
    14: GgmlType("Q6_K", 256, 210, _quiet(k.dequantize_q6_k)),
    20: GgmlType("IQ4_NL", GROUP, 18, _quiet(g.dequantize_iq4_nl)),
    23: GgmlType("IQ4_XS", 256, 136, _quiet(k.dequantize_iq4_xs)),
    30: GgmlType("BF16", 1, 2, _bf16),
}
"""By ggml's own number (``enum ggml_type``)."""

INT4_GROUPS: dict[str, Callable[[Bytes], Int4]] = {
    "Q4_0": _quiet(g.int4_q4_0),
    "Q4_1": _quiet(g.int4_q4_1),
    "Q4_K": _quiet(k.int4_q4_k),
}
"""Types that are 4 bits with groups of 32, all exact: blocks to values 0 to 15 ``[groups, 32]``, and the
scale and zero ``[groups, 1]`` of w = (q − 8)·scale + zero. Groups follow each other as in a row."""

INT8_GROUPS: dict[str, Callable[[Bytes], Int8]] = {
    "Q8_0": _quiet(g.int8_q8_0),
    "Q5_0": _quiet(g.int8_q5_0),
    "Q5_1": _quiet(g.int8_q5_1),
    "Q5_K": _quiet(k.int8_q5_k),
    "Q6_K": _quiet(k.int8_q6_k),
    "Q3_K": _quiet(k.int8_q3_k),
    "Q2_K": _quiet(k.int8_q2_k),
    "IQ4_NL": _quiet(g.int8_iq4_nl),
    "IQ4_XS": _quiet(k.int8_iq4_xs),
}
"""Types that 8 bits with groups of 32 can hold: blocks to values −128 to 127 ``[groups, 32]``, and the scale
and zero ``[groups, 1]`` of w = q·scale + zero. Exact, but for Q6_K and Q2_K, which have a scale for every 16
weights: their functions say by how much they err."""
