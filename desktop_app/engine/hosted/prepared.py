"""The fast local form of a hosted model's weights: a folder made once, memory-mapped after that."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from desktop_app.engine.form_folder import (
    MANIFEST,
    WEIGHTS,
    DamagedPreparedError,
    Sink,
    check_weights,
    new_folder,
    write_text,
    write_weights,
)
from desktop_app.engine.linear import layout

FORMAT = 1
"""Raise it with every change of what `desktop_app.engine.hosted.weights` makes."""


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
    text = (folder / MANIFEST).read_text(encoding="utf-8")
    try:
        held = json.loads(text)
        if held["stamp"] != expected:
            raise DamagedPreparedError("made from other files")
        check_weights(folder, held["weights"])
        return folder / WEIGHTS, {str(name): str(of) for name, of in held["names"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedPreparedError(type(error).__name__) from error


def write(folder: Path, made_from: str, names: Mapping[str, str], produce: Callable[[Sink], None]) -> Path:
    """Make ``folder`` whole or not at all; returns the weights' file. Raises OSError (disk full,
    read-only)."""
    with new_folder(folder) as made:
        weights = write_weights(made, 4 * len(names) + 4, produce)
        manifest = {"stamp": made_from, "names": dict(names), "weights": weights}
        write_text(made / MANIFEST, json.dumps(manifest))
    return folder / WEIGHTS
