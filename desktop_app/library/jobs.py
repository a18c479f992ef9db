"""Downloads on the disk: one folder each in ``user_models/.downloads``, found again after any ending.

``job.json`` is what was asked for and how it stands (written by who owns the queue), ``plan.json`` what
the server said (written by who fetches), ``parts/`` what is not whole yet, ``files/`` what is right.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from desktop_app.core.errors import KINDS
from desktop_app.core.files import write_atomically
from desktop_app.core.messages import Failed
from desktop_app.core.paths import Paths
from desktop_app.library.installed import DOWNLOADS
from desktop_app.library.orders import Order, order_from_json, order_to_json
from desktop_app.library.prepared_forms import tree_size

JobPhase = Literal["waiting", "paused", "failed"]
LOCK_WAIT_S = 10.0
"""A process whose app was killed ends by itself within this time, and lets go of its job."""


@dataclass(frozen=True, slots=True)
class Job:
    """``done`` and ``total`` in bytes, as last seen. ``failure`` is why it has failed."""

    order: Order
    folder: Path
    phase: JobPhase = "waiting"
    failure: Failed | None = None
    done: int = 0
    total: int | None = None
    added: float = field(default_factory=time.time)


def new_job(order: Order, paths: Paths) -> Job:
    """A job in the order's own folder, not written yet."""
    return Job(order, paths.user_models / DOWNLOADS / order.folder, total=order.download_bytes)


def write_job(job: Job) -> None:
    """Raises OSError."""
    values = asdict(job)
    del values["folder"]
    values["order"] = order_to_json(job.order)
    job.folder.mkdir(parents=True, exist_ok=True)
    write_atomically(job.folder / "job.json", json.dumps(values, ensure_ascii=False).encode())


def read_jobs(paths: Paths) -> tuple[Job, ...]:
    """All that is not finished, oldest first. A folder whose job cannot be read is left alone."""
    try:
        folders = list((paths.user_models / DOWNLOADS).iterdir())
    except OSError:
        return ()
    jobs = [job for folder in folders if (job := read_job(folder)) is not None]
    return tuple(sorted(jobs, key=lambda job: (job.added, job.order.id)))


def bytes_there(folder: Path) -> int:
    """What has come by now, right or not whole yet."""
    return sum(tree_size(folder / part) for part in ("parts", "files"))


def remove_job(folder: Path) -> None:
    """Remove a job with all that was fetched for it. Raises OSError."""
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(folder)


@contextlib.contextmanager
def hold(folder: Path, wait_s: float = LOCK_WAIT_S) -> Iterator[bool]:
    """Keep the job's folder to this process; yields whether it was to be had within ``wait_s``. The system
    lets go of it when its holder ends, however that happens."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        until = time.monotonic() + wait_s
        while not (mine := _try_lock(handle)) and time.monotonic() < until:
            time.sleep(0.05)
        yield mine
    finally:
        os.close(handle)


def read_job(folder: Path) -> Job | None:
    """None where there is none that can be read."""
    try:
        raw: dict[str, Any] = json.loads((folder / "job.json").read_text(encoding="utf-8"))
        failure = Failed(**raw["failure"]) if raw["failure"] else None
        if raw["phase"] not in get_args(JobPhase) or (failure and failure.kind not in KINDS):
            return None
        order = order_from_json(raw["order"])
        return Job(order, folder, raw["phase"], failure, raw["done"], raw["total"], float(raw["added"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


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
