"""Folders and files of safetensors as data: everything that a header says is checked before it is used.

Format: https://github.com/huggingface/safetensors#format. A header is somebody else's JSON: its length,
names, types, shapes and places may be lies, and an index may name files anywhere. Each lie ends in an
`InkhornError` before anything is allocated. Values are memory-mapped when they are asked for.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from desktop_app.core.errors import InkhornError
from desktop_app.engine.config import read_config
from desktop_app.engine.folder_files import damaged_file, parse_object, place_of, read_object

MAX_HEADER_BYTES = 16 << 20  # a header of 100,000 tensors has about 12 MB
MAX_INDEX_BYTES = 16 << 20
MAX_TENSORS = 100_000
MAX_NAME = 512
MAX_DIMENSIONS = 8
MAX_FILES = 1024
_AT_ONCE = 1 << 20  # weights made into float32 in one piece

_DTYPES: dict[str, str] = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "BF16": "<u2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "<i1",
    "U64": "<u8",
    "U32": "<u4",
    "U16": "<u2",
    "U8": "<u1",
    "BOOL": "?",
}
"""How the values lie in the file; BF16 is the upper half of a float32."""
FLOATS = frozenset(("F64", "F32", "F16", "BF16"))
"""The types that weights have; the others are of counters and masks."""


@dataclass(frozen=True, slots=True)
class StoredTensor:
    """Where a tensor lies: ``offset`` and ``size`` are bytes in the file ``path``, ``dtype`` is the format's
    own name (``BF16``). The values are read when they are asked for."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    path: Path
    offset: int
    size: int

    @property
    def elements(self) -> int:
        return math.prod(self.shape)

    def raw(self) -> npt.NDArray[np.uint8]:
        """The bytes, ``[size]``, memory-mapped and read-only. Raises InkhornError ``model_damaged`` where the
        file has changed since it was checked."""
        if self.size == 0:
            return np.empty(0, np.uint8)
        try:
            return np.memmap(self.path, np.uint8, "r", self.offset, (self.size,))
        except (OSError, ValueError):
            raise damaged_file(self.path.name, "it has become shorter, or cannot be read") from None

    def float32(self, rows: slice | None = None) -> npt.NDArray[np.float32]:
        """The values: of the whole tensor in its own shape, of some rows (all dimensions but the last folded
        into one) as ``[rows, last dimension]``. Needs little memory besides the result. Raises as `raw`."""
        values = self.raw().view(_DTYPES[self.dtype])
        if rows is not None:
            last = self.shape[-1] if self.shape else 1
            values = values.reshape(math.prod(self.shape[:-1]), last)[rows]
        flat = values.reshape(-1)
        found = np.empty(len(flat), np.float32)
        for start in range(0, len(flat), _AT_ONCE):
            part = flat[start : start + _AT_ONCE]
            if self.dtype == "BF16":
                found[start : start + _AT_ONCE] = (part.astype(np.uint32) << 16).view(np.float32)
            else:
                with np.errstate(over="ignore", invalid="ignore"):  # float64 beyond float32, and NaN
                    found[start : start + _AT_ONCE] = part
        return found.reshape(self.shape if rows is None else values.shape)


@dataclass(frozen=True, slots=True)
class SafetensorsFolder:
    """A checked folder: ``config`` is its ``config.json`` (see `desktop_app.engine.config`), ``tensors`` are
    those of all its files."""

    config: dict[str, Any]
    tensors: dict[str, StoredTensor]


def read_safetensors_folder(folder: Path) -> SafetensorsFolder:
    """Open and check ``folder``: one ``model.safetensors``, several files with an index, or several without.
    Raises InkhornError: ``model_missing``, ``model_damaged``, ``model_unsupported``."""
    return SafetensorsFolder(read_config(folder), read_weights(folder))


def read_weights(folder: Path) -> dict[str, StoredTensor]:
    """The tensors of a folder's files, without its ``config.json``. Raises as `read_safetensors_folder`."""
    index = read_object(folder, "model.safetensors.index.json", MAX_INDEX_BYTES)
    if index is not None:
        return _indexed(folder, index)
    single = place_of(folder, "model.safetensors")
    if single is not None:
        return read_safetensors_file(single)
    try:
        names = sorted(path.name for path in folder.glob("*.safetensors"))
    except OSError:
        names = []
    if not names:
        raise InkhornError("model_missing", _nothing(folder))
    found: dict[str, StoredTensor] = {}
    for name in names[:MAX_FILES]:
        tensors = _opened(folder, name)
        if found.keys() & tensors.keys():
            raise damaged_file(name, "it holds a tensor that another file has too")
        found |= tensors
    return found


