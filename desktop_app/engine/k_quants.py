"""GGUF tensor types whose blocks are 256 weights in groups of 16 or 32: their bytes to numbers.

Layouts and rounding: ggml ``ggml-common.h`` and ``dequantize_row_*`` in ``ggml-quants.c`` (MIT). Blocks
are ``[n, block bytes]``. ``dequantize_*`` gives float32 ``[n, 256]``; ``int4_*`` and ``int8_*`` give
groups of 32 as ``[8·n, 32]`` with scale and zero ``[8·n, 1]`` (see `group_quants.Int4` and ``Int8``).
"""

from __future__ import annotations

import numpy as np

from desktop_app.engine.group_quants import IQ4_VALUES, Bytes, Floats, Int4, Int8, Signed, half

_Q6_K_PARTS = 4  # 4·(−32 … 31) is −128 … 124


def _spread(packed: Bytes, bits: int, width: int) -> Bytes:
    """``[n, m]`` bytes to ``[n, m·8/bits]`` values of ``bits`` bits: ``width`` bytes hold first all their
    lowest bits, then the next ones, and so on."""
    shifts = np.arange(0, 8, bits, dtype=np.uint8).reshape(1, 1, -1, 1)
    parts = packed.reshape(len(packed), -1, 1, width) >> shifts
    parts &= np.uint8((1 << bits) - 1)
    return parts.reshape(len(packed), -1)


def _scales_and_minima(blocks: Bytes, at: int) -> tuple[Floats, Floats]:
    """Scale d·s and minimum dmin·m, each ``[8·n, 1]``, of Q4_K and Q5_K: d and dmin are the block's first
    two float16, s and m are 6 bits each, packed into 12 bytes at ``at`` (``get_scale_min_k4``)."""
    first, second, third = (blocks[:, at + i : at + i + 4] for i in (0, 4, 8))
    scales = np.concatenate([first & 63, (third & 15) | (first >> 6) << 4], axis=1)
    minima = np.concatenate([second & 63, (third >> 4) | (second >> 6) << 4], axis=1)
    return (half(blocks, 0) * scales).reshape(-1, 1), (half(blocks, 2) * minima).reshape(-1, 1)


def _q4_k(blocks: Bytes) -> Bytes:
    return _spread(blocks[:, 16:], 4, 32).reshape(-1, 32)


def _q5_k(blocks: Bytes) -> Bytes:
    high = _spread(blocks[:, 16:48], 1, 32)
    return (_spread(blocks[:, 48:], 4, 32) | high << np.uint8(4)).reshape(-1, 32)


def dequantize_q4_k(blocks: Bytes) -> Floats:
    scale, minimum = _scales_and_minima(blocks, 4)
    return (_q4_k(blocks) * scale - minimum).reshape(-1, 256)


def int4_q4_k(blocks: Bytes) -> Int4:
    """w = s·q − m = s·(q − 8) + (8·s − m)."""
    scale, minimum = _scales_and_minima(blocks, 4)
    return _q4_k(blocks), scale, 8 * scale - minimum


def dequantize_q5_k(blocks: Bytes) -> Floats:
    scale, minimum = _scales_and_minima(blocks, 4)
    return (_q5_k(blocks) * scale - minimum).reshape(-1, 256)


def int8_q5_k(blocks: Bytes) -> Int8:
    """w = s·q − m = s·(q − 16) + (16·s − m)."""
    scale, minimum = _scales_and_minima(blocks, 4)
    return _q5_k(blocks).view(np.int8) - np.int8(16), scale, 16 * scale - minimum


def _q6_k(blocks: Bytes) -> tuple[Signed, Signed, Floats]:
    """Values −32 to 31 ``[16·n, 16]``, their groups' scales ``[16·n, 1]``, and d ``[n, 1]``."""
    high = _spread(blocks[:, 128:192], 2, 32)
    values = (_spread(blocks[:, :128], 4, 64) | high << 4).view(np.int8) - np.int8(32)
    scales = np.ascontiguousarray(blocks[:, 192:208]).view(np.int8)
    return values.reshape(-1, 16), scales.reshape(-1, 1), half(blocks, 208)


def dequantize_q6_k(blocks: Bytes) -> Floats:
    values, scales, d = _q6_k(blocks)
    return (values * (d * scales.reshape(-1, 16)).reshape(-1, 1)).reshape(-1, 256)


