"""The offline lock, by counting: no socket of any process of ours, and nobody at the servers' doors."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop_app.core.paths import make_paths
from desktop_app.library.catalogue import HubSource
from desktop_app.library.jobs import new_job, write_job
from tests.library.fetching import an_order
from tests.library.hub_server import Hub, Index, Proxy

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.usefixtures("nothing_of_this_computers")

WATCH = """
import os, sys

def watch(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        if not isinstance(address, tuple):
            return
    elif event not in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        return
    else:
        address = arguments[0]
    handle = os.open(os.environ["INKHORN_TEST_WATCH"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(handle, f"{event} {address}\\n".encode())
    os.close(handle)

sys.addaudithook(watch)
"""

QUEUE = """
import sys, time
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from desktop_app.core.errors import InkhornError
from desktop_app.core.offline import lock
from desktop_app.core.paths import make_paths
from desktop_app.core.settings import load_settings
from desktop_app.library.catalogue import load_catalogue
from desktop_app.library.network import network_from
from desktop_app.worker.downloads import Downloads

if __name__ == "__main__":
    app = QCoreApplication([])
    paths = make_paths(Path(sys.argv[1]))
    settings = load_settings(paths.settings)
    lock(settings.offline)
    downloads = Downloads(paths, load_catalogue(paths.models), network_from(settings))
    downloads.start()
    end = time.monotonic() + 60
    while not downloads.states() and time.monotonic() < end:
        time.sleep(0.01)
    kinds = []
    for call in (
        lambda: downloads.get("smollm2-135m-instruct", "q4_1", True),
        lambda: downloads.get_from_hub("hub:maker/model"),
        lambda: downloads.resume("test/bf16"),
    ):
        try:
            call()
            kinds.append("")
        except InkhornError as error:
            kinds.append(error.kind)
    end = time.monotonic() + (0.5 if settings.offline else 60)
    while time.monotonic() < end and any(s.phase != "failed" for s in downloads.states()):
        app.processEvents()
        time.sleep(0.01)
    downloads.stop()
    print(kinds, [state.phase for state in downloads.states()])
"""


class Watched:
    """Runs programs of ours, every process of which writes down whom it would connect to."""

    def __init__(self, folder: Path, servers: tuple[Hub, Proxy, Index], offline: bool) -> None:
        hub, proxy, index = servers
        self.data = folder / "data"
        self._log = folder / "connections.txt"
        self._servers = (*servers, hub.cdn)
        site = folder / "site"
        site.mkdir()
        self.data.mkdir()
        (site / "sitecustomize.py").write_text(WATCH)
        values = {"offline": offline, "hub_endpoint": hub.url, "proxy": proxy.url}
        values["package_index"] = f"{index.url}/simple"
        (self.data / "settings.json").write_text(
            json.dumps({**values, "package_index": f"{index.url}/simple"})
        )
        search = os.pathsep.join([str(site), str(ROOT)])
        self._environment = {**os.environ, "PYTHONPATH": search, "INKHORN_TEST_WATCH": str(self._log)}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def inkhorn(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run("-m", "desktop_app", "--data-dir", str(self.data), *arguments)

    @property
    def tried(self) -> list[str]:
        return self._log.read_text().splitlines() if self._log.exists() else []

    @property
    def came(self) -> int:
        return sum(server.connections for server in self._servers)


@pytest.fixture
def watched(tmp_path: Path, hub: Hub, proxy: Proxy, package_index: Index) -> Callable[[bool], Watched]:
    return lambda offline: Watched(tmp_path, (hub, proxy, package_index), offline)


GETS = ("smollm2-135m-instruct/q4_1", "smollm2-135m-instruct/bf16", "hub:maker/model", "hub:a/b@main:c.gguf")


@pytest.mark.slow
def test_the_terminal(watched: Callable[[bool], Watched]) -> None:
    locked = watched(True)
    for name in GETS:
        done = locked.inkhorn("models", "get", name, "--json")
        assert done.returncode == 1
        assert json.loads(done.stderr)["error"]["kind"] == "offline"
    assert locked.inkhorn("models", "list", "--json").returncode == 0
    assert locked.inkhorn("models", "list", "--available").returncode == 0
    assert locked.inkhorn("models", "verify").returncode == 0
    assert (locked.tried, locked.came) == ([], 0)


def waiting_job(data: Path) -> None:
    order = an_order(HubSource("maker/none", None, ()))
    write_job(new_job(order, make_paths(data)))


def test_the_queue_of_the_window(watched: Callable[[bool], Watched]) -> None:
    locked = watched(True)
    waiting_job(locked.data)
    done = locked.run("-c", QUEUE, str(locked.data))
    assert done.stdout.strip() == "['offline', 'offline', 'offline'] ['waiting']", done.stderr
    assert (locked.tried, locked.came) == ([], 0)


@pytest.mark.slow
def test_the_whole_engine(watched: Callable[[bool], Watched], starter_model: Path) -> None:
    """It does not connect with the switch either way; here its process shows that it would be seen."""
    locked = watched(True)
    done = locked.inkhorn("chat", "Say hi.", "--max-tokens", "8", "--temperature", "0")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert (locked.tried, locked.came) == ([], 0)


@pytest.mark.slow
def test_without_the_lock_all_of_it_would_have_been_seen(
    watched: Callable[[bool], Watched], hub: Hub, proxy: Proxy
) -> None:
    free = watched(False)
    assert free.inkhorn("models", "get", "hub:maker/none").returncode == 1
    by_terminal = (len(free.tried), free.came)
    assert min(by_terminal) > 0
    # Nobody but the proxy is connected to, nobody but the mirror is asked, and no more is told than needed.
    assert all("127.0.0.1" in line for line in free.tried)
    assert [seen.path.split("?")[0] for seen in proxy.seen] == [
        f"{hub.url}/api/models/maker/none/revision/main"
    ]
    assert "torch" not in proxy.seen[0].headers["user-agent"]
    waiting_job(free.data)
    done = free.run("-c", QUEUE, str(free.data))
    assert done.stdout.strip().startswith("['', '', '']"), done.stderr
    assert len(free.tried) > by_terminal[0]
    assert free.came > by_terminal[1]
