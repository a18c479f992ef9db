"""What stands in the way of a download: refusals, failures, and the offline lock."""

from __future__ import annotations

import random
import time
from dataclasses import replace

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import Failed
from desktop_app.core.paths import Paths
from desktop_app.library import room
from desktop_app.library.catalogue import Catalogue
from desktop_app.library.installed import list_installed
from desktop_app.library.jobs import bytes_there, new_job, remove_job, write_job
from desktop_app.library.network import Network
from desktop_app.library.orders import order_from
from desktop_app.worker import download_queue
from desktop_app.worker.download_process import DownloadProcess
from tests.library import faults
from tests.library.fetching import model_files
from tests.library.hub_server import Fault, Hub, Repo
from tests.worker.downloading import (
    PATIENCE_S,
    Open,
    assert_installed,
    first_bytes,
    running_downloads,
    stalled,
)

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
    open_downloads: Open, hub: Hub, fault: Fault, kind: str, value: tuple[str, object]
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
