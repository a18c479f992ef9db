"""A model folder: its JSON files, read with limits, and where its tensors lie. Imports no torch."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop_app.core.errors import InkhornError

_JSON_BYTES = 16 << 20
_HEADER_BYTES = 100 << 20  # the format's own limit
_DEPTH = 12


def read_config(folder: Path) -> dict[str, Any]:
    """``config.json``. Raises InkhornError ``model_missing``, ``model_damaged``, and ``model_unsupported``
    where the weights are in a quantised form of another program's."""
    config = read_json(folder / "config.json")
    if config is None:
        raise InkhornError("model_missing", f"The model's config.json is not there: {folder.name}")
    if config.get("quantization_config") is not None:
        raise InkhornError(
            "model_unsupported", "The model's weights are quantised in a form that this version cannot read."
        )
    return config


def read_json(path: Path) -> dict[str, Any] | None:
    """The object in a JSON file of reasonable size; None if there is no such file. Raises InkhornError
    ``model_damaged``."""
    found = _read(path)
    if found is not None and not isinstance(found, dict):
        raise _damaged(path)
    return found


def read_json_list(path: Path) -> list[Any] | None:
    """As `read_json`, for a file that holds a list."""
    found = _read(path)
    if found is not None and not isinstance(found, list):
        raise _damaged(path)
    return found


def _read(path: Path) -> Any:
    try:
        if path.stat().st_size > _JSON_BYTES:
            raise _damaged(path)
        found = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, RecursionError):
        raise _damaged(path) from None
    if found is None or not _shallow(found, _DEPTH):
        raise _damaged(path)
    return found


def _shallow(value: object, depth: int) -> bool:
    if isinstance(value, dict):
        return depth > 0 and all(_shallow(inner, depth - 1) for inner in value.values())
    if isinstance(value, list):
        return depth > 0 and all(_shallow(inner, depth - 1) for inner in value)
    return True


def _damaged(path: Path) -> InkhornError:
    return InkhornError("model_damaged", f"The model file is damaged: {path.name}", file=path.name)


@dataclass(frozen=True, slots=True)
class Stored:
    """A tensor as the file's header has it; ``dtype`` in safetensors' words (``F32``, ``BF16``)."""

    file: Path
    dtype: str
    shape: tuple[int, ...]


def find_tensors(folder: Path) -> dict[str, Stored]:
    """All tensors of ``model.safetensors``, or of the files that ``model.safetensors.index.json`` names.
    Raises InkhornError ``model_missing`` and ``model_damaged``."""
    found: dict[str, Stored] = {}
    for file in weight_files(folder):
        found.update(read_header(file))
    return found


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files of the model, which lie in ``folder`` itself."""
    single, index = folder / "model.safetensors", folder / "model.safetensors.index.json"
    if single.is_file():
        return [single]
    listed = read_json(index)
    if listed is None:
        raise InkhornError("model_missing", f"The folder has no safetensors model: {folder.name}")
    names = listed.get("weight_map")
    if not isinstance(names, dict) or not names:
        raise _damaged(index)
    files = set(names.values())
    if not all(isinstance(name, str) and Path(name).name == name and "\\" not in name for name in files):
        raise _damaged(index)
    for name in files:
        if not (folder / name).is_file():
            raise InkhornError("model_missing", f"A file of the model is not there: {name}")
    return [folder / name for name in sorted(files)]


def read_header(file: Path) -> Mapping[str, Stored]:
    """The tensors of a safetensors file (https://github.com/huggingface/safetensors#format). Raises
    InkhornError ``model_damaged``."""
    try:
        with file.open("rb") as opened:
            size = struct.unpack("<Q", opened.read(8))[0]
            if size > _HEADER_BYTES:
                raise _damaged(file)
            header = json.loads(opened.read(size))
        end = file.stat().st_size - 8 - size
        found = {}
        for name, entry in header.items():
            if name == "__metadata__":
                continue
            shape, offsets = tuple(map(int, entry["shape"])), entry["data_offsets"]
            if min(shape, default=0) < 0 or not 0 <= offsets[0] <= offsets[1] <= end:
                raise _damaged(file)
            found[str(name)] = Stored(file, str(entry["dtype"]), shape)
        return found
    except (
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        struct.error,
        RecursionError,
    ):
        raise _damaged(file) from None
