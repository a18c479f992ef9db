"""Models that somebody has already: looked at, taken in, recognised."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.core.paths import Paths
from desktop_app.library import copying, room
from desktop_app.library.catalogue import load_catalogue
from desktop_app.library.importing import import_model, inspect
from desktop_app.library.installed import list_installed, remove, verify
from tests.library.models_on_disk import adapter_folder, gguf, model_folder, safetensors


def test_a_gguf_file(tmp_path: Path) -> None:
    path = tmp_path / "small.gguf"
    path.write_bytes(gguf())
    found = inspect(path)
    assert (found.kind, found.format, found.name, found.family) == ("model", "gguf", "Small", "llama")
    assert (found.licence, found.parameters, found.bytes) == ("Apache-2.0", 1024, path.stat().st_size)
    assert found.problems == ()
    assert found.tasks == ("chat", "writing")
    assert inspect(tmp_path) == found  # dropped as the folder that it lies in


def test_the_real_starter(starter_model: Path) -> None:
    found = inspect(starter_model)
    assert found.family == "llama"
    assert found.parameters == 134_515_008


def test_a_safetensors_folder(tmp_path: Path) -> None:
    folder = model_folder(tmp_path / "tiny-llama")
    (folder / "modeling_tiny.py").write_text("import os")
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x02")
    found = inspect(folder)
    assert (found.format, found.name, found.family, found.licence) == (
        "safetensors",
        "tiny-llama",
        "llama",
        "MIT",
    )
    assert found.parameters == 32
    assert sorted(found.files) == ["README.md", "config.json", "model.safetensors", "tokenizer.json"]
    assert any(".py" in problem for problem in found.problems)
    assert any("pickle" in problem for problem in found.problems)
    assert inspect(folder / "model.safetensors").path == folder


def test_an_adapter(tmp_path: Path) -> None:
    found = inspect(adapter_folder(tmp_path / "my-adapter"))
    assert (found.kind, found.base, found.rank, found.parameters) == ("adapter", "maker/base", 8, 32)
    assert sorted(found.files) == ["adapter_config.json", "adapter_model.safetensors"]


def test_a_folder_of_the_hubs_own_cache_has_the_models_name(tmp_path: Path) -> None:
    folder = model_folder(tmp_path / "models--maker--tiny" / "snapshots" / ("c" * 40))
    assert inspect(folder).name == "tiny"


@pytest.mark.parametrize(
    ("name", "content", "kind", "said"),
    [
        ("m.bin", b"\x80\x02", "model_unsupported", "pickle"),
        ("m.pt", b"PK\3\4", "model_unsupported", "pickle"),
        ("m.gguf", b"hello", "model_damaged", "not a GGUF"),
        ("m.gguf", gguf()[:100], "model_damaged", "damaged"),
        ("m.gguf", gguf(tail=b""), "model_damaged", "cut"),
        ("m.gguf", gguf(split=3), "model_unsupported", "3 parts"),
        ("m-00002-of-00003.gguf", gguf(split=3), "model_missing", "00001-of-00003"),
        ("m.gguf", gguf(version=9), "model_unsupported", "version 9"),
        ("m.gguf", gguf("phi2"), "model_unsupported", "does not read from GGUF: “phi2”"),
        ("m.gguf", gguf("nomic-bert"), "model_unsupported", "does not read from GGUF"),
        ("m.gguf", b"GGUF\3\0\0\0" + b"\xff" * 16, "model_damaged", "counts"),
        ("m.txt", b"Dear reader", "model_unsupported", "not a model"),
        ("m.safetensors", safetensors(), "model_unsupported", "not a model"),
    ],
)
def test_files_that_are_refused(tmp_path: Path, name: str, content: bytes, kind: str, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InkhornError, match=said) as caught:
        inspect(path)
    assert caught.value.kind == kind


def test_folders_that_are_refused(tmp_path: Path) -> None:
    def said(folder: Path) -> str:
        with pytest.raises(InkhornError) as caught:
            inspect(folder)
        return f"{caught.value.kind}: {caught.value.message}"

    assert "model_missing" in said(tmp_path / "none")
    (tmp_path / "empty").mkdir()
    assert "no config.json" in said(tmp_path / "empty")
    assert "does not know: “mystery”" in said(model_folder(tmp_path / "a", family="mystery"))
    cut = model_folder(tmp_path / "b") / "model.safetensors"
    cut.write_bytes(cut.read_bytes()[:-1])
    assert "model_damaged" in said(tmp_path / "b")
    only_pickle = model_folder(tmp_path / "c")
    (only_pickle / "model.safetensors").rename(only_pickle / "pytorch_model.bin")
    assert "pickle" in said(only_pickle)
    (model_folder(tmp_path / "d") / "config.json").write_text("[" * 100_000)
    assert "model_damaged" in said(tmp_path / "d")
    adapter = adapter_folder(tmp_path / "e") / "adapter_config.json"
    adapter.write_text(json.dumps({"peft_type": "IA3"}))
    assert "only LoRA" in said(tmp_path / "e")
    two = tmp_path / "f"
    two.mkdir()
    for name in ("a.gguf", "b.gguf"):
        (two / name).write_bytes(gguf())
    assert "several GGUF" in said(two)


@pytest.mark.parametrize("share", [True, False])
def test_taken_in_whole_and_the_original_is_as_it_was(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: bool
) -> None:
    if not share:
        monkeypatch.setattr(copying, "_share", lambda *_: False)  # another disk
    original = model_folder(tmp_path / "Tiny Llama (v1)")
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in original.iterdir()}
    told: list[tuple[int, int]] = []
    found = inspect(original)
    entry = import_model(found, paths, lambda done, total: told.append((done, total)))
    assert (entry.id, entry.name, entry.origin, entry.state) == (
        "Tiny-Llama-v1",
        "Tiny Llama (v1)",
        "import",
        "present",
    )
    assert told[-1] == (found.bytes, found.bytes)
    assert entry.path == paths.user_models / entry.id
    verify(entry)
    assert {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in original.iterdir()} == before
    assert (original / "config.json").samefile(entry.path / "config.json") == share
    remove(entry, paths)
    assert {p.name: p.read_bytes() for p in original.iterdir()} == {n: b for n, (b, _) in before.items()}


def test_what_is_there_already_is_recognised(paths: Paths, tmp_path: Path) -> None:
    (tmp_path / "a.gguf").write_bytes(gguf())
    (tmp_path / "b.gguf").write_bytes(gguf())
    (tmp_path / "c.gguf").write_bytes(gguf(tail=b"\1" * 4096))  # as large, and another
    first = import_model(inspect(tmp_path / "a.gguf"), paths)
    assert first.sha256 == hashlib.sha256(gguf()).hexdigest()
    assert import_model(inspect(tmp_path / "b.gguf"), paths) == first
    other = import_model(inspect(tmp_path / "c.gguf"), paths)
    assert other.id == "Small-2"
    assert len(list_installed(paths, load_catalogue(paths.models))) == 2


def test_a_file_of_the_catalogue_is_recognised(paths: Paths, starter_model: Path) -> None:
    entry = import_model(inspect(starter_model), paths)
    assert entry.model is not None
    assert (entry.model.id, entry.variant, entry.tasks) == ("smollm2-135m-instruct", "q4_1", ("chat",))


def test_left_where_it_is(paths: Paths, tmp_path: Path) -> None:
    catalogue = load_catalogue(paths.models)
    file = tmp_path / "a.gguf"
    file.write_bytes(gguf())
    folder = model_folder(tmp_path / "folder", fill=b"\2")
    entry = import_model(inspect(file), paths, copy=False)
    assert (entry.origin, entry.path, entry.state) == ("link", file, "present")
    assert (entry.bytes_on_disk, entry.bytes_of_ours) == (len(gguf()), 0)
    verify(entry)
    other = import_model(inspect(folder), paths, copy=False)
    assert other.path == folder
    verify(other)
    file.write_bytes(gguf()[:-1])
    folder.rename(tmp_path / "moved")
    states = {e.id: e.state for e in list_installed(paths, catalogue)}
    assert states == {"Small": "damaged", "folder": "missing"}
    for entry in list_installed(paths, catalogue):
        remove(entry, paths)
    assert file.exists()
    assert (tmp_path / "moved" / "config.json").exists()
    assert list_installed(paths, catalogue) == ()


def test_stopped_in_the_middle_leaves_nothing(
    paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "_share", lambda *_: False)
    monkeypatch.setattr(copying, "CHUNK", 1000)
    (tmp_path / "a.gguf").write_bytes(gguf())
    done: list[int] = []
    with pytest.raises(InkhornError) as caught:
        import_model(inspect(tmp_path / "a.gguf"), paths, lambda d, _: done.append(d), lambda: len(done) > 1)
    assert caught.value.kind == "cancelled"
    assert list(paths.user_models.iterdir()) == []


def test_no_room(paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.gguf").write_bytes(gguf())
    found = inspect(tmp_path / "a.gguf")
    monkeypatch.setattr(room, "RESERVE", 1 << 60)
    assert import_model(found, paths).state == "present"  # the same disk: it takes none
    real = os.stat

    def another_disk(path: object, **more: object) -> object:
        status = real(path, **more)  # type: ignore[arg-type]
        if str(path) != str(tmp_path / "a.gguf"):
            return status
        return os.stat_result((*status[:2], status.st_dev + 1, *status[3:10]))

    (tmp_path / "a.gguf").write_bytes(gguf(name="Other"))
    found = inspect(tmp_path / "a.gguf")
    monkeypatch.setattr("desktop_app.library.importing.os.stat", another_disk)
    with pytest.raises(InkhornError) as caught:
        import_model(found, paths)
    assert caught.value.kind == "disk_full"


def test_a_folder_of_the_library_itself(paths: Paths, tmp_path: Path) -> None:
    entry = import_model(inspect(model_folder(tmp_path / "x")), paths)
    with pytest.raises(InkhornError) as caught:
        import_model(inspect(entry.path), paths)
    assert caught.value.kind == "bad_file"
