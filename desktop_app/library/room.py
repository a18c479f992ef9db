"""Room on the disk, asked for before it is filled."""

from __future__ import annotations

import shutil
from pathlib import Path

from desktop_app.core.errors import InkhornError

RESERVE = 256 << 20
"""Bytes that stay free on the disk: conversations are written to it too, and a system without room
misbehaves in ways that nobody connects with a model."""


def existing(path: Path) -> Path:
    """``path``, or the nearest folder above it that is there."""
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


def free_bytes(folder: Path) -> int:
    """Of the disk that ``folder`` is on, or would be. Raises OSError."""
    return shutil.disk_usage(existing(folder)).free


def require_room(folder: Path, needed: int, what: str) -> None:
    """Raises `InkhornError` of kind ``disk_full`` with ``needed``, ``free`` and ``reserve`` in bytes."""
    free = free_bytes(folder)
    if needed + RESERVE > free:
        raise disk_full(folder, needed, what)


def disk_full(folder: Path, needed: int, what: str) -> InkhornError:
    """The error for ``what``, whose ``needed`` bytes ``folder`` has no room for. Raises OSError."""
    free = free_bytes(folder)
    message = (
        f"Not enough room on the disk for {what}: it needs {needed / 1e6:,.0f} MB, {free / 1e6:,.0f} MB is "
        f"free in {folder}, and {RESERVE / 1e6:,.0f} MB is kept for everything else."
    )
    return InkhornError("disk_full", message, needed=needed, free=free, reserve=RESERVE, path=str(folder))
