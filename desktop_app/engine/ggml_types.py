"""The tensor types of GGUF files: how many bytes a block has, and what values it stands for.

Layouts: ggml ``ggml-common.h`` and ``dequantize_row_*`` in ``ggml-quants.c`` (MIT). Another type is
one more row in `GGML_TYPES`; a 4-bit one with groups of 32 also gets an entry in `INT4_GROUPS` and
so the packed kernel, without a second rounding.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
GROUP = 32
"""Weights that share a scale in Q4_0, Q4_1 and Q8_0."""


@dataclass(frozen=True, slots=True)
class GgmlType:
    """``dequantize`` takes blocks ``[n, block_bytes]`` and gives ``[n, block_elements]``."""

    name: str
    block_elements: int
    block_bytes: int
    dequantize: Callable[[Bytes], Floats]


def _half(blocks: Bytes, at: int) -> Floats:
    """The float16 at byte ``at`` of each block, as ``[n, 1]``."""
    return np.ascontiguousarray(blocks[:, at : at + 2]).view("<f2").astype(np.float32)


def _nibbles(packed: Bytes) -> npt.NDArray[np.uint8]:
    """``[n, 16]`` bytes to ``[n, 32]`` values: low halves are elements 0 to 15, high halves 16 to 31."""
    return np.concatenate([packed & 15, packed >> 4], axis=1)


def int4_q4_0(blocks: Bytes) -> tuple[npt.NDArray[np.uint8], Floats, Floats]:
    scale = _half(blocks, 0)
    return _nibbles(blocks[:, 2:]), scale, np.zeros_like(scale)


def int4_q4_1(blocks: Bytes) -> tuple[npt.NDArray[np.uint8], Floats, Floats]:
    """w = d·q + m = d·(q − 8) + (m + 8·d)."""
    scale, minimum = _half(blocks, 0), _half(blocks, 2)
    return _nibbles(blocks[:, 4:]), scale, minimum + 8 * scale


def int8_q8_0(blocks: Bytes) -> tuple[npt.NDArray[np.int8], Floats]:
    """Values −128 to 127 ``[n, 32]`` and the scale ``[n, 1]`` of each block."""
    return np.ascontiguousarray(blocks[:, 2:]).view(np.int8), _half(blocks, 0)


def _q4_0(blocks: Bytes) -> Floats:
    return _from_int4(int4_q4_0(blocks))


def _q4_1(blocks: Bytes) -> Floats:
    # Not through m + 8·d: this is the reference and rounds where ggml does.
    return _nibbles(blocks[:, 4:]) * _half(blocks, 0) + _half(blocks, 2)


def _from_int4(parts: tuple[npt.NDArray[np.uint8], Floats, Floats]) -> Floats:
    values, scale, zero = parts
    return (values.astype(np.float32) - 8) * scale + zero


def _q8_0(blocks: Bytes) -> Floats:
    values, scale = int8_q8_0(blocks)
    return values * scale


def _f32(blocks: Bytes) -> Floats:
    return blocks.view("<f4").astype(np.float32)


def _f16(blocks: Bytes) -> Floats:
    return blocks.view("<f2").astype(np.float32)


def _bf16(blocks: Bytes) -> Floats:
    return (blocks.view("<u2").astype(np.uint32) << 16).view(np.float32)


F32 = GgmlType("F32", 1, 4, _f32)
F16 = GgmlType("F16", 1, 2, _f16)
Q4_0 = GgmlType("Q4_0", GROUP, 18, _q4_0)
Q4_1 = GgmlType("Q4_1", GROUP, 20, _q4_1)
Q8_0 = GgmlType("Q8_0", GROUP, 34, _q8_0)
BF16 = GgmlType("BF16", 1, 2, _bf16)

GGML_TYPES: dict[int, GgmlType] = {0: F32, 1: F16, 2: Q4_0, 3: Q4_1, 8: Q8_0, 30: BF16}
"""By ggml's own number (``enum ggml_type``)."""

INT4_GROUPS: dict[str, Callable[[Bytes], tuple[npt.NDArray[np.uint8], Floats, Floats]]] = {
    "Q4_0": int4_q4_0,
    "Q4_1": int4_q4_1,
}
"""Types that are 4 bits with groups of 32: blocks to values 0 to 15 ``[n, 32]``, and the scale and
zero ``[n, 1]`` of w = (q − 8)·scale + zero."""
