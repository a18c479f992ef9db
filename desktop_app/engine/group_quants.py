"""GGUF tensor types whose blocks are one group of 32 weights: their bytes to numbers.

Layouts and rounding: ggml ``ggml-common.h`` and ``dequantize_row_*`` in ``ggml-quants.c`` (MIT). Blocks are
``[n, block bytes]``; scales and zeros come as float32 ``[n, 1]``, values as ``[n, 32]``.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Signed = npt.NDArray[np.int8]
Floats = npt.NDArray[np.float32]
Int4 = tuple[Bytes, Floats, Floats]
"""Values 0 to 15, scale and zero of w = (q − 8)·scale + zero."""
Int8 = tuple[Signed, Floats, Floats]
"""Values −128 to 127, scale and zero of w = q·scale + zero."""

IQ4_VALUES = np.array(
    [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113], dtype=np.int8
)
"""``kvalues_iq4nl`` of ggml: what the 16 codes of IQ4_NL and IQ4_XS stand for, before the scale."""


def half(blocks: Bytes, at: int) -> Floats:
    """The float16 at byte ``at`` of each block, as ``[n, 1]``."""
    return np.ascontiguousarray(blocks[:, at : at + 2]).view("<f2").astype(np.float32)


def nibbles(packed: Bytes) -> Bytes:
    """``[n, 16]`` bytes to ``[n, 32]`` values: low halves are elements 0 to 15, high halves 16 to 31."""
    return np.concatenate([packed & 15, packed >> 4], axis=1)


def _five_bits(high: Bytes, low: Bytes) -> Signed:
    """q − 16 for 5-bit q ``[n, 32]``: bit i of the 32 bits in ``high`` is the fifth of element i."""
    fifth = np.unpackbits(high, axis=1, bitorder="little")
    return (nibbles(low) | fifth << 4).view(np.int8) - np.int8(16)


def int4_q4_0(blocks: Bytes) -> Int4:
    scale = half(blocks, 0)
    return nibbles(blocks[:, 2:]), scale, np.zeros_like(scale)


def int4_q4_1(blocks: Bytes) -> Int4:
    """w = d·q + m = d·(q − 8) + (m + 8·d)."""
    scale, minimum = half(blocks, 0), half(blocks, 2)
    return nibbles(blocks[:, 4:]), scale, minimum + 8 * scale


def int8_q5_0(blocks: Bytes) -> Int8:
    scale = half(blocks, 0)
    return _five_bits(blocks[:, 2:6], blocks[:, 6:]), scale, np.zeros_like(scale)


def int8_q5_1(blocks: Bytes) -> Int8:
    """w = d·q + m = d·(q − 16) + (m + 16·d): the zero is then the middle of the group and loses least
    where a kernel keeps it in bfloat16."""
    scale, minimum = half(blocks, 0), half(blocks, 2)
    return _five_bits(blocks[:, 4:8], blocks[:, 8:]), scale, minimum + 16 * scale


def int8_q8_0(blocks: Bytes) -> Int8:
    scale = half(blocks, 0)
    return np.ascontiguousarray(blocks[:, 2:]).view(np.int8), scale, np.zeros_like(scale)


def int8_iq4_nl(blocks: Bytes) -> Int8:
    scale = half(blocks, 0)
    return IQ4_VALUES[nibbles(blocks[:, 2:])], scale, np.zeros_like(scale)


def dequantize_q4_0(blocks: Bytes) -> Floats:
    values, scale, _ = int4_q4_0(blocks)
    return (values.astype(np.float32) - 8) * scale


def dequantize_q4_1(blocks: Bytes) -> Floats:
    # Not through m + 8·d: this is the reference and rounds where ggml does.
    return nibbles(blocks[:, 4:]) * half(blocks, 0) + half(blocks, 2)


def dequantize_q5_0(blocks: Bytes) -> Floats:
    values, scale, _ = int8_q5_0(blocks)
    return values * scale


def dequantize_q5_1(blocks: Bytes) -> Floats:
    values = _five_bits(blocks[:, 4:8], blocks[:, 8:]) + np.float32(16)
    return values * half(blocks, 0) + half(blocks, 2)


def dequantize_q8_0(blocks: Bytes) -> Floats:
    values, scale, _ = int8_q8_0(blocks)
    return values * scale


def dequantize_iq4_nl(blocks: Bytes) -> Floats:
    values, scale, _ = int8_iq4_nl(blocks)
    return values * scale
