"""The fast local form of a lean decoder: a folder made once from the model file, memory-mapped after that.

Besides what every form has (`desktop_app.engine.form_folder`) the vocabulary's files; ``model.json`` holds
everything else, with their hashes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop_app.engine.architecture import Architecture, architecture_from_json
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
from desktop_app.engine.tokenizer import dump_vocabulary, load_vocabulary
from desktop_app.engine.words import Words

FORMAT = 2
"""Raise it with every change of what `desktop_app.engine.convert` makes."""


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
    """A form that is there: the file of its ``weights``, and how many ``bytes`` that has."""

    description: Description
    weights: Path
    bytes: int


def read_prepared(folder: Path) -> Prepared:
    """Open and check ``folder``. Raises FileNotFoundError or NotADirectoryError if there is none, and
    `DamagedPreparedError`."""
    text = (folder / MANIFEST).read_text(encoding="utf-8")
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
        check_weights(folder, held["weights"])
        description = Description(
            name=str(held["name"]),
            precision=str(held["precision"]),
            layout=str(held["layout"]),
            parameters=int(held["parameters"]),
            architecture=architecture_from_json(held["architecture"]),
            words=_words(held["words"], files),
        )
        return Prepared(description, folder / WEIGHTS, int(held["weights"]["size"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedPreparedError(type(error).__name__) from error


def write_prepared(folder: Path, description: Description, produce: Callable[[Sink], None]) -> Prepared:
    """Make ``folder`` from ``description`` and the tensors that ``produce`` hands to its argument.
    Raises OSError (disk full, read-only); then nothing is left behind."""
    words = description.words
    with new_folder(folder) as made:
        weights = write_weights(made, 32 * (description.architecture.layers + 1), produce)
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
            "weights": weights,
        }
        for name, text in [*files.items(), (MANIFEST, json.dumps(manifest, ensure_ascii=False))]:
            write_text(made / name, text)
    return Prepared(description, folder / WEIGHTS, int(weights["size"]))


def _words(held: dict[str, Any], files: dict[str, str]) -> Words:
    template = held["chat_template"]
    return Words(
        vocabulary=load_vocabulary(files),
        chat_template=None if template is None else str(template),
        bos=str(held["bos"]),
        eos=str(held["eos"]),
        context_length=int(held["context_length"]),
    )
