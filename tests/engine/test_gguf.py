"""GGUF files: read right when right, refused when not, never a crash or a hang."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.engine.families.gguf_reader import read_gguf_architecture
from desktop_app.engine.gguf import read_gguf
from desktop_app.engine.tokenizer import make_vocabulary
from tests.engine.gguf_writer import encode, gguf_bytes, string, typed, write_gguf
from tests.engine.tiny_model import metadata, tensors, tiny_llama

FLOATS = np.random.default_rng(0).normal(size=(4, 64)).astype(np.float32)
GOOD = gguf_bytes(
    {"a.b": 7, "name": "墨池", "list": ["x", "y"], "numbers": [1, -2, 3]}, {"t": ("F32", FLOATS)}
)


def read(path: Path, content: bytes) -> object:
    path.write_bytes(content)
    return read_gguf(path)


def refused(path: Path, content: bytes) -> InkhornError:
    with pytest.raises(InkhornError) as caught:
        read(path, content)
    assert caught.value.kind in ("model_damaged", "model_unsupported")
    return caught.value


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "墨.gguf"
    path.write_bytes(GOOD)
    file = read_gguf(path)
    assert file.metadata["a.b"] == 7
    assert file.metadata["name"] == "墨池"
    assert file.metadata["list"] == ["x", "y"]
    assert file.metadata["numbers"].tolist() == [1, -2, 3]
    assert np.array_equal(file.float32("t"), FLOATS)


@pytest.mark.parametrize(
    ("kind", "step"), [("F32", 0.0), ("F16", 1e-3), ("Q8_0", 1 / 127), ("Q4_0", 1 / 7), ("Q4_1", 1 / 7)]
)
def test_values_come_back_within_the_types_own_step(tmp_path: Path, kind: str, step: float) -> None:
    file = read_gguf(write_gguf(tmp_path / "f.gguf", {}, {"t": (kind, FLOATS)}))
    error = np.abs(file.float32("t") - FLOATS)
    limit = step * np.abs(FLOATS.reshape(-1, 32)).max(1).repeat(32).reshape(FLOATS.shape)
    assert (error <= limit).all()


def test_q4_1_is_scale_times_nibble_plus_minimum(tmp_path: Path) -> None:
    block = np.array([0.5], "<f2").tobytes() + np.array([-1.0], "<f2").tobytes() + bytes(range(16))
    content = gguf_bytes({}, {"t": ("Q4_1", np.zeros((1, 32), np.float32))})
    file = read(tmp_path / "f.gguf", content[:-32] + block + b"\0" * 12)
    values = file.float32("t")[0]  # type: ignore[attr-defined]
    assert values[:16].tolist() == [0.5 * n - 1 for n in range(16)]  # low halves: 0 to 15
    assert values[16:].tolist() == [-1.0] * 16  # high halves: all 0


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(InkhornError) as caught:
        read_gguf(tmp_path / "no.gguf")
    assert caught.value.kind == "model_missing"


def test_every_truncation_is_refused(tmp_path: Path) -> None:
    for length in range(len(GOOD)):
        refused(tmp_path / "f.gguf", GOOD[:length])


def header(tensor_count: int, metadata_count: int, rest: bytes = b"") -> bytes:
    return b"GGUF" + struct.pack("<IQQ", 3, tensor_count, metadata_count) + rest + b"\0" * 64


def tensor(name: str, dims: tuple[int, ...], kind: int = 0, offset: int = 0) -> bytes:
    sizes = struct.pack(f"<{len(dims)}Q", *dims)
    return string(name) + struct.pack("<I", len(dims)) + sizes + struct.pack("<IQ", kind, offset)


HUGE = 2**64 - 1
HOSTILE: dict[str, bytes] = {
    "not GGUF": b"PK\x03\x04" + b"\0" * 100,
    "version 1": b"GGUF" + struct.pack("<IQQ", 1, 0, 0),
    "big-endian": b"GGUF" + struct.pack(">IQQ", 3, 0, 0),
    "tensor count": header(HUGE, 0),
    "metadata count": header(0, HUGE),
    "key length": header(0, 1, struct.pack("<Q", HUGE)),
    "key not UTF-8": header(0, 1, struct.pack("<Q", 2) + b"\xff\xfe" + typed(1)),
    "same key twice": header(0, 2, (string("k") + typed(1)) * 2),
    "unknown value type": header(0, 1, string("k") + struct.pack("<I", 99)),
    "string length": header(0, 1, string("k") + struct.pack("<IQ", 8, HUGE)),
    "array length": header(0, 1, string("k") + struct.pack("<IIQ", 9, 4, HUGE // 4)),
    "string array length": header(0, 1, string("k") + struct.pack("<IIQ", 9, 8, HUGE)),
    "array of arrays": header(0, 1, string("k") + struct.pack("<IIQ", 9, 9, 1)),
    "alignment 0": header(0, 1, string("general.alignment") + typed(0)),
    "alignment 7": header(0, 1, string("general.alignment") + typed(7)),
    "alignment text": header(0, 1, string("general.alignment") + typed("x")),
    "too many dimensions": header(1, 0, tensor("t", (1,) * 5)),
    "dimension 0": header(1, 0, tensor("t", (0, 4))),
    "overflowing dimensions": header(1, 0, tensor("t", (2**33, 2**33))),
    "huge dimension": header(1, 0, tensor("t", (HUGE,))),
    "unknown tensor type": header(1, 0, tensor("t", (4,), kind=4000)),
    "ragged blocks": header(1, 0, tensor("t", (33,), kind=2)),
    "offset outside": header(1, 0, tensor("t", (4,), offset=1 << 40)),
    "offset wraps": header(1, 0, tensor("t", (4,), offset=HUGE - 31)),
    "offset not aligned": header(1, 0, tensor("t", (4,), offset=4)),
    "tensors overlap": header(2, 0, tensor("t", (8,)) + tensor("u", (8,))),
    "same tensor twice": header(2, 0, tensor("t", (4,)) + tensor("t", (4,), offset=32)),
    "long tensor name": header(1, 0, tensor("n" * 65, (4,))),
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_lies_are_refused(tmp_path: Path, content: bytes) -> None:
    assert refused(tmp_path / "f.gguf", content).message


def open_all(path: Path) -> None:
    """All that happens to a file's header before weights are touched."""
    file = read_gguf(path)
    read_gguf_architecture(file)
    make_vocabulary(file.metadata)


