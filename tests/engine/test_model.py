"""From file to loaded model: identified, prepared once, and mended when the prepared form is not right."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import Load
from desktop_app.engine.decoder import Decoder
from desktop_app.engine.form_folder import DamagedPreparedError
from desktop_app.engine.model import Opened, load_model, open_model
from desktop_app.engine.prepared import read_prepared
from desktop_app.engine.source import identify
from tests.engine.tiny_model import write_tiny


class Stages:
    """Collects progress."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, stage: str, fraction: float) -> None:
        assert 0 <= fraction <= 1
        if stage not in self.seen:
            self.seen.append(stage)


def load(source: Path, place: Path, sha256: str = "") -> tuple[Opened, Decoder, list[str]]:
    stages = Stages()
    command = Load(1, str(source), str(place), sha256)
    opened = open_model(command, stages)
    loaded = load_model(opened, command, stages)
    assert loaded.precision
    return opened, loaded.model, stages.seen


@torch.inference_mode()
def scores(decoder: Decoder) -> torch.Tensor:
    return decoder.logits(decoder.forward(decoder.new_cache(), [5, 6, 7]))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_tiny(tmp_path / "模型", "Q4_1")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "prepared"


def only_folder(place: Path) -> Path:
    (folder,) = (entry for entry in place.iterdir() if entry.name != "sources")
    return folder


def test_prepared_once_and_then_mapped(source: Path, place: Path) -> None:
    first, fresh, stages = load(source, place)
    assert stages == ["verify", "prepare", "load"]
    again, mapped, stages = load(source, place)
    assert stages == ["load"]
    assert torch.equal(scores(fresh), scores(mapped))
    made, read = first.read_lean_origin(), read_prepared(only_folder(place)).description
    assert (made.name, made.architecture) == (again.name, read.architecture)
    assert made.checkpoint.parameters == read.parameters
    assert again.words.vocabulary.encode("hello wor") == made.words.vocabulary.encode("hello wor")


def test_the_prepared_form_serves_without_the_tensors_of_the_model_file(source: Path, place: Path) -> None:
    _, fresh, _ = load(source, place)
    state = source.stat()
    source.write_bytes(b"\0" * state.st_size)
    os.utime(source, ns=(state.st_atime_ns, state.st_mtime_ns))
    _, mapped, _ = load(source, place)
    assert torch.equal(scores(fresh), scores(mapped))


def damage_weights(folder: Path) -> None:
    path = folder / "weights.safetensors"
    data = bytearray(path.read_bytes())
    data[-1000] ^= 0x55
    path.write_bytes(data)


def cut_weights(folder: Path) -> None:
    path = folder / "weights.safetensors"
    path.write_bytes(path.read_bytes()[:-1])


def noted_as_good(folder: Path) -> None:
    """Damage whose size and time are as noted: only the format's own checks are left."""
    path = folder / "weights.safetensors"
    state = path.stat()
    path.write_bytes(b"\xff" * state.st_size)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


DAMAGE = {
    "a flipped bit in the weights": damage_weights,
    "weights cut short": cut_weights,
    "weights overwritten": noted_as_good,
    "no weights": lambda folder: (folder / "weights.safetensors").unlink(),
    "no tokenizer": lambda folder: (folder / "tokenizer.json").unlink(),
    "another tokenizer": lambda folder: (folder / "tokenizer.json").write_text("{}"),
    "half a manifest": lambda folder: (folder / "model.json").write_text('{"format": 1, "na'),
    "an empty manifest": lambda folder: (folder / "model.json").write_text("{}"),
    "a manifest that is a list": lambda folder: (folder / "model.json").write_text("[]"),
    "another format": lambda folder: (folder / "model.json").write_text('{"format": 0}'),
    "no manifest": lambda folder: (folder / "model.json").unlink(),
    "a file in the folder's place": lambda folder: (shutil.rmtree(folder), folder.write_text("x")),
}