def int8_q6_k(blocks: Bytes) -> Int8:
    """The nearest 8-bit form: Q6_K has a scale for every 16 weights, these groups one for 32.

    The unit is a quarter of the larger of the two halves' steps, so that this half is exact. The other
    is rounded to that unit: it errs by at most an eighth of the larger step (once by a quarter, where
    −32 meets an equal scale of the other sign: +128 becomes 127). Evenly spread, that adds 3 % to the
    power of the noise that Q6_K's own rounding left."""
    values, scales, d = _q6_k(blocks)
    pair = scales.reshape(-1, 2).astype(np.int16)
    larger = np.take_along_axis(pair, np.abs(pair).argmax(axis=1)[:, None], axis=1).astype(np.float32)
    ratio = _Q6_K_PARTS * pair.astype(np.float32) / np.where(larger == 0, np.float32(1), larger)
    near = np.rint(values.reshape(-1, 2, 16) * ratio[:, :, None]).clip(-128, 127)
    scale = (d * larger.reshape(-1, 8)).reshape(-1, 1) / np.float32(_Q6_K_PARTS)
    return near.astype(np.int8).reshape(-1, 32), scale, np.zeros_like(scale)


def _q3_k(blocks: Bytes) -> tuple[Signed, Signed, Floats]:
    """Values −4 to 3 ``[16·n, 16]``, their groups' scales −32 to 31 ``[16·n, 1]``, and d ``[n, 1]``."""
    above = _spread(blocks[:, :32], 1, 32)  # 1 where 4 is not to be taken off
    values = (_spread(blocks[:, 32:96], 2, 32) | above << 2).view(np.int8) - np.int8(4)
    low = _spread(blocks[:, 96:104], 4, 8)
    scales = (low | _spread(blocks[:, 104:108], 2, 4) << 4).view(np.int8) - np.int8(32)
    return values.reshape(-1, 16), scales.reshape(-1, 1), half(blocks, 108)


def dequantize_q3_k(blocks: Bytes) -> Floats:
    values, scales, d = _q3_k(blocks)
    return (values * (d * scales.reshape(-1, 16)).reshape(-1, 1)).reshape(-1, 256)


def int8_q3_k(blocks: Bytes) -> Int8:
    """Value times scale is −124 to 128, so its negative fits 8 bits, with −d for all groups."""
    values, scales, d = _q3_k(blocks)
    negative = (values * -scales).reshape(-1, 32)  # int8: −(−32) is 32, 32·(−4) is −128
    scale = np.repeat(-d, 8, axis=0)
    return negative, scale, np.zeros_like(scale)


def dequantize_q2_k(blocks: Bytes) -> Floats:
    d, dmin = half(blocks, 80), half(blocks, 82)
    scale: Floats = (d * (blocks[:, :16] & 15)).reshape(-1, 1)
    minimum: Floats = (dmin * (blocks[:, :16] >> 4)).reshape(-1, 1)
    values = _spread(blocks[:, 16:80], 2, 32).reshape(-1, 16)
    return (values * scale - minimum).reshape(-1, 256)


def int8_q2_k(blocks: Bytes) -> Int8:
    """The nearest 8-bit form: 255 steps from the least to the greatest of 32 weights, where Q2_K has 3
    steps and its own scale and minimum for 16. It errs by at most 1/510 of the group's range."""
    weights = dequantize_q2_k(blocks).reshape(-1, 32)
    low, high = weights.min(axis=1, keepdims=True), weights.max(axis=1, keepdims=True)
    scale = (high - low) / np.float32(255)
    steps = np.rint((weights - low) / np.where(scale > 0, scale, 1)).clip(0, 255)
    values = (np.nan_to_num(steps) - 128).astype(np.int8)
    return values, scale, low + 128 * scale


def int8_iq4_xs(blocks: Bytes) -> Int8:
    high = np.ascontiguousarray(blocks[:, 2:4]).view("<u2") >> np.arange(0, 16, 2, dtype=np.uint16)
    low = np.stack([blocks[:, 4:8] & 15, blocks[:, 4:8] >> 4], axis=2).reshape(-1, 8)
    scales = (low | (high & 3).astype(np.uint8) << 4).view(np.int8) - np.int8(32)
    codes = _spread(blocks[:, 8:], 4, 16).reshape(-1, 32)
    scale = (half(blocks, 0) * scales).reshape(-1, 1)
    return IQ4_VALUES[codes], scale, np.zeros_like(scale)


def dequantize_iq4_xs(blocks: Bytes) -> Floats:
    values, scale, _ = int8_iq4_xs(blocks)
    return (values * scale).reshape(-1, 256)
