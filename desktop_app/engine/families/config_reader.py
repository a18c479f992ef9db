"""The architecture in a folder's ``config.json``, checked against its tensors.

Keys and defaults: transformers 5, ``models/<family>/configuration_<family>.py``. Both ways to write rotary
positions are read: ``rope_parameters`` and the older ``rope_theta`` with ``rope_scaling``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from desktop_app.engine.architecture import Architecture
from desktop_app.engine.families import rotary
from desktop_app.engine.families.family import FAMILIES, Family, Names, folder_names, tensor_shapes
from desktop_app.engine.families.numbers import Numbers
from desktop_app.engine.refusals import damaged, unsupported

_PREFIXES = ("model", "language_model.model", "model.language_model")
_OTHER_SENSES = (
    "vision_tower.",
    "multi_modal_projector.",
    "model.vision_tower.",
    "model.multi_modal_projector.",
)
"""Parts of a model that sees, which reading text does not need."""
_ACTIVATIONS = {"silu": ("silu", "swish"), "gelu_tanh": ("gelu_pytorch_tanh",)}
_TIED = {"gemma3_text": True, "smollm3": True}
_GEMMA_PATTERN, _NOPE_STEP, _FIRST_QWEN_WINDOW = 6, 4, 28
_WINDOW = 4096


@dataclass(frozen=True, slots=True)
class FolderArchitecture:
    """An architecture, and what the folder calls its tensors."""

    architecture: Architecture
    names: Names


def read_config_architecture(
    config: Mapping[str, Any], shapes: Mapping[str, tuple[int, ...]]
) -> FolderArchitecture:
    """``shapes`` are those of the folder's tensors, by name. Raises InkhornError: ``model_unsupported`` for
    what the lean decoder does not speak (transformers may), ``model_damaged``."""
    kind = config.get("model_type")
    text = config.get("text_config") if kind == "gemma3" else config
    family = FAMILIES.get("gemma3_text" if kind == "gemma3" else str(kind))
    if family is None or not isinstance(text, Mapping):
        raise unsupported(f"it is of the family {str(kind)[:40]!r}")
    _refuse_unknown(text, family)
    prefix = next((p for p in _PREFIXES if f"{p}.embed_tokens.weight" in shapes), None)
    if prefix is None:
        raise damaged("The tensor model.embed_tokens.weight is missing.")
    names = folder_names(family.post_norms, prefix)
    tied = text.get("tie_word_embeddings", config.get("tie_word_embeddings"))
    tied = _TIED.get(family.name, False) if tied is None else bool(tied)
    found = _read(
        text, family, shapes[f"{prefix}.embed_tokens.weight"], tied or f"{names.head}.weight" not in shapes
    )
    _check_tensors(found, names, shapes)
    return FolderArchitecture(found, names)


def _refuse_unknown(config: Mapping[str, Any], family: Family) -> None:
    """What would change the result and the decoder does not do."""
    for key in ("attention_bias", "mlp_bias", "attn_logit_softcapping", "final_logit_softcapping"):
        if config.get(key):
            raise unsupported(f"its config sets {key}")
    if config.get("use_bidirectional_attention"):
        raise unsupported("its config sets use_bidirectional_attention")
    activation = (
        config.get("hidden_activation") or config.get("hidden_act") or _ACTIVATIONS[family.activation][0]
    )
    if activation not in _ACTIVATIONS[family.activation]:
        raise unsupported(f"its activation is {str(activation)[:40]!r}")


def _read(config: Mapping[str, Any], family: Family, embedding: tuple[int, ...], tied: bool) -> Architecture:
    get = Numbers(config)
    hidden, heads = get.integer("hidden_size"), get.integer("num_attention_heads", high=1024)
    layers = get.integer("num_hidden_layers", high=1024)
    kv_heads = get.integer("num_key_value_heads", heads, high=1024)
    head_dim = get.integer("head_dim", hidden // heads or 1, high=4096)
    if heads % kv_heads:
        raise damaged("Its attention heads do not divide into groups.")
    window_of = _windows(config, family, get, layers)
    angles, rotary_of = _rotary(config, family, head_dim, layers, window_of)
    scale = get.real("query_pre_attn_scalar", 256.0) if family.name == "gemma3_text" else float(head_dim)
    return Architecture(
        family=family.name,
        layers=layers,
        hidden=hidden,
        heads=heads,
        kv_heads=kv_heads,
        head_dim=head_dim,
        feed_forward=get.integer("intermediate_size"),
        vocabulary=embedding[0] if len(embedding) == 2 else 0,
        context_length=get.integer("max_position_embeddings", high=1 << 27),
        norm_eps=get.real("rms_norm_eps", 1e-6),
        tied_head=tied,
        rotary=angles,
        rotary_of=rotary_of,
        window_of=window_of,
        query_scale=scale**-0.5,
        activation=family.activation,
        embedding_scale=math.sqrt(hidden) if family.scales_embeddings else 1.0,
        qkv_bias=family.qkv_bias,
        query_key_norm=family.query_key_norm,
        post_norms=family.post_norms,
    )


def _windows(config: Mapping[str, Any], family: Family, get: Numbers, layers: int) -> tuple[int, ...]:
    used = config.get("use_sliding_window", family.name in ("gemma3_text", "mistral"))
    if not used or config.get("sliding_window", _WINDOW) is None:
        return (0,) * layers
    window = get.integer("sliding_window", _WINDOW, high=1 << 27)
    kinds = config.get("layer_types")
    if kinds is not None and family.name != "mistral":
        if not isinstance(kinds, list) or len(kinds) != layers:
            raise damaged("Its layer_types do not fit its layers.")
        if not set(map(str, kinds)) <= {"sliding_attention", "full_attention"}:
            raise unsupported("it has a kind of attention that is not known here")
        return tuple(window if kind == "sliding_attention" else 0 for kind in kinds)
    if family.name == "gemma3_text":
        pattern = get.integer("sliding_window_pattern", _GEMMA_PATTERN)
        return tuple(window if (n + 1) % pattern else 0 for n in range(layers))
    if family.name.startswith("qwen"):
        first = get.integer("max_window_layers", _FIRST_QWEN_WINDOW, low=0)
        return tuple(window if n >= first else 0 for n in range(layers))
    if family.name == "smollm3":
        positions = _with_positions(config, get, layers)
        return tuple(0 if here else window for here in positions)
    return (window,) * layers


def _rotary(
    config: Mapping[str, Any], family: Family, head_dim: int, layers: int, window_of: tuple[int, ...]
) -> tuple[tuple[tuple[float, ...], ...], tuple[int, ...]]:
    """The sets of angles, and which of them each layer turns by."""
    get = Numbers(config)
    if family.name == "gemma3_text":
        nested = config.get("rope_parameters")
        nested = nested if isinstance(nested, Mapping) else {}
        everywhere = {
            "rope_theta": config.get("rope_theta") or 1_000_000.0,
            **_mapping(config.get("rope_scaling")),
        }
        local = {"rope_theta": config.get("rope_local_base_freq") or 10_000.0}
        sets = (
            _angles({**everywhere, **_mapping(nested.get("full_attention"))}, head_dim),
            _angles({**local, **_mapping(nested.get("sliding_attention"))}, head_dim),
        )
        return sets, tuple(int(window > 0) for window in window_of)
    older = {"rope_theta": config.get("rope_theta") or 10_000.0, **_mapping(config.get("rope_scaling"))}
    values = {**older, **_mapping(config.get("rope_parameters"))}
    values.setdefault("partial_rotary_factor", config.get("partial_rotary_factor") or 1.0)
    values.setdefault("original_max_position_embeddings", config.get("max_position_embeddings"))
    rotary_of = [0] * layers
    if family.name == "smollm3":
        rotary_of = [0 if here else -1 for here in _with_positions(config, get, layers)]
    return (_angles(values, head_dim),), tuple(rotary_of)


def _angles(values: Mapping[str, Any], head_dim: int) -> tuple[float, ...]:
    get = Numbers(values, "")
    dimensions = int(head_dim * get.real("partial_rotary_factor", 1.0))
    if dimensions % 2 or not 0 < dimensions <= head_dim:
        raise unsupported("the sizes of its attention heads are unusual")
    kind = values.get("rope_type", values.get("type", "default"))
    base = get.real("rope_theta", 10_000.0)
    if kind == "linear":
        return rotary.plain(base, dimensions, get.real("factor"))
    if kind == "llama3":
        numbers = ("factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings")
        return rotary.llama3(rotary.plain(base, dimensions), *(get.real(name) for name in numbers))
    if kind != "default":
        raise unsupported(f"its positions are scaled by {str(kind)[:40]!r}")
    return rotary.plain(base, dimensions)


def _with_positions(config: Mapping[str, Any], get: Numbers, layers: int) -> list[bool]:
    """Which of SmolLM3's layers have rotary positions."""
    given = config.get("no_rope_layers")
    if given is None:
        step = get.integer("no_rope_layer_interval", _NOPE_STEP)
        return [(n + 1) % step != 0 for n in range(layers)]
    if not isinstance(given, list) or len(given) != layers:
        raise damaged("Its no_rope_layers do not fit its layers.")
    return [bool(here) for here in given]


def _mapping(value: Any) -> dict[str, Any]:
    return (
        {key: held for key, held in value.items() if held is not None} if isinstance(value, Mapping) else {}
    )


def _check_tensors(a: Architecture, names: Names, shapes: Mapping[str, tuple[int, ...]]) -> None:
    """As in `gguf_reader`: all that is needed, and nothing else of the text model."""
    wanted = tensor_shapes(a, names)
    for name, shape in wanted.items():
        if name not in shapes:
            raise damaged(f"The tensor {name} is missing.")
        if shapes[name] != shape:
            raise damaged(f"The tensor {name} has the wrong shape.")
    unknown = [
        name
        for name in shapes.keys() - wanted.keys() - {f"{names.head}.weight"}
        if not name.startswith(_OTHER_SENSES) and not name.endswith("rotary_emb.inv_freq")
    ]
    if unknown:
        raise unsupported(f"it has tensors not known here, such as {min(unknown)[:64]!r}")
