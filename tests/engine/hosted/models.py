"""Tiny random models of many families, made with transformers' own classes, as folders."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from desktop_app.engine.hosted.families import FAMILIES

VOCABULARY = 320
_SIZES: dict[str, Any] = {
    "vocab_size": VOCABULARY,
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "max_position_embeddings": 96,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
_GROUPED = {"num_key_value_heads": 2, "head_dim": 16}
_GROUPED_PLAIN = {"num_key_value_heads": 2}
_BART: dict[str, Any] = {
    "vocab_size": VOCABULARY,
    "d_model": 64,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 4,
    "encoder_ffn_dim": 96,
    "decoder_ffn_dim": 96,
    "max_position_embeddings": 96,
    "pad_token_id": 1,
    "eos_token_id": 2,
    "bos_token_id": 0,
    "decoder_start_token_id": 2,
}
_T5 = {"vocab_size": VOCABULARY, "d_model": 64, "d_kv": 16, "d_ff": 96, "num_layers": 2, "num_heads": 4}
_T5 |= {"pad_token_id": 0, "eos_token_id": 1, "decoder_start_token_id": 0}
_OWN: dict[str, dict[str, Any]] = {
    "bloom": {"n_head": 4, "n_layer": 2},
    "codegen": {"n_embd": 64, "n_layer": 2, "n_head": 4, "n_positions": 96, "n_ctx": 96, "rotary_dim": 8},
    "cohere": {**_SIZES, **_GROUPED, "logit_scale": 0.25},
    "cohere2": {**_SIZES, **_GROUPED, "sliding_window": 16, "num_hidden_layers": 4},
    "falcon": {**_SIZES, "num_kv_heads": 1, "alibi": False, "new_decoder_architecture": False},
    "gemma2": {**_SIZES, **_GROUPED, "sliding_window": 16, "num_hidden_layers": 4},
    "gpt2": {"n_embd": 64, "n_layer": 2, "n_head": 4, "n_positions": 96},
    "gpt_bigcode": {"n_embd": 64, "n_layer": 2, "n_head": 4, "n_positions": 96, "n_inner": 96},
    "gpt_neo": {
        **_SIZES,
        "num_layers": 2,
        "num_heads": 4,
        "attention_types": [[["global", "local"], 1]],
        "window_size": 16,
    },
    "gptj": {"n_embd": 64, "n_layer": 2, "n_head": 4, "n_positions": 96, "rotary_dim": 8},
    "granite": {**_SIZES, "num_key_value_heads": 2, "logits_scaling": 8.0, "residual_multiplier": 0.2},
    "mistral": {**_SIZES, **_GROUPED, "sliding_window": 16},
    "mpt": {"d_model": 64, "n_heads": 4, "n_layers": 2, "max_seq_len": 96},
    "olmo3": {**_SIZES, "num_key_value_heads": 2, "sliding_window": 16, "num_hidden_layers": 4},
    "opt": {**_SIZES, "ffn_dim": 96, "word_embed_proj_dim": 32},
    "phi3": {**_SIZES, "num_key_value_heads": 2, "sliding_window": 16},
    "xglm": {"d_model": 64, "num_layers": 2, "attention_heads": 4, "ffn_dim": 96},
    "bart": _BART,
    "m2m_100": {**_BART, "scale_embedding": True},
    "marian": {**_BART, "pad_token_id": 319, "decoder_start_token_id": 319, "eos_token_id": 0},
    "mbart": _BART,
    "pegasus": {**_BART, "pad_token_id": 0, "decoder_start_token_id": 0, "eos_token_id": 1},
    "t5": _T5,
    "mt5": {**_T5, "feed_forward_proj": "gated-gelu", "tie_word_embeddings": False},
    "umt5": {**_T5, "feed_forward_proj": "gated-gelu", "tie_word_embeddings": False},
    "albert": {**_SIZES, "embedding_size": 32},
    "distilbert": {
        "dim": 64,
        "hidden_dim": 96,
        "n_layers": 2,
        "n_heads": 4,
        "max_position_embeddings": 96,
    },
    "electra": {**_SIZES, "embedding_size": 32},
    "roberta": {**_SIZES, "pad_token_id": 1, "bos_token_id": 0},
    "xlm-roberta": {**_SIZES, "pad_token_id": 1, "bos_token_id": 0},
    "camembert": {**_SIZES, "pad_token_id": 1, "bos_token_id": 0},
    "mpnet": {**_SIZES, "pad_token_id": 1, "bos_token_id": 0},
    "deberta-v2": {
        **_SIZES,
        "relative_attention": True,
        "pos_att_type": ["p2c", "c2p"],
        "share_att_key": True,
        "norm_rel_ebd": "layer_norm",
        "position_buckets": 16,
    },
    "modernbert": {**_SIZES, "local_attention": 16, "global_attn_every_n_layers": 2},
}


def tiny(name: str, kind: Any = None, seed: int = 0, **changes: Any) -> Any:
    """A random model of transformers' own, with weights large enough that every part matters."""
    family = FAMILIES[name]
    settings = importlib.import_module(f"transformers.models.{family.module}.configuration_{family.module}")
    module = importlib.import_module(f"transformers.models.{family.module}.modeling_{family.module}")
    grouped = _GROUPED if name in ("glm", "glm4", "gemma", "qwen3", "helium") else _GROUPED_PLAIN
    grouped = grouped if "causal" in family.heads else {}
    sizes = {**_OWN.get(name, {**_SIZES, **grouped}), "vocab_size": VOCABULARY, **changes}
    torch.manual_seed(seed)
    config = getattr(settings, family.config)(**sizes)
    if getattr(config, "attn_logit_softcapping", None) is not None:
        config._attn_implementation = "eager"
    model = getattr(module, family.heads[kind or next(iter(family.heads))])(config).eval()
    computed = _computed(model)
    with torch.no_grad():
        named = {id(held): held for name, held in model.named_parameters() if name not in computed}
        for parameter in named.values():
            if parameter.dim() == 1:
                parameter.add_(0.2 * torch.randn_like(parameter))
            else:
                parameter.normal_(std=0.15)
    return model


def save(model: Any, folder: Path) -> Path:
    """As the hub has it. Not by ``save_pretrained``, which takes half a second."""
    folder.mkdir(parents=True)
    model.config.architectures = [type(model).__name__]
    model.config.save_pretrained(folder)
    seen: set[int] = set()
    tensors = {}
    computed = _computed(model)
    for name, tensor in model.state_dict().items():
        if tensor.data_ptr() not in seen and name not in computed:
            tensors[name] = tensor.clone()
            seen.add(tensor.data_ptr())
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def _computed(model: Any) -> set[str]:
    """Tables of positions: files do not hold them."""
    return {
        f"{name}.weight" for name, module in model.named_modules() if "Sinusoidal" in type(module).__name__
    }
