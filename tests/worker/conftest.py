"""Downloads of a test's own, which leave no process behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from desktop_app.core.paths import Paths
from desktop_app.library.catalogue import Catalogue, load_catalogue
from desktop_app.library.network import Network
from tests.library.fetching import a_model
from tests.library.hub_server import Hub
from tests.worker.downloading import Open, Watched, running_downloads


@pytest.fixture(scope="session")
def app() -> QApplication:
    existing = QApplication.instance()
    return existing if isinstance(existing, QApplication) else QApplication([])


@pytest.fixture
def catalogue(paths: Paths) -> Catalogue:
    """The real one, and what the test's hub has."""
    models = (
        *(a_model(name) for name in ("model", "two", "three")),
        a_model("terms", must_accept=True),
        a_model("none"),
    )
    return Catalogue((*load_catalogue(paths.models).models, *models))


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
