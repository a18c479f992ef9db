"""Small files of a model's folder, read with limits: the folder is somebody else's.

A name is one plain name inside the folder; a link is refused, because it can point anywhere.
"""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

from desktop_app.core.errors import InkhornError

MAX_JSON_BYTES = 16 << 20
"""Of a JSON file with no closer limit of its own; the largest that are read so, vocabularies, have 5 MB."""


def plain_name(name: str) -> str:
    """``name`` as it is. Raises InkhornError ``model_damaged`` where it leads out of its folder."""
    if not name or name in (".", "..") or len(name) > 255 or any(c in name for c in "/\\:\0"):
        raise damaged_file(name, "it is not a plain file name")
    return name


def place_of(folder: Path, name: str) -> Path | None:
    """The plain file ``name`` directly inside ``folder``, or None if there is none. Raises InkhornError:
    ``model_damaged`` for a name with a path in it, a link, or what is not a file."""
    path = folder / plain_name(name)
    try:
        state = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError):
        raise damaged_file(name, "it cannot be read") from None
    if stat.S_ISLNK(state.st_mode):
        raise damaged_file(name, "it is a link to another place")
    if not stat.S_ISREG(state.st_mode):
        raise damaged_file(name, "it is not a file")
    return path


def read_bytes(folder: Path, name: str, limit: int) -> bytes | None:
    """The content of ``name``, or None if there is none. Raises InkhornError: ``model_damaged``."""
    path = place_of(folder, name)
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except OSError:
        raise damaged_file(name, "it cannot be read") from None
    if len(content) > limit:
        raise damaged_file(name, f"it is longer than {limit >> 10} KB")
    return content


def read_text(folder: Path, name: str, limit: int) -> str | None:
    """As `read_bytes`, in UTF-8; a byte order mark is left out."""
    content = read_bytes(folder, name, limit)
    try:
        return None if content is None else content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise damaged_file(name, "it is not UTF-8") from None


def read_object(folder: Path, name: str, limit: int = MAX_JSON_BYTES) -> dict[str, Any] | None:
    """The JSON object in ``name``, or None if there is no such file. Raises as `read_bytes`."""
    text = read_text(folder, name, limit)
    return None if text is None else parse_object(text, name)


def read_list(folder: Path, name: str, limit: int = MAX_JSON_BYTES) -> list[Any] | None:
    """As `read_object`, for a file that holds a list."""
    text = read_text(folder, name, limit)
    if text is None:
        return None
    found = _parse(text, name)
    if not isinstance(found, list):
        raise damaged_file(name, "it does not hold a list")
    return found


def parse_object(text: str, name: str) -> dict[str, Any]:
    """The JSON object that ``text`` is: standard JSON, no key twice in one object. Raises InkhornError
    ``model_damaged``, which calls the text ``name``."""
    found = _parse(text, name)
    if not isinstance(found, dict):
        raise damaged_file(name, "it does not hold an object")
    return found


def damaged_file(name: str, why: str) -> InkhornError:
    """The error of kind ``model_damaged``. ``name`` may come from the folder's own index: it is cut."""
    shown = name[:80]
    return InkhornError(
        "model_damaged", f"The model's file {shown!r} is damaged: {why}.", why=why, file=shown
    )


def _parse(text: str, name: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise damaged_file(name, "it is not valid JSON") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key comes twice")
    return found


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
