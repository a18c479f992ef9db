"""The fast local form of a model: a folder made once from the model file, memory-mapped after that.

``weights.safetensors``, the vocabulary's files and ``model.json`` (everything else, with the sizes,
times and hashes of the others). A folder is written beside its place, synced and renamed, so it is
whole or not there; one that is damaged later is thrown away and made again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop_app.engine.architecture import Architecture, architecture_from_json
from desktop_app.engine.tensor_writer import SafetensorsWriter, sync
from desktop_app.engine.tokenizer import dump_vocabulary, load_vocabulary
from desktop_app.engine.words import Words

if TYPE_CHECKING:  # torch is imported while these files are read
    from torch import Tensor

FORMAT = 2
"""Raise it with every change of what `desktop_app.engine.convert` makes."""
_WEIGHTS = "weights.safetensors"
_ABANDONED_SECONDS = 600


class DamagedPreparedError(Exception):
    """The folder cannot be used."""


@dataclass(frozen=True, slots=True)
class Description:
    """What is known of a model besides its weights. ``layout`` names the order of packed weights: the
    CPU's kernel has one of its own (`desktop_app.engine.linear.layout`)."""

    name: str
    precision: str
    layout: str
    parameters: int
    architecture: Architecture
    words: Words


@dataclass(frozen=True, slots=True)
class Prepared:
    description: Description
    weights: Path
    bytes: int


def read_prepared(folder: Path) -> Prepared:
    """Open and check ``folder``. Raises FileNotFoundError if there is none, and `DamagedPreparedError`.

    The weights are read in full only when their size or time is not the one noted.
    """
    text = (folder / "model.json").read_text(encoding="utf-8")
    try:
        held = json.loads(text)
        if held["format"] != FORMAT:
            raise DamagedPreparedError("another format")
        files = {}
        for name, digest in held["files"].items():
            content = (folder / name).read_bytes()
            if hashlib.sha256(content).hexdigest() != digest:
                raise DamagedPreparedError(f"{name} has changed")
            files[name] = content.decode()
        weights = folder / _WEIGHTS
        check_weights(weights, held["weights"])
        description = Description(
            name=str(held["name"]),
            precision=str(held["precision"]),
            layout=str(held["layout"]),
            parameters=int(held["parameters"]),
            architecture=architecture_from_json(held["architecture"]),
            words=_words(held["words"], files),
        )
        return Prepared(description, weights, int(held["weights"]["size"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedPreparedError(type(error).__name__) from error


def write_prepared(
    folder: Path, description: Description, produce: Callable[[Callable[[str, Tensor], None]], None]
) -> Prepared:
    """Make ``folder`` from ``description`` and the tensors that ``produce`` hands to its argument.
    Raises OSError (disk full, read-only); then nothing is left behind."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    remove_leftovers(folder)
    temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    try:
        with (temporary / _WEIGHTS).open("wb") as file:
            writer = SafetensorsWriter(file, tensors=32 * (description.architecture.layers + 1))
            produce(writer.add)
            weights_digest = writer.finish()
        state = (temporary / _WEIGHTS).stat()
        words = description.words
        files = dump_vocabulary(words.vocabulary)
        manifest: dict[str, Any] = {
            "format": FORMAT,
            "name": description.name,
            "precision": description.precision,
            "layout": description.layout,
            "parameters": description.parameters,
            "architecture": description.architecture.to_json(),
            "words": {
                "chat_template": words.chat_template,
                "bos": words.bos,
                "eos": words.eos,
                "context_length": words.context_length,
            },
            "files": {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()},
            "weights": {
                "size": state.st_size,
                "modified_ns": state.st_mtime_ns,
                "sha256": weights_digest,
            },
        }
        for name, text in [*files.items(), ("model.json", json.dumps(manifest, ensure_ascii=False))]:
            with (temporary / name).open("w", encoding="utf-8", newline="") as small:
                small.write(text)
                sync(small.fileno())
        discard(folder)
        os.replace(temporary, folder)
        sync_folder(folder.parent)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    return Prepared(description, folder / _WEIGHTS, state.st_size)


def _words(held: dict[str, Any], files: dict[str, str]) -> Words:
    template = held["chat_template"]
    return Words(
        vocabulary=load_vocabulary(files),
        chat_template=None if template is None else str(template),
        bos=str(held["bos"]),
        eos=str(held["eos"]),
        context_length=int(held["context_length"]),
    )


def discard(folder: Path) -> None:
    """Remove ``folder``, or what stands in its place, as far as that is possible."""
    if folder.is_dir():
        shutil.rmtree(folder, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            folder.unlink()


def remove_leftovers(folder: Path) -> None:
    """What an engine that was killed while it wrote left beside ``folder``: as big as the model. One that
    was written to a moment ago is another process's at work."""
    for found in folder.parent.glob(f".{folder.name}.*"):
        with contextlib.suppress(OSError, ValueError):
            newest = max(path.stat().st_mtime for path in (found, *found.iterdir()))
            if time.time() - newest > _ABANDONED_SECONDS:
                shutil.rmtree(found, ignore_errors=True)


def check_weights(weights: Path, noted: dict[str, Any]) -> None:
    state = weights.stat()
    if state.st_size != noted["size"]:
        raise DamagedPreparedError("the weights have another size")
    if state.st_mtime_ns == noted["modified_ns"]:
        return
    with weights.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != noted["sha256"]:
            raise DamagedPreparedError("the weights have changed")


def sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return  # a folder cannot be opened on Windows, and its renames are journalled
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
