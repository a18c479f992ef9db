"""Downloads with real processes, watched."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from pathlib import Path

import psutil
from PySide6.QtWidgets import QApplication

from desktop_app.core.paths import Paths
from desktop_app.library.catalogue import Catalogue
from desktop_app.library.installed import disk_use, list_installed
from desktop_app.library.network import Network
from desktop_app.worker.downloads import Downloads, DownloadState
from tests.library import faults
from tests.library.fetching import SHARD
from tests.library.hub_server import Hub

PATIENCE_S = 30.0


class Watched:
    """Downloads with all that they told."""

    def __init__(self, app: QApplication, paths: Paths, catalogue: Catalogue, network: Network) -> None:
        self.app = app
        self.downloads = Downloads(paths, catalogue, network)
        self.told: list[DownloadState] = []
        self.finished: list[str] = []
        self.active: list[bool] = []
        self.downloads.changed.connect(self.told.append)
        self.downloads.finished.connect(lambda state: self.finished.append(state.id))
        self.downloads.active_changed.connect(self.active.append)
        self.downloads.start()

    def state(self, name: str) -> DownloadState | None:
        return next((state for state in self.downloads.states() if state.id == name), None)

    def until(self, condition: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < end, f"waited in vain: {self.downloads.states()}"
            self.app.processEvents()
            time.sleep(0.005)

    def until_phase(self, phase: str, name: str = "model/bf16") -> DownloadState:
        self.until(lambda: (state := self.state(name)) is not None and state.phase == phase)
        state = self.state(name)
        assert state is not None
        return state


Open = Callable[..., Watched]


def running_downloads(pid: int | None = None) -> list[psutil.Process]:
    found = []
    for child in psutil.Process(pid).children():
        try:
            if "spawn_main" in " ".join(child.cmdline()) and child.status() != psutil.STATUS_ZOMBIE:
                found.append(child)
        except psutil.NoSuchProcess:
            continue
    return found


def part_of(paths: Paths) -> Path:
    return paths.user_models / ".downloads" / "model--bf16" / "parts" / SHARD


def first_bytes(hub: Hub) -> list[int]:
    sha256 = hashlib.sha256(hub.repos["maker/model"].files[SHARD]).hexdigest()
    return [seen.first_byte for seen in hub.cdn.seen if sha256 in seen.path]


def assert_installed(paths: Paths, catalogue: Catalogue, hub: Hub) -> None:
    (entry,) = list_installed(paths, catalogue)
    assert (entry.id, entry.state, entry.origin) == ("model--bf16", "present", "download")
    for file in entry.files:
        assert (entry.path / file.name).read_bytes() == hub.repos["maker/model"].files[file.name]
    assert list((paths.user_models / ".downloads").iterdir()) == []
    assert disk_use(paths, ()).partial == 0


def stalled(watched: Watched, hub: Hub, paths: Paths, count: int = 100_000) -> None:
    """A download that has come to ``count`` bytes of its first shard, and hangs there."""
    hub.cdn.faults = [faults.stall_after(count)]
    watched.downloads.get("model", "bf16", False)
    watched.until(lambda: part_of(paths).exists() and part_of(paths).stat().st_size == count)


def names(paths: Paths) -> list[str]:
    return [p.name for p in (paths.user_models / "model--bf16").iterdir() if p.name != "model.json"]
