"""What a look at the disk tells, whatever lies there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.core.paths import Paths
from desktop_app.core.settings import Settings
from desktop_app.library.catalogue import Catalogue, load_catalogue
from desktop_app.library.importing import import_model, inspect
from desktop_app.library.installed import disk_use, find_by_id, list_installed, prepared_bytes, remove, verify
from desktop_app.model_choice import choose_for_chat
from tests.library.models_on_disk import adapter_folder, gguf, model_folder


@pytest.fixture
def catalogue(paths: Paths) -> Catalogue:
    return load_catalogue(paths.models)


def put(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_nothing_is_installed(paths: Paths, catalogue: Catalogue) -> None:
    assert list_installed(paths, catalogue) == ()
    use = disk_use(paths, ())
    assert (use.models, use.prepared, use.partial) == (0, 0, 0)
    assert use.free > 0


def test_the_one_that_came_with_the_app_is_first_and_stays(paths: Paths, catalogue: Catalogue) -> None:
    file = catalogue.starter.file
    path = paths.models / "starter" / file.name
    path.parent.mkdir()
    with path.open("wb") as whole:
        whole.truncate(file.size)
    put(paths.user_models / "a" / "a.gguf", gguf())
    bundled, other = list_installed(paths, catalogue)
    assert (bundled.id, bundled.origin, bundled.state) == (catalogue.starter.id, "bundled", "present")
    assert (bundled.path, bundled.sha256) == (path, file.sha256)
    assert other.id == "a"
    with pytest.raises(InkhornError) as caught:
        remove(bundled, paths)
    assert caught.value.kind == "read_only"
    with pytest.raises(InkhornError) as caught:
        verify(bundled)
    assert caught.value.kind == "model_damaged"  # the right size, and nothing in it
    path.write_bytes(b"cut")
    assert list_installed(paths, catalogue)[0].state == "damaged"


def test_a_starter_whose_file_is_gone_is_missing_until_the_same_is_there_again(
    paths: Paths, catalogue: Catalogue
) -> None:
    file = catalogue.starter.file
    (paths.models / "starter").mkdir()
    (entry,) = list_installed(paths, catalogue)
    assert (entry.id, entry.state, entry.bytes_on_disk) == (catalogue.starter.id, "missing", 0)
    with pytest.raises(InkhornError) as caught:
        choose_for_chat(paths, Settings(), catalogue)
    assert (caught.value.kind, caught.value.values["model"]) == ("model_missing", entry.id)
    put(paths.user_models / "any name" / file.name, b"")
    with (paths.user_models / "any name" / file.name).open("wb") as whole:
        whole.truncate(file.size)
    (again,) = list_installed(paths, catalogue)
    assert (again.model, again.state, again.bytes_on_disk) == (catalogue.starter, "present", file.size)
    choice = choose_for_chat(paths, Settings(), catalogue)
    assert (choice.installed_id, choice.is_starter, choice.missing) == ("any name", True, "")


def test_the_room_that_models_take_is_that_of_their_rows(
    paths: Paths, catalogue: Catalogue, tmp_path: Path
) -> None:
    """The starter lies elsewhere and counts too; a file that is only used where it lies does not."""
    file = catalogue.starter.file
    put(paths.models / "starter" / file.name, b"")
    with (paths.models / "starter" / file.name).open("wb") as whole:
        whole.truncate(file.size)
    import_model(inspect(put(tmp_path / "a.gguf", gguf())), paths)
    linked = import_model(inspect(put(tmp_path / "b.gguf", gguf("qwen2"))), paths, copy=False)
    assert (linked.bytes_on_disk, linked.bytes_of_ours) == (len(gguf("qwen2")), 0)
    entries = list_installed(paths, catalogue)
    assert len(entries) == 3
    assert disk_use(paths, entries).models == file.size + len(gguf())


def test_folders_that_nobody_described(paths: Paths, catalogue: Catalogue) -> None:
    """What an earlier version made, and what people copy there themselves."""
    file = catalogue.starter.file
    earlier = paths.user_models / "smollm2-135m-instruct-q4_1" / file.name
    put(earlier, b"")
    with earlier.open("wb") as whole:
        whole.truncate(file.size)
    put(paths.user_models / "mine" / "mine.gguf", gguf("qwen2"))
    model_folder(paths.user_models / "folder")
    adapter_folder(paths.user_models / "adapter")
    put(paths.user_models / "notes" / "read me.txt", b"hello")
    put(paths.user_models / "loose.gguf", gguf())
    found = {entry.id: entry for entry in list_installed(paths, catalogue)}
    assert set(found) == {"smollm2-135m-instruct-q4_1", "mine", "folder", "adapter"}
    known = found["smollm2-135m-instruct-q4_1"]
    assert known.model is catalogue.starter
    assert (known.path, known.state, known.sha256) == (earlier, "present", file.sha256)
    assert found["mine"].path.name == "mine.gguf"
    assert found["mine"].tasks == ("chat", "writing")
    assert found["folder"].path == paths.user_models / "folder"
    assert found["folder"].family == "llama"
    assert found["adapter"].kind == "adapter"
    with pytest.raises(InkhornError) as caught:
        verify(found["mine"])
    assert caught.value.kind == "not_found"  # nothing is known: that is no damage


def test_damage_is_seen_by_size_and_found_by_hash(paths: Paths, catalogue: Catalogue, tmp_path: Path) -> None:
    import_model(inspect(put(tmp_path / "a.gguf", gguf())), paths)
    (entry,) = list_installed(paths, catalogue)
    (tmp_path / "a.gguf").unlink()
    content = entry.path.read_bytes()
    entry.path.write_bytes(content[:-1] + b"?")
    (entry,) = list_installed(paths, catalogue)
    assert entry.state == "present"
    with pytest.raises(InkhornError, match="SHA-256") as caught:
        verify(entry)
    assert caught.value.kind == "model_damaged"
    entry.path.write_bytes(content[:-1])
    assert list_installed(paths, catalogue)[0].state == "damaged"
    entry.path.unlink()
    assert list_installed(paths, catalogue)[0].state == "missing"


def test_checking_can_be_stopped(paths: Paths, tmp_path: Path) -> None:
    entry = import_model(inspect(put(tmp_path / "a.gguf", gguf())), paths)
    with pytest.raises(InkhornError) as caught:
        verify(entry, stopped=lambda: True)
    assert caught.value.kind == "cancelled"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{",
        "[" * 100_000,
        '{"format": 99}',
        '{"format": 1, "kind": "virus", "origin": "download", "name": "x", "files": []}',
        '{"format": 1, "kind": "model", "origin": "import", "name": 7, "files": []}',
        '{"format": 1, "kind": "model", "origin": "import", "name": "x", "files": [1]}',
        '{"format": 1, "kind": "model", "origin": "import", "name": "x", "main": "../../x", "files": []}',
        '{"format": 1, "kind": "model", "origin": "import", "name": "x", "source": 3, "files": []}',
        '{"format": 1, "kind": "model", "origin": "import", "name": "x", "added": "now", "files": []}',
        '{"format": 1, "kind": "model", "origin": "import"}',
        '{"format": 1, "kind": "model", "origin": "import", "name": "x",'
        ' "files": [{"name": "/etc/passwd", "size": 1, "sha256": ""}]}',
    ],
)
def test_a_description_that_cannot_be_read_is_shown_as_damage(
    paths: Paths, catalogue: Catalogue, text: str
) -> None:
    put(paths.user_models / "odd" / "model.json", text.encode())
    put(paths.user_models / "odd" / "x.gguf", gguf())
    (entry,) = list_installed(paths, catalogue)
    assert (entry.id, entry.state) == ("odd", "damaged")
    assert remove(entry, paths) > 4096
    assert list_installed(paths, catalogue) == ()


def test_removing_gives_back_the_model_and_its_prepared_forms(
    paths: Paths, catalogue: Catalogue, tmp_path: Path
) -> None:
    entry = import_model(inspect(put(tmp_path / "a.gguf", gguf())), paths)
    prepared = paths.prepared / f"{entry.sha256[:32]}-3-cpu-avx512"
    put(prepared / "weights.safetensors", b"x" * 5000)
    put(paths.prepared / ("0" * 32 + "-3-cpu") / "weights.safetensors", b"x" * 7000)
    use = disk_use(paths, [entry])
    assert use.prepared == 12_000
    assert (use.models, prepared_bytes(entry, paths)) == (len(gguf()), 5000)
    manifest = (entry.folder / "model.json").stat().st_size
    freed = remove(entry, paths)
    assert freed == use.models + manifest + 5000
    assert not prepared.exists()
    assert disk_use(paths, ()).prepared == 7000
    assert list(paths.user_models.iterdir()) == []


def test_found_by_any_of_its_names(paths: Paths, catalogue: Catalogue) -> None:
    folder = paths.user_models / "smollm2-135m-instruct--q4_1"
    file = catalogue.starter.file
    put(folder / file.name, b"x")
    values = {
        "format": 1,
        "kind": "model",
        "origin": "download",
        "name": "SmolLM2",
        "model_id": "smollm2-135m-instruct",
        "variant": "q4_1",
        "main": file.name,
        "files": [{"name": file.name, "size": 1, "sha256": "0" * 64}],
    }
    put(folder / "model.json", json.dumps(values).encode())
    for name in (folder.name, "smollm2-135m-instruct/q4_1", "smollm2-135m-instruct"):
        assert find_by_id(paths, catalogue, name).id == folder.name
    with pytest.raises(InkhornError) as caught:
        find_by_id(paths, catalogue, "nothing")
    assert caught.value.kind == "model_missing"
