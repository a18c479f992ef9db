"""Quantised blocks: the numbers that ggml itself makes of them, and the packed forms that stand for them."""

from __future__ import annotations

import hashlib
import tracemalloc
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from desktop_app.engine.ggml_types import GGML_TYPES, INT4_GROUPS, INT8_GROUPS
from desktop_app.engine.gguf import GgufFile, TensorInfo, read_gguf
from tests.engine.gguf_writer import write_gguf

Floats = npt.NDArray[np.float32]
TYPES = {kind.name: kind for kind in GGML_TYPES.values()}
COUNT = 64

HALVES: dict[str, tuple[int, ...]] = {
    "Q4_0": (0,),
    "Q4_1": (0, 2),
    "Q5_0": (0,),
    "Q5_1": (0, 2),
    "Q8_0": (0,),
    "Q2_K": (80, 82),
    "Q3_K": (108,),
    "Q4_K": (0, 2),
    "Q5_K": (0, 2),
    "Q6_K": (208,),
    "IQ4_NL": (0,),
    "IQ4_XS": (0,),
}
"""Where each block has float16 numbers; all other bytes may be anything."""

GGUF_PY: dict[str, str] = {
    "Q4_0": "598d2bcc52a9ffc5728bfbc90d8b6dd1fc1d30af98ed1536289cf5457310e6b2",
    "Q4_1": "6ab1a202896c1b0d02818b2dafe7971affc6cc78af27d38299f5fec54266bdbd",
    "Q5_0": "f34e70be963e2a75a60e5b3168eb8942b021e0dcc7d2b3367c918bf7564e7fa6",
    "Q5_1": "199c723506b610a0202ef5458091d9cf0af728214aa5e929e99b2fc322cdf3f1",
    "Q8_0": "040a4ad7032fefef4dfd9148930edb48b14fdc1867cb682da1c0c7868353c141",
    "Q2_K": "cf94b1370666cd65fac60dc557fc7509c0de5538a604539fb5a43d6e81836526",
    "Q3_K": "da43eec0910b4f5f40df0658a33d8c681129cf624ba34a1f953802b6b18bb10f",
    "Q4_K": "9768c359b0bcce063eeb11dc82fcbcabddc2e1d2a59dff32134d6e2dc8a07c11",
    "Q5_K": "8eb851c07c1dadfc80868b1deea7bf2d019439e76d50c5928fc9dba1b7fa3583",
    "Q6_K": "13342d062b45f66b8feac7374f6fa7c49fbcf98e93618534eb8abc5d961d2afa",
    "IQ4_NL": "e39b0d1115bb81b7dd3d3c26aff99ed027d429111676ecd9ed92aca3a1b544f7",
    "IQ4_XS": "cad89184a73948ae616c039df6c25de4fa93c9bcf574230569fe81cd3134c737",
}
"""SHA-256 of the little-endian float32 values that ``gguf.quants.dequantize`` of gguf 0.19.0 makes of
`blocks_of`: ggml's own Python, which its authors test bit for bit against the C code."""


def blocks_of(name: str) -> npt.NDArray[np.uint8]:
    """``[COUNT, block bytes]``, the same on every machine, with finite scales."""
    size = TYPES[name].block_bytes
    raw = hashlib.shake_256(name.encode()).digest(COUNT * size)
    blocks = np.frombuffer(raw, np.uint8).reshape(COUNT, size).copy()
    for at in HALVES[name]:
        blocks[:, at + 1] &= 0b1011_1011  # an exponent of at most 14: below 1, and finite
    return blocks


@pytest.mark.parametrize("name", HALVES)
def test_the_values_are_ggmls_own_bit_for_bit(name: str) -> None:
    values = TYPES[name].dequantize(blocks_of(name))
    assert values.dtype == np.float32
    assert values.shape == (COUNT, TYPES[name].block_elements)
    assert hashlib.sha256(values.astype("<f4").tobytes()).hexdigest() == GGUF_PY[name]


def packed(name: str) -> tuple[Floats, Floats]:
    """The weights of `blocks_of` through the packed form, and the steps (scales), ``[groups, 32]``."""
    if name in INT4_GROUPS:
        q, scale, zero = INT4_GROUPS[name](blocks_of(name))
        assert q.dtype == np.uint8
        assert q.max() <= 15
        signed = q.astype(np.float32) - 8
    else:
        eight, scale, zero = INT8_GROUPS[name](blocks_of(name))
        assert eight.dtype == np.int8
        signed = eight.astype(np.float32)
    groups = COUNT * TYPES[name].block_elements // 32
    assert (signed.shape, scale.shape, zero.shape) == ((groups, 32), (groups, 1), (groups, 1))
    assert scale.dtype == zero.dtype == np.float32
    return signed * scale + zero, np.abs(scale)


