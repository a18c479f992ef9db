"""The header of a GGUF file: enough to say what it is. (The engine has its own reader, for everything.)

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, versions 2 and 3, little-endian. Every
count and length in it may be a lie; nothing is read before it has been checked against the file's size.
"""

from __future__ import annotations

import math
import mmap
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop_app.core.errors import InkhornError
from desktop_app.library.gguf_parts import COUNT, NUMBER, TENSORS
from desktop_app.library.licence_names import licence_name

_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_CODES = {
    0: "<B",
    1: "<b",
    2: "<H",
    3: "<h",
    4: "<I",
    5: "<i",
    6: "<f",
    7: "<?",
    10: "<Q",
    11: "<q",
    12: "<d",
}
_STRING, _ARRAY = 8, 9
MAX_ENTRIES = 100_000
MAX_STRINGS = 3_000_000  # in one array; the largest vocabularies have under 1 million
WANTED = frozenset(
    ("general.architecture", "general.name", "general.license", "general.alignment", NUMBER, COUNT, TENSORS)
)
_SIZES_OF = (
    *(".block_count", ".embedding_length", ".context_length", ".feed_forward_length"),
    *(".attention.head_count", ".attention.head_count_kv", ".attention.key_length"),
)
"""Ends of the keys that hold a model's sizes, after its family."""
_BITS = {2: 4, 3: 4, 12: 4, 6: 8, 7: 8, 8: 8, 13: 8, 14: 8}
"""What the engine packs a tensor's weights to, by the type that they have in the file (ggml's numbers: Q4_0,
Q4_1, Q4_K; Q5_0, Q5_1, Q8_0, Q5_K, Q6_K)."""


_ALONE = ((NUMBER, 0), (COUNT, 1), (TENSORS, 0))
"""What a file that is a whole model would say of its parts."""


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """``tensors`` are their dimensions, in the file's order, by name; ``packed`` counts the weights of the
    layers by the bits that they have here (4, 8, or 0 for dense). ``part`` of ``parts`` files is this,
    counted from 0, and ``tensors_of_all`` those of all of them; only the first says what model it is."""

    version: int
    family: str
    name: str
    licence: str
    facts: dict[str, Any]
    tensors: dict[str, tuple[int, ...]]
    packed: dict[int, int]
    part: int
    parts: int
    tensors_of_all: int

    @property
    def parameters(self) -> int:
        """Elements of all tensors."""
        return sum(math.prod(shape) for shape in self.tensors.values())


def read_header(path: Path) -> GgufHeader:
    """Raises `InkhornError`: ``model_damaged`` where the header is not one or the file is cut,
    ``model_unsupported`` for another version of the format. Raises OSError where it cannot be read."""
    try:
        with path.open("rb") as file:
            if path.stat().st_size < 24:
                raise ValueError("it is too short")
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return _Reader(data, path.name).header()
    except (struct.error, ValueError, UnicodeDecodeError) as error:
        message = f"The GGUF file {path.name} is damaged: {error}."
        raise InkhornError("model_damaged", message, reason="damaged", name=path.name) from error


class _Reader:
    def __init__(self, data: mmap.mmap, name: str) -> None:
        self._data = data
        self._size = len(data)
        self._at = 0
        self._name = name

    def header(self) -> GgufHeader:
        if self._data[:4] != b"GGUF":
            raise ValueError("it does not begin as one")
        self._at = 4
        version = self._number("<I")
        if version not in (2, 3):
            message = f"{self._name} is a GGUF file of version {version}; 2 and 3 can be read."
            raise InkhornError("model_unsupported", message, reason="gguf_version", name=self._name)
        tensors, entries = self._number("<Q"), self._number("<Q")
        if tensors > MAX_ENTRIES or entries > MAX_ENTRIES:
            raise ValueError("its counts are beyond the format's use")
        found = self._metadata(entries)
        shapes, packed, last = self._tensors(tensors)
        alignment = found.get("general.alignment", 32)
        if not isinstance(alignment, int) or not 0 < alignment <= 1 << 20:
            raise ValueError("its alignment is not one")
        start = -(-self._at // alignment) * alignment
        if tensors and start + last >= self._size:
            message = (
                f"The GGUF file {self._name} is cut: its {self._size:,} bytes end before its last tensor."
            )
            raise InkhornError("model_damaged", message, reason="cut", name=self._name)
        part, parts, of_all = (found.get(key, default) for key, default in _ALONE)
        if not all(isinstance(number, int) for number in (part, parts, of_all)):
            raise ValueError("it does not say which part of a model it is")
        family = found.get("general.architecture") or ""
        if not isinstance(family, str) or (not family and not part):
            raise ValueError("it does not say what kind of model it is")
        texts = [found.get(key) for key in ("general.name", "general.license")]
        name, licence = (text[:120] if isinstance(text, str) else "" for text in texts)
        return GgufHeader(
            version, family, name, licence_name(licence), found, shapes, packed, part, parts, of_all
        )

    def _metadata(self, entries: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for _ in range(entries):
            key, kind = self._text(65_535), self._number("<I")
            if kind == _ARRAY:
                self._skip_array()
            elif kind == _STRING:
                found[key] = self._text(8 << 20)
            elif kind in _CODES:
                found[key] = self._number(_CODES[kind])
            else:
                raise ValueError(f"it has a value of unknown type {kind}")
            if key not in WANTED and not key.endswith(_SIZES_OF):
                found.pop(key, None)
        return found

    def _tensors(self, count: int) -> tuple[dict[str, tuple[int, ...]], dict[int, int], int]:
        """The shapes, the weights of layers by their bits, and where in the data the last tensor begins."""
        shapes: dict[str, tuple[int, ...]] = {}
        packed: dict[int, int] = {}
        last = 0
        for _ in range(count):
            name, dimensions = self._text(65_535), self._number("<I")
            if dimensions > 8:
                raise ValueError("a tensor has too many dimensions")
            shapes[name] = shape = tuple(self._number("<Q") for _ in range(dimensions))
            bits = _BITS.get(self._number("<I"), 0)
            if name.startswith("blk.") and dimensions > 1:
                packed[bits] = packed.get(bits, 0) + math.prod(shape)
            last = max(last, self._number("<Q"))
        return shapes, packed, last

    def _skip_array(self) -> None:
        kind, count = self._number("<I"), self._number("<Q")
        if kind == _STRING:
            if count > MAX_STRINGS:
                raise ValueError("a list is too long")
            for _ in range(count):
                self._move(self._number("<Q"))
        elif kind in _SIZES:
            self._move(count * _SIZES[kind])
        else:
            raise ValueError(f"it has a list of unknown type {kind}")

    def _number(self, code: str) -> Any:
        (value,) = struct.unpack_from(code, self._data, self._at)
        self._at += struct.calcsize(code)
        return value

    def _text(self, most: int) -> str:
        length = self._number("<Q")
        if length > most:
            raise ValueError("a text is too long")
        start = self._at
        self._move(length)
        return self._data[start : self._at].decode("utf-8")

    def _move(self, count: int) -> None:
        if count > self._size - self._at:
            raise ValueError("it ends in its header")
        self._at += count
