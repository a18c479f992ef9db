"""The queue of downloads with real processes and a real server."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from PySide6.QtWidgets import QApplication

from desktop_app.core.paths import Paths
from desktop_app.library.catalogue import Catalogue
from desktop_app.library.installed import disk_use
from desktop_app.library.network import Network
from tests.library import faults
from tests.library.fetching import model_files
from tests.library.hub_server import Hub, Repo
from tests.worker.downloading import (
    PATIENCE_S,
    Open,
    Watched,
    assert_installed,
    first_bytes,
    names,
    part_of,
    running_downloads,
    stalled,
)

ROOT = Path(__file__).resolve().parents[2]


def test_a_model_comes_and_is_installed(
    open_downloads: Open, paths: Paths, catalogue: Catalogue, hub: Hub
) -> None:
    watched = open_downloads()
    watched.downloads.get("model", "bf16", False)
    watched.until(lambda: watched.finished)
    assert_installed(paths, catalogue, hub)
    phases = [state.phase for state in watched.told]
    assert phases[:2] == ["waiting", "listing"]
    assert phases[-1] == "done"
    last = watched.told[-1]
    assert last.done == last.total == sum(len(hub.repos["maker/model"].files[n]) for n in names(paths))
    watched.until(lambda: watched.active == [True, False])
    watched.downloads.forget("model/bf16")
    watched.until(lambda: watched.downloads.states() == ())


def test_at_most_two_at_once(open_downloads: Open, paths: Paths, hub: Hub) -> None:
    watched = open_downloads()
    for name in ("two", "three"):
        hub.repos[f"maker/{name}"] = Repo(model_files())
    hub.cdn.faults = [faults.stall_after(1000), faults.stall_after(1000)]
    for name in ("model", "two", "three"):
        watched.downloads.get(name, "bf16", False)
    watched.until(lambda: len(hub.cdn.seen) == 2)
    third = watched.state("three/bf16")
    assert third is not None
    assert third.phase == "waiting"
    assert len(running_downloads()) == 2
    watched.downloads.cancel("model/bf16")
    watched.until_phase("done", "three/bf16")


def test_pausing_keeps_what_came_and_ends_the_process(
    open_downloads: Open, paths: Paths, catalogue: Catalogue, hub: Hub
) -> None:
    watched = open_downloads()
    stalled(watched, hub, paths)
    watched.downloads.pause("model/bf16")
    state = watched.until_phase("paused")
    assert state.done >= 100_000
    assert running_downloads() == []
    assert part_of(paths).stat().st_size == 100_000
    assert disk_use(paths, ()).partial > 100_000
    watched.downloads.resume("model/bf16")
    watched.until_phase("done")
    assert first_bytes(hub) == [0, 100_000]
    assert_installed(paths, catalogue, hub)


def test_cancelled_means_cancelled(open_downloads: Open, paths: Paths, hub: Hub) -> None:
    watched = open_downloads()
    stalled(watched, hub, paths)  # the server says nothing: nobody could be asked to stop
    watched.downloads.cancel("model/bf16")
    watched.until_phase("cancelled")
    assert running_downloads() == []
    assert list((paths.user_models / ".downloads").iterdir()) == []
    again = open_downloads()
    again.until(lambda: True)
    assert again.downloads.states() == ()


@pytest.mark.skipif(os.name != "posix", reason="needs kill -9")
def test_a_killed_process_is_told_and_gone_on_with(
    open_downloads: Open, paths: Paths, catalogue: Catalogue, hub: Hub
) -> None:
    watched = open_downloads()
    stalled(watched, hub, paths)
    (process,) = running_downloads()
    os.kill(process.pid, signal.SIGKILL)
    state = watched.until_phase("failed")
    assert state.failure is not None
    assert state.failure.kind == "internal"
    watched.downloads.resume("model/bf16")
    watched.until_phase("done")
    assert first_bytes(hub) == [0, 100_000]
    assert_installed(paths, catalogue, hub)


def run_victim(paths: Paths, catalogue: Catalogue, url: str) -> None:
    """In a process of its own, which is killed."""
    app = QApplication([])
    watched = Watched(app, paths, catalogue, Network(hub_endpoint=url))
    watched.downloads.get("model", "bf16", False)
    app.exec()


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs kill -9")
def test_a_killed_app_leaves_nothing_running_and_the_next_start_goes_on(
    open_downloads: Open, paths: Paths, catalogue: Catalogue, hub: Hub
) -> None:
    hub.cdn.faults = [faults.stall_after(100_000)]
    context = multiprocessing.get_context("spawn")
    victim = context.Process(target=run_victim, args=(paths, catalogue, hub.url))
    victim.start()
    until(lambda: part_of(paths).exists() and part_of(paths).stat().st_size == 100_000)
    (process,) = running_downloads(victim.pid)
    assert victim.pid is not None
    os.kill(victim.pid, signal.SIGKILL)
    victim.join(PATIENCE_S)
    watched = open_downloads()  # at once: the lock on the job keeps two from writing one file
    watched.until_phase("done")
    until(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE)
    assert first_bytes(hub) == [0, 100_000]
    assert_installed(paths, catalogue, hub)


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def test_an_app_that_is_closed_goes_on_at_its_next_start(
    open_downloads: Open, paths: Paths, catalogue: Catalogue, hub: Hub
) -> None:
    watched = open_downloads()
    stalled(watched, hub, paths)
    watched.downloads.stop()
    assert running_downloads() == []
    open_downloads().until_phase("done")
    assert first_bytes(hub) == [0, 100_000]
    assert_installed(paths, catalogue, hub)


def test_a_paused_one_stays_paused_over_a_restart(open_downloads: Open, paths: Paths, hub: Hub) -> None:
    watched = open_downloads()
    stalled(watched, hub, paths)
    watched.downloads.pause("model/bf16")
    watched.until_phase("paused")
    watched.downloads.stop()
    asked = len(hub.seen)
    again = open_downloads()
    assert again.until_phase("paused").name == "Model"
    assert len(hub.seen) == asked


def test_a_download_process_is_free_of_qt_and_torch() -> None:
    code = (
        "import sys, desktop_app.worker.download_process, desktop_app.library.downloading\n"
        "heavy = {'PySide6', 'torch', 'transformers', 'numpy', 'hf_xet'} & set(sys.modules)\n"
        "sys.exit(f'loaded: {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
