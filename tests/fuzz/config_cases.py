"""``config.json``: good ones of several families, changed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from desktop_app.engine.config import read_config
from tests.fuzz.mutate import mutated_bytes, mutated_json

_LLAMA: dict[str, Any] = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "hidden_size": 576,
    "num_hidden_layers": 30,
    "num_attention_heads": 9,
    "num_key_value_heads": 3,
    "intermediate_size": 1536,
    "vocab_size": 49152,
    "max_position_embeddings": 8192,
    "rope_parameters": {"rope_type": "llama3", "rope_theta": 1e5, "factor": 8.0},
    "eos_token_id": [0, 2],
    "torch_dtype": "bfloat16",
}
_GEMMA: dict[str, Any] = {
    "model_type": "gemma3",
    "text_config": {
        **_LLAMA,
        "model_type": "gemma3_text",
        "sliding_window": 512,
        "layer_types": ["full"] * 6,
    },
    "vision_config": {"model_type": "siglip_vision_model", "hidden_size": 64},
}
_HARMFUL: tuple[dict[str, Any], ...] = (
    {"auto_map": {"AutoConfig": "configuration.X", "AutoModelForCausalLM": "modeling.X"}},
    {"quantization_config": {"quant_method": "awq"}},
    {"_attn_implementation": "somebody/kernel"},
    {"model_type": "evil"},
    {"text_config": {"auto_map": {"AutoModel": "x.Y"}}},
    {"num_hidden_layers": 10**12},
    {"hidden_size": [1] * 1000},
)


def make(rng: random.Random, folder: Path) -> Callable[[], object]:
    held = mutated_json(rng, rng.choice((_LLAMA, _GEMMA)), rng.randrange(1, 5))
    if rng.random() < 0.15 and isinstance(held, dict):
        held |= rng.choice(_HARMFUL)
    content = json.dumps(held, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")
    if rng.random() < 0.3:
        content = mutated_bytes(rng, content, len(content))
    if rng.random() < 0.01:
        content = rng.choice((b"[", b'{"a":', b'{"a":[{')) * rng.choice((10, 1000, 100_000))
    (folder / "config.json").write_bytes(content)
    return lambda: read_config(folder)
