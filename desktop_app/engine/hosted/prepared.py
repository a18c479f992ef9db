"""The fast local form of a hosted model's weights: a folder made once, memory-mapped after that."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from torch import Tensor

from desktop_app.engine.linear import layout
from desktop_app.engine.prepared import (
    DamagedPreparedError,
    check_weights,
    discard,
    remove_leftovers,
    sync_folder,
)
from desktop_app.engine.tensor_writer import SafetensorsWriter, sync

FORMAT = 1
"""Raise it with every change of what `desktop_app.engine.hosted.weights` makes."""
_WEIGHTS = "weights.safetensors"


def stamp(folder: Path, weight_files: Iterable[Path], precision: str) -> str:
    """Changes with the model's files (by size and time), the precision, the kernels' order and `FORMAT`.
    ``weight_files`` are those of ``folder`` that hold its tensors."""
    facts: list[object] = [FORMAT, precision, layout() if precision.startswith("packed") else ""]
    facts.append(hashlib.sha256((folder / "config.json").read_bytes()).hexdigest())
    for file in sorted(weight_files):
        state = file.stat()
        facts.append([file.name, state.st_size, state.st_mtime_ns])
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def read_names(folder: Path, expected: str) -> tuple[Path, dict[str, str]]:
    """The weights' file and what stands for which tensor. Raises FileNotFoundError if there is nothing,
    and `DamagedPreparedError`, also where the folder is for other files than ``expected`` says."""
    text = (folder / "model.json").read_text(encoding="utf-8")
    try:
        held = json.loads(text)
        if held["stamp"] != expected:
            raise DamagedPreparedError("made from other files")
        check_weights(folder / _WEIGHTS, held["weights"])
        return folder / _WEIGHTS, {str(name): str(of) for name, of in held["names"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedPreparedError(type(error).__name__) from error


def write(
    folder: Path,
    made_from: str,
    names: Mapping[str, str],
    produce: Callable[[Callable[[str, Tensor], None]], None],
) -> Path:
    """Make ``folder`` whole or not at all. Raises OSError (disk full, read-only)."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(folder)
    temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        with (temporary / _WEIGHTS).open("wb") as file:
            writer = SafetensorsWriter(file, tensors=4 * len(names) + 4)
            produce(writer.add)
            digest = writer.finish()
        state = (temporary / _WEIGHTS).stat()
        weights = {"size": state.st_size, "modified_ns": state.st_mtime_ns, "sha256": digest}
        manifest = {"stamp": made_from, "names": dict(names), "weights": weights}
        with (temporary / "model.json").open("w", encoding="utf-8", newline="") as small:
            small.write(json.dumps(manifest))
            small.flush()
            sync(small.fileno())
        discard(folder)
        os.replace(temporary, folder)
        sync_folder(folder.parent)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    return folder / _WEIGHTS
