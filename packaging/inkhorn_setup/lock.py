"""One set-up at a time in one checkout: a lock that the system lets go of when its holder ends."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator

from inkhorn_setup.state import Place
from inkhorn_setup.words import tr


@contextlib.contextmanager
def only_one(place: Place) -> Iterator[int]:
    """Hold the lock; yields its file descriptor. Waits, and says so, while another set-up has it."""
    handle = os.open(os.path.join(place.state, "lock"), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if not _try_lock(handle):
            print(
                tr("Another set-up is at work in this folder. Waiting for it; Ctrl+C ends only the waiting."),
                file=sys.stderr,
                flush=True,
            )
            while not _try_lock(handle):
                time.sleep(0.3)
        yield handle
    finally:
        os.close(handle)


if sys.platform == "win32":
    import msvcrt

    def _try_lock(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
