"""Safetensors: what the safetensors library writes is read, and every lie in a header is refused."""

from __future__ import annotations

import json
import os
import struct
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from desktop_app.core.errors import InkhornError
from desktop_app.engine.safetensors_folder import (
    read_safetensors_file,
    read_safetensors_folder,
    read_weights,
)
from tests.engine.test_config import GOOD as CONFIG

TENSORS = {
    "a.f32": torch.randn(4, 6),
    "b.f16": torch.randn(3, 2, 5).half(),
    "c.bf16": torch.randn(8, 16).bfloat16(),
    "d.f64": torch.randn(2, 2).double(),
    "e.i8": torch.arange(-4, 4, dtype=torch.int8),
    "f.i64": torch.tensor([1, -2, 3]),
    "g.bool": torch.tensor([True, False]),
    "h.scalar": torch.tensor(2.5),
    "i.empty": torch.zeros(0, 4),
}


def test_what_the_library_writes_is_read(tmp_path: Path) -> None:
    save_file(TENSORS, tmp_path / "x.safetensors", metadata={"format": "pt"})
    tensors = read_safetensors_file(tmp_path / "x.safetensors")
    assert tensors.keys() == TENSORS.keys()
    for name, tensor in TENSORS.items():
        assert np.array_equal(tensors[name].float32(), tensor.float().numpy()), name
        assert tensors[name].shape == tuple(tensor.shape)
        assert tensors[name].raw().tobytes() == tensor.reshape(-1).view(torch.uint8).numpy().tobytes()


def test_rows_can_be_read_alone(tmp_path: Path) -> None:
    save_file(TENSORS, tmp_path / "x.safetensors")
    tensors = read_safetensors_file(tmp_path / "x.safetensors")
    for name in ("a.f32", "b.f16", "c.bf16"):
        whole = TENSORS[name].float().numpy().reshape(-1, TENSORS[name].shape[-1])
        for rows in (slice(0, 1), slice(1, 3), slice(2, 99), slice(2, 2)):
            assert np.array_equal(tensors[name].float32(rows), whole[rows])


def test_a_tensor_needs_little_more_memory_than_its_values(tmp_path: Path) -> None:
    save_file({"t": torch.zeros(4096, 4096, dtype=torch.bfloat16)}, tmp_path / "x.safetensors")
    tensors = read_safetensors_file(tmp_path / "x.safetensors")
    tracemalloc.start()
    values = tensors["t"].float32()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < values.nbytes + (16 << 20)


def with_config(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(CONFIG), encoding="utf-8")
    return folder


def in_two(folder: Path, **changes: str) -> Path:
    """Two files and their index, in which ``changes`` name other files."""
    save_file({"a": torch.ones(2), "b": torch.ones(3)}, folder / "model-00001-of-00002.safetensors")
    save_file({"c": torch.ones(4)}, folder / "model-00002-of-00002.safetensors")
    first, second = "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"
    index = {"metadata": {}, "weight_map": {"a": first, "b": first, "c": second, **changes}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    return folder


def test_a_folder_of_one_file(tmp_path: Path) -> None:
    save_file(TENSORS, with_config(tmp_path) / "model.safetensors")
    found = read_safetensors_folder(tmp_path)
    assert found.config == CONFIG
    assert np.array_equal(found.tensors["a.f32"].float32(slice(0, 2)), TENSORS["a.f32"][:2].numpy())
    assert found.tensors["e.i8"].raw().tobytes() == TENSORS["e.i8"].numpy().tobytes()


def test_a_folder_of_several_files_with_an_index(tmp_path: Path) -> None:
    found = read_safetensors_folder(in_two(with_config(tmp_path)))
    assert {name: tensor.elements for name, tensor in found.tensors.items()} == {"a": 2, "b": 3, "c": 4}


def test_a_folder_of_several_files_without_one(tmp_path: Path) -> None:
    save_file({"a": torch.ones(2)}, tmp_path / "x.safetensors")
    save_file({"b": torch.ones(2)}, tmp_path / "y.safetensors")
    assert read_weights(tmp_path).keys() == {"a", "b"}
    save_file({"a": torch.ones(2)}, tmp_path / "z.safetensors")
    with pytest.raises(InkhornError, match="another file"):
        read_weights(tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        "../outside.safetensors",
        "/etc/passwd",
        "sub/x.safetensors",
        "..\\x.safetensors",
        "C:x.safetensors",
        "..",
        "",
        "config.json",
        "a\0.safetensors",
        "x" * 300 + ".safetensors",
    ],
)
def test_an_index_names_files_of_its_own_folder_only(tmp_path: Path, name: str) -> None:
    save_file({"a": torch.ones(2)}, tmp_path / "outside.safetensors")
    folder = with_config(tmp_path / "model")
    with pytest.raises(InkhornError) as caught:
        read_weights(in_two(folder, a=name))
    assert caught.value.kind == "model_damaged"


