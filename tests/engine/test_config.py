"""``config.json``: known kinds of model with possible sizes pass, and nothing that brings code along."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.engine.config import KNOWN, check_config, read_config
from desktop_app.engine.families.family import FAMILIES as LEAN
from desktop_app.engine.families.family import GGUF_FAMILIES
from desktop_app.engine.hosted.families import FAMILIES as HOSTED
from desktop_app.library.families import FAMILIES, IN_GGUF

GOOD: dict[str, Any] = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "hidden_size": 576,
    "num_hidden_layers": 30,
    "num_attention_heads": 9,
    "num_key_value_heads": 3,
    "intermediate_size": 1536,
    "vocab_size": 49152,
    "max_position_embeddings": 8192,
    "rope_parameters": {"rope_type": "default", "rope_theta": 100000.0},
    "eos_token_id": [0, 2],
    "quantization_config": None,
}


def test_a_configuration_is_read_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(GOOD), encoding="utf-8")
    assert read_config(tmp_path) == GOOD


def test_every_allowed_kind_is_one_that_transformers_has_code_for() -> None:
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

    assert not KNOWN - CONFIG_MAPPING_NAMES.keys()


def test_every_allowed_kind_is_run_and_no_other_could_be() -> None:
    """The library's list against the engine's two tables; "gemma3" holds a "gemma3_text"."""
    assert LEAN.keys() | {"gemma3"} | HOSTED.keys() == KNOWN


def test_every_kind_that_is_taken_in_as_gguf_is_read_and_no_other_could_be() -> None:
    assert {family: LEAN[name].gguf for family, name in IN_GGUF.items()} == {f: f for f in GGUF_FAMILIES}


def test_what_a_kind_is_for_fits_what_it_is_run_as() -> None:
    tasks = {
        "causal": {("chat", "writing")},
        "text_to_text": {("translation",), ("translation", "writing")},
        "encoder": {("search",)},
    }
    for name, family in HOSTED.items():
        assert FAMILIES[name] in tasks[next(iter(family.heads))], name
    for name in LEAN:
        assert FAMILIES[name] == ("chat", "writing"), name


def test_the_defaults_of_every_allowed_kind_pass() -> None:
    """No limit stands in the way of a model that people have."""
    from transformers import AutoConfig

    for kind in sorted(KNOWN):
        made = json.loads(AutoConfig.for_model(kind).to_json_string(use_diff=False))
        made = {name: value for name, value in made.items() if name != "transformers_version"}
        check_config({**made, "model_type": kind})


def nested(depth: int) -> dict[str, Any]:
    held: dict[str, Any] = {}
    for _ in range(depth):
        held = {"a": held}
    return held


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "model_type missing": ({"model_type": None}, "model_unsupported"),
    "model_type unknown": ({"model_type": "deepseek_v99"}, "model_unsupported"),
    "model_type a list": ({"model_type": ["llama"]}, "model_unsupported"),
    "model_type of a part": ({"text_config": {"model_type": "evil"}}, "model_unsupported"),
    "auto_map": ({"auto_map": {"AutoModel": "modeling_x.X"}}, "model_unsupported"),
    "auto_map inside": ({"text_config": {"auto_map": {"AutoModel": "x--y.Z"}}}, "model_unsupported"),
    "trust_remote_code": ({"trust_remote_code": True}, "model_unsupported"),
    "quantization_config": ({"quantization_config": {"quant_method": "gptq"}}, "model_unsupported"),
    "attn_implementation": ({"_attn_implementation": "somebody/kernel"}, "model_unsupported"),
    "attn_implementation list": ({"attn_implementation": ["sdpa"]}, "model_unsupported"),
    "num_hidden_layers": ({"num_hidden_layers": 10**9}, "model_damaged"),
    "hidden_size": ({"hidden_size": 0}, "model_damaged"),
    "vocab_size": ({"vocab_size": -1}, "model_damaged"),
    "num_attention_heads": ({"num_attention_heads": True}, "model_damaged"),
    "intermediate_size": ({"intermediate_size": "1536"}, "model_damaged"),
    "head_dim": ({"head_dim": 1.5}, "model_damaged"),
    "nested": ({"x": nested(20)}, "model_damaged"),
    "too many": ({"x": [0] * 300_000}, "model_damaged"),
    "long string": ({"x": "y" * 100_000}, "model_damaged"),
}


@pytest.mark.parametrize(("changes", "kind"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_trusted_is_refused(changes: dict[str, Any], kind: str) -> None:
    with pytest.raises(InkhornError) as caught:
        check_config(GOOD | changes)
    assert caught.value.kind == kind


def test_a_refusal_names_the_field() -> None:
    with pytest.raises(InkhornError, match="auto_map"):
        check_config(GOOD | {"auto_map": {"AutoModel": "x.Y"}})
    with pytest.raises(InkhornError, match="num_hidden_layers"):
        check_config(GOOD | {"num_hidden_layers": 10**9})


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{" * 50_000, '{"a": ' * 50_000, '{"model_type": "llama", "model_type": "x"}', "9" * 9_999],
)
def test_what_is_not_an_object_is_damaged(tmp_path: Path, content: str) -> None:
    (tmp_path / "config.json").write_text(content, encoding="utf-8")
    with pytest.raises(InkhornError) as caught:
        read_config(tmp_path)
    assert caught.value.kind == "model_damaged"


def test_a_folder_without_one_says_so(tmp_path: Path) -> None:
    with pytest.raises(InkhornError) as caught:
        read_config(tmp_path)
    assert caught.value.kind == "model_missing"


def test_a_file_too_long_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(GOOD) + " " * (5 << 20), encoding="utf-8")
    with pytest.raises(InkhornError, match="longer"):
        read_config(tmp_path)
