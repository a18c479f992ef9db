"""Replacing a damaged database by what can be read of it. The damaged file is kept, byte for byte.

In this order, so that a crash at any moment leaves either the damaged file in its place or everything
needed to go on: read the damaged file into a new one; sync it; move the damaged file aside; move the
new one into its place. `finish_repair` does the rest of an interrupted one at the next start.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from desktop_app.core.files import sync_folder
from desktop_app.store.files import side_files, timestamp
from desktop_app.store.salvage import salvage


@dataclass(frozen=True, slots=True)
class Repaired:
    damaged_file: Path
    conversations: int
    messages: int


def repair(path: Path) -> Repaired:
    """Raises InkhornError (``disk_full``) or OSError with the damaged file still in its place."""
    stamp = _free_stamp(path)
    unfinished = path.with_name(f"{path.stem}.repairing.db")
    _remove(unfinished)
    try:
        conversations, messages = salvage(path, side_files(path)[0], unfinished)
    except BaseException:
        _remove(unfinished)
        raise
    os.replace(unfinished, _repaired(path, stamp))
    sync_folder(path.parent)
    _swap(path, stamp)
    return Repaired(_damaged(path, stamp), conversations, messages)


def finish_repair(path: Path) -> None:
    """Go on where a crash interrupted `repair`."""
    for found in path.parent.glob(f"{path.stem}.repaired-*.db"):
        _swap(path, found.stem.removeprefix(f"{path.stem}.repaired-"))


def _swap(path: Path, stamp: str) -> None:
    damaged = _damaged(path, stamp)
    if path.exists() and not damaged.exists():
        os.replace(path, damaged)
    # A log left behind would be played into the new database.
    for old, new in zip(side_files(path), side_files(damaged), strict=True):
        if old.exists():
            os.replace(old, new)
    os.replace(_repaired(path, stamp), path)
    sync_folder(path.parent)


def _free_stamp(path: Path) -> str:
    stamp = base = timestamp()
    number = 2
    while _damaged(path, stamp).exists():
        stamp, number = f"{base}-{number}", number + 1
    return stamp


def _damaged(path: Path, stamp: str) -> Path:
    return path.with_name(f"{path.stem}.damaged-{stamp}.db")


def _repaired(path: Path, stamp: str) -> Path:
    return path.with_name(f"{path.stem}.repaired-{stamp}.db")


def _remove(path: Path) -> None:
    for file in (path, *side_files(path)):
        file.unlink(missing_ok=True)
