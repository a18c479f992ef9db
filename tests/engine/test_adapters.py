"""Adapters that peft has made, on the lean decoder, against peft's own result."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import PreTrainedModel

from desktop_app.core.errors import InkhornError
from desktop_app.engine.adapters import with_adapters
from desktop_app.engine.decoder import Decoder
from desktop_app.engine.lora import LoraPair, read_lora
from tests.engine.families import random_model, write_family_gguf
from tests.engine.test_families import IDS, load, near

pytestmark = pytest.mark.filterwarnings(
    "ignore:`is_gradient_checkpointing`:FutureWarning"
)  # peft 0.21 asks it

ALL = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
SOME = ["q_proj", "v_proj"]


def made(model: PreTrainedModel, folder: Path, seed: int = 1, **settings: Any) -> PeftModel:
    """An adapter with random weights, saved in ``folder``."""
    torch.manual_seed(seed)
    peft = get_peft_model(model, LoraConfig(**{"r": 4, "lora_alpha": 12, "target_modules": ALL} | settings))
    for name, weight in peft.named_parameters():
        if "lora_" in name:
            torch.nn.init.normal_(weight, std=0.1)
    peft.save_pretrained(folder)
    return peft.eval()


def read(folder: Path, **changes: Any) -> dict[str, LoraPair]:
    config = folder / "adapter_config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | changes))
    return read_lora(folder)


def scores(model: Any) -> torch.Tensor:
    with torch.inference_mode():
        found: torch.Tensor = model(torch.tensor([IDS])).logits[0]
    return found


def ours(decoder: Decoder) -> torch.Tensor:
    return decoder.logits(decoder.forward(decoder.new_cache(), IDS))


@pytest.mark.parametrize("name", ["llama", "qwen3", "gemma3_fixed"])
@pytest.mark.parametrize("settings", [{}, {"target_modules": SOME}, {"use_rslora": True}], ids=str)
def test_the_same_scores_as_peft(name: str, settings: dict[str, Any], tmp_path: Path) -> None:
    base = load(write_family_gguf(tmp_path / "base.gguf", random_model(name)), tmp_path / "prepared")
    plain = ours(base)
    peft = made(random_model(name), tmp_path / "adapter", **settings)
    weights = read(tmp_path / "adapter")
    tuned = with_adapters(base, [(weights, 1.0)])
    near(ours(tuned), scores(peft))
    assert float((ours(tuned) - plain).abs().max()) > 0.1
    assert torch.equal(ours(with_adapters(tuned, [])), plain), "taken off without a trace"
    assert torch.equal(ours(with_adapters(base, [(weights, 0.0)])), plain)


def test_strengths_and_several_at_once(tmp_path: Path) -> None:
    base = load(write_family_gguf(tmp_path / "base.gguf", random_model("llama")), tmp_path / "prepared")
    peft = made(random_model("llama"), tmp_path / "one")
    made(random_model("llama"), tmp_path / "two", seed=2, r=2, target_modules=SOME)
    peft.load_adapter(tmp_path / "two", "two")
    peft.add_weighted_adapter(["default", "two"], [0.5, 1.5], "both", combination_type="cat")
    peft.set_adapter("both")
    pairs = [(read(tmp_path / "one"), 0.5), (read(tmp_path / "two"), 1.5)]
    near(ours(with_adapters(base, pairs)), scores(peft))


def test_drafted_rows_stay_those_of_single_steps(tmp_path: Path) -> None:
    path = write_family_gguf(tmp_path / "base.gguf", random_model("qwen3"))
    base = load(path, tmp_path / "prepared", "auto")
    made(random_model("qwen3"), tmp_path / "adapter")
    tuned = with_adapters(base, [(read(tmp_path / "adapter"), 1.0)])
    cache, singles = tuned.new_cache(), []
    tuned.forward(cache, IDS[:20])
    rows = tuned.draft_rows
    for token in IDS[20 : 20 + rows]:
        singles.append(tuned.logits(tuned.forward(cache, [token])))
    cache.truncate(20)
    assert torch.equal(tuned.logits(tuned.forward(cache, IDS[20 : 20 + rows])), torch.cat(singles))


@pytest.mark.parametrize(
    "changes",
    [
        {"use_dora": True},
        {"modules_to_save": ["lm_head"]},
        {"peft_type": "IA3"},
        {"bias": "all"},
        {"r": 0},
        {"lora_alpha": None},
        {"rank_pattern": {".*q_proj": 2}},
        {"rank_pattern": {"q_proj": 2}},
        {"r": 8},
        {"use_qalora": True},
    ],
    ids=str,
)
def test_what_is_more_than_low_rank_is_refused(changes: dict[str, Any], tmp_path: Path) -> None:
    made(random_model("llama"), tmp_path / "adapter")
    with pytest.raises(InkhornError) as caught:
        read(tmp_path / "adapter", **changes)
    assert caught.value.kind == "model_unsupported"


def test_one_for_another_model_is_refused(tmp_path: Path) -> None:
    base = load(write_family_gguf(tmp_path / "base.gguf", random_model("llama")), tmp_path / "prepared")
    made(random_model("qwen3"), tmp_path / "adapter")
    with pytest.raises(InkhornError) as caught:
        with_adapters(base, [(read(tmp_path / "adapter"), 1.0)])
    assert caught.value.kind == "model_unsupported"
    assert "other sizes" in caught.value.message
