"""The folder of a prepared form: made once, whole or not at all, and thrown away where it has become bad.

``weights.safetensors``, ``model.json`` with the size, time and SHA-256 of the weights, and what else its
maker adds. It is written beside its place, synced and renamed.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop_app.core.files import sync_folder
from desktop_app.engine.tensor_writer import SafetensorsWriter

if TYPE_CHECKING:  # torch is imported while such folders are read
    from torch import Tensor

Sink = Callable[[str, "Tensor"], None]
"""Takes a tensor by its name."""

WEIGHTS = "weights.safetensors"
MANIFEST = "model.json"
_ABANDONED_SECONDS = 600


class DamagedPreparedError(Exception):
    """The folder cannot be used."""


@contextlib.contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """Gives an empty folder, which takes the place of ``folder`` when the block ends, and is removed when it
    raises. Raises OSError (disk full, read-only)."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(folder)
    temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        yield temporary
        discard(folder)
        os.replace(temporary, folder)
        sync_folder(folder.parent)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def write_weights(folder: Path, tensors: int, produce: Callable[[Sink], None]) -> dict[str, Any]:
    """Write the tensors, at most so many, that ``produce`` hands to its argument. Returns what
    `check_weights` wants to have noted. Raises OSError, and whatever ``produce`` raises."""
    with (folder / WEIGHTS).open("wb") as file:
        writer = SafetensorsWriter(file, tensors)
        produce(writer.add)
        digest = writer.finish()
    state = (folder / WEIGHTS).stat()
    return {"size": state.st_size, "modified_ns": state.st_mtime_ns, "sha256": digest}


def write_text(path: Path, text: str) -> None:
    """In UTF-8, with the line ends that it has, and synced. Raises OSError."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def check_weights(folder: Path, noted: Mapping[str, Any]) -> None:
    """They are read in full only where their time is not the one ``noted``. Raises OSError, and
    `DamagedPreparedError` where they are others than those noted."""
    state = (folder / WEIGHTS).stat()
    if state.st_size != noted["size"]:
        raise DamagedPreparedError("the weights have another size")
    if state.st_mtime_ns == noted["modified_ns"]:
        return
    with (folder / WEIGHTS).open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != noted["sha256"]:
            raise DamagedPreparedError("the weights have changed")


def discard(folder: Path) -> None:
    """Remove ``folder``, or what stands in its place, as far as that is possible."""
    if folder.is_dir():
        shutil.rmtree(folder, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            folder.unlink()


def _remove_leftovers(folder: Path) -> None:
    """What an engine that was killed while it wrote left beside ``folder``: as big as the model. One that
    was written to a moment ago is another process's at work."""
    for found in folder.parent.glob(f".{folder.name}.*"):
        with contextlib.suppress(OSError, ValueError):
            newest = max(path.stat().st_mtime for path in (found, *found.iterdir()))
            if time.time() - newest > _ABANDONED_SECONDS:
                shutil.rmtree(found, ignore_errors=True)
