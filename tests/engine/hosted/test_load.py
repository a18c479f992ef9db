"""From a folder to a model: the prepared form, files that are odd, and files that are wrong."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import Load
from desktop_app.engine.hosted import load as loading
from desktop_app.engine.hosted.load import choose_precision, load_hosted
from desktop_app.engine.linear import kernel_name
from desktop_app.engine.model import load_model, open_model
from tests.engine.hosted.models import save, tiny
from tests.engine.hosted.test_adapters import own_scores
from tests.engine.hosted.test_causal import scores_of, token_ids
from tests.engine.hosted.test_encoder import add_words

IDS = token_ids(30)
Report = Callable[[str, float], None]


def quiet(stage: str, done: float) -> None:
    pass


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return save(tiny("gpt2"), tmp_path / "gpt2")


def change_config(folder: Path, **changes: Any) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changes), encoding="utf-8")


def change_weights(folder: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    path = folder / "model.safetensors"
    save_file(change(load_file(path)), path, metadata={"format": "pt"})


class Stages(list[tuple[str, float]]):
    def __call__(self, stage: str, done: float) -> None:
        self.append((stage, done))

    def prepared(self) -> bool:
        return any(stage == "prepare" for stage, _ in self)


# --- the prepared form ------------------------------------------------------------------------


def test_prepared_once_and_the_same_after_that(folder: Path, tmp_path: Path) -> None:
    first, second = Stages(), Stages()
    once = load_hosted(folder, "packed8", "cpu", tmp_path / "prepared", first)
    again = load_hosted(folder, "packed8", "cpu", tmp_path / "prepared", second)
    assert first.prepared()
    assert not second.prepared()
    fractions = [done for stage, done in first if stage == "prepare"]
    assert fractions == sorted(fractions)
    assert fractions[-1] == pytest.approx(1.0)
    assert first[-1] == second[-1] == ("load", 1.0)
    assert torch.equal(own_scores(once), own_scores(again))
    assert (once.bytes, once.parameters) == (again.bytes, again.parameters)


def test_opened_again_it_is_not_taken_for_a_damaged_form_of_the_lean_decoder(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = save(tiny("bert", "encoder"), tmp_path / "bert")
    add_words(folder, "bert")
    command = Load(1, str(folder), str(tmp_path / "prepared"), precision="packed8")
    first, second = Stages(), Stages()
    load_model(open_model(command, first), command, first)
    load_model(open_model(command, second), command, second)
    assert first.prepared()
    assert not second.prepared()
    assert caplog.text == ""


@pytest.mark.parametrize("precision", ["bfloat16", "packed8"])
def test_another_precision_is_made_again(precision: str, folder: Path, tmp_path: Path) -> None:
    load_hosted(folder, "packed4", "cpu", tmp_path / "prepared", quiet)
    stages = Stages()
    model = load_hosted(folder, precision, "cpu", tmp_path / "prepared", stages)
    assert stages.prepared()
    assert model.precision == precision


def test_files_as_they_are_wanted_are_not_copied(folder: Path, tmp_path: Path) -> None:
    load_hosted(folder, "float32", "cpu", tmp_path / "prepared", quiet)
    assert not (tmp_path / "prepared").exists()


def test_changed_files_are_prepared_again(folder: Path, tmp_path: Path) -> None:
    before = own_scores(load_hosted(folder, "packed8", "cpu", tmp_path / "prepared", quiet))
    save(tiny("gpt2", seed=1), tmp_path / "other")
    os.replace(tmp_path / "other" / "model.safetensors", folder / "model.safetensors")
    stages = Stages()
    after = own_scores(load_hosted(folder, "packed8", "cpu", tmp_path / "prepared", stages))
    assert stages.prepared()
    assert not torch.allclose(before, after, atol=0.1)


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def _no_names(path: Path) -> None:
    held = json.loads((path.parent / "model.json").read_text(encoding="utf-8"))
    (path.parent / "model.json").write_text(json.dumps(held | {"names": []}), encoding="utf-8")


def _other_names(path: Path) -> None:
    held = json.loads((path.parent / "model.json").read_text(encoding="utf-8"))
    names = dict.fromkeys(held["names"], "nothing")
    (path.parent / "model.json").write_text(json.dumps(held | {"names": names}), encoding="utf-8")


def _no_manifest(path: Path) -> None:
    (path.parent / "model.json").write_text("{", encoding="utf-8")


def _a_file_in_its_place(path: Path) -> None:
    for found in path.parent.iterdir():
        found.unlink()
    path.parent.rmdir()
    path.parent.write_bytes(b"?")


@pytest.mark.parametrize("damage", [_flip, _cut, _no_names, _other_names, _no_manifest, _a_file_in_its_place])
def test_a_damaged_prepared_form_is_made_again(
    damage: Callable[[Path], None], folder: Path, tmp_path: Path
) -> None:
    want = own_scores(load_hosted(folder, "packed8", "cpu", tmp_path / "prepared", quiet))
    damage(tmp_path / "prepared" / "weights.safetensors")
    stages = Stages()
    got = own_scores(load_hosted(folder, "packed8", "cpu", tmp_path / "prepared", stages))
    assert torch.equal(got, want)
    assert stages.prepared()
    load_hosted(folder, "packed8", "cpu", tmp_path / "prepared", stages := Stages())
    assert not stages.prepared()


def test_a_place_that_cannot_be_written_keeps_it_in_memory(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    model = load_hosted(folder, "packed8", "cpu", tmp_path / "file" / "prepared", quiet)
    want = load_hosted(folder, "packed8", "cpu", tmp_path / "prepared", quiet)
    assert torch.equal(own_scores(model), own_scores(want))


@pytest.mark.parametrize("at", ["load", "prepare"])
def test_stopped_by_the_report_leaves_nothing_behind(at: str, folder: Path, tmp_path: Path) -> None:
    def stop(stage: str, done: float) -> None:
        if stage == at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_hosted(folder, "packed8", "cpu", tmp_path / "prepared" / "model", stop)
    assert not [found for found in tmp_path.rglob("*") if "prepared" in found.parts and found.is_file()]


def test_memory_is_asked_for_first(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def refuse(needed: int) -> None:
        asked.append(needed)
        raise InkhornError("memory", "not enough", needed_bytes=needed, free_bytes=0)

    monkeypatch.setattr(loading, "check_memory", refuse)
    with pytest.raises(InkhornError) as refused:
        load_hosted(folder, "packed8", "cpu", tmp_path / "prepared", quiet)
    assert refused.value.kind == "memory"
    monkeypatch.undo()
    model = load_hosted(folder, "packed8", "cpu", tmp_path / "prepared", quiet)
    assert 0.9 * model.bytes < asked[0] - loading.WORKING_MEMORY < 1.2 * model.bytes


# --- files that are odd but right -------------------------------------------------------------


def test_several_files(folder: Path, tmp_path: Path) -> None:
    tensors = list(load_file(folder / "model.safetensors").items())
    names = {}
    for number, part in enumerate((tensors[::2], tensors[1::2])):
        file = f"model-0000{number + 1}-of-00002.safetensors"
        save_file(dict(part), folder / file)
        names |= dict.fromkeys((name for name, _ in part), file)
    (folder / "model.safetensors").unlink()
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": names}), encoding="utf-8")
    got = own_scores(load_hosted(folder, "float32", "cpu", tmp_path / "prepared", quiet))
    torch.testing.assert_close(got, scores_of(tiny("gpt2"), IDS), atol=1e-4, rtol=1e-4)
    for bad in ("../model.safetensors", "/etc/passwd", "..\\x.safetensors", 7):
        index.write_text(json.dumps({"weight_map": {"a": bad}}), encoding="utf-8")
        with pytest.raises(InkhornError) as refused:
            load_hosted(folder, "float32", "cpu", tmp_path / "prepared", quiet)
        assert refused.value.kind == "model_damaged"


def test_names_without_the_prefix(folder: Path, tmp_path: Path) -> None:
    """As the first GPT-2 and BERT files have them."""
    change_weights(folder, lambda held: {k.removeprefix("transformer."): v for k, v in held.items()})
    got = own_scores(load_hosted(folder, "float32", "cpu", tmp_path / "prepared", quiet))
    torch.testing.assert_close(got, scores_of(tiny("gpt2"), IDS), atol=1e-4, rtol=1e-4)


def test_an_encoder_out_of_a_model_for_masked_words(tmp_path: Path) -> None:
    folder = save(tiny("bert"), tmp_path / "bert")
    add_words(folder, "bert")
    want = load_hosted(folder, "float32", "cpu", tmp_path / "prepared", quiet).embed(["the cat"])
    change_config(folder, architectures=["BertForMaskedLM"])

    def renamed(held: dict[str, Any]) -> dict[str, Any]:
        older = (("LayerNorm.weight", "LayerNorm.gamma"), ("LayerNorm.bias", "LayerNorm.beta"))
        found = {}
        for name, tensor in held.items():
            if "pooler" not in name:
                for new, old in older:
                    name = name.replace(new, old)
                found[f"bert.{name}"] = tensor
        return found | {"cls.predictions.bias": torch.zeros(320)}

    change_weights(folder, renamed)
    got = load_hosted(folder, "float32", "cpu", tmp_path / "prepared", quiet).embed(["the cat"])
    assert torch.equal(got, want)


@pytest.mark.parametrize("precision", ["float32", "packed8", "bfloat16"])
def test_tied_and_untied_heads(precision: str, folder: Path, tmp_path: Path) -> None:
    tied = load_hosted(folder, precision, "cpu", tmp_path / "1", quiet)
    embedding = load_file(folder / "model.safetensors")["transformer.wte.weight"]
    # Only the head's name is in the files: the embedding is tied to it.
    change_weights(folder, lambda h: {k.replace("transformer.wte", "lm_head"): v for k, v in h.items()})
    swapped = load_hosted(folder, precision, "cpu", tmp_path / "2", quiet)
    assert torch.equal(own_scores(swapped), own_scores(tied))
    assert swapped.bytes == tied.bytes
    # Both are there and differ: they are not tied, whatever the config says.
    change_weights(folder, lambda held: held | {"transformer.wte.weight": embedding * 2})
    apart = load_hosted(folder, precision, "cpu", tmp_path / "3", quiet)
    assert not torch.allclose(own_scores(apart), own_scores(tied), atol=0.01)
    assert apart.parameters == tied.parameters + embedding.numel()


def test_half_precision_files(folder: Path, tmp_path: Path) -> None:
    for kind in (torch.float16, torch.bfloat16):
        change_weights(folder, lambda held, kind=kind: {name: t.to(kind) for name, t in held.items()})
        model = load_hosted(folder, "float32", "cpu", tmp_path / "prepared", quiet)
        want = tiny("gpt2")
        error = (own_scores(model) - scores_of(want, IDS)).abs().max()
        assert float(error) < 0.1


def test_precisions_that_stand_for_others() -> None:
    assert choose_precision("packed4", "causal", "cuda:0") == "bfloat16"
    assert choose_precision("float16", "causal", "cuda:0") == "float16"
    assert choose_precision("auto", "causal", "mps") == "float16"
    assert choose_precision("float32", "encoder", "cpu") == "float32"
    assert choose_precision("auto", "encoder", "cpu") in ("bfloat16", "float32")
    if kernel_name():
        assert choose_precision("auto", "causal", "cpu") == "packed4"
        assert choose_precision("auto", "text_to_text", "cpu") == "packed8"


# --- files that are wrong ---------------------------------------------------------------------


def test_a_tensor_that_is_missing_is_named(folder: Path, tmp_path: Path) -> None:
    change_weights(folder, lambda held: {k: v for k, v in held.items() if "h.1.mlp.c_fc.weight" not in k})
    with pytest.raises(InkhornError, match=r"h\.1\.mlp\.c_fc\.weight") as refused:
        load_hosted(folder, "packed8", "cpu", tmp_path / "prepared", quiet)
    assert refused.value.kind == "model_damaged"


def test_a_tensor_of_another_shape_is_named(folder: Path, tmp_path: Path) -> None:
    change_config(folder, n_inner=128)
    with pytest.raises(InkhornError, match=r"h\.0\.mlp\.c_fc\.weight") as refused:
        load_hosted(folder, "packed8", "cpu", tmp_path / "prepared", quiet)
    assert refused.value.kind == "model_damaged"


def test_whole_numbers_are_no_weights(folder: Path, tmp_path: Path) -> None:
    change_weights(
        folder,
        lambda held: {k: v.to(torch.int32) if k.endswith("c_fc.weight") else v for k, v in held.items()},
    )
    with pytest.raises(InkhornError) as refused:
        load_hosted(folder, "float32", "cpu", tmp_path / "prepared", quiet)
    assert refused.value.kind == "model_unsupported"


@pytest.mark.parametrize("size", [0, 4, 200, -1])
def test_weights_that_are_cut_off(size: int, folder: Path, tmp_path: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(InkhornError) as refused:
        load_hosted(folder, "packed8", "cpu", tmp_path / "prepared", quiet)
    assert refused.value.kind == "model_damaged"


def test_no_weights_but_pickles(folder: Path, tmp_path: Path) -> None:
    os.replace(folder / "model.safetensors", folder / "pytorch_model.bin")
    with pytest.raises(InkhornError) as refused:
        load_hosted(folder, "packed8", "cpu", tmp_path / "prepared", quiet)
    assert refused.value.kind == "model_missing"


@pytest.mark.parametrize(
    ("name", "precision"), [("gpt2", "bfloat16"), ("gemma2", "float16"), ("opt", "auto")]
)
def test_other_devices_are_dense_in_one_type(name: str, precision: str, tmp_path: Path) -> None:
    """The first CPU by its number is taken for another device: this path needs no kernels of ours."""
    folder = save(tiny(name), tmp_path / name)
    model = load_hosted(folder, precision, "cpu:0", tmp_path / "prepared", quiet)
    assert not (tmp_path / "prepared").exists()
    hidden = model.forward(model.new_cache(), IDS)
    assert hidden.dtype == (torch.float16 if precision == "float16" else torch.bfloat16)
    want = scores_of(tiny(name), IDS)
    assert float((model.logits(hidden) - want).square().mean().sqrt()) < 0.06 * float(want.std())
