"""Models in several GGUF files: taken in together or not at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.core.paths import Paths
from desktop_app.library.gguf_parts import first_of_one_model, part_names
from desktop_app.library.importing import import_model, inspect
from desktop_app.library.installed import remove, verify
from desktop_app.library.manifest import read_manifest
from desktop_app.library.orders import order_from_hub
from tests.engine.gguf_writer import write_split_gguf
from tests.library.fetching import Fetched, an_order
from tests.library.hub_server import Hub, Repo

HEAD = {
    "general.architecture": "llama",
    "general.name": "Long",
    "general.license": "mit",
    "llama.block_count": 2,
    "llama.embedding_length": 64,
    "llama.attention.head_count": 4,
    "llama.attention.head_count_kv": 2,
    "llama.context_length": 2048,
}


def split(folder: Path, stem: str = "long-q8", layers: int = 2) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    names = ["token_embd.weight", *(f"blk.{n}.attn_q.weight" for n in range(layers))]
    weights = {name: ("Q8_0", np.ones((64, 64), np.float32)) for name in names}
    return write_split_gguf(folder, stem, HEAD, weights, 3)


def test_names_of_parts() -> None:
    assert part_names("a-00002-of-00002.gguf") == ("a-00001-of-00002.gguf", "a-00002-of-00002.gguf")
    assert part_names("q4/a-00001-of-00001.gguf") == ("q4/a-00001-of-00001.gguf",)
    for name in ("a.gguf", "a-00003-of-00002.gguf", "a-00000-of-00002.gguf", "a-00001-of-99999.gguf"):
        assert part_names(name) == ()
    both = part_names("a-00001-of-00002.gguf")
    assert first_of_one_model(reversed(both)) == both[0]
    assert first_of_one_model(["b.gguf"]) == "b.gguf"
    assert first_of_one_model([both[0], "b.gguf"]) == first_of_one_model([]) == ""


def test_any_part_or_their_folder_is_the_whole_model(paths: Paths, tmp_path: Path) -> None:
    parts = split(tmp_path / "long")
    found = inspect(parts[2])
    assert found == inspect(parts[0]) == inspect(tmp_path / "long")
    assert (found.name, found.parameters, found.licence) == ("Long", 3 * 64 * 64, "MIT")
    assert found.bytes == sum(part.stat().st_size for part in parts)
    assert found.shape is not None
    assert (found.shape.layers, found.shape.width, found.shape.kv_width, found.shape.bits) == (2, 64, 32, 8)
    entry = import_model(found, paths)
    assert [file.name for file in entry.files] == [part.name for part in parts]
    assert (entry.path.name, entry.sha256, entry.state) == (parts[0].name, "", "present")
    verify(entry)
    assert import_model(inspect(parts[1]), paths).id == entry.id  # it is there already
    (entry.path.parent / parts[1].name).unlink()
    with pytest.raises(InkhornError):
        verify(entry)
    assert remove(entry, paths) > 0


def test_left_where_they_are(paths: Paths, tmp_path: Path) -> None:
    parts = split(tmp_path / "long")
    entry = import_model(inspect(parts[1]), paths, copy=False)
    assert (entry.path, entry.origin, entry.state) == (parts[0], "link", "present")
    verify(entry)


def test_a_part_that_is_missing_is_named_with_the_way_out(tmp_path: Path) -> None:
    parts = split(tmp_path / "long")
    parts[1].unlink()
    for path in (parts[0], parts[2], tmp_path / "long"):
        with pytest.raises(InkhornError, match="put them beside it") as caught:
            inspect(path)
        assert caught.value.kind == "model_missing"
        values = caught.value.values
        assert (values["reason"], values["missing"]) == ("parts_missing", [parts[1].name])


def test_parts_of_two_models_are_no_model(tmp_path: Path) -> None:
    parts, others = split(tmp_path / "long"), split(tmp_path / "other", layers=5)
    parts[1].write_bytes(others[1].read_bytes())
    with pytest.raises(InkhornError, match="of another model") as caught:
        inspect(parts[0])
    assert caught.value.kind == "model_damaged"
    parts[1].write_bytes(parts[2].read_bytes())
    with pytest.raises(InkhornError, match="another one"):
        inspect(parts[0])
    renamed = parts[0].rename(tmp_path / "long" / "model.gguf")
    with pytest.raises(InkhornError, match="not called so") as caught:
        inspect(renamed)
    assert caught.value.values["reason"] == "part_name"


def test_the_hubs_parts_come_together(fetched: Fetched, hub: Hub, tmp_path: Path) -> None:
    parts = split(tmp_path / "long")
    hub.repos["maker/long"] = Repo({f"q8/{part.name}": part.read_bytes() for part in parts})
    order = order_from_hub(f"hub:maker/long:q8/{parts[1].name}")
    fetched.order = an_order(order.source, id=order.id, model_id="", folder=order.folder, format="gguf")
    manifest = read_manifest(fetched.run(hub))
    assert manifest is not None
    assert manifest.main == parts[0].name
    assert sorted(file.name for file in manifest.files) == [part.name for part in parts]
    assert manifest.shape is not None
    assert manifest.shape.parameters == 3 * 64 * 64