@pytest.mark.parametrize("harm", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_prepared_form_is_made_again(source: Path, place: Path, harm: object) -> None:
    expected = scores(load(source, place)[1])  # now: its memory is the file that comes to harm
    harm(only_folder(place))  # type: ignore[operator]
    _, mended, stages = load(source, place)
    assert "prepare" in stages
    assert torch.equal(scores(mended), expected)
    _, _, stages = load(source, place)
    assert stages == ["load"]


def test_weights_copied_elsewhere_are_checked_and_used(source: Path, place: Path) -> None:
    load(source, place)
    os.utime(only_folder(place) / "weights.safetensors", ns=(1, 1))
    assert load(source, place)[2] == ["load"]


def test_a_folder_for_another_kernel_is_not_used(source: Path, place: Path) -> None:
    load(source, place)
    manifest = only_folder(place) / "model.json"
    prepared = read_prepared(only_folder(place))
    layout = prepared.description.layout
    manifest.write_text(manifest.read_text().replace(layout, "0" * len(layout)))
    assert "prepare" in load(source, place)[2]


def test_no_place_to_write_means_memory(source: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    _, kept, _ = load(source, blocked / "prepared")
    _, mapped, _ = load(source, tmp_path / "good")
    assert torch.equal(scores(kept), scores(mapped))
    assert blocked.read_text() == "not a folder"


@contextmanager
def no_file_over(size: int) -> Iterator[None]:
    """A disk that takes no more than ``size`` bytes in one file: a real failure of a real write."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_fills_up_means_memory_and_leaves_nothing_behind(source: Path, place: Path) -> None:
    with no_file_over(100_000):
        _, kept, _ = load(source, place)
    assert scores(kept).isfinite().all()
    assert [entry.name for entry in place.iterdir()] == ["sources"]


def test_what_a_killed_engine_left_half_written_goes(source: Path, place: Path) -> None:
    load(source, place)
    folder = only_folder(place)
    shutil.rmtree(folder)
    for name, age_s in (("old", 3600), ("at-work", 0)):
        left = place / f".{folder.name}.{name}"
        left.mkdir()
        (left / "weights.safetensors").write_bytes(b"x")
        for path in (left / "weights.safetensors", left):
            os.utime(path, (path.stat().st_mtime - age_s,) * 2)
    load(source, place)
    assert {entry.name for entry in place.iterdir()} == {
        "sources",
        folder.name,
        f".{folder.name}.at-work",  # another process's: the terminal's, beside the window's
    }


def test_the_hash_is_checked_once_and_again_when_the_file_changes(source: Path, place: Path) -> None:
    right = hashlib.sha256(source.read_bytes()).hexdigest()
    assert load(source, place, right.upper())[2] == ["verify", "prepare", "load"]
    assert load(source, place, right)[2] == ["load"]
    with pytest.raises(InkhornError) as caught:
        load(source, place, "0" * 64)
    assert caught.value.kind == "model_damaged"
    data = bytearray(source.read_bytes())
    data[-1] ^= 1
    source.write_bytes(data)
    os.utime(source, ns=(1, 1))
    with pytest.raises(InkhornError) as caught:
        load(source, place, right)
    assert caught.value.kind == "model_damaged"


def test_a_damaged_record_of_the_hash_only_costs_reading(source: Path, place: Path) -> None:
    right = identify(source, place, "", lambda done: None)
    (record,) = place.iterdir()
    record.write_text("nonsense")
    assert identify(source, place, right, lambda done: None) == right


def test_missing_and_odd_files(tmp_path: Path, place: Path) -> None:
    for path, kind in [(tmp_path / "no.gguf", "model_missing"), (tmp_path, "model_missing")]:
        with pytest.raises(InkhornError) as caught:
            load(path, place)
        assert caught.value.kind == kind


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"general.architecture": "gemma9"}, "model_unsupported"),
        ({"llama.expert_count": 8}, "model_unsupported"),
        ({"llama.rope.scaling.type": "yarn"}, "model_unsupported"),
        ({"llama.attention.head_count": 0}, "model_damaged"),
        ({"llama.attention.head_count_kv": 3}, "model_damaged"),
        ({"llama.embedding_length": 64}, "model_damaged"),
        ({"llama.block_count": 4}, "model_damaged"),
        ({"llama.block_count": 2}, "model_unsupported"),
        ({"llama.rope.freq_base": -1.0}, "model_damaged"),
        ({"llama.attention.layer_norm_rms_epsilon": float("nan")}, "model_damaged"),
        ({"llama.context_length": None}, "model_damaged"),
        ({"tokenizer.chat_template": "{% for %}"}, "template"),
    ],
)
def test_models_that_cannot_run_are_refused_before_anything_is_made(
    tmp_path: Path, place: Path, changes: dict[str, object], kind: str
) -> None:
    with pytest.raises(InkhornError) as caught:
        load(write_tiny(tmp_path, **changes), place)
    assert caught.value.kind == kind
    assert [entry.name for entry in place.iterdir()] == ["sources"]


def test_reading_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_prepared(tmp_path / "no")
    (tmp_path / "model.json").write_text("{}")
    with pytest.raises(DamagedPreparedError):
        read_prepared(tmp_path)


def test_opened_is_a_value(source: Path, place: Path) -> None:
    opened, _, _ = load(source, place)
    assert dataclasses.is_dataclass(opened)
    assert opened.words.template().render([{"role": "user", "content": "x"}], add_generation_prompt=True)
