"""What the engine has made of models, and what nobody needs any more.

The engine names a prepared form by the first half of its source's SHA-256, and keeps in ``sources/`` which
path had which hash. Everything here can be made again, from the model.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from desktop_app.core.paths import Paths

SOURCES = "sources"
KEPT_S = 7 * 24 * 3600.0
"""A source that is gone may lie on a disk that is not there just now."""
UNFINISHED_S = 24 * 3600.0


def forms_of(path: Path, sha256: str, paths: Paths) -> tuple[Path, ...]:
    """The prepared forms of the file ``sha256``, or of whatever lay at ``path`` (a file or a folder) when
    the engine hashed it, and its notes about that."""
    notes = [note for note, source, _ in _notes(paths) if _is_at(source, path)]
    hashes = {found for _, source, found in _notes(paths) if _is_at(source, path)}
    hashes |= {sha256} if sha256 else set()
    forms = {form for found in hashes for form in paths.prepared.glob(f"{found[:32]}-*")}
    return (*sorted(forms), *notes)


def sweep(paths: Paths) -> int:
    """Remove what an interruption left in the library, and prepared forms of models that have been gone
    for a while. Returns the bytes given back; what cannot be removed stays."""
    freed, now = 0, time.time()
    for path in _entries(paths.user_models):
        left_over = path.name.startswith(".removed-")
        unfinished = path.name.startswith(".import-") and now - _newest(path) > UNFINISHED_S
        if left_over or unfinished:
            freed += _remove(path)
    alive = {found for _, source, found in _notes(paths) if os.path.exists(source)}
    for note, source, found in _notes(paths):
        if os.path.exists(source) or now - _newest(note) < KEPT_S:
            continue
        freed += _remove(note)
        if found not in alive:
            freed += sum(_remove(form) for form in paths.prepared.glob(f"{found[:32]}-*"))
    return freed


def tree_size(path: Path) -> int:
    """Bytes of a file, or of all files below a folder; links are not followed, what vanishes is 0."""
    total = 0
    for place in _below(path) if path.is_dir() and not path.is_symlink() else [str(path)]:
        try:
            status = os.lstat(place)
        except OSError:
            continue
        total += 0 if stat.S_ISDIR(status.st_mode) else status.st_size
    return total


def _below(folder: Path) -> Iterator[str]:
    """Not `Path.rglob`, which raises where a folder vanishes while it looks: a download that comes to its end
    moves its folders."""
    for place, folders, files in os.walk(folder):
        yield from (os.path.join(place, name) for name in (*folders, *files))


def remove_tree(path: Path) -> None:
    """A file or a folder; a link alone. Raises OSError."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _notes(paths: Paths) -> list[tuple[Path, str, str]]:
    """The engine's notes: the note, the source's path, its hash."""
    found = []
    for note in _entries(paths.prepared / SOURCES):
        try:
            raw = json.loads(note.read_text(encoding="utf-8"))
            source, sha256 = raw["path"], raw["sha256"]
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if isinstance(source, str) and isinstance(sha256, str) and len(sha256) == 64 and sha256.isalnum():
            found.append((note, source, sha256))
    return found


def _is_at(source: str, path: Path) -> bool:
    place = os.path.realpath(path)
    return source == place or source.startswith(place + os.sep)


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []  # nothing there


def _newest(path: Path) -> float:
    times = [path.stat().st_mtime] if path.exists() else [0.0]
    times += [place.stat().st_mtime for place in path.rglob("*") if place.is_file()]
    return max(times)


def _remove(path: Path) -> int:
    size = tree_size(path)
    try:
        remove_tree(path)
    except OSError:
        return 0
    return size
