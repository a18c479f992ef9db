"""What a decoder-only Transformer is, as numbers: read from a GGUF file's metadata and checked.

Another family is another reader in `READERS`; the decoder knows only `Architecture`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from desktop_app.core.errors import InkhornError
from desktop_app.engine.gguf import GgufFile


@dataclass(frozen=True, slots=True)
class Architecture:
    """Sizes of a Llama-like decoder. ``frequencies`` are the rotary angles per position, one per pair
    of a head's ``rotary_dim`` first dimensions; pairs are neighbours (2i, 2i + 1)."""

    family: str
    layers: int
    hidden: int
    heads: int
    kv_heads: int
    head_dim: int
    feed_forward: int
    vocabulary: int
    context_length: int
    norm_eps: float
    frequencies: tuple[float, ...]
    tied_head: bool

    @property
    def rotary_dim(self) -> int:
        return 2 * len(self.frequencies)

    @property
    def kv_bytes_per_token(self) -> int:
        """Bytes of KV cache, in float32, for each position."""
        return self.layers * 2 * self.kv_heads * self.head_dim * 4

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def architecture_from_json(values: dict[str, Any]) -> Architecture:
    return Architecture(**{**values, "frequencies": tuple(values["frequencies"])})


def read_architecture(file: GgufFile) -> Architecture:
    """The architecture of a GGUF file, checked against its tensors' shapes. Raises InkhornError:
    ``model_unsupported`` or ``model_damaged``."""
    family = file.metadata.get("general.architecture")
    reader = READERS.get(family) if isinstance(family, str) else None
    if reader is None:
        raise _unsupported(f"it is of the family {str(family)[:40]!r}")
    found = reader(file)
    _check_tensors(file, found)
    return found


def _read_llama(file: GgufFile) -> Architecture:
    get = _Metadata(file.metadata, "llama")
    if get.integer("expert_count", 0, low=0):
        raise _unsupported("it is a mixture of experts")
    hidden, heads = get.integer("embedding_length"), get.integer("attention.head_count", high=1024)
    head_dim = get.integer("attention.key_length", hidden // heads or 1)
    rotary = get.integer("rope.dimension_count", head_dim)
    if get.integer("attention.value_length", head_dim) != head_dim or rotary % 2 or rotary > head_dim:
        raise _unsupported("the sizes of its attention heads are unusual")
    embedding = file.tensors.get("token_embd.weight")
    found = Architecture(
        family="llama",
        layers=get.integer("block_count", high=1024),
        hidden=hidden,
        heads=heads,
        kv_heads=get.integer("attention.head_count_kv", heads, high=1024),
        head_dim=head_dim,
        feed_forward=get.integer("feed_forward_length"),
        vocabulary=embedding.shape[0] if embedding else 0,
        context_length=get.integer("context_length", high=1 << 27),
        norm_eps=get.real("attention.layer_norm_rms_epsilon", 1e-5),
        frequencies=_frequencies(file, get, rotary),
        tied_head="output.weight" not in file.tensors,
    )
    if found.heads % found.kv_heads:
        raise _damaged("Its attention heads do not divide into groups.")
    return found


READERS: dict[str, Callable[[GgufFile], Architecture]] = {"llama": _read_llama}


def _frequencies(file: GgufFile, get: _Metadata, rotary: int) -> tuple[float, ...]:
    """Rotary angles per position: base^(−2i/d), Su et al. 2021; with Llama 3's factors if present."""
    base = get.real("rope.freq_base", 10_000.0)
    if base <= 1:
        raise _damaged("Its rotary base is not above 1.")
    kind = file.metadata.get("llama.rope.scaling.type", "none")
    if kind not in ("none", "linear"):
        raise _unsupported(f"its positions are scaled by {str(kind)[:40]!r}")
    slow = get.real("rope.scaling.factor", 1.0) if kind == "linear" else 1.0
    factors = [1.0] * (rotary // 2)
    if "rope_freqs.weight" in file.tensors:
        factors = file.float32("rope_freqs.weight").reshape(-1).tolist()
    if len(factors) != rotary // 2 or not all(math.isfinite(f) and f > 0 for f in [*factors, slow]):
        raise _damaged("Its rotary factors do not fit.")
    return tuple(base ** (-2 * i / rotary) / factor / slow for i, factor in enumerate(factors))


def _check_tensors(file: GgufFile, a: Architecture) -> None:
    """Every tensor that the decoder needs is there with its shape, and there is no other: an unknown
    one (a bias, say) would change the result, so leaving it out is not an option."""
    query, key = a.heads * a.head_dim, a.kv_heads * a.head_dim
    layer = {
        "attn_norm": (a.hidden,),
        "attn_q": (query, a.hidden),
        "attn_k": (key, a.hidden),
        "attn_v": (key, a.hidden),
        "attn_output": (a.hidden, query),
        "ffn_norm": (a.hidden,),
        "ffn_gate": (a.feed_forward, a.hidden),
        "ffn_up": (a.feed_forward, a.hidden),
        "ffn_down": (a.hidden, a.feed_forward),
    }
    wanted: dict[str, tuple[int, ...]] = {
        f"blk.{n}.{name}.weight": shape for n in range(a.layers) for name, shape in layer.items()
    }
    wanted |= {"token_embd.weight": (a.vocabulary, a.hidden), "output_norm.weight": (a.hidden,)}
    if not a.tied_head:
        wanted["output.weight"] = (a.vocabulary, a.hidden)
    for name, shape in wanted.items():
        info = file.tensors.get(name)
        if info is None:
            raise _damaged(f"The tensor {name} is missing.")
        if info.shape != shape:
            raise _damaged(f"The tensor {name} has the wrong shape.")
    unknown = file.tensors.keys() - wanted.keys() - {"rope_freqs.weight"}
    if unknown:
        raise _unsupported(f"it has tensors not known here, such as {min(unknown)[:64]!r}")


class _Metadata:
    """Numbers under a family's prefix, within limits."""

    def __init__(self, metadata: dict[str, Any], prefix: str) -> None:
        self._metadata, self._prefix = metadata, prefix

    def integer(self, name: str, default: int | None = None, low: int = 1, high: int = 1 << 24) -> int:
        value = self._metadata.get(f"{self._prefix}.{name}", default)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise _damaged(f"Its {self._prefix}.{name} is missing or out of range.")
        return value

    def real(self, name: str, default: float) -> float:
        value = self._metadata.get(f"{self._prefix}.{name}", default)
        if not isinstance(value, int | float) or not math.isfinite(value) or value <= 0:
            raise _damaged(f"Its {self._prefix}.{name} is out of range.")
        return float(value)


def _damaged(why: str) -> InkhornError:
    return InkhornError("model_damaged", f"The model file is damaged. {why}", why=why)


def _unsupported(why: str) -> InkhornError:
    return InkhornError("model_unsupported", f"This version cannot run this model: {why}.", why=why)
