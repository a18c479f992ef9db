"""Copy bytes while counting and hashing them, so that nothing wrong ever gets its final name."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

from desktop_app.core.errors import InkhornError, code_of, kind_of_os_error
from desktop_app.library.catalogue import ModelFile
from desktop_app.library.room import disk_full

CHUNK = 1 << 20  # bytes
PART = ".part"  # ending of a file that is not whole yet

Told = Callable[[int, int], None]
"""Called with the bytes done and the bytes expected."""


def sha256_of(path: Path, told: Told | None = None) -> str:
    """SHA-256 of a file in lower-case hex. Raises OSError."""
    size = path.stat().st_size
    digest = hashlib.sha256()
    done = 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            done += len(chunk)
            if told:
                told(done, size)
    return digest.hexdigest()


def check(path: Path, expected: ModelFile, told: Told | None = None) -> None:
    """Raises `InkhornError`: ``model_missing``, or ``model_damaged`` if a single byte is not as it
    should be."""
    right_size, right_sha256 = expected.known()
    try:
        size = path.stat().st_size
        if size != right_size:
            raise _damaged(path.name, f"it has {size:,} bytes instead of {right_size:,}")
        if sha256_of(path, told) != right_sha256:
            raise _damaged(path.name, "its SHA-256 is not the expected one")
    except FileNotFoundError:
        raise InkhornError("model_missing", f"The file {path} is not there.", path=str(path)) from None
    except OSError as error:
        message = f"The file {path} cannot be read: {error}"
        raise InkhornError(kind_of_os_error(error), message, code=code_of(error)) from error


def store_checked(source: IO[bytes], target: Path, expected: ModelFile, told: Told | None = None) -> None:
    """Write what comes from ``source`` to ``target`` if, and only if, size and SHA-256 are right.

    Reads at most one byte more than expected. The bytes go to a temporary file beside the target, are
    synced, and get the target's name at the end; after any failure the temporary file is gone. Raises
    `InkhornError` (``model_damaged``, ``disk_full``, ``read_only``, ``internal``).
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        remove_leftovers(target)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=PART)
    except OSError as error:
        raise _cannot_write(target, expected, error) from error
    try:
        with os.fdopen(handle, "wb") as file:
            _copy(source, file, target.name, expected, told)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)  # as any file of the user's; mkstemp makes it secret
        os.replace(name, target)
    except BaseException as error:
        Path(name).unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _cannot_write(target, expected, error) from error
        raise


def remove_leftovers(target: Path) -> None:
    """Remove temporary files that a killed process left beside ``target``."""
    for path in target.parent.glob(f".{target.name}.*{PART}"):
        path.unlink(missing_ok=True)


def _copy(source: IO[bytes], file: IO[bytes], name: str, expected: ModelFile, told: Told | None) -> None:
    size, sha256 = expected.known()
    digest = hashlib.sha256()
    done = 0
    while chunk := source.read(CHUNK):
        done += len(chunk)
        if done > size:
            raise _damaged(name, f"it has more than {size:,} bytes")
        digest.update(chunk)
        file.write(chunk)
        if told:
            told(done, size)
    if done < size:
        raise _damaged(name, f"it ends after {done:,} of {size:,} bytes")
    if digest.hexdigest() != sha256:
        raise _damaged(name, "its SHA-256 is not the expected one")


def _damaged(name: str, why: str) -> InkhornError:
    return InkhornError("model_damaged", f"The file {name} is damaged: {why}.", name=name, why=why)


def _cannot_write(target: Path, expected: ModelFile, error: OSError) -> InkhornError:
    kind = kind_of_os_error(error)
    if kind == "disk_full":
        return disk_full(target.parent, expected.known()[0], target.name)
    message = f"{target} cannot be written: {error.strerror or error}."
    return InkhornError(kind, message, path=str(target), needed=expected.size)
