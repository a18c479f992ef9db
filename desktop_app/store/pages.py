"""Rows straight from the pages of an SQLite file, without SQLite.

Every leaf page of a table says by itself which rows it holds, so nothing else of the file needs to be
whole: not the header, not the schema, not the pages above. Layout after
https://www.sqlite.org/fileformat2.html (sections 1.6 B-tree pages, 2.1 record format, 4.1 WAL).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from desktop_app.store.database import PAGE_SIZE

Value = int | float | str | bytes | None

_HEADER = b"SQLite format 3\0"
_TABLE_LEAF = 0x0D
_WAL_MAGIC = (0x377F0682, 0x377F0683)
_INT_SIZES = (0, 1, 2, 3, 4, 6, 8)


class Pages:
    """The pages of a database as the last commit left them: the file, and over it the committed
    frames of its write-ahead log."""

    def __init__(self, database: Path, wal: Path) -> None:
        self._file = database.read_bytes()
        self.size = _page_size(self._file)
        self._newer = _committed(wal.read_bytes(), self.size) if wal.exists() else {}
        whole = -(-len(self._file) // self.size)
        self.count = max([whole, *self._newer])

    def page(self, number: int) -> bytes:
        """Page ``number``, from 1; shorter than `size` where the file was cut off."""
        newer = self._newer.get(number)
        if newer is not None:
            return newer
        return self._file[(number - 1) * self.size : number * self.size]

    def rows(self) -> Iterator[tuple[int, list[Value]]]:
        """(rowid, values) of every row on every table leaf page that can be read. The value of an
        INTEGER PRIMARY KEY column is None: SQLite keeps it in the rowid."""
        for number in range(1, self.count + 1):
            page = self.page(number)
            start = 100 if number == 1 else 0
            if len(page) < start + 8 or page[start] != _TABLE_LEAF:
                continue
            cells = int.from_bytes(page[start + 3 : start + 5], "big")
            pointers = page[start + 8 : start + 8 + 2 * cells]
            for (place,) in struct.iter_unpack(">H", pointers[: len(pointers) // 2 * 2]):
                try:
                    yield self._cell(page, place)
                except (ValueError, IndexError, struct.error):
                    continue  # this cell is damaged; the next one may not be

    def _cell(self, page: bytes, place: int) -> tuple[int, list[Value]]:
        size, place = _varint(page, place)
        rowid, place = _varint(page, place)
        if not 0 < size <= self.count * self.size:
            raise ValueError("payload larger than the file")
        return _signed(rowid), _record(self._payload(page, place, size))

    def _payload(self, page: bytes, place: int, size: int) -> bytes:
        """The payload, from overflow pages where it is long; shorter where their chain is broken."""
        most = self.size - 35
        if size <= most:
            return page[place : place + size]
        least = (self.size - 12) * 32 // 255 - 23
        local = least + (size - least) % (self.size - 4)
        local = local if local <= most else least
        pieces = [page[place : place + local]]
        left = size - local
        following = int.from_bytes(page[place + local : place + local + 4], "big")
        while left > 0 and 1 < following <= self.count:
            overflow = self.page(following)
            piece = overflow[4 : 4 + min(left, self.size - 4)]
            if not piece:
                break
            pieces.append(piece)
            left -= len(piece)
            following = int.from_bytes(overflow[:4], "big")
        return b"".join(pieces)


def _page_size(file: bytes) -> int:
    """From the header where it is whole, else the one that we always write."""
    if file[:16] == _HEADER:
        size = int.from_bytes(file[16:18], "big")
        size = 65536 if size == 1 else size
        if 512 <= size <= 65536 and size & (size - 1) == 0:
            return size
    return PAGE_SIZE


def _committed(log: bytes, page_size: int) -> dict[int, bytes]:
    """The newest committed content of each page in a write-ahead log. Frames of an earlier round of
    the log have another salt."""
    if len(log) < 32 or int.from_bytes(log[:4], "big") not in _WAL_MAGIC:
        return {}
    if int.from_bytes(log[8:12], "big") != page_size:
        return {}
    salt = log[16:24]
    done: dict[int, bytes] = {}
    pending: dict[int, bytes] = {}
    for start in range(32, len(log) - 24 - page_size + 1, 24 + page_size):
        number, pages_after, frame_salt = struct.unpack_from(">II8s", log, start)
        if frame_salt != salt or number == 0:
            break
        pending[number] = log[start + 24 : start + 24 + page_size]
        if pages_after:
            done.update(pending)
            pending.clear()
    return done


def _record(payload: bytes) -> list[Value]:
    header_size, place = _varint(payload, 0)
    kinds: list[int] = []
    while place < header_size:
        kind, place = _varint(payload, place)
        kinds.append(kind)
    if place != header_size:
        raise ValueError("header of a record runs over its end")
    values: list[Value] = []
    for kind in kinds:
        value, place = _value(payload, place, kind)
        values.append(value)
    return values


def _value(payload: bytes, place: int, kind: int) -> tuple[Value, int]:
    if kind >= 12:
        end = place + (kind - 12) // 2
        piece = payload[place:end]
        return (piece.decode("utf-8", "replace") if kind % 2 else piece), end
    if kind in (8, 9):
        return kind - 8, place
    if kind == 0:
        return None, place
    if kind == 7:
        (number,) = struct.unpack_from(">d", payload, place)
        return number, place + 8
    if kind > 9:
        raise ValueError("reserved serial type")
    end = place + _INT_SIZES[kind]
    if end > len(payload):
        raise ValueError("record cut off")
    return int.from_bytes(payload[place:end], "big", signed=True), end


def _varint(data: bytes, place: int) -> tuple[int, int]:
    """(unsigned value, place after it): big-endian, 7 bits a byte, the ninth byte whole."""
    value = 0
    for _ in range(8):
        byte = data[place]
        place += 1
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, place
    return value << 8 | data[place], place + 1


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value
