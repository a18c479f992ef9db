"""Room on the disk that can be had back without losing anything."""

from __future__ import annotations

import shutil

from desktop_app.core.paths import Paths


def clear_prepared(paths: Paths) -> int:
    """Delete the fast local forms of all models; each is made again when its model is next loaded.
    Returns the bytes given back. What is in use and cannot be deleted (on Windows) stays."""
    given_back = 0
    if not paths.prepared.is_dir():
        return 0
    for entry in paths.prepared.iterdir():
        files = [entry] if entry.is_file() else [path for path in entry.rglob("*") if path.is_file()]
        before = sum(path.stat().st_size for path in files)
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            try:
                entry.unlink()
            except PermissionError:
                continue
        given_back += before - sum(path.stat().st_size for path in files if path.exists())
    return given_back
