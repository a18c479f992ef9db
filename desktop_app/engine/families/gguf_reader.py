"""The architecture in a GGUF file's metadata, checked against its tensors.

Keys: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md; what they mean for each family:
llama.cpp, ``llama-model.cpp``.
"""

from __future__ import annotations

import math

from desktop_app.engine.architecture import Architecture
from desktop_app.engine.families import rotary
from desktop_app.engine.families.family import GGUF_FAMILIES, GGUF_NAMES, Family, tensor_shapes
from desktop_app.engine.families.numbers import Numbers
from desktop_app.engine.gguf import GgufFile
from desktop_app.engine.refusals import damaged, unsupported

_LOCAL_BASE = 10_000.0  # Gemma 3's layers with a window; not in the file
_GEMMA_PATTERN = 6  # one layer in six sees everything
_NOPE_STEP = 4  # SmolLM3: one layer in four has no positions


def read_gguf_architecture(file: GgufFile) -> Architecture:
    """Raises InkhornError: ``model_unsupported`` or ``model_damaged``."""
    name = file.metadata.get("general.architecture")
    family = GGUF_FAMILIES.get(name) if isinstance(name, str) else None
    if family is None:
        raise unsupported(f"it is of the family {str(name)[:40]!r}")
    found = _read(file, family)
    _check_tensors(file, found)
    return found


def _read(file: GgufFile, family: Family) -> Architecture:
    get = Numbers(file.metadata, f"{family.gguf}.")
    if get.integer("expert_count", 0, low=0):
        raise unsupported("it is a mixture of experts")
    hidden, heads = get.integer("embedding_length"), get.integer("attention.head_count", high=1024)
    layers = get.integer("block_count", high=1024)
    kv_heads = get.integer("attention.head_count_kv", heads, high=1024)
    head_dim = get.integer("attention.key_length", hidden // heads or 1)
    turned = get.integer("rope.dimension_count", head_dim)
    if get.integer("attention.value_length", head_dim) != head_dim or turned % 2 or turned > head_dim:
        raise unsupported("the sizes of its attention heads are unusual")
    if heads % kv_heads:
        raise damaged("Its attention heads do not divide into groups.")
    embedding = file.tensors.get("token_embd.weight")
    angles = [_angles(file, family, get, turned)]
    rotary_of, window_of = [0] * layers, [0] * layers
    if family.name == "gemma3_text":
        angles.append(rotary.plain(_LOCAL_BASE, turned))
        window = get.integer("attention.sliding_window", low=1)
        local = [(n + 1) % _GEMMA_PATTERN != 0 for n in range(layers)]
        rotary_of, window_of = [int(here) for here in local], [window * here for here in local]
    if family.name == "smollm3":
        rotary_of = [-1 if (n + 1) % _NOPE_STEP == 0 else 0 for n in range(layers)]
    return Architecture(
        family=family.name,
        layers=layers,
        hidden=hidden,
        heads=heads,
        kv_heads=kv_heads,
        head_dim=head_dim,
        feed_forward=get.integer("feed_forward_length"),
        vocabulary=embedding.shape[0] if embedding else 0,
        context_length=get.integer("context_length", high=1 << 27),
        norm_eps=get.real("attention.layer_norm_rms_epsilon", 1e-5),
        tied_head="output.weight" not in file.tensors,
        rotary=tuple(angles),
        rotary_of=tuple(rotary_of),
        window_of=tuple(window_of),
        query_scale=_query_scale(family, layers, hidden, heads, head_dim),
        activation=family.activation,
        embedding_scale=math.sqrt(hidden) if family.scales_embeddings else 1.0,
        qkv_bias=family.qkv_bias,
        query_key_norm=family.query_key_norm,
        post_norms=family.post_norms,
    )


def _query_scale(family: Family, layers: int, hidden: int, heads: int, head_dim: int) -> float:
    """Gemma 3 with 62 layers (27B) scales by the width of an even split; the file does not say so."""
    if family.name == "gemma3_text" and layers == 62:
        return float((hidden / heads) ** -0.5)
    return float(head_dim**-0.5)


def _angles(file: GgufFile, family: Family, get: Numbers, turned: int) -> tuple[float, ...]:
    base = get.real("rope.freq_base", 1_000_000.0 if family.name == "gemma3_text" else 10_000.0)
    kind = file.metadata.get(f"{family.gguf}.rope.scaling.type", "none")
    if kind not in ("none", "linear"):
        raise unsupported(f"its positions are scaled by {str(kind)[:40]!r}")
    angles = rotary.plain(base, turned, get.real("rope.scaling.factor", 1.0) if kind == "linear" else 1.0)
    if "rope_freqs.weight" in file.tensors:
        angles = rotary.divided(angles, file.float32("rope_freqs.weight").reshape(-1).tolist())
    return angles


def _check_tensors(file: GgufFile, a: Architecture) -> None:
    """Every tensor that the decoder needs is there with its shape, and there is no other: an unknown
    one (a bias, say) would change the result, so leaving it out is not an option."""
    wanted = tensor_shapes(a, GGUF_NAMES)
    for name, shape in wanted.items():
        info = file.tensors.get(name)
        if info is None:
            raise damaged(f"The tensor {name} is missing.")
        if info.shape != shape:
            raise damaged(f"The tensor {name} has the wrong shape.")
    unknown = file.tensors.keys() - wanted.keys() - {"rope_freqs.weight"}
    if unknown:
        raise unsupported(f"it has tensors not known here, such as {min(unknown)[:64]!r}")
