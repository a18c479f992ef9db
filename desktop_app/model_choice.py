"""Which model file is used: the one place where the library and the engine's commands meet."""

from __future__ import annotations

from pathlib import Path

from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import Load
from desktop_app.core.paths import Paths
from desktop_app.library.catalogue import load_catalogue
from desktop_app.library.starter_place import find_installed


def load_command(paths: Paths, file: Path | None = None, threads: int = 0) -> Load:
    """How to load ``file``, or else the starter model. Raises InkhornError ``model_missing``."""
    if file is not None:
        if not file.is_file():
            raise InkhornError("model_missing", f"There is no model file at {file}.", path=str(file))
        return Load(0, str(file), str(paths.prepared), threads=threads)
    starter = load_catalogue(paths.models).starter
    found = find_installed(starter, paths)
    return Load(0, str(found), str(paths.prepared), starter.sha256, threads, starter.name)
