"""Low-rank adapters on loaded models, against peft's own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import Adapter
from desktop_app.engine.adapting import use_adapters as with_adapters
from tests.engine.hosted.conftest import Load
from tests.engine.hosted.models import save, tiny
from tests.engine.hosted.test_causal import scores_of, token_ids

IDS = token_ids(30)


def own_scores(ours: Any) -> Tensor:
    found: Tensor = ours.logits(ours.forward(ours.new_cache(), IDS))
    return found


def write_adapter(
    folder: Path, shapes: dict[str, tuple[int, int]], rank: int = 4, seed: int = 0, **changes: Any
) -> dict[str, tuple[Tensor, Tensor]]:
    """As peft writes it, for layers by their rows and columns. Returns A and B of each."""
    folder.mkdir()
    torch.manual_seed(seed)
    parts = {
        name: (0.3 * torch.randn(rank, columns), 0.3 * torch.randn(rows, rank))
        for name, (rows, columns) in shapes.items()
    }
    tensors = {}
    for name, (down, up) in parts.items():
        tensors[f"base_model.model.{name}.lora_A.weight"] = down
        tensors[f"base_model.model.{name}.lora_B.weight"] = up
    save_file(tensors, folder / "adapter_model.safetensors")
    config = {"peft_type": "LORA", "r": rank, "lora_alpha": 8, "target_modules": [], **changes}
    (folder / "adapter_config.json").write_text(json.dumps(config), encoding="utf-8")
    return parts


NEOX = {
    "gpt_neox.layers.0.attention.query_key_value": (192, 64),
    "gpt_neox.layers.1.mlp.dense_4h_to_h": (64, 96),
}


def merged(name: str, parts: dict[str, tuple[Tensor, Tensor]], scale: float) -> Any:
    """transformers' model with W + scale · B A in the place of W (the formula of the paper)."""
    model = tiny(name)
    with torch.no_grad():
        for path, (down, up) in parts.items():
            weight = model.get_submodule(path).weight
            change = scale * up @ down
            weight += change.t() if type(model.get_submodule(path)).__name__ == "Conv1D" else change
    return model


@pytest.fixture
def neox(tmp_path: Path, load: Load) -> Any:
    return load(save(tiny("gpt_neox"), tmp_path / "neox"))


def test_attached_scaled_switched_and_removed(tmp_path: Path, neox: Any) -> None:
    first = write_adapter(tmp_path / "first", NEOX)
    second = write_adapter(tmp_path / "second", NEOX, seed=1)
    base = own_scores(neox)
    with_adapters(neox, [Adapter(str(tmp_path / "first"))])
    torch.testing.assert_close(
        own_scores(neox), scores_of(merged("gpt_neox", first, 2.0), IDS), atol=1e-4, rtol=1e-4
    )
    with_adapters(neox, [Adapter(str(tmp_path / "second"), 0.25)])
    torch.testing.assert_close(
        own_scores(neox), scores_of(merged("gpt_neox", second, 0.5), IDS), atol=1e-4, rtol=1e-4
    )
    with_adapters(neox, [Adapter(str(tmp_path / "first"), 0.0)])
    assert torch.equal(own_scores(neox), base)
    with_adapters(neox, [Adapter(str(tmp_path / "first")), Adapter(str(tmp_path / "second"))])
    together = merged("gpt_neox", first, 2.0)
    with torch.no_grad():
        for path, (down, up) in second.items():
            together.get_submodule(path).weight += 2.0 * up @ down
    torch.testing.assert_close(own_scores(neox), scores_of(together, IDS), atol=1e-4, rtol=1e-4)
    with_adapters(neox, [])
    assert torch.equal(own_scores(neox), base)


