"""Models in several GGUF files: read as one, and refused where the parts do not make one."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from desktop_app.core.errors import InkhornError
from desktop_app.core.paths import make_paths
from desktop_app.engine.gguf import read_gguf
from desktop_app.engine.gguf_split import read_gguf_model
from desktop_app.engine.source import identify_folder, identify_gguf
from desktop_app.library.prepared_forms import forms_of
from tests.engine.gguf_writer import write_gguf, write_split_gguf
from tests.engine.small_decoders import opened
from tests.engine.tiny_model import metadata, tensors, tiny_llama

KIND = "Q4_1"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model in one file, and the same in three."""
    folder, model = tmp_path_factory.mktemp("split"), tiny_llama()
    write_gguf(folder / "whole.gguf", metadata(model), tensors(model, KIND))
    (folder / "parts").mkdir()
    write_split_gguf(folder / "parts", "tiny", metadata(model), tensors(model, KIND), 3)
    return folder


@pytest.fixture
def parts(made: Path, tmp_path: Path) -> list[Path]:
    return sorted(Path(shutil.copytree(made / "parts", tmp_path / "parts")).iterdir())


def test_the_parts_are_the_same_model_as_the_whole_file(made: Path, parts: list[Path]) -> None:
    whole = read_gguf(made / "whole.gguf")
    for path in parts:
        joined = read_gguf_model(path)
        assert list(joined.tensors) == list(whole.tensors)
        assert len({info.part for info in joined.tensors.values()}) == 3
        for name in whole.tensors:
            assert np.array_equal(joined.float32(name), whole.float32(name))


def test_a_model_in_parts_gives_the_same_logits(made: Path, parts: list[Path], tmp_path: Path) -> None:
    rows = []
    for number, source in enumerate((made / "whole.gguf", parts[0])):
        decoder, vocabulary = opened(source, tmp_path / f"prepared{number}")
        assert vocabulary.encode("hello wor")
        with torch.inference_mode():
            rows.append(decoder.logits(decoder.forward(decoder.new_cache(), [5, 6, 7])))
    assert torch.equal(*rows)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_missing_part_is_named(parts: list[Path], number: int) -> None:
    parts[number].unlink()
    with pytest.raises(InkhornError) as caught:
        read_gguf_model(parts[(number + 1) % 3])
    assert caught.value.kind == "model_missing"
    assert caught.value.values["missing"] == [parts[number].name]


def test_parts_that_do_not_belong_together_are_refused(parts: list[Path], tmp_path: Path) -> None:
    second = parts[1].read_bytes()
    parts[1].write_bytes(parts[2].read_bytes())  # says that it is the third
    with pytest.raises(InkhornError, match="another one"):
        read_gguf_model(parts[0])
    model = tiny_llama()
    held = tensors(model, KIND)
    other = tmp_path / "other"
    other.mkdir()
    del held["output_norm.weight"]
    write_split_gguf(other, "tiny", metadata(model), held, 3)
    parts[1].write_bytes(second)
    shutil.copy(other / parts[2].name, parts[2])  # of a model with one tensor less
    with pytest.raises(InkhornError) as caught:
        read_gguf_model(parts[0])
    assert caught.value.kind == "model_damaged"
    renamed = parts[0].rename(tmp_path / "model.gguf")
    with pytest.raises(InkhornError, match="not called so") as caught:
        read_gguf_model(renamed)
    assert caught.value.kind == "model_unsupported"


def test_what_identifies_the_model_are_all_its_parts(parts: list[Path], tmp_path: Path) -> None:
    records = tmp_path / "sources"
    first = identify_gguf(parts[0], records, "", lambda done: None)
    assert identify_gguf(parts[2], records, "", lambda done: None) == first
    content = bytearray(parts[2].read_bytes())
    content[-1] ^= 1
    parts[2].write_bytes(content)
    assert identify_gguf(parts[0], records, "", lambda done: None) != first


def test_the_prepared_form_of_several_files_is_found_when_they_are_removed(
    parts: list[Path], tmp_path: Path
) -> None:
    paths = make_paths(tmp_path / "data")
    records = paths.prepared / "sources"
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"\0" * 8)
    for place, digest in (
        (parts[0], identify_gguf(parts[0], records, "", lambda done: None)),
        (folder, identify_folder(folder, records, lambda done: None)),
    ):
        form = paths.prepared / f"{digest[:32]}-1-cpu-auto"
        form.mkdir()
        assert form in forms_of(place, "", paths)
