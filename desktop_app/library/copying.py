"""Copy files of the user's into the library: shared on the disk where it can, and hashed on the way."""

from __future__ import annotations

import errno
import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

from desktop_app.core.errors import InkhornError, code_of, kind_of_os_error
from desktop_app.library.manifest import StoredFile
from desktop_app.library.verify import CHUNK, Told

_FICLONE = 0x40049409  # linux/fs.h


class Copier:
    """Counts over several files. ``told(done, total)`` in bytes; when ``stopped()`` turns true the copy
    ends with an `InkhornError` of kind ``cancelled``."""

    def __init__(self, total: int, told: Told | None, stopped: Callable[[], bool]) -> None:
        self._total = total
        self._done = 0
        self._told = told
        self._stopped = stopped

    def take(self, source: Path, target: Path, name: str) -> StoredFile:
        """``source`` at ``target``, with its size and SHA-256. A hard link or a copy that shares its
        blocks takes no room; both are read once, to be hashed. The original is only ever read. Raises
        `InkhornError` (``disk_full``, ``read_only``, ``cancelled``, ``internal``)."""
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if _share(source, target):
                return self.hash(target, name)
            return self._copy(source, target, name)
        except OSError as error:
            message = f"{source.name} could not be copied: {error.strerror or error}."
            raise InkhornError(
                kind_of_os_error(error), message, path=str(target), code=code_of(error)
            ) from error

    def hash(self, path: Path, name: str) -> StoredFile:
        """Read ``path`` for its size and SHA-256. Raises OSError, and `InkhornError` ``cancelled``."""
        digest, size = hashlib.sha256(), 0
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
                self._count(len(chunk))
        return StoredFile(name, size, digest.hexdigest())

    def _copy(self, source: Path, target: Path, name: str) -> StoredFile:
        digest, size = hashlib.sha256(), 0
        with source.open("rb") as file, target.open("xb") as copy:
            while chunk := file.read(CHUNK):
                copy.write(chunk)
                digest.update(chunk)
                size += len(chunk)
                self._count(len(chunk))
            copy.flush()
            os.fsync(copy.fileno())
        return StoredFile(name, size, digest.hexdigest())

    def _count(self, count: int) -> None:
        if self._stopped():
            raise InkhornError("cancelled", "Stopped before all of it was copied.")
        self._done += count
        if self._told:
            self._told(self._done, self._total)


def _share(source: Path, target: Path) -> bool:
    """Let ``target`` use the bytes of ``source`` on the disk; False where that cannot be."""
    if _clone(source, target):
        return True
    try:
        # The file itself, also where the user's folder holds a link to it (as the hub's own cache does).
        os.link(os.path.realpath(source), target)
    except OSError as error:
        if error.errno == errno.EEXIST:
            raise
        return False  # another disk, or one that has no links
    return True


def _clone(source: Path, target: Path) -> bool:
    """A copy that shares its blocks until one of the two is written to (Btrfs, XFS, bcachefs)."""
    if sys.platform != "linux":
        return False
    import fcntl

    with source.open("rb") as file, target.open("xb") as copy:
        try:
            fcntl.ioctl(copy.fileno(), _FICLONE, file.fileno())
        except OSError:
            cloned = False
        else:
            cloned = True
    if not cloned:
        target.unlink()
    return cloned
