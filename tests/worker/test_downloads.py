"""The queue of downloads with real processes and a real server."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from PySide6.QtWidgets import QApplication

from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import Failed
from desktop_app.core.paths import Paths
from desktop_app.library import room
from desktop_app.library.catalogue import Catalogue, load_catalogue
from desktop_app.library.installed import disk_use, list_installed
from desktop_app.library.jobs import bytes_there, new_job, remove_job, write_job
from desktop_app.library.network import Network
from desktop_app.library.orders import order_from
from desktop_app.worker import download_queue
from desktop_app.worker.download_process import DownloadProcess
from desktop_app.worker.downloads import Downloads, DownloadState
from tests.library import hub_server as faults
from tests.library.fetching import SHARD, a_model, model_files
from tests.library.hub_server import Hub, Repo

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 30.0


@pytest.fixture(scope="session")
def app() -> QApplication:
    existing = QApplication.instance()
    return existing if isinstance(existing, QApplication) else QApplication([])


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


@pytest.fixture
def catalogue(paths: Paths) -> Catalogue:
    """The real one, and what the test's hub has."""
    models = (
        *(a_model(name) for name in ("model", "two", "three")),
        a_model("terms", must_accept=True),
        a_model("none"),
    )
    return Catalogue((*load_catalogue(paths.models).models, *models))


Open = Callable[..., Watched]


@pytest.fixture
def open_downloads(
    app: QApplication, paths: Paths, catalogue: Catalogue, hub: Hub, nothing_of_this_computers: None
) -> Iterator[Open]:
    opened: list[Watched] = []

    def open_one(**network: object) -> Watched:
        opened.append(Watched(app, paths, catalogue, Network(**{"hub_endpoint": hub.url, **network})))  # type: ignore[arg-type]
        return opened[-1]

    yield open_one
    for watched in opened:
        watched.downloads.stop()
    assert running_downloads() == []


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
    assert disk_use(paths).partial == 0


def stalled(watched: Watched, hub: Hub, paths: Paths, count: int = 100_000) -> None:
    """A download that has come to ``count`` bytes of its first shard, and hangs there."""
    hub.cdn.faults = [faults.stall_after(count)]
    watched.downloads.get("model", "bf16", False)
    watched.until(lambda: part_of(paths).exists() and part_of(paths).stat().st_size == count)


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


def names(paths: Paths) -> list[str]:
    return [p.name for p in (paths.user_models / "model--bf16").iterdir() if p.name != "model.json"]


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
    assert disk_use(paths).partial > 100_000
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


# --- refusals and failures ----------------------------------------------------------------------


