"""Folders made of links, as huggingface_hub's cache is: their files are taken, and nothing else is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.core.paths import Paths
from desktop_app.engine.safetensors_folder import read_weights
from desktop_app.library import copying
from desktop_app.library.importing import import_model, inspect
from desktop_app.library.installed import verify
from tests.library.models_on_disk import adapter_folder, gguf, model_folder

pytestmark = pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")


def cached(tmp_path: Path, made: Path, name: str = "tiny") -> Path:
    """The files of ``made`` as the hub's cache holds them: blobs, and a snapshot of links to them."""
    home = tmp_path / "hub" / f"models--maker--{name}"
    blobs, snapshot = home / "blobs", home / "snapshots" / ("c" * 40)
    blobs.mkdir(parents=True)
    snapshot.mkdir(parents=True)
    for number, path in enumerate(sorted(made.iterdir())):
        blob = path.rename(blobs / f"{number:064x}")
        (snapshot / path.name).symlink_to(os.path.relpath(blob, snapshot))
    return snapshot


@pytest.mark.parametrize("share", [True, False])
def test_a_folder_of_the_hubs_cache_becomes_plain_files(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: bool
) -> None:
    if not share:
        monkeypatch.setattr(copying, "_share", lambda *_: False)  # another disk
    snapshot = cached(tmp_path, model_folder(tmp_path / "made"))
    with pytest.raises(InkhornError):
        read_weights(snapshot)  # the engine follows no link
    found = inspect(snapshot)
    assert found.has_links
    assert any("links" in problem for problem in found.problems)
    entry = import_model(found, paths)
    assert entry.name == "tiny"
    assert sorted(file.name for file in entry.files) == sorted(found.files)
    for path in entry.path.iterdir():
        assert not path.is_symlink()
    verify(entry)
    assert set(read_weights(entry.path)) == {"w"}
    assert (snapshot / "config.json").is_symlink()  # and the cache is as it was


def test_files_and_adapters_of_the_cache(paths: Paths, tmp_path: Path) -> None:
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "small.gguf").write_bytes(gguf())
    file = cached(tmp_path, tmp_path / "made", "small") / "small.gguf"
    entry = import_model(inspect(file), paths)
    assert entry.path.name == "small.gguf"
    assert not entry.path.is_symlink()
    assert inspect(file.parent).files == ("small.gguf",)
    adapter = inspect(cached(tmp_path, adapter_folder(tmp_path / "adapter"), "lora"))
    assert (adapter.kind, adapter.name, adapter.has_links) == ("adapter", "lora", True)
    verify(import_model(adapter, paths))


def test_a_folder_of_links_is_not_used_where_it_lies(paths: Paths, tmp_path: Path) -> None:
    found = inspect(cached(tmp_path, model_folder(tmp_path / "made")))
    with pytest.raises(InkhornError) as caught:
        import_model(found, paths, copy=False)
    assert (caught.value.kind, caught.value.values["reason"]) == ("bad_file", "linked")
    assert not paths.user_models.exists() or not list(paths.user_models.iterdir())


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("model.safetensors", "link_loop"),  # to itself
        ("nowhere/at/all", "link_gone"),
        ("/dev/zero", "link_elsewhere"),
        ("/", "link_elsewhere"),
    ],
)
@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "tokenizer.json"])
def test_links_that_lead_to_no_file(tmp_path: Path, name: str, target: str, reason: str) -> None:
    folder = model_folder(tmp_path / "made")
    (folder / name).unlink()
    (folder / name).symlink_to(name if reason == "link_loop" else target)
    for path in (folder, folder / name):
        if path.is_dir() and path != folder:
            continue  # then it is that folder that was dropped
        with pytest.raises(InkhornError) as caught:
            inspect(path)
        assert (caught.value.kind, caught.value.values["reason"]) == ("bad_file", reason)
        assert name in caught.value.message


def test_a_pipe_does_not_keep_us_waiting(tmp_path: Path) -> None:
    folder = model_folder(tmp_path / "made")
    for name in ("README.md", "model.safetensors"):
        (folder / name).unlink()
        os.mkfifo(folder / name)
        with pytest.raises(InkhornError) as caught:
            inspect(folder)
        assert caught.value.values["reason"] == "not_a_file"
    (folder / "link.gguf").symlink_to("model.safetensors")
    with pytest.raises(InkhornError) as caught:
        inspect(folder / "link.gguf")
    assert caught.value.values["reason"] == "link_elsewhere"


def test_folders_are_not_reached_through_links(tmp_path: Path) -> None:
    folder, other = model_folder(tmp_path / "made"), tmp_path / "other"
    other.mkdir()
    (other / "config.json").write_text("{}")
    (folder / "more").symlink_to(other)
    (folder / "self").symlink_to(folder)
    assert all("/" not in name for name in inspect(folder).files)
    (folder / "1_Pooling").symlink_to(other)  # a part of the model that would go missing
    with pytest.raises(InkhornError) as caught:
        inspect(folder)
    assert caught.value.values["reason"] == "link_elsewhere"


def test_a_link_that_is_turned_after_it_was_looked_at(paths: Paths, tmp_path: Path) -> None:
    snapshot = cached(tmp_path, model_folder(tmp_path / "made"))
    found = inspect(snapshot)
    (snapshot / "model.safetensors").unlink()
    (snapshot / "model.safetensors").symlink_to("/dev/zero")
    with pytest.raises(InkhornError) as caught:
        import_model(found, paths)
    assert caught.value.values["reason"] == "link_elsewhere"
