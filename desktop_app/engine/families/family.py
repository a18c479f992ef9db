"""Each family of decoders as a row of facts, and the names of its tensors in both kinds of files.

Facts: transformers 5, ``models/<family>/modeling_<family>.py``; names in GGUF: gguf-py,
``gguf/tensor_mapping.py``; order of query and key rows: llama.cpp, ``llama-model.cpp``,
``llama_model_rope_type``.
"""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.engine.architecture import Activation, Architecture


@dataclass(frozen=True, slots=True)
class Family:
    """``name`` is ``model_type`` in a folder's ``config.json``, ``gguf`` is ``general.architecture``.

    ``halves_in_gguf``: rotary pairs are (i, i + d/2) there and not neighbours; in folders they always
    are. ``norms_from_one``: a folder's norm weights are stored less 1. ``scales_embeddings``: looked-up
    rows are multiplied by √hidden.
    """

    name: str
    gguf: str
    halves_in_gguf: bool
    activation: Activation = "silu"
    qkv_bias: bool = False
    query_key_norm: bool = False
    post_norms: bool = False
    norms_from_one: bool = False
    scales_embeddings: bool = False


FAMILIES: dict[str, Family] = {
    family.name: family
    for family in (
        Family("llama", "llama", halves_in_gguf=False),
        Family("mistral", "llama", halves_in_gguf=False),
        Family("qwen2", "qwen2", halves_in_gguf=True, qkv_bias=True),
        Family("qwen3", "qwen3", halves_in_gguf=True, query_key_norm=True),
        Family("smollm3", "smollm3", halves_in_gguf=False),
        Family(
            "gemma3_text",
            "gemma3",
            halves_in_gguf=True,
            activation="gelu_tanh",
            query_key_norm=True,
            post_norms=True,
            norms_from_one=True,
            scales_embeddings=True,
        ),
    )
}
GGUF_FAMILIES: dict[str, Family] = {family.gguf: family for family in reversed(FAMILIES.values())}


@dataclass(frozen=True, slots=True)
class Names:
    """How one kind of file calls the tensors; ``{n}`` stands for the layer."""

    embedding: str
    norm: str
    head: str
    attention_norm: str
    query: str
    key: str
    value: str
    query_norm: str
    key_norm: str
    output: str
    post_attention_norm: str
    feed_forward_norm: str
    gate: str
    up: str
    down: str
    post_feed_forward_norm: str


GGUF_NAMES = Names(
    embedding="token_embd",
    norm="output_norm",
    head="output",
    attention_norm="blk.{n}.attn_norm",
    query="blk.{n}.attn_q",
    key="blk.{n}.attn_k",
    value="blk.{n}.attn_v",
    query_norm="blk.{n}.attn_q_norm",
    key_norm="blk.{n}.attn_k_norm",
    output="blk.{n}.attn_output",
    post_attention_norm="blk.{n}.post_attention_norm",
    feed_forward_norm="blk.{n}.ffn_norm",
    gate="blk.{n}.ffn_gate",
    up="blk.{n}.ffn_up",
    down="blk.{n}.ffn_down",
    post_feed_forward_norm="blk.{n}.post_ffw_norm",
)


def folder_names(post_norms: bool, prefix: str = "model") -> Names:
    """transformers' names. With norms after the blocks the one before the feed-forward is called
    otherwise. ``prefix`` differs where the text model is a part of a larger one."""
    layer = prefix + ".layers.{n}"
    before = "pre_feedforward_layernorm" if post_norms else "post_attention_layernorm"
    head = (
        "lm_head" if prefix in ("model", "model.language_model") else f"{prefix.rpartition('.')[0]}.lm_head"
    )
    return Names(
        embedding=f"{prefix}.embed_tokens",
        norm=f"{prefix}.norm",
        head=head,
        attention_norm=f"{layer}.input_layernorm",
        query=f"{layer}.self_attn.q_proj",
        key=f"{layer}.self_attn.k_proj",
        value=f"{layer}.self_attn.v_proj",
        query_norm=f"{layer}.self_attn.q_norm",
        key_norm=f"{layer}.self_attn.k_norm",
        output=f"{layer}.self_attn.o_proj",
        post_attention_norm=f"{layer}.post_attention_layernorm",
        feed_forward_norm=f"{layer}.{before}",
        gate=f"{layer}.mlp.gate_proj",
        up=f"{layer}.mlp.up_proj",
        down=f"{layer}.mlp.down_proj",
        post_feed_forward_norm=f"{layer}.post_feedforward_layernorm",
    )


def tensor_shapes(a: Architecture, names: Names) -> dict[str, tuple[int, ...]]:
    """Every tensor that the decoder needs, by its full name in the file, and its shape."""
    query, key = a.heads * a.head_dim, a.kv_heads * a.head_dim
    weights: dict[str, tuple[int, ...]] = {
        names.attention_norm: (a.hidden,),
        names.query: (query, a.hidden),
        names.key: (key, a.hidden),
        names.value: (key, a.hidden),
        names.output: (a.hidden, query),
        names.feed_forward_norm: (a.hidden,),
        names.gate: (a.feed_forward, a.hidden),
        names.up: (a.feed_forward, a.hidden),
        names.down: (a.hidden, a.feed_forward),
    }
    if a.query_key_norm:
        weights |= {names.query_norm: (a.head_dim,), names.key_norm: (a.head_dim,)}
    if a.post_norms:
        weights |= {names.post_attention_norm: (a.hidden,), names.post_feed_forward_norm: (a.hidden,)}
    layer = {f"{name}.weight": shape for name, shape in weights.items()}
    if a.qkv_bias:
        layer |= {
            f"{names.query}.bias": (query,),
            f"{names.key}.bias": (key,),
            f"{names.value}.bias": (key,),
        }
    wanted = {name.replace("{n}", str(n)): shape for n in range(a.layers) for name, shape in layer.items()}
    wanted |= {
        f"{names.embedding}.weight": (a.vocabulary, a.hidden),
        f"{names.norm}.weight": (a.hidden,),
    }
    if not a.tied_head:
        wanted[f"{names.head}.weight"] = (a.vocabulary, a.hidden)
    return wanted
