"""A disk that has no room, or loses it on the way."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.library import room, transfer
from desktop_app.library.jobs import new_job, write_job
from tests.library.fetching import SHARD, Fetched, model_files
from tests.library.hub_server import Hub

ROOT = Path(__file__).resolve().parents[2]

LIMITED = """
import resource, sys
from pathlib import Path
from desktop_app.core.errors import InkhornError
from desktop_app.core.paths import Paths
from desktop_app.library.downloading import download
from desktop_app.library.network import Network

resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
data, job, url = sys.argv[1:]
paths = Paths(*[Path(data)] * 5)
try:
    download(Path(job), paths, Network(hub_endpoint=url), lambda report: None)
except InkhornError as error:
    print(error.kind, sorted(error.values))
"""


def test_no_room_is_said_before_a_byte_is_fetched(
    fetched: Fetched,
    hub: Hub,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room, "RESERVE", 1 << 60)
    error = fetched.fails(hub)
    assert error.kind == "disk_full"
    assert error.values["needed"] > 300_000
    assert error.values["free"] > 0
    assert hub.cdn.seen == []


def test_room_that_goes_while_it_is_fetched(
    fetched: Fetched,
    hub: Hub,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Others write to the disk too. What has come stays, and is gone on with when there is room."""
    monkeypatch.setattr(transfer, "ROOM_EVERY", 60_000)
    free = room.free_bytes(fetched.paths.data)
    asked = 0

    def shrinking(_folder: Path) -> int:
        nonlocal asked
        asked += 1
        return free if asked == 1 else 0

    monkeypatch.setattr(room, "free_bytes", shrinking)
    assert fetched.fails(hub).kind == "disk_full"
    assert (fetched.folder / "parts" / SHARD).stat().st_size >= 60_000
    monkeypatch.undo()
    fetched.run(hub)


@pytest.mark.skipif(not hasattr(os, "setsid"), reason="needs POSIX limits")
def test_a_file_that_the_system_does_not_let_grow(fetched: Fetched, hub: Hub) -> None:
    """EFBIG, from a real limit in a process of its own."""
    job = new_job(fetched.order, fetched.paths)
    write_job(job)
    command = [sys.executable, "-c", LIMITED, str(fetched.paths.data), str(job.folder), hub.url]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.startswith("disk_full"), done.stderr
    assert "needed" in done.stdout
    assert (job.folder / "parts" / SHARD).stat().st_size == 100_000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 4 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("no mount here")
    if done.returncode != 0:
        pytest.skip("may not mount a file system here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_file_system(
    small_disk: Path,
    fetched: Fetched,
    hub: Hub,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """ENOSPC in the middle of a file; room is made; the same download goes on."""
    monkeypatch.setattr(room, "RESERVE", 0)
    monkeypatch.setattr(room, "require_room", lambda *_: None)  # somebody else took it since
    hub.repos["maker/model"].files = model_files(3_000_000)
    fetched.paths = replace(fetched.paths, data=small_disk)
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"\0" * 3_000_000)
    with pytest.raises(InkhornError) as caught:
        fetched.run(hub)
    assert caught.value.kind == "disk_full"
    assert caught.value.values["free"] < 1_500_000
    there = (fetched.folder / "parts" / SHARD).stat().st_size
    assert there > 100_000
    ballast.unlink()
    hub.cdn.seen.clear()
    fetched.run(hub)
    assert hub.cdn.seen[0].first_byte == there