def test_a_file_that_the_index_names_and_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InkhornError) as caught:
        read_weights(in_two(tmp_path, a="model-00009.safetensors"))
    assert caught.value.kind == "model_missing"
    with pytest.raises(InkhornError, match="'d' is missing"):
        read_weights(in_two(tmp_path, d="model-00002-of-00002.safetensors"))


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_links_are_not_followed(tmp_path: Path) -> None:
    save_file({"a": torch.ones(2)}, tmp_path / "outside.safetensors")
    folder = with_config(tmp_path / "model")
    (folder / "model.safetensors").symlink_to(tmp_path / "outside.safetensors")
    with pytest.raises(InkhornError, match="link"):
        read_weights(folder)


def test_pickle_alone_is_told_apart_from_nothing(tmp_path: Path) -> None:
    with pytest.raises(InkhornError, match="no weights"):
        read_weights(tmp_path)
    (tmp_path / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    with pytest.raises(InkhornError, match="pickle"):
        read_weights(tmp_path)


def file_of(header: Any, data: bytes = b"") -> bytes:
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(raw)) + raw + data


def entry(shape: Any = (2,), places: Any = (0, 8), dtype: Any = "F32") -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": places}


HUGE = 2**63
LIES: dict[str, bytes] = {
    "empty": b"",
    "seven bytes": b"\1" * 7,
    "header beyond the end": struct.pack("<Q", 1000) + b"{}",
    "header of 2**64": struct.pack("<Q", 2**64 - 1) + b"{}",
    "header of nothing": struct.pack("<Q", 0) + b"{}",
    "not JSON": file_of(b"{]"),
    "not an object": file_of(b"[]"),
    "not UTF-8": file_of(b'{"\xff": 1}'),
    "deep": file_of(b'{"a":' * 100_000),
    "same name twice": file_of(b'{"a": %s, "a": %s}' % ((json.dumps(entry()).encode(),) * 2), bytes(8)),
    "metadata of numbers": file_of({"__metadata__": {"a": 1}}),
    "no dtype": file_of({"a": {"shape": [2], "data_offsets": [0, 8]}}, bytes(8)),
    "more keys": file_of({"a": entry() | {"path": "/etc/passwd"}}, bytes(8)),
    "dtype unknown": file_of({"a": entry(dtype="F8_E4M3", places=(0, 2))}, bytes(2)),
    "dtype a list": file_of({"a": entry(dtype=["F32"])}, bytes(8)),
    "shape negative": file_of({"a": entry(shape=(-2,))}, bytes(8)),
    "shape of text": file_of({"a": entry(shape="2")}, bytes(8)),
    "shape of bool": file_of({"a": entry(shape=(True, 2))}, bytes(8)),
    "shape overflows": file_of({"a": entry(shape=(HUGE, 2))}, bytes(8)),
    "shape of many": file_of({"a": entry(shape=(1,) * 9, places=(0, 4))}, bytes(4)),
    "shape too small": file_of({"a": entry(shape=(1,))}, bytes(8)),
    "places reversed": file_of({"a": entry(places=(8, 0))}, bytes(8)),
    "places outside": file_of({"a": entry(places=(800, 808))}, bytes(8)),
    "places of three": file_of({"a": entry(places=(0, 8, 8))}, bytes(8)),
    "overlap": file_of({"a": entry(), "b": entry(places=(4, 12))}, bytes(12)),
    "hole": file_of({"a": entry(), "b": entry(places=(12, 20))}, bytes(20)),
    "cut short": file_of({"a": entry()}, bytes(7)),
    "more data": file_of({"a": entry()}, bytes(9)),
    "name empty": file_of({"": entry()}, bytes(8)),
    "name of control characters": file_of({"a\nb": entry()}, bytes(8)),
}


@pytest.mark.parametrize("content", LIES.values(), ids=LIES.keys())
def test_lies_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    with pytest.raises(InkhornError) as caught:
        read_safetensors_file(path)
    assert caught.value.kind in ("model_damaged", "model_unsupported")


def test_every_truncation_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    whole = file_of({"a": entry()}, bytes(8))
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(InkhornError):
            read_safetensors_file(path)


def test_a_file_that_shrinks_afterwards_is_an_error_of_ours(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(file_of({"a": entry()}, bytes(8)))
    tensors = read_safetensors_file(path)
    path.write_bytes(b"")
    with pytest.raises(InkhornError):
        tensors["a"].float32()
