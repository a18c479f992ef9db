"""Safetensors files and their index: headers changed as JSON and as bytes, and files that are not there."""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from desktop_app.engine.safetensors_folder import StoredTensor, read_weights
from tests.fuzz.mutate import STRINGS, mutated_bytes, mutated_json

_SIZES = {"F32": 4, "F16": 2, "BF16": 2, "F64": 8, "I8": 1, "I64": 8, "BOOL": 1}
_INDEX = "model.safetensors.index.json"


def make(rng: random.Random, folder: Path) -> Callable[[], object]:
    for old in folder.iterdir():
        old.unlink()
    names = ["model.safetensors"]
    if rng.random() < 0.4:
        names = ["model-1.safetensors", "model-2.safetensors"]
    where: dict[str, str] = {}
    for name in names:
        header, data = _file(rng, name)
        where |= dict.fromkeys(header, name)
        header = header | {"__metadata__": {"format": "pt"}}
        if rng.random() < 0.7:
            header = mutated_json(rng, header, rng.randrange(1, 4))
        raw = json.dumps(header).encode()
        length = rng.choice((0, 1, 2**40, 2**63, len(raw) - 1)) if rng.random() < 0.05 else len(raw)
        content = struct.pack("<Q", length) + raw + data
        if rng.random() < 0.3:
            content = mutated_bytes(rng, content, 8 + len(raw))
        (folder / name).write_bytes(content)
    if len(names) > 1 and rng.random() < 0.9:
        index: Any = {"metadata": {"total_size": 1}, "weight_map": where}
        if rng.random() < 0.5:
            index = mutated_json(rng, index, rng.randrange(1, 4))
        if rng.random() < 0.2:
            where[rng.choice(STRINGS)] = rng.choice(STRINGS) + rng.choice(("", ".safetensors"))
        (folder / _INDEX).write_text(json.dumps(index), encoding="utf-8")
    return lambda: _read(folder)


def _file(rng: random.Random, name: str) -> tuple[dict[str, Any], bytes]:
    header: dict[str, Any] = {}
    at = 0
    for number in range(rng.randrange(1, 6)):
        dtype = rng.choice(list(_SIZES))
        shape = [rng.randrange(0, 5) for _ in range(rng.randrange(0, 4))]
        size = _SIZES[dtype]
        for length in shape:
            size *= length
        header[f"{name[:7]}.{number}"] = {"dtype": dtype, "shape": shape, "data_offsets": [at, at + size]}
        at += size
    return header, rng.randbytes(at)


def _read(folder: Path) -> None:
    tensors: dict[str, StoredTensor] = read_weights(folder)
    for tensor in tensors.values():
        assert tensor.raw().nbytes == tensor.size
        assert tensor.float32().shape == tensor.shape
        tensor.float32(slice(0, 2))
