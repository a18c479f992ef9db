"""The catalogue is read once, and never on the thread that draws the window."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.core.paths import bundle_root
from desktop_app.library import catalogue_toml
from desktop_app.library.catalogue import CatalogueOnDemand
from tests.ui.models.conftest import User
from tests.ui.models.test_models_desk import a_gguf, add


@pytest.fixture
def readers(monkeypatch: pytest.MonkeyPatch) -> list[threading.Thread]:
    """The threads that read the catalogue's files."""
    seen: list[threading.Thread] = []
    real = catalogue_toml.read_models

    def read(folder: Path) -> object:
        seen.append(threading.current_thread())
        return real(folder)

    monkeypatch.setattr(catalogue_toml, "read_models", read)
    return seen


def test_the_pane_reads_it_once_and_elsewhere(
    readers: list[threading.Thread], open_user: Callable[..., User], tmp_path: Path
) -> None:
    user = open_user()
    readers.clear()  # the fixture's own
    rows = user.rows()
    user.desk.refresh()
    user.settle()
    assert user.rows() == rows
    add(user, a_gguf(tmp_path))
    user.pane.show_view("more")
    user.settle()
    assert not readers
    assert user.catalogue.get() is user.desk.showing.shelf.catalogue


def test_at_the_start_it_is_read_by_a_lane(
    readers: list[threading.Thread], open_user: Callable[..., User]
) -> None:
    user = open_user()
    (reader,) = readers[1:]  # the first is the fixture's own
    assert reader is not threading.main_thread()
    assert user.catalogue.get() is user.desk.showing.shelf.catalogue


def test_whoever_asks_at_the_same_time_waits_for_the_same(readers: list[threading.Thread]) -> None:
    catalogue = CatalogueOnDemand(bundle_root() / "models")
    assert not readers  # not before it is needed
    got: list[object] = []
    threads = [threading.Thread(target=lambda: got.append(catalogue.get())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 8
    assert len({id(one) for one in got}) == 1
    assert len(readers) == 1


def test_what_could_not_be_read_is_read_again(tmp_path: Path) -> None:
    catalogue = CatalogueOnDemand(tmp_path)
    with pytest.raises(InkhornError):
        catalogue.get()
    (tmp_path / "catalogue").symlink_to(bundle_root() / "models" / "catalogue")
    assert catalogue.get().starter
