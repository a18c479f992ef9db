"""Which names of a folder are plain files, links followed: the hub's own cache is made of links
(``snapshots/<commit>/config.json`` → ``../../blobs/<hash>``), and what is taken in is what they lead to.

A folder is somebody else's, so a link may lead anywhere: round in a circle, to a device that never ends, to
a pipe that nobody writes to. Each is refused by its name before anything is opened.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from desktop_app.core.errors import InkhornError


def names_in(folder: Path) -> list[str]:
    """The files below ``folder`` by their names relative to it, with ``/``; links to folders are named and
    not followed. Raises OSError."""

    def fail(error: OSError) -> None:
        if error.filename == str(folder):
            raise error  # what is below it may well be none of our business

    found = []
    for root, folders, files in os.walk(str(folder), onerror=fail):
        linked = [name for name in folders if os.path.islink(os.path.join(root, name))]
        found += [os.path.relpath(os.path.join(root, name), folder) for name in (*files, *linked)]
    return sorted(name.replace(os.sep, "/") for name in found)


def require_regular(folder: Path, names: Iterable[str]) -> None:
    """Raises `InkhornError` of kind ``bad_file``, with a ``reason``, unless every one of ``names`` is a file,
    or a link that leads to one. Raises OSError where that cannot be seen."""
    for name in names:
        path = folder / name
        try:
            status = path.stat()
        except OSError as error:
            if path.is_symlink() and error.errno == errno.ELOOP:
                raise _refused(name, "link_loop", "is a link that leads in a circle") from error
            if path.is_symlink() and error.errno in (errno.ENOENT, errno.ENOTDIR):
                raise _refused(name, "link_gone", "is a link to a file that is not there") from error
            raise
        if not stat.S_ISREG(status.st_mode):
            if path.is_symlink():
                what = "folder" if stat.S_ISDIR(status.st_mode) else "device or pipe"
                raise _refused(name, "link_elsewhere", f"is a link to a {what}, and not to a file")
            raise _refused(name, "not_a_file", "is not a file")


def has_links(folder: Path, names: Iterable[str]) -> bool:
    return any((folder / name).is_symlink() for name in names)


def _refused(name: str, reason: str, why: str) -> InkhornError:
    return InkhornError("bad_file", f"{name} {why}: it is not taken.", reason=reason, name=name)
