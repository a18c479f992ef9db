"""Small random models of each family: transformers' own module, and the same as a GGUF file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import (
    Gemma3ForCausalLM,
    Gemma3TextConfig,
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MistralForCausalLM,
    PreTrainedModel,
    Qwen2Config,
    Qwen2ForCausalLM,
    Qwen3Config,
    Qwen3ForCausalLM,
    SmolLM3Config,
    SmolLM3ForCausalLM,
)

from desktop_app.engine.families.family import GGUF_NAMES, Names, folder_names
from desktop_app.engine.template import CHATML
from tests.engine.gguf_writer import write_gguf
from tests.engine.tiny_model import CONTROL, MERGES, TOKENS, VOCABULARY, tokenizer_metadata

SIZES: dict[str, Any] = {
    "vocab_size": VOCABULARY,
    "hidden_size": 128,
    "intermediate_size": 192,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 1024,
    "rms_norm_eps": 1e-5,
    "attn_implementation": "eager",
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 0,
}
LLAMA3 = {
    "rope_type": "llama3",
    "rope_theta": 500.0,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}
WINDOW = 48

MODELS: dict[str, Callable[[], PreTrainedModel]] = {
    "llama": lambda: LlamaForCausalLM(LlamaConfig(**SIZES, head_dim=32)),
    "llama3": lambda: LlamaForCausalLM(
        LlamaConfig(**SIZES, rope_parameters=LLAMA3, tie_word_embeddings=True)
    ),
    "mistral": lambda: MistralForCausalLM(MistralConfig(**SIZES, head_dim=32, sliding_window=WINDOW)),
    "qwen2": lambda: Qwen2ForCausalLM(Qwen2Config(**SIZES, tie_word_embeddings=True)),
    "qwen2_window": lambda: Qwen2ForCausalLM(
        Qwen2Config(**SIZES, use_sliding_window=True, sliding_window=WINDOW, max_window_layers=2)
    ),
    "qwen3": lambda: Qwen3ForCausalLM(Qwen3Config(**SIZES, head_dim=64)),
    "smollm3": lambda: SmolLM3ForCausalLM(SmolLM3Config(**SIZES)),
    "gemma3_text": lambda: Gemma3ForCausalLM(
        Gemma3TextConfig(
            **SIZES,
            head_dim=64,
            query_pre_attn_scalar=100,
            sliding_window=WINDOW,
            layer_types=["sliding_attention", "full_attention", "sliding_attention", "full_attention"],
            rope_parameters={
                "full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 10_000.0},
                "sliding_attention": {"rope_type": "default", "rope_theta": 100.0},
            },
        )
    ),
    "gemma3_fixed": lambda: Gemma3ForCausalLM(  # as GGUF has it: no word of pattern, local base, query scale
        Gemma3TextConfig(
            **(SIZES | {"num_hidden_layers": 7}),
            head_dim=64,
            query_pre_attn_scalar=64,
            sliding_window=WINDOW,
            rope_parameters={
                "full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 100_000.0},
                "sliding_attention": {"rope_type": "default", "rope_theta": 10_000.0},
            },
        )
    ),
}


def random_model(name: str, seed: int = 0) -> PreTrainedModel:
    """Weights large enough that attention, positions, norms and biases matter."""
    torch.manual_seed(seed)
    model = MODELS[name]().eval()
    with torch.no_grad():
        for parameter, weight in model.named_parameters():
            if "norm" in parameter:
                shift = 0.0 if name.startswith("gemma") else 1.0
                weight.copy_(shift + 0.2 * torch.randn_like(weight))
            else:
                weight.copy_(0.1 * torch.randn_like(weight))
    return model


def write_family_folder(folder: Path, model: PreTrainedModel) -> Path:
    """``model`` as transformers saves it, with a tokenizer beside it."""
    model.save_pretrained(folder)
    vocabulary = {token: number for number, token in enumerate(TOKENS)}
    tokenizer = Tokenizer(models.BPE(vocabulary, [tuple(merge.split(" ")) for merge in MERGES]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(text, special=True) for text in CONTROL])
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = {"bos_token": "<|im_start|>", "eos_token": "<|im_end|>", "chat_template": CHATML}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    return folder


GGUF = ("llama", "llama3", "qwen2", "qwen3", "smollm3", "gemma3_fixed")
"""Those that a GGUF file can say all of (it knows no windows but Gemma's)."""


def write_family_gguf(path: Path, model: PreTrainedModel) -> Path:
    """``model`` as llama.cpp's converter writes it (``convert_hf_to_gguf.py``)."""
    c, arch = model.config, {"gemma3_text": "gemma3"}.get(model.config.model_type, model.config.model_type)
    values: dict[str, Any] = {
        "block_count": c.num_hidden_layers,
        "context_length": c.max_position_embeddings,
        "embedding_length": c.hidden_size,
        "feed_forward_length": c.intermediate_size,
        "attention.head_count": c.num_attention_heads,
        "attention.head_count_kv": c.num_key_value_heads,
        "attention.key_length": head_dim(c),
        "attention.value_length": head_dim(c),
        "attention.layer_norm_rms_epsilon": c.rms_norm_eps,
    }
    rope = c.rope_parameters
    content = family_tensors(model)
    if arch == "gemma3":
        rope = rope["full_attention"]
        values["attention.sliding_window"] = c.sliding_window
    if rope["rope_type"] == "linear":
        values |= {"rope.scaling.type": "linear", "rope.scaling.factor": rope["factor"]}
    if rope["rope_type"] == "llama3":
        plain = rope["rope_theta"] ** -(np.arange(0, head_dim(c), 2) / head_dim(c))
        content["rope_freqs.weight"] = ("F32", (plain / model.model.rotary_emb.inv_freq.numpy()).astype("f4"))
    values["rope.freq_base"] = float(rope["rope_theta"])
    metadata = {"general.architecture": arch, "general.name": "Tiny"}
    metadata |= {f"{arch}.{key}": value for key, value in values.items()} | tokenizer_metadata()
    return write_gguf(path, metadata, content)


def head_dim(config: Any) -> int:
    return getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads


def family_tensors(model: PreTrainedModel) -> dict[str, tuple[str, Any]]:
    """By GGUF's names; Gemma's norms with the 1 added; Llama.s and SmolLM3.s rows in pairs."""
    c = model.config
    kind = c.model_type
    state = {name: weight.detach().numpy() for name, weight in model.state_dict().items()}
    theirs, found = folder_names(post_norms=kind == "gemma3_text"), {}
    for field in Names.__dataclass_fields__:
        if field.startswith("post") and kind != "gemma3_text":
            continue  # the name of another norm there
        source, target = getattr(theirs, field), getattr(GGUF_NAMES, field)
        for n in range(c.num_hidden_layers if "{n}" in source else 1):
            for part in ("weight", "bias"):
                weight = state.get(f"{source}.{part}".replace("{n}", str(n)))
                if weight is None or (field == "head" and c.tie_word_embeddings):
                    continue
                if kind == "gemma3_text" and "norm" in field:
                    weight = weight + 1
                if field in ("query", "key") and kind in ("llama", "smollm3"):
                    heads = weight.shape[0] // head_dim(c)
                    weight = (
                        weight.reshape(heads, 2, -1, *weight.shape[1:]).swapaxes(1, 2).reshape(weight.shape)
                    )
                found[f"{target}.{part}".replace("{n}", str(n))] = ("F32", np.ascontiguousarray(weight))
    return found
