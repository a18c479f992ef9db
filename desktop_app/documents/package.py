"""Zip files of parts, as office formats are: read within limits, and written with what did not change as it
was, its compressed bytes copied and not made again.

Format: PKWARE, *APPNOTE.TXT - .ZIP File Format Specification*, 6.3.10.
"""

from __future__ import annotations

import os
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from desktop_app.core.errors import InkhornError, kind_of_os_error
from desktop_app.core.files import sync_folder

LARGEST_FILE = 1 << 30
LARGEST_PART = 128 << 20
"""Unpacked bytes of a part that is read. Larger ones are data that nobody translates in one piece."""

LARGEST_SUM = 512 << 20
"""Unpacked bytes of all parts that are read."""

MOST_PARTS = 50_000
LARGEST_DIRECTORY = 16 << 20
"""Bytes, looked at before the directory is read: an entry takes ten times its size in memory."""

HIGHEST_RATIO = 500
"""How much a part may shrink by packing; deflate ends at 1,032, and text documents at about 30. Small parts
may have any ratio."""

HARMLESS = 1 << 20
_ENCRYPTED = 0x1
_DESCRIPTOR = 0x8
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_ZIP64_FIELD = 1
_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    struct.error,
    NotImplementedError,
    ValueError,
    RuntimeError,
)
"""What zipfile raises for files that are no good zip."""


def damaged(message: str) -> InkhornError:
    return InkhornError("bad_file", message, reason="damaged")


def too_large(message: str) -> InkhornError:
    return InkhornError("bad_file", message, reason="too_large")


class Package:
    """The parts of a zip file. Names are looked up as Open Packaging has it: without regard to case. The file
    is open only while something is read from it."""

    def __init__(self, path: Path) -> None:
        """Raises ``bad_file`` with reason ``damaged``, ``encrypted`` or ``too_large``."""
        self.path = path
        self._taken = 0
        try:
            if path.stat().st_size > LARGEST_FILE:
                raise too_large(f"{path.name} is larger than {LARGEST_FILE >> 20} MB.")
            if _directory_size(path) > LARGEST_DIRECTORY:
                raise too_large(f"{path.name} has a directory of more than {LARGEST_DIRECTORY >> 20} MB.")
            with zipfile.ZipFile(path) as archive:
                self._infos = sorted(archive.infolist(), key=lambda info: info.header_offset)
                self._check(archive)
        except OSError as error:
            raise InkhornError(kind_of_os_error(error), f"{path.name} cannot be read: {error}") from error
        except _ERRORS as error:
            raise damaged(f"{path.name} is no good zip file: {error}") from error
        self._by_name = {_plain(info.filename): info for info in self._infos}

    def _check(self, archive: zipfile.ZipFile) -> None:
        if len(self._infos) > MOST_PARTS:
            raise too_large(f"{self.path.name} has {len(self._infos)} parts.")
        end = 0
        for info in self._infos:
            if info.flag_bits & _ENCRYPTED:
                raise InkhornError("bad_file", f"{info.filename} is encrypted.", reason="encrypted")
            if info.header_offset < end:
                raise damaged(f"{info.filename} lies over another part.")
            end = info.header_offset + _LOCAL.size + info.compress_size
        if end > archive.start_dir:
            raise damaged("A part lies over the directory.")

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(info.filename for info in self._infos)

    @property
    def identity(self) -> tuple[tuple[str, int, int], ...]:
        """What tells that the file is still the one that was read: names, sums and sizes of its parts."""
        return tuple((info.filename, info.CRC, info.file_size) for info in self._infos)

    def __contains__(self, name: str) -> bool:
        return _plain(name) in self._by_name

    def read(self, name: str) -> bytes:
        """A part's content. Raises ``bad_file``: ``damaged`` (also where it is not there), ``too_large``."""
        info = self._by_name.get(_plain(name))
        if info is None:
            raise damaged(f"{name} is missing.")
        if info.file_size > HARMLESS and info.file_size > HIGHEST_RATIO * info.compress_size:
            raise too_large(f"{name} unpacks to {HIGHEST_RATIO} times its size or more.")
        self._taken += info.file_size
        if info.file_size > LARGEST_PART or self._taken > LARGEST_SUM:
            raise too_large(f"{name} has {info.file_size} bytes.")
        try:
            with zipfile.ZipFile(self.path) as archive:
                return archive.read(info)
        except OSError as error:
            raise InkhornError(kind_of_os_error(error), f"{name} cannot be read: {error}") from error
        except _ERRORS as error:
            raise damaged(f"{name} is damaged: {error}") from error

    def write(self, changed: Mapping[str, bytes], target: Path) -> None:
        """Write the package to ``target`` with these parts in place of those of the same name. ``target``
        appears whole or not at all, and is never the package's own file."""
        if is_same_file(self.path, target):
            raise InkhornError("read_only", "A translation is never written over its source.")
        contents = {_plain(name): content for name, content in changed.items()}
        try:
            handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.")
            try:
                with os.fdopen(handle, "wb") as out, self.path.open("rb") as source:
                    self._write(contents, source, out)
                    out.flush()
                    os.fsync(out.fileno())
                os.chmod(
                    name, stat.S_IMODE(self.path.stat().st_mode) | stat.S_IWUSR
                )  # who reads one reads both
                os.replace(name, target)
            except BaseException:
                os.unlink(name)
                raise
        except OSError as error:
            raise InkhornError(
                kind_of_os_error(error), f"{target.name} cannot be written: {error}"
            ) from error
        sync_folder(target.parent)

    def _write(self, contents: Mapping[str, bytes], source: IO[bytes], out: IO[bytes]) -> None:
        directory = []
        for info in self._infos:
            new = (
                contents.get(_plain(info.filename)) if self._by_name[_plain(info.filename)] is info else None
            )
            packed, crc, packed_size, size, method = _packed(info, new)
            if packed is None:
                packed = _raw(info, source)
            offset = out.tell()
            name, flags = _encoded_name(info), info.flag_bits & ~_DESCRIPTOR
            stamp = _dos_time(info)
            # Extra fields of the local header are left out: an OpenDocument's mimetype may not have any.
            out.write(
                _LOCAL.pack(
                    b"PK\3\4",
                    info.extract_version,
                    flags,
                    method,
                    *stamp,
                    crc,
                    packed_size,
                    size,
                    len(name),
                    0,
                )
            )
            out.write(name)
            out.write(packed)
            extra = _without_zip64(info.extra)
            directory.append(
                _CENTRAL.pack(
                    b"PK\1\2",
                    info.create_version | info.create_system << 8,
                    info.extract_version,
                    flags,
                    method,
                    *stamp,
                    crc,
                    packed_size,
                    size,
                    len(name),
                    len(extra),
                    len(info.comment),
                    0,
                    info.internal_attr,
                    info.external_attr,
                    offset,
                )
                + name
                + extra
                + info.comment
            )
        start = out.tell()
        listing = b"".join(directory)
        out.write(listing)
        count = len(directory)
        out.write(_END.pack(b"PK\5\6", 0, 0, count, count, len(listing), start, 0))


