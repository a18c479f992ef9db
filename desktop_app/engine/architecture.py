"""What a decoder-only Transformer of the common shape is, as numbers.

`desktop_app.engine.families` reads them from model files; the decoder knows nothing else of a model.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Activation = Literal["silu", "gelu_tanh"]


@dataclass(frozen=True, slots=True)
class Architecture:
    """Sizes of a decoder with rotary positions, grouped heads and a gated feed-forward.

    ``rotary`` are sets of rotary angles per position, one per pair of a head's first dimensions (pairs
    are neighbours: 2i, 2i + 1); layer n turns by the set ``rotary_of[n]``, and by none where that is
    −1 (SmolLM3). ``window_of[n]`` is how many positions, its own included, a token of layer n sees; 0
    is all of them. ``query_scale`` is what scores are multiplied by before softmax.
    ``embedding_scale`` is what looked-up rows are multiplied by (Gemma).
    """

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
    tied_head: bool
    rotary: tuple[tuple[float, ...], ...]
    rotary_of: tuple[int, ...]
    window_of: tuple[int, ...]
    query_scale: float
    activation: Activation = "silu"
    embedding_scale: float = 1.0
    qkv_bias: bool = False
    query_key_norm: bool = False
    post_norms: bool = False

    @property
    def rotary_dim(self) -> int:
        """Dimensions of a head that are turned, its first ones."""
        return 2 * len(self.rotary[0])

    @property
    def cache_values_per_token(self) -> int:
        """Numbers that the KV cache holds for each position."""
        return self.layers * 2 * self.kv_heads * self.head_dim

    def to_json(self) -> dict[str, Any]:
        """What `architecture_from_json` takes, once it has been JSON."""
        return asdict(self)


def architecture_from_json(values: dict[str, Any]) -> Architecture:
    """The reverse of `Architecture.to_json`. Raises TypeError or KeyError on what it did not write."""
    lists = {
        "rotary": tuple(tuple(angles) for angles in values["rotary"]),
        "rotary_of": tuple(values["rotary_of"]),
        "window_of": tuple(values["window_of"]),
    }
    return Architecture(**{**values, **lists})