def test_what_is_known_at_once_is_said_at_once(
    open_downloads: Open, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = open_downloads()
    with pytest.raises(InkhornError) as caught:
        watched.downloads.get("terms", "bf16", False)
    assert caught.value.kind == "licence"
    assert caught.value.values["url"] == "https://example.org/licence"
    for wrong in (("nothing", "bf16"), ("model", "q9")):
        with pytest.raises(InkhornError) as caught:
            watched.downloads.get(*wrong, False)
        assert caught.value.kind == "not_found"
    monkeypatch.setattr(room, "RESERVE", 1 << 60)
    with pytest.raises(InkhornError) as caught:
        watched.downloads.get("smollm2-135m-instruct", "q4_1", False)
    assert caught.value.kind == "disk_full"
    assert {"needed", "free", "reserve"} <= caught.value.values.keys()
    assert hub.seen == []
    assert watched.downloads.states() == ()


def test_an_accepted_licence_is_kept_with_the_model(
    open_downloads: Open, paths: Paths, catalogue: Catalogue, hub: Hub
) -> None:
    hub.repos["maker/terms"] = Repo(model_files())
    watched = open_downloads()
    before = time.time()
    watched.downloads.get("terms", "bf16", True)
    watched.until_phase("done", "terms/bf16")
    (entry,) = list_installed(paths, catalogue)
    assert entry.licence_accepted is not None
    assert before - 1 <= entry.licence_accepted <= time.time() + 1


@pytest.mark.parametrize(
    ("fault", "kind", "value"),
    [
        (faults.status(404, X_Error_Code="RepoNotFound"), "not_found", ("status", 404)),
        (faults.status(401, X_Error_Code="GatedRepo"), "unauthorized", ("gated", True)),
        (faults.status(429, Retry_After="4000"), "rate_limited", ("wait_s", 4000)),
    ],
)
def test_a_failure_has_its_kind_and_figures(
    open_downloads: Open, hub: Hub, fault: faults.Fault, kind: str, value: tuple[str, object]
) -> None:
    hub.faults = [fault]
    watched = open_downloads()
    watched.downloads.get("model", "bf16", False)
    failure = watched.until_phase("failed").failure
    assert failure is not None
    assert failure.kind == kind
    assert failure.values[value[0]] == value[1]
    watched.downloads.stop()
    again = open_downloads()
    if kind == "rate_limited":
        again.until_phase("done")  # a new start is another moment
    else:
        again_failure = again.until_phase("failed").failure
        assert again_failure == failure
        again.downloads.forget("model/bf16")
        again.until(lambda: again.downloads.states() == ())


def test_it_tries_again_by_itself_when_the_network_may_be_back(
    open_downloads: Open, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download_queue, "again_after", lambda failure: 0.1 if failure else None)
    hub.faults = [faults.status(429, Retry_After="4000")]
    watched = open_downloads()
    watched.downloads.get("model", "bf16", False)
    watched.until_phase("done")
    assert "failed" in [state.phase for state in watched.told]


def test_when_another_try_may_go_better() -> None:
    again = download_queue.again_after
    assert again(None) is None
    assert again(Failed(0, "model_damaged", "")) is None
    assert again(Failed(0, "network", "", values={"retry": False})) is None
    assert again(Failed(0, "network", "", values={"retry": True})) == download_queue.AGAIN_S
    assert again(Failed(0, "rate_limited", "", values={"retry": True, "wait_s": 4000.0})) == 4000


@pytest.mark.slow
def test_killed_again_and_again_it_comes_whole_in_the_end(
    paths: Paths, catalogue: Catalogue, hub: Hub, nothing_of_this_computers: None
) -> None:
    """At bytes that nobody chose. Seeded, so that they are the same each time."""
    chance = random.Random(7)
    hub.cdn.faults = [faults.trickle(1000, 0.003)] * 100
    order = order_from(catalogue, "model", "bf16", False)
    job = new_job(order, paths)
    write_job(job)
    kills = 0
    while True:
        process = DownloadProcess(job.folder, paths, Network(hub_endpoint=hub.url))
        enough = bytes_there(job.folder) + chance.randint(5_000, 90_000)
        done = False
        until_s = time.monotonic() + PATIENCE_S
        while not done and bytes_there(job.folder) < enough:
            assert time.monotonic() < until_s, "waited in vain"
            done = process.connection.poll(0.001) and process.connection.recv().phase == "done"
        process.end()
        if done:
            break
        kills += 1
    remove_job(job.folder)
    assert kills >= 3
    assert_installed(paths, catalogue, hub)


# --- the offline lock -----------------------------------------------------------------------------


def test_the_lock_ends_what_runs_and_lets_nothing_begin(
    open_downloads: Open, paths: Paths, catalogue: Catalogue, hub: Hub
) -> None:
    watched = open_downloads()
    stalled(watched, hub, paths)
    open_network = Network(hub_endpoint=hub.url)
    watched.downloads.use_network(replace(open_network, offline=True))
    watched.until_phase("waiting")
    watched.until(lambda: watched.active == [True, False])
    assert running_downloads() == []
    connections = hub.connections + hub.cdn.connections
    for attempt in (
        lambda: watched.downloads.get("two", "bf16", False),
        lambda: watched.downloads.get_from_hub("hub:maker/two"),
        lambda: watched.downloads.resume("model/bf16"),
    ):
        with pytest.raises(InkhornError) as caught:
            attempt()
        assert caught.value.kind == "offline"
    locked = open_downloads(offline=True)
    assert locked.until_phase("waiting").id == "model/bf16"
    locked.downloads.stop()
    assert hub.connections + hub.cdn.connections == connections
    watched.downloads.use_network(open_network)
    watched.until_phase("done")
    assert first_bytes(hub) == [0, 100_000]
    assert_installed(paths, catalogue, hub)


def test_a_download_process_is_free_of_qt_and_torch() -> None:
    code = (
        "import sys, desktop_app.worker.download_process, desktop_app.library.downloading\n"
        "heavy = {'PySide6', 'torch', 'transformers', 'numpy', 'hf_xet'} & set(sys.modules)\n"
        "sys.exit(f'loaded: {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
