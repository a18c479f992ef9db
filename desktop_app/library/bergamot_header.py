"""The binary format of Marian's models (``model.*.intgemm.alphas.bin``), as Mozilla's translation networks
come in: what a file's header says, every number of it checked against the file's size.

Little-endian: u64 version (1) and number of items; for each item four u64: bytes of its name, type, numbers
in its shape, bytes of its data; then all names (ended by NUL), all shapes (int32), u64 padding and so many
bytes; then the data, one after the other. Source: marian-dev ``src/common/binary.cpp`` and ``types.h``. An
item of type `INTGEMM8` is int8 values followed by one float32, the multiplier: value = int8 / multiplier.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from desktop_app.core.errors import InkhornError

FLOAT32, INT8, INTGEMM8 = 0x404, 0x101, 0x4101
SETTINGS = "special:model.yml"
VERSION = 1
MAX_ITEMS = 10_000  # the largest of Mozilla's have 300
MAX_NAMES = 1 << 20
MAX_SETTINGS = 1 << 16
MAX_DIMENSIONS = 4
_BEGINNING, _ITEM, _LONG = struct.Struct("<QQ"), struct.Struct("<QQQQ"), struct.Struct("<Q")


@dataclass(frozen=True, slots=True)
class Item:
    """``start`` counts from the beginning of the file; ``bytes`` is the room that the data takes there, at
    least what ``shape`` and ``type`` need."""

    type: int
    shape: tuple[int, ...]
    start: int
    bytes: int

    @property
    def elements(self) -> int:
        return math.prod(self.shape)


@dataclass(frozen=True, slots=True)
class BergamotHeader:
    """``settings`` is the file's ``model.yml``, a text that nobody has checked yet."""

    items: Mapping[str, Item]
    settings: str

    @property
    def parameters(self) -> int:
        """Elements of all weights, without what only scales activations."""
        return sum(item.elements for name, item in self.items.items() if not name.endswith("_QuantMultA"))


def is_model_file(path: Path) -> bool:
    """By its first bytes: is it of this format? Raises OSError."""
    with path.open("rb") as file:
        start = file.read(_BEGINNING.size)
    if len(start) < _BEGINNING.size:
        return False
    version, count = _BEGINNING.unpack(start)
    return bool(version == VERSION and 0 < count <= MAX_ITEMS)


def read_header(path: Path) -> BergamotHeader:
    """Raises `InkhornError`: ``model_damaged`` where the header says what cannot be, or the file is cut;
    ``model_unsupported`` for another version of the format, or a type of numbers that is not read. Raises
    OSError where it cannot be read."""
    try:
        with path.open("rb") as file:
            return _read(file, file.seek(0, 2), path.name)
    except (struct.error, ValueError, UnicodeDecodeError) as error:
        message = f"The model file {path.name} is damaged: {error}."
        raise InkhornError("model_damaged", message, path=str(path)) from error


def _read(file: BinaryIO, size: int, name: str) -> BergamotHeader:
    file.seek(0)
    version, count = _BEGINNING.unpack(_take(file, _BEGINNING.size, size))
    if version != VERSION:
        message = f"{name} is a model file of version {version}; {VERSION} can be read."
        raise InkhornError("model_unsupported", message, version=version)
    if not 0 < count <= MAX_ITEMS:
        raise ValueError("the number of its items is beyond the format's use")
    heads = list(_ITEM.iter_unpack(_take(file, _ITEM.size * count, size)))
    names = _names(_take(file, _at_most(MAX_NAMES, sum(head[0] for head in heads)), size), heads)
    shapes = _shapes(file, heads, size)
    (padding,) = _LONG.unpack(_take(file, _LONG.size, size))
    start = file.tell() + padding
    items: dict[str, Item] = {}
    for item_name, (_, kind, _, room), shape in zip(names, heads, shapes, strict=True):
        if item_name in items:
            raise ValueError(f"two of its items are called {item_name[:60]!r}")
        items[item_name] = _checked(Item(kind, shape, start, room), item_name, size)
        start += room
    return BergamotHeader(items, _settings(file, items))


def _take(file: BinaryIO, count: int, size: int) -> bytes:
    if count > size - file.tell():
        raise ValueError("it ends before its header does")
    return file.read(count)


def _at_most(limit: int, count: int) -> int:
    if count > limit:
        raise ValueError("its header is beyond the format's use")
    return count


def _names(text: bytes, heads: list[tuple[int, ...]]) -> list[str]:
    found, at = [], 0
    for length, *_ in heads:
        found.append(text[at : at + length].split(b"\0", 1)[0].decode())
        at += length
    return found


def _shapes(file: BinaryIO, heads: list[tuple[int, ...]], size: int) -> list[tuple[int, ...]]:
    if any(head[2] > MAX_DIMENSIONS for head in heads):
        raise ValueError("an item has too many dimensions")
    total = sum(head[2] for head in heads)
    numbers = struct.unpack(f"<{total}i", _take(file, 4 * total, size))
    found, at = [], 0
    for _, _, dimensions, _ in heads:
        shape = numbers[at : at + dimensions]
        if any(number <= 0 for number in shape):
            raise ValueError("an item has a dimension without a size")
        found.append(shape)
        at += dimensions
    return found


def _checked(item: Item, name: str, size: int) -> Item:
    shown = name[:60]
    if item.type not in (FLOAT32, INT8, INTGEMM8):
        message = f"The model's numbers {shown!r} are of a type that is not read here (0x{item.type:x})."
        raise InkhornError("model_unsupported", message, type=item.type)
    needed = item.elements * (4 if item.type == FLOAT32 else 1) + (4 if item.type == INTGEMM8 else 0)
    if item.bytes < needed:
        raise ValueError(f"{shown!r} has less data than its shape needs")
    if item.start + item.bytes > size:
        raise ValueError("it is cut")
    return item


def _settings(file: BinaryIO, items: dict[str, Item]) -> str:
    item = items.pop(SETTINGS, None)
    if item is None:
        raise ValueError(f"it has no {SETTINGS}")
    file.seek(item.start)
    return file.read(_at_most(MAX_SETTINGS, item.bytes)).split(b"\0", 1)[0].decode()
