"""GGUF files as data: metadata and tensor places, all checked against the file's size before use.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, versions 2 and 3, little-endian.
A file is somebody else's: every count, length, offset and name in it may be a lie, so nothing is
allocated or sliced before it has been checked, and each lie ends in an `InkhornError`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from desktop_app.core.errors import InkhornError
from desktop_app.engine.ggml_types import GGML_TYPES, GgmlType

Bytes = npt.NDArray[np.uint8]

MAX_METADATA = 100_000
MAX_TENSORS = 100_000
MAX_KEY_BYTES = 65_535  # the format's own limit
MAX_TENSOR_NAME_BYTES = 64  # the format's own limit
MAX_STRING_BYTES = 8 << 20  # a chat template of 8 MB is not one
MAX_STRINGS = 3_000_000  # tokens and merges of the largest vocabularies are under 1 million
MAX_DIMENSIONS = 4
MAX_ALIGNMENT = 1 << 20
_AT_ONCE = 1 << 20  # weights made into numbers in one piece

_SCALARS: dict[int, str] = {
    0: "<u1",
    1: "<i1",
    2: "<u2",
    3: "<i2",
    4: "<u4",
    5: "<i4",
    6: "<f4",
    7: "?",
    10: "<u8",
    11: "<i8",
    12: "<f8",
}
_STRING, _ARRAY = 8, 9


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """Where a tensor lies. ``shape`` is in torch's order (rows first, GGUF's own reversed);
    ``offset`` and ``size`` are bytes from the beginning of the file, of several the one with the number
    ``part``."""

    name: str
    shape: tuple[int, ...]
    type: GgmlType
    offset: int
    size: int
    part: int = 0

    @property
    def elements(self) -> int:
        return math.prod(self.shape)

    @property
    def rows(self) -> int:
        """With all dimensions but the last folded into one."""
        return math.prod(self.shape[:-1])


@dataclass(frozen=True, slots=True)
class GgufFile:
    """A checked file: ``metadata`` (numbers, strings, lists of strings, numpy arrays of numbers) and
    ``tensors``. ``data`` is the whole file, memory-mapped; ``more`` are the parts after the first of a
    model in several (`desktop_app.engine.gguf_split`)."""

    metadata: dict[str, Any]
    tensors: dict[str, TensorInfo]
    data: Bytes
    more: tuple[Bytes, ...] = ()

    def blocks(self, name: str, rows: slice | None = None) -> Bytes:
        """The raw blocks of a tensor, or of some of its rows (``[rows, last dimension]``, all others
        folded into rows): ``[elements / block elements, block bytes]``, without a copy."""
        info = self.tensors[name]
        data = self.more[info.part - 1] if info.part else self.data
        raw = data[info.offset : info.offset + info.size].reshape(info.rows, -1)
        return raw[_whole(rows)].reshape(-1, info.type.block_bytes)

    def float32(self, name: str, rows: slice | None = None) -> npt.NDArray[np.float32]:
        """The values in ``float32``, in torch's order: of the whole tensor in its own shape, of some rows
        as ``[rows, last dimension]``. Needs little memory besides the result."""
        info = self.tensors[name]
        blocks = self.blocks(name, rows)
        values = np.empty((len(blocks), info.type.block_elements), np.float32)
        step = max(1, _AT_ONCE // info.type.block_elements)
        for start in range(0, len(blocks), step):
            values[start : start + step] = info.type.dequantize(blocks[start : start + step])
        return values.reshape(info.shape if rows is None else (-1, info.shape[-1]))


def _whole(rows: slice | None) -> slice:
    """A step other than 1 would not be a view of whole blocks."""
    if rows is None:
        return slice(None)
    if rows.step not in (None, 1):
        raise ValueError("rows follow each other")
    return rows


def read_gguf(path: Path) -> GgufFile:
    """Open and check ``path``.

    Raises InkhornError: ``model_missing``; ``model_damaged`` for what cannot be a whole GGUF file;
    ``model_unsupported`` for one that this version cannot read. Raises OSError where the system does not
    let it be read.
    """
    try:
        size = path.stat().st_size
        if size == 0:
            raise _damaged("The file is empty.")
        data = np.memmap(path, dtype=np.uint8, mode="r")
    except FileNotFoundError:
        raise InkhornError("model_missing", f"The model file is not there: {path.name}") from None
    except IsADirectoryError:
        raise _damaged("It is a folder, not a file.") from None
    return _Reader(data).read()


def _damaged(why: str) -> InkhornError:
    return InkhornError("model_damaged", f"The model file is damaged or not a GGUF file. {why}", why=why)


def _unsupported(why: str) -> InkhornError:
    return InkhornError("model_unsupported", f"This version cannot read this model file. {why}", why=why)


class _Reader:
    """A cursor over the header."""

    def __init__(self, data: Bytes) -> None:
        self._data = data
        self._at = 0
        self._strings = 0

    def read(self) -> GgufFile:
        if self._take(4).tobytes() != b"GGUF":
            raise _damaged("It does not begin like one.")
        version = self._number("<u4")
        if version not in (2, 3):
            if version & 0xFFFF == 0:
                raise _unsupported("It is big-endian.")
            raise _unsupported(f"It has GGUF version {version}; versions 2 and 3 are known.")
        tensor_count = self._count("<u8", MAX_TENSORS, "tensors")
        metadata_count = self._count("<u8", MAX_METADATA, "metadata entries")
        metadata: dict[str, Any] = {}
        for _ in range(metadata_count):
            key = self._string(MAX_KEY_BYTES)
            if key in metadata:
                raise _damaged("A metadata key comes twice.")
            metadata[key] = self._value(self._number("<u4"))
        places = [self._tensor_place() for _ in range(tensor_count)]
        tensors = self._checked_tensors(places, _alignment(metadata))
        return GgufFile(metadata, tensors, self._data)

    def _take(self, count: int) -> Bytes:
        if count > len(self._data) - self._at:
            raise _damaged("It ends too early.")
        part = self._data[self._at : self._at + count]
        self._at += count
        return part

    def _number(self, dtype: str) -> Any:
        return self._take(np.dtype(dtype).itemsize).view(dtype)[0].item()

    def _count(self, dtype: str, limit: int, what: str) -> int:
        count = int(self._number(dtype))
        if count > limit:
            raise _damaged(f"It claims {count} {what}.")
        return count

    def _string(self, limit: int = MAX_STRING_BYTES) -> str:
        self._strings += 1
        if self._strings > MAX_STRINGS:
            raise _damaged("It holds too many strings.")
        length = self._count("<u8", limit, "bytes in one string")
        try:
            return self._take(length).tobytes().decode()
        except UnicodeDecodeError:
            raise _damaged("A string in it is not UTF-8.") from None

    def _value(self, kind: int) -> Any:
        if kind in _SCALARS:
            return self._number(_SCALARS[kind])
        if kind == _STRING:
            return self._string()
        if kind != _ARRAY:
            raise _damaged(f"It has a metadata value of unknown type {kind}.")
        item = self._number("<u4")
        left = len(self._data) - self._at
        if item in _SCALARS:
            dtype = np.dtype(_SCALARS[item])
            count = self._count("<u8", left // dtype.itemsize, "numbers in one array")
            return self._take(count * dtype.itemsize).view(dtype).copy()
        if item == _STRING:
            count = self._count("<u8", min(left // 8, MAX_STRINGS), "strings in one array")
            return self._string_array(count)
        raise _unsupported(f"It has a metadata array of type {item}.")

    def _string_array(self, count: int) -> list[str]:
        """The same as ``count`` times `_string`, four times as fast: vocabularies are long."""
        self._strings += count
        if self._strings > MAX_STRINGS:
            raise _damaged("It holds too many strings.")
        view, end, at = memoryview(self._data.data), len(self._data), self._at
        found: list[str] = []
        try:
            for _ in range(count):
                start = at + 8
                length = int.from_bytes(view[at:start], "little")
                at = start + length
                if length > MAX_STRING_BYTES or at > end:
                    raise _damaged("It ends inside a string.")
                found.append(str(view[start:at], "utf-8"))
        except UnicodeDecodeError:
            raise _damaged("A string in it is not UTF-8.") from None
        self._at = at
        return found

    def _tensor_place(self) -> tuple[str, tuple[int, ...], int, int]:
        name = self._string(MAX_TENSOR_NAME_BYTES)
        dimensions = self._count("<u4", MAX_DIMENSIONS, "dimensions of one tensor")
        shape = tuple(int(self._number("<u8")) for _ in range(dimensions))
        if not shape or min(shape) < 1:
            raise _damaged("A tensor in it has no elements.")
        kind = self._number("<u4")
        return name, shape[::-1], kind, self._number("<u8")

    def _checked_tensors(
        self, places: list[tuple[str, tuple[int, ...], int, int]], alignment: int
    ) -> dict[str, TensorInfo]:
        base = -(-self._at // alignment) * alignment
        tensors: dict[str, TensorInfo] = {}
        for name, shape, kind, offset in places:
            if name in tensors:
                raise _damaged("A tensor name comes twice.")
            if kind not in GGML_TYPES:
                raise _unsupported(f"It holds tensors of type {kind}.")
            ggml = GGML_TYPES[kind]
            if shape[-1] % ggml.block_elements:
                raise _damaged("A tensor's rows do not divide into whole blocks.")
            size = math.prod(shape) // ggml.block_elements * ggml.block_bytes  # Python: no overflow
            if offset % alignment or base + offset + size > len(self._data):
                raise _damaged("A tensor lies outside the file; it may have been cut short.")
            tensors[name] = TensorInfo(name, shape, ggml, base + offset, size)
        end = base
        for info in sorted(tensors.values(), key=lambda info: info.offset):
            if info.offset < end:
                raise _damaged("Two tensors overlap.")
            end = info.offset + info.size
        return tensors


def _alignment(metadata: dict[str, Any]) -> int:
    alignment = metadata.get("general.alignment", 32)
    if not isinstance(alignment, int) or not 8 <= alignment <= MAX_ALIGNMENT or alignment & (alignment - 1):
        raise _damaged("Its alignment is not a power of two.")
    return alignment