def _directory_size(path: Path) -> int:
    """As the end records say, the larger one if there are two."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - (1 << 16) - 200))
        tail = file.read()
    sizes = [0]
    for mark, offset, number in ((b"PK\5\6", 12, "<L"), (b"PK\6\6", 40, "<Q")):
        at = tail.rfind(mark)
        if 0 <= at <= len(tail) - offset - 8:
            (size,) = struct.unpack_from(number, tail, at + offset)
            sizes.append(0 if size == 0xFFFFFFFF else size)  # it stands in the other record
    return max(sizes)


def is_same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return one.resolve() == other.resolve()


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _encoded_name(info: zipfile.ZipInfo) -> bytes:
    return info.orig_filename.encode("utf-8" if info.flag_bits & 0x800 else "cp437")


def _dos_time(info: zipfile.ZipInfo) -> tuple[int, int]:
    year, month, day, hour, minute, second = info.date_time
    return hour << 11 | minute << 5 | second // 2, (year - 1980) << 9 | month << 5 | day


def _packed(info: zipfile.ZipInfo, new: bytes | None) -> tuple[bytes | None, int, int, int, int]:
    """Packed bytes (None: those that are there), sum, both sizes and method."""
    if new is None:
        return None, info.CRC, info.compress_size, info.file_size, info.compress_type
    if info.compress_type == zipfile.ZIP_STORED:
        return new, zlib.crc32(new), len(new), len(new), zipfile.ZIP_STORED
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    packed = packer.compress(new) + packer.flush()
    return packed, zlib.crc32(new), len(packed), len(new), zipfile.ZIP_DEFLATED


def _raw(info: zipfile.ZipInfo, source: IO[bytes]) -> bytes:
    source.seek(info.header_offset)
    header = source.read(_LOCAL.size)
    if len(header) < _LOCAL.size or header[:4] != b"PK\3\4":
        raise damaged(f"{info.filename} has no header.")
    name_length, extra_length = _LOCAL.unpack(header)[9:]
    source.seek(name_length + extra_length, os.SEEK_CUR)
    packed = source.read(info.compress_size)
    if len(packed) < info.compress_size:
        raise damaged(f"{info.filename} is cut off.")
    return packed


def _without_zip64(extra: bytes) -> bytes:
    """The extra fields less the one for sizes over 4 GB, which are written as plain ones."""
    kept, at = b"", 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        if kind != _ZIP64_FIELD:
            kept += extra[at : at + 4 + size]
        at += 4 + size
    return kept
