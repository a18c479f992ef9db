"""What came of a download from a test's hub."""

from __future__ import annotations

import hashlib
from pathlib import Path

from desktop_app.library.manifest import read_manifest
from tests.library.fetching import SHARD, TAKEN
from tests.library.hub_server import Hub, Seen


def of_shard(hub: Hub) -> list[Seen]:
    sha256 = hashlib.sha256(hub.repos["maker/model"].files[SHARD]).hexdigest()
    return [seen for seen in hub.cdn.seen if sha256 in seen.path]


def assert_whole(folder: Path, hub: Hub) -> None:
    files = hub.repos["maker/model"].files
    manifest = read_manifest(folder)
    assert manifest is not None
    assert sorted(path.name for path in folder.iterdir()) == sorted((*TAKEN, "model.json"))
    assert {file.name for file in manifest.files} == set(TAKEN)
    for file in manifest.files:
        content = (folder / file.name).read_bytes()
        assert content == files[file.name]
        assert (file.size, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())