def read_safetensors_file(path: Path) -> dict[str, StoredTensor]:
    """Open and check one file; gives its tensors by their names. Raises InkhornError: ``model_missing``,
    ``model_damaged``, ``model_unsupported``."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(0)
            length = int.from_bytes(file.read(8), "little")
            if size < 8 or not 2 <= length <= min(size - 8, MAX_HEADER_BYTES):
                raise damaged_file(path.name, "its header does not fit into it")
            content = file.read(length)
    except FileNotFoundError:
        raise InkhornError("model_missing", f"The model file is not there: {path.name[:80]}") from None
    except OSError:
        raise damaged_file(path.name, "it cannot be read") from None
    try:
        header = parse_object(content.decode(), path.name)
    except UnicodeDecodeError:
        raise damaged_file(path.name, "its header is not UTF-8") from None
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(value, str) for value in metadata.values()):
        raise damaged_file(path.name, "its metadata is not text")
    if len(header) > MAX_TENSORS:
        raise damaged_file(path.name, "it holds too many tensors")
    tensors = {name: _tensor(path, 8 + length, name, entry) for name, entry in header.items()}
    _check_places(path, 8 + length, size, tensors)
    return tensors


def _tensor(path: Path, base: int, name: str, entry: Any) -> StoredTensor:
    if not 1 <= len(name) <= MAX_NAME or not name.isprintable():
        raise damaged_file(path.name, "the name of a tensor is not one")
    if not isinstance(entry, dict) or entry.keys() != {"dtype", "shape", "data_offsets"}:
        raise damaged_file(path.name, "a tensor is not described as the format says")
    dtype, shape, places = entry["dtype"], entry["shape"], entry["data_offsets"]
    if not isinstance(dtype, str) or dtype not in _DTYPES:
        message = f"This version cannot read tensors of the type {str(dtype)[:40]!r}."
        raise InkhornError("model_unsupported", message, field=name[:80])
    if not _numbers(shape) or len(shape) > MAX_DIMENSIONS or not _numbers(places) or len(places) != 2:
        raise damaged_file(path.name, "the shape or place of a tensor is not one")
    begin, end = places
    size = math.prod(shape) * np.dtype(_DTYPES[dtype]).itemsize  # Python's numbers: no overflow
    if end - begin != size:
        raise damaged_file(path.name, "the size of a tensor does not fit its shape")
    return StoredTensor(name, dtype, tuple(shape), path, base + begin, size)


def _numbers(values: Any) -> bool:
    return isinstance(values, list) and all(
        isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 48 for value in values
    )


def _check_places(path: Path, base: int, size: int, tensors: Mapping[str, StoredTensor]) -> None:
    """The format wants the tensors to cover the file without a hole, and without an overlap."""
    at = base
    for tensor in sorted(tensors.values(), key=lambda tensor: (tensor.offset, tensor.size)):
        if tensor.offset != at:
            raise damaged_file(path.name, "its tensors overlap or leave a hole")
        at += tensor.size
    if at != size:
        raise damaged_file(
            path.name, "it does not end where its last tensor ends; it may have been cut short"
        )


def _indexed(folder: Path, index: dict[str, Any]) -> dict[str, StoredTensor]:
    named = index.get("weight_map")
    if not isinstance(named, dict) or not named or not all(isinstance(name, str) for name in named.values()):
        raise damaged_file("model.safetensors.index.json", "it does not say which file holds what")
    names = sorted(set(named.values()))
    if len(named) > MAX_TENSORS or len(names) > MAX_FILES:
        raise damaged_file("model.safetensors.index.json", "it names too much")
    files = {name: _opened(folder, name) for name in names}
    found: dict[str, StoredTensor] = {}
    for tensor, name in named.items():
        if tensor not in files[name]:
            raise damaged_file(name, f"the tensor {tensor[:80]!r} is missing")
        found[tensor] = files[name][tensor]
    return found


def _opened(folder: Path, name: str) -> dict[str, StoredTensor]:
    if not name.endswith(".safetensors"):
        raise damaged_file(name, "it is not a safetensors file")
    path = place_of(folder, name)
    if path is None:
        raise InkhornError("model_missing", f"The model file is not there: {name[:80]}")
    return read_safetensors_file(path)


def _nothing(folder: Path) -> str:
    pickled = any(folder.glob("*.bin")) or any(folder.glob("*.pth")) or any(folder.glob("*.pt"))
    if pickled:
        return (
            "The model's folder has its weights as pickle files only, which can run code. "
            "Choose a model in the safetensors or GGUF form."
        )
    return "The model's folder has no weights in it."