def mutations(good: bytes, head: int, rng: random.Random, count: int) -> list[bytes]:
    """``count`` files with bytes changed, cut out or put in, in the first ``head`` bytes."""
    changes: list[Callable[[bytearray, int], None]] = [
        lambda data, at: data.__setitem__(at, data[at] ^ (1 << rng.randrange(8))),
        lambda data, at: data.__setitem__(at, rng.choice((0, 1, 0x7F, 0x80, 0xFF))),
        lambda data, at: data.__setitem__(
            slice(at, at + 8), struct.pack("<Q", rng.choice((0, HUGE, 1 << 40)))
        ),
        lambda data, at: data.__delitem__(slice(at, at + rng.randrange(1, 9))),
        lambda data, at: data.__setitem__(slice(at, at), rng.randbytes(rng.randrange(1, 9))),
    ]
    made = []
    for _ in range(count):
        data = bytearray(good)
        for _ in range(rng.randrange(1, 4)):
            rng.choice(changes)(data, rng.randrange(min(head, len(data) - 9)))
        made.append(bytes(data))
    return made


def test_mutated_files_end_in_an_error_of_ours_or_a_model(tmp_path: Path) -> None:
    model = tiny_llama()
    small = tensors(model)
    good = gguf_bytes(metadata(model), small)
    head = good.index(small["token_embd.weight"][1].astype("<f4").tobytes()[:64])
    path, rng, refusals = tmp_path / "f.gguf", random.Random(5), 0
    for data in mutations(good, head, rng, 600):
        path.write_bytes(data)
        try:
            open_all(path)
        except InkhornError:
            refusals += 1
    assert refusals > 300  # a changed letter in a token is not an error


def test_tensors_not_known_here_are_not_left_out(tmp_path: Path) -> None:
    model = tiny_llama()
    extra = tensors(model) | {"blk.0.attn_q.bias": ("F32", np.zeros(128, np.float32))}
    file = read_gguf(write_gguf(tmp_path / "f.gguf", metadata(model), extra))
    with pytest.raises(InkhornError) as caught:
        read_gguf_architecture(file)
    assert caught.value.kind == "model_unsupported"


def test_encode_is_the_size_that_the_format_says() -> None:
    assert [len(encode(kind, FLOATS)) for kind in ("Q4_0", "Q4_1", "Q8_0")] == [8 * 18, 8 * 20, 8 * 34]
