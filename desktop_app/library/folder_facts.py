"""What the small files of a model's folder say: its configuration, and the licence in its README."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from desktop_app.core.errors import InkhornError
from desktop_app.library.families import is_known
from desktop_app.library.licence_names import licence_name

JSON_LIMIT = 8 << 20  # bytes of a configuration; the largest have some 100 KB


def require_known(config: Path, name: str) -> dict[str, Any]:
    """The configuration of a model of a known kind. Raises `InkhornError` of kind ``model_unsupported``
    for any other, ``model_damaged`` where it cannot be read."""
    values = read_json(config)
    family = str(values.get("model_type") or "")
    if not is_known(family):
        message = f"{name} is a kind of model that this version does not know: “{family[:60]}”."
        raise InkhornError("model_unsupported", message, reason="family", family=family[:60])
    return values


def read_json(path: Path) -> dict[str, Any]:
    """A configuration as a table. Raises `InkhornError` of kind ``model_damaged``."""
    try:
        if path.stat().st_size > JSON_LIMIT:
            raise ValueError("it is too large")
        values = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(values, dict):
            raise ValueError("it is not a table")
        return values
    except (ValueError, RecursionError) as error:
        message = f"{path.name} cannot be read: {error}"
        raise InkhornError("model_damaged", message, reason="damaged", name=path.name) from error


def licence_in(folder: Path) -> str:
    """The licence that the front matter of the folder's README names, empty without one."""
    path = folder / "README.md"
    if not path.is_file():  # a pipe would keep us waiting
        return ""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            start = file.read(65536)
    except OSError:
        return ""
    if not start.startswith("---"):
        return ""
    for line in start.split("\n---", 1)[0].splitlines():
        if line.startswith(("license:", "licence:")):
            return licence_name(line.split(":", 1)[1].strip().strip("\"'")[:60])
    return ""
