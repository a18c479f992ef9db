"""GGUF models in several files, as llama.cpp splits them: ``name-00001-of-00003.gguf``, …

The first part has the model's metadata, all have tensors and three facts: ``split.no`` (from 0),
``split.count``, and ``split.tensors.count``, which counts the tensors of all parts together
(ggml-org/llama.cpp, ``tools/gguf-split``, and ``llama_split_path`` in ``src/llama.cpp``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from desktop_app.core.errors import InkhornError

NUMBER, COUNT, TENSORS = "split.no", "split.count", "split.tensors.count"
MOST_PARTS = 999
_NAME = re.compile(r"(.+)-(\d{5})-of-(\d{5})\.gguf", re.DOTALL)


def part_names(name: str) -> tuple[str, ...]:
    """The names of all parts, in order, of the model that ``name`` is one part of: a file's name, or a path
    that ends in one. Empty for a name that is not a part's."""
    found = _NAME.fullmatch(name)
    if found is None:
        return ()
    stem, number, count = found[1], int(found[2]), int(found[3])
    if not 1 <= number <= count <= MOST_PARTS:
        return ()
    return tuple(f"{stem}-{n:05d}-of-{count:05d}.gguf" for n in range(1, count + 1))


def first_of_one_model(names: Iterable[str]) -> str:
    """The file to open where ``names`` are one GGUF model: a single file, or the first of all its parts.
    Empty where they are not."""
    listed = sorted(names)
    if len(listed) == 1:
        return listed[0]
    return listed[0] if listed and part_names(listed[0]) == tuple(listed) else ""


def parts_of(path: Path, count: int) -> tuple[Path, ...]:
    """The files of the model that ``path``, one of ``count`` parts, belongs to, in order; all are there.
    Raises `InkhornError`: ``model_unsupported`` where its name does not say which part it is,
    ``model_missing`` with ``missing`` names where some are not there."""
    names = part_names(path.name)
    if len(names) != count:
        message = (
            f"{path.name} is one of {count} parts of a model, and is not called so. Give the parts the names "
            "that they were published with (…-00001-of-00003.gguf), and put them in one folder."
        )
        raise InkhornError("model_unsupported", message, reason="part_name", parts=count)
    missing = [name for name in names if not (path.parent / name).is_file()]
    if missing:
        few = ", ".join(missing[:3]) + (" …" if len(missing) > 3 else "")
        message = (
            f"{path.name} is one of {count} parts of a model, and {len(missing)} of them are not in the same "
            f"folder: {few}. Get them too, and put them beside it."
        )
        values = {"reason": "parts_missing", "parts": count, "missing": missing, "few": few}
        raise InkhornError("model_missing", message, **values)
    return tuple(path.parent / name for name in names)


def wrong_part(name: str, why: str) -> InkhornError:
    message = f"The part {name} of the model does not belong: {why}."
    return InkhornError("model_damaged", message, reason="part_strange", name=name, why=why)
