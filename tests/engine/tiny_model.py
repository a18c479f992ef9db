"""A random Llama of 64 dimensions, as a GGUF file and as transformers' own module."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from desktop_app.engine.tokenizers.vocabulary import BYTE_OF_LETTER
from tests.engine.gguf_writer import gguf_bytes

CONTROL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
LETTERS = sorted(BYTE_OF_LETTER, key=lambda letter: BYTE_OF_LETTER[letter])
MERGES = ["h e", "l l", "he ll", "hell o", "Ġ w", "o r", "Ġw or"]
TOKENS = CONTROL + LETTERS + ["".join(merge.split()) for merge in MERGES]
VOCABULARY = 320  # a multiple of 64, more than TOKENS: the rest has names of its own
UNUSED = [f"[unused{n}]" for n in range(VOCABULARY - len(TOKENS))]


def tiny_llama(seed: int = 0, tied: bool = False, kv_heads: int = 2) -> LlamaForCausalLM:
    """Random weights large enough that attention and rotary positions matter."""
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=128,
        intermediate_size=192,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=kv_heads,
        head_dim=32,
        max_position_embeddings=1024,
        rms_norm_eps=1e-5,
        rope_parameters={"rope_type": "default", "rope_theta": 1234.0},
        tie_word_embeddings=tied,
        attention_bias=False,
        attn_implementation="eager",
    )
    model = LlamaForCausalLM(config).eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "norm" in name:
                weight.copy_(1 + 0.2 * torch.randn_like(weight))
            else:
                weight.copy_(0.1 * torch.randn_like(weight))
    return model


def tokenizer_metadata() -> dict[str, Any]:
    names = TOKENS + UNUSED
    kinds = [3] * len(CONTROL) + [1] * (len(TOKENS) - len(CONTROL)) + [5] * (VOCABULARY - len(TOKENS))
    return {
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "smollm",
        "tokenizer.ggml.tokens": names,
        "tokenizer.ggml.token_type": np.array(kinds, dtype=np.int32),
        "tokenizer.ggml.merges": MERGES,
        "tokenizer.ggml.bos_token_id": 1,
        "tokenizer.ggml.eos_token_id": 2,
    }


def metadata(model: LlamaForCausalLM, **changes: Any) -> dict[str, Any]:
    c = model.config
    values: dict[str, Any] = {
        "general.architecture": "llama",
        "general.name": "Tiny",
        "llama.block_count": c.num_hidden_layers,
        "llama.context_length": c.max_position_embeddings,
        "llama.embedding_length": c.hidden_size,
        "llama.feed_forward_length": c.intermediate_size,
        "llama.attention.head_count": c.num_attention_heads,
        "llama.attention.head_count_kv": c.num_key_value_heads,
        "llama.attention.key_length": c.head_dim,
        "llama.attention.value_length": c.head_dim,
        "llama.rope.dimension_count": c.head_dim,
        "llama.rope.freq_base": 1234.0,
        "llama.attention.layer_norm_rms_epsilon": 1e-5,
        **tokenizer_metadata(),
    }
    return {key: value for key, value in (values | changes).items() if value is not None}


def tensors(model: LlamaForCausalLM, kind: str = "F32") -> dict[str, tuple[str, Any]]:
    """By GGUF's names; query and key rows reordered to neighbouring pairs, as llama.cpp's converter
    does (``convert_hf_to_gguf.py``, ``LlamaModel.permute``)."""
    state = {name: weight.detach().numpy() for name, weight in model.state_dict().items()}
    found = {
        "token_embd.weight": (kind, state["model.embed_tokens.weight"]),
        "output_norm.weight": ("F32", state["model.norm.weight"]),
    }
    if not model.config.tie_word_embeddings:
        found["output.weight"] = (kind, state["lm_head.weight"])
    for n in range(model.config.num_hidden_layers):
        theirs = f"model.layers.{n}"
        found[f"blk.{n}.attn_norm.weight"] = ("F32", state[f"{theirs}.input_layernorm.weight"])
        found[f"blk.{n}.ffn_norm.weight"] = ("F32", state[f"{theirs}.post_attention_layernorm.weight"])
        for ours, part in {"q": "q_proj", "k": "k_proj", "v": "v_proj", "output": "o_proj"}.items():
            weight = state[f"{theirs}.self_attn.{part}.weight"]
            if ours in "qk":
                heads = weight.shape[0] // model.config.head_dim
                weight = weight.reshape(heads, 2, -1, weight.shape[1]).swapaxes(1, 2).reshape(weight.shape)
            found[f"blk.{n}.attn_{ours}.weight"] = (kind, np.ascontiguousarray(weight))
        for part in ("gate", "up", "down"):
            found[f"blk.{n}.ffn_{part}.weight"] = (kind, state[f"{theirs}.mlp.{part}_proj.weight"])
    return found


def write_tiny(folder: Path, kind: str = "F32", **changes: Any) -> Path:
    """The tiny model with random weights as a file that the engine loads."""
    model = tiny_llama()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"tiny-{kind}.gguf"
    path.write_bytes(gguf_bytes(metadata(model, **changes), tensors(model, kind)))
    return path


ENDLESS: dict[str, Any] = {
    "llama.context_length": 1_000_000,
    "tokenizer.ggml.tokens": ["<a>", "<b>", "<c>", *TOKENS[len(CONTROL) :], *UNUSED],
    "tokenizer.ggml.token_type": None,
    "tokenizer.ggml.eos_token_id": None,
}
"""Changes that take every token out that could end a reply: those of `CONTROL` do by their names alone."""
