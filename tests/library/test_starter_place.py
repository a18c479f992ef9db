from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.core.paths import Paths
from desktop_app.library.starter_place import find_installed, places
from tests.library.tiny import model_for


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path / "d", tmp_path / "c", tmp_path / "l", tmp_path / "r", tmp_path / "m")


def put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def test_missing_present_and_wrong_size(
    paths: Paths, make_wheel: Callable[..., Path], content: bytes
) -> None:
    model = model_for(make_wheel())
    bundled, own, earlier = places(model, paths)

    with pytest.raises(InkhornError) as caught:
        find_installed(model, paths)
    assert caught.value.kind == "model_missing"

    put(bundled, content[:-1])
    with pytest.raises(InkhornError) as caught:
        find_installed(model, paths)
    assert caught.value.kind == "model_damaged"
    assert str(bundled) in caught.value.message

    put(earlier, content)
    assert find_installed(model, paths) == earlier
    put(own, content)  # a whole file of the user's is taken before a cut one of the app's
    assert find_installed(model, paths) == own
    put(bundled, content)
    assert find_installed(model, paths) == bundled