@pytest.mark.parametrize(
    ("changes", "scale"),
    [
        ({"use_rslora": True}, 4.0),
        ({"lora_alpha": 2}, 0.5),
        ({"alpha_pattern": {"dense_4h_to_h": 4, "query_key_value": 4}}, 1.0),
    ],
    ids=["rslora", "alpha", "alpha_pattern"],
)
def test_strength(changes: dict[str, Any], scale: float, tmp_path: Path, neox: Any) -> None:
    parts = write_adapter(tmp_path / "adapter", NEOX, **changes)
    with_adapters(neox, [Adapter(str(tmp_path / "adapter"))])
    want = scores_of(merged("gpt_neox", parts, scale), IDS)
    torch.testing.assert_close(own_scores(neox), want, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("precision", ["bfloat16", "packed8", "packed4"])
def test_on_packed_layers_the_adapter_stays_exact(precision: str, tmp_path: Path, load: Load) -> None:
    ours = load(save(tiny("gpt_neox"), tmp_path / "neox"), precision)
    layer = ours.module.get_submodule("gpt_neox.layers.0.attention.query_key_value")
    x = torch.randn(3, 64)
    base = layer(x)
    parts = write_adapter(tmp_path / "adapter", {"gpt_neox.layers.0.attention.query_key_value": (192, 64)})
    with_adapters(ours, [Adapter(str(tmp_path / "adapter"))])
    down, up = next(iter(parts.values()))
    torch.testing.assert_close(layer(x) - base, 2.0 * x @ down.t() @ up.t(), atol=1e-3, rtol=1e-4)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::FutureWarning")  # peft's own
@pytest.mark.parametrize(
    ("name", "targets", "options"),
    [
        ("gpt2", ["c_attn", "c_proj"], {"fan_in_fan_out": True}),
        ("phi", ["q_proj", "fc2"], {"use_rslora": True, "rank_pattern": {"fc2": 2}}),
        ("gemma2", "all-linear", {"alpha_pattern": {"q_proj": 32}}),
    ],
)
def test_the_same_as_peft(
    name: str, targets: Any, options: dict[str, Any], tmp_path: Path, load: Load
) -> None:
    peft = pytest.importorskip("peft", reason="peft is not installed")
    ours = load(save(tiny(name), tmp_path / name))
    config = peft.LoraConfig(r=4, lora_alpha=16, target_modules=targets, task_type="CAUSAL_LM", **options)
    wrapped = peft.get_peft_model(tiny(name), config).eval()
    torch.manual_seed(2)
    with torch.no_grad():
        for parameter_name, parameter in wrapped.named_parameters():
            if "lora_" in parameter_name:
                parameter.normal_(std=0.2)
    wrapped.save_pretrained(tmp_path / "adapter")
    before = own_scores(ours)
    with_adapters(ours, [Adapter(str(tmp_path / "adapter"))])
    want = scores_of(wrapped, IDS)
    torch.testing.assert_close(own_scores(ours), want, atol=1e-4, rtol=1e-4)
    assert not torch.allclose(before, want, atol=0.1)


def _wider(folder: Path) -> None:
    tensors = load_file(folder / "adapter_model.safetensors")
    name = next(name for name in tensors if name.endswith("lora_A.weight"))
    save_file(tensors | {name: torch.zeros(4, 65)}, folder / "adapter_model.safetensors")


def _half(folder: Path) -> None:
    tensors = load_file(folder / "adapter_model.safetensors")
    save_file(dict(list(tensors.items())[:-1]), folder / "adapter_model.safetensors")


def _another_rank(folder: Path) -> None:
    tensors = load_file(folder / "adapter_model.safetensors")
    name = next(name for name in tensors if name.endswith("dense_4h_to_h.lora_B.weight"))
    save_file(tensors | {name: torch.zeros(64, 5)}, folder / "adapter_model.safetensors")


def _unknown_layer(folder: Path) -> None:
    tensors = load_file(folder / "adapter_model.safetensors")
    extra = {"base_model.model.gpt_neox.layers.9.mlp.dense.lora_A.weight": torch.zeros(4, 64)}
    save_file(tensors | extra, folder / "adapter_model.safetensors")


def _embedding(folder: Path) -> None:
    tensors = load_file(folder / "adapter_model.safetensors")
    extra = {"base_model.model.gpt_neox.embed_in.lora_embedding_A": torch.zeros(4, 320)}
    save_file(tensors | extra, folder / "adapter_model.safetensors")


@pytest.mark.parametrize("spoil", [_wider, _half, _another_rank, _unknown_layer, _embedding])
def test_one_that_does_not_fit_is_refused_and_nothing_changes(
    spoil: Callable[[Path], None], tmp_path: Path, neox: Any
) -> None:
    write_adapter(tmp_path / "good", NEOX)
    write_adapter(tmp_path / "bad", NEOX, seed=1)
    spoil(tmp_path / "bad")
    with_adapters(neox, [Adapter(str(tmp_path / "good"))])
    before = own_scores(neox)
    with pytest.raises(InkhornError, match="does not fit") as refused:
        with_adapters(neox, [Adapter(str(tmp_path / "good")), Adapter(str(tmp_path / "bad"))])
    assert refused.value.kind == "model_unsupported"
    assert "gpt_neox" in refused.value.values["tensor"]
    assert torch.equal(own_scores(neox), before)


@pytest.mark.parametrize(
    "changes",
    [{"peft_type": "IA3"}, {"use_dora": True}, {"modules_to_save": ["lm_head"]}, {"peft_type": None}],
)
def test_other_kinds_are_refused(changes: dict[str, Any], tmp_path: Path, neox: Any) -> None:
    write_adapter(tmp_path / "adapter", NEOX, **changes)
    with pytest.raises(InkhornError) as refused:
        with_adapters(neox, [Adapter(str(tmp_path / "adapter"))])
    assert refused.value.kind == "model_unsupported"


def test_files_that_are_missing_or_damaged(tmp_path: Path, neox: Any) -> None:
    with pytest.raises(InkhornError) as refused:
        with_adapters(neox, [Adapter(str(tmp_path / "nowhere"))])
    assert refused.value.kind == "model_missing"
    write_adapter(tmp_path / "adapter", NEOX)
    weights = tmp_path / "adapter" / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-7])
    with pytest.raises(InkhornError) as refused:
        with_adapters(neox, [Adapter(str(tmp_path / "adapter"))])
    assert refused.value.kind == "model_damaged"
    weights.unlink()
    with pytest.raises(InkhornError) as refused:
        with_adapters(neox, [Adapter(str(tmp_path / "adapter"))])
    assert refused.value.kind == "model_missing"
