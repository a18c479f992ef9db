"""Writes small GGUF files for tests: the reverse of `desktop_app.engine.gguf`, kept apart from it.

Only what tests need: version 3, F32, F16, Q4_0, Q4_1 and Q8_0 (quantised by plain rounding)."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
TYPES = {"F32": 0, "F16": 1, "Q4_0": 2, "Q4_1": 3, "Q8_0": 8}


def gguf_bytes(
    metadata: dict[str, Any], tensors: dict[str, tuple[str, Floats]], alignment: int = 32
) -> bytes:
    """A whole file. Integers become uint32, floats float32, lists of strings or of numbers arrays; bytes are
    a type and a value already."""
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata))
    for key, value in metadata.items():
        head += string(key) + typed(value)
    data = b""
    for name, (kind, values) in tensors.items():
        dims = values.shape[::-1]
        head += string(name) + struct.pack("<I", len(dims)) + struct.pack(f"<{len(dims)}Q", *dims)
        head += struct.pack("<IQ", TYPES[kind], len(data))
        raw = encode(kind, values)
        data += raw + b"\0" * (-len(raw) % alignment)
    return head + b"\0" * (-len(head) % alignment) + data


def write_gguf(path: Path, metadata: dict[str, Any], tensors: dict[str, tuple[str, Floats]]) -> Path:
    path.write_bytes(gguf_bytes(metadata, tensors))
    return path


def write_split_gguf(
    folder: Path, stem: str, metadata: dict[str, Any], tensors: dict[str, tuple[str, Floats]], count: int
) -> list[Path]:
    """What llama.cpp's gguf-split makes of a file: the metadata in the first of ``count`` parts, the tensors
    in order over all of them, and in each the three facts, as uint16 and int32."""
    names, paths = list(tensors), []
    for number in range(count):
        facts = {
            "split.no": struct.pack("<IH", 2, number),
            "split.count": struct.pack("<IH", 2, count),
            "split.tensors.count": struct.pack("<Ii", 5, len(tensors)),
        }
        part = names[number * len(names) // count : (number + 1) * len(names) // count]
        path = folder / f"{stem}-{number + 1:05d}-of-{count:05d}.gguf"
        held = {**metadata, **facts} if number == 0 else facts
        paths.append(write_gguf(path, held, {name: tensors[name] for name in part}))
    return paths


def string(text: str) -> bytes:
    raw = text.encode()
    return struct.pack("<Q", len(raw)) + raw


def typed(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, bool):
        return struct.pack("<I?", 7, value)
    if isinstance(value, int):
        return struct.pack("<II", 4, value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    if isinstance(value, str):
        return struct.pack("<I", 8) + string(value)
    if len(value) and isinstance(value[0], str):
        return struct.pack("<IIQ", 9, 8, len(value)) + b"".join(map(string, value))
    return struct.pack("<IIQ", 9, 5, len(value)) + struct.pack(f"<{len(value)}i", *value)


def encode(kind: str, values: Floats) -> bytes:
    """The bytes of ``values`` as ggml stores them."""
    if kind == "F32":
        return values.astype("<f4").tobytes()
    if kind == "F16":
        return values.astype("<f2").tobytes()
    blocks = values.reshape(-1, 32)
    if kind == "Q8_0":
        scale = np.abs(blocks).max(1, keepdims=True).astype("<f2") / np.float16(127)
        q = np.round(blocks / np.maximum(scale.astype(np.float32), 1e-9)).clip(-128, 127)
        return np.concatenate([scale.view(np.uint8), q.astype(np.int8).view(np.uint8)], 1).tobytes()
    if kind == "Q4_0":
        scale = (np.abs(blocks).max(1, keepdims=True) / 7).astype("<f2")
        q = (np.round(blocks / np.maximum(scale.astype(np.float32), 1e-9)) + 8).clip(0, 15)
        return np.concatenate([scale.view(np.uint8), _nibbles(q)], 1).tobytes()
    low = blocks.min(1, keepdims=True).astype("<f2")
    scale = ((blocks.max(1, keepdims=True) - low) / 15).astype("<f2")
    q = np.round((blocks - low) / np.maximum(scale.astype(np.float32), 1e-9)).clip(0, 15)
    return np.concatenate([scale.view(np.uint8), low.view(np.uint8), _nibbles(q)], 1).tobytes()


def _nibbles(q: Floats) -> npt.NDArray[np.uint8]:
    values = q.astype(np.uint8)
    return values[:, :16] | (values[:, 16:] << 4)