def test_every_quantised_type_has_a_packed_form() -> None:
    assert set(INT4_GROUPS) | set(INT8_GROUPS) == set(HALVES)
    assert not set(INT4_GROUPS) & set(INT8_GROUPS)


@pytest.mark.parametrize("name", sorted(set(HALVES) - {"Q6_K", "Q2_K"}))
def test_the_packed_form_holds_the_same_weights(name: str) -> None:
    weights = TYPES[name].dequantize(blocks_of(name)).reshape(-1, 32)
    found, step = packed(name)
    # Equal but for the order of float32 operations: not a second rounding to a grid, which errs by steps.
    largest = np.abs(weights).max(1, keepdims=True)
    assert (np.abs(found - weights) <= 4e-6 * step + 2.5e-7 * largest).all()


def test_q6_k_errs_by_an_eighth_of_the_larger_step_and_adds_3_percent_of_noise() -> None:
    blocks = blocks_of("Q6_K")
    weights = TYPES["Q6_K"].dequantize(blocks).reshape(-1, 2, 16)
    found, unit = packed("Q6_K")
    error = np.abs(found.reshape(-1, 2, 16) - weights)
    steps = np.abs(blocks[:, 192:208].view(np.int8).astype(np.float32)).reshape(-1, 2)
    larger = steps.argmax(1)
    exact, near = (error[np.arange(len(error)), half] for half in (larger, 1 - larger))
    assert exact.max() == 0
    assert (near <= 0.501 * unit).all()
    own_noise = (4 * unit) ** 2 / 12  # Q6_K's own, of the half with the larger step
    assert 0.02 < (error**2).mean() / own_noise.mean() < 0.04


def test_q6_k_with_equal_scales_of_different_signs_stays_in_range() -> None:
    blocks = np.zeros((1, 210), np.uint8)  # all values are −32
    blocks[0, 192:208] = np.array([10, -10] * 8, np.int8).view(np.uint8)
    blocks[0, 208:210] = np.array([1], "<f2").view(np.uint8)
    q, scale, _ = INT8_GROUPS["Q6_K"](blocks)
    error = np.abs(q * scale - TYPES["Q6_K"].dequantize(blocks).reshape(-1, 32))
    assert error.max() == 2.5  # a quarter of a step of 10


def test_q2_k_errs_by_half_of_a_255th_of_the_groups_range() -> None:
    weights = TYPES["Q2_K"].dequantize(blocks_of("Q2_K")).reshape(-1, 32)
    found, _ = packed("Q2_K")
    spread = weights.max(1, keepdims=True) - weights.min(1, keepdims=True)
    error = np.abs(found - weights)
    assert (error <= 0.501 * spread / 255 + 1e-6 * np.abs(weights)).all()
    assert error.max() > 0


@pytest.mark.parametrize("name", HALVES)
def test_blocks_of_zeros_are_zeros(name: str) -> None:
    blocks = np.zeros((3, TYPES[name].block_bytes), np.uint8)
    assert not TYPES[name].dequantize(blocks).any()
    make = INT4_GROUPS.get(name)
    _, scale, zero = make(blocks) if make else INT8_GROUPS[name](blocks)
    assert not scale.any()
    assert not zero.any()


def test_rows_can_be_read_alone(tmp_path: Path) -> None:
    values = np.random.default_rng(3).normal(size=(2, 5, 64)).astype(np.float32)
    file = read_gguf(write_gguf(tmp_path / "f.gguf", {}, {"t": ("Q8_0", values)}))
    whole = file.float32("t")
    assert whole.shape == (2, 5, 64)
    for rows in (slice(0, 1), slice(3, 9), slice(9, 10), slice(4, 4), slice(8, 99)):
        assert np.array_equal(file.float32("t", rows), whole.reshape(10, 64)[rows])
        assert file.blocks("t", rows).shape == (2 * len(range(10)[rows]), 34)
    with pytest.raises(ValueError, match="follow"):
        file.blocks("t", slice(0, 10, 2))


def test_a_tensor_needs_little_more_memory_than_its_values() -> None:
    kind, rows = TYPES["Q6_K"], 4096
    data = np.zeros(rows * 16 * kind.block_bytes, np.uint8)
    file = GgufFile({}, {"t": TensorInfo("t", (rows, 4096), kind, 0, len(data))}, data)
    tracemalloc.start()
    values = file.float32("t")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < values.nbytes + (32 << 20)
