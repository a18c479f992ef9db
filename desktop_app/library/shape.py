"""The sizes of a model that is on this computer, from its own files: what memory it needs, and which adapters
fit it.

For the models of the catalogue the same figures stand there (`desktop_app.library.catalogue.Model`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from desktop_app.library.bergamot_header import BergamotHeader
from desktop_app.library.catalogue import Model

KV_BYTES = 4  # float32
UNKNOWN_CONTEXT = 4096  # tokens, for a model that does not say how many it reads
NETWORK_CONTEXT = 128  # pieces of a sentence that Mozilla's own engine does not break
_LARGEST = 1 << 48
Shapes = Mapping[str, tuple[int, ...]]
"""The tensors of a model by name."""

_LAYER = re.compile(r"\.(?:layers|h|block|blocks)\.(\d+)\.")
_SIZES = {
    **{(name, "A"): "width" for name in ("q_proj", "k_proj", "v_proj", "gate_proj", "up_proj", "c_attn")},
    **{(name, "B"): "width" for name in ("o_proj", "down_proj")},
    **{(name, "B"): "kv_width" for name in ("k_proj", "v_proj")},
    **{(name, "B"): "feed_forward" for name in ("gate_proj", "up_proj")},
    ("down_proj", "A"): "feed_forward",
}
"""Which size of a model the halves of an adapter's pairs show: A's columns, B's rows."""
_OUTPUTS = ("lm_head.weight", "embed_out.weight")


@dataclass(frozen=True, slots=True)
class Shape:
    """``parameters``, ``embeddings``, ``output_weights``, ``tied``, ``context`` and ``kv_bytes_per_token``
    mean what they mean in the catalogue. ``bits`` are 4 or 8 where most weights of the layers are packed so
    in the file, 0 where they are not, ``eight_bit_share`` the part of them that has eight.

    ``layers`` and widths are 0 where they are not known: ``width`` is the hidden state's, ``kv_width`` that
    of a key, all heads together, ``feed_forward`` that of the layer between. Of an adapter they are those of
    the model that it was made for, as far as it touches it, and ``some_layers`` that it leaves some alone."""

    parameters: int
    context: int = UNKNOWN_CONTEXT
    kv_bytes_per_token: int = 0
    embeddings: int = 0
    output_weights: int = 0
    tied: bool = False
    bits: int = 0
    eight_bit_share: float = 0.0
    layers: int = 0
    width: int = 0
    kv_width: int = 0
    feed_forward: int = 0
    some_layers: bool = False


def shape_of_config(config: Mapping[str, Any], tensors: Shapes) -> Shape:
    """Of a folder as transformers saves it. Its configuration is somebody else's: what is not a number in it
    counts as not known."""
    inner = config.get("text_config")
    get = _Numbers({**config, **inner} if isinstance(inner, dict) else config)
    layers = get("num_hidden_layers", "n_layer", "num_layers", "decoder_layers")
    width, heads = get("hidden_size", "n_embd", "d_model"), get("num_attention_heads", "n_head", "num_heads")
    head_dim = get("head_dim", "d_kv") or (width // heads if heads else 0)
    kv_width = (get("num_key_value_heads") or heads) * head_dim
    embeddings = get("vocab_size") * width
    own = any(name.endswith(_OUTPUTS) for name in tensors)
    tied = config.get("tie_word_embeddings")
    writes = _writes(config)
    return Shape(
        parameters=sum(_elements(shape) for shape in tensors.values()),
        context=get("max_position_embeddings", "n_positions", "n_ctx", "max_seq_len") or UNKNOWN_CONTEXT,
        kv_bytes_per_token=layers * 2 * kv_width * KV_BYTES if writes else 0,
        embeddings=embeddings,
        output_weights=embeddings if writes else 0,
        tied=tied if isinstance(tied, bool) else not own,
        layers=layers,
        width=width,
        kv_width=kv_width,
        feed_forward=get("intermediate_size", "n_inner", "ffn_dim", "d_ff"),
    )


def shape_of_gguf(family: str, facts: Mapping[str, Any], tensors: Shapes, packed: Mapping[int, int]) -> Shape:
    """Of a GGUF file: ``facts`` are its metadata, ``tensors`` with their dimensions in the file's own order,
    ``packed`` counts weights by the bits that they are packed to (4, 8, or 0)."""
    get = _Numbers({key.removeprefix(f"{family}."): value for key, value in facts.items()})
    layers, width = get("block_count"), get("embedding_length")
    heads = get("attention.head_count")
    head_dim = get("attention.key_length") or (width // heads if heads else 0)
    kv_width = (get("attention.head_count_kv") or heads) * head_dim
    embeddings = _elements(tensors.get("token_embd.weight", ()))
    whole = sum(packed.values())
    return Shape(
        parameters=sum(_elements(shape) for shape in tensors.values()),
        context=get("context_length") or UNKNOWN_CONTEXT,
        kv_bytes_per_token=layers * 2 * kv_width * KV_BYTES,
        embeddings=embeddings,
        output_weights=embeddings,
        tied="output.weight" not in tensors,
        bits=max(packed, key=lambda bits: packed[bits]) if packed else 0,
        eight_bit_share=packed.get(8, 0) / whole if whole else 0.0,
        layers=layers,
        width=width,
        kv_width=kv_width,
        feed_forward=get("feed_forward_length"),
    )


def shape_of_adapter(tensors: Shapes) -> Shape:
    """Of the pairs A ``[r, in]`` and B ``[out, r]`` that peft writes for each layer that is adapted."""
    layers: set[int] = set()
    sizes = {"width": 0, "kv_width": 0, "feed_forward": 0}
    for name, shape in tensors.items():
        found = _LAYER.search(name)
        layers |= {int(found[1])} if found is not None else set()
        module, _, half = name.partition(".lora_")
        place = (module.rpartition(".")[2], half[:1])
        if place in _SIZES and len(shape) == 2:
            sizes[_SIZES[place]] = shape[1] if half[:1] == "A" else shape[0]
    last = max(layers, default=-1)
    return Shape(
        parameters=sum(_elements(shape) for shape in tensors.values()),
        layers=last + 1,
        width=sizes["width"],
        kv_width=sizes["kv_width"],
        feed_forward=sizes["feed_forward"],
        some_layers=len(layers) != last + 1,
    )


def shape_of_entry(model: Model) -> Shape:
    """Of a model as the catalogue describes it."""
    return Shape(
        parameters=model.parameters,
        context=model.context,
        kv_bytes_per_token=model.kv_bytes_per_token,
        embeddings=model.embeddings,
        output_weights=model.output_weights,
        tied=model.tied,
        layers=model.layers,
        width=model.width,
        kv_width=model.kv_width,
    )


def shape_of_network(header: BergamotHeader) -> Shape:
    """Of one of Mozilla's translation networks. It needs no more memory for a longer text that is worth a
    figure."""
    tables = [item for name, item in header.items.items() if name.endswith("Wemb")]
    return Shape(
        parameters=header.parameters,
        context=NETWORK_CONTEXT,
        embeddings=sum(table.elements for table in tables),
        tied=True,
        bits=8,
        eight_bit_share=1.0,
        width=tables[0].shape[-1] if tables else 0,
    )


def shape_to_json(shape: Shape) -> dict[str, Any]:
    return asdict(shape)


def shape_from_json(raw: Any) -> Shape | None:
    """What `shape_to_json` wrote; None for anything else: it is only an aid."""
    if not isinstance(raw, dict):
        return None
    values: dict[str, Any] = {}
    for one in fields(Shape):
        value = raw.get(one.name, one.default)
        kinds = {"bool": (bool,), "float": (int, float)}.get(str(one.type), (int,))
        if type(value) not in kinds or not 0 <= value < _LARGEST:
            return None
        values[one.name] = value
    return Shape(**values)


def _elements(shape: tuple[int, ...]) -> int:
    total = 1
    for length in shape:
        total *= length
    return total if shape else 0


def _writes(config: Mapping[str, Any]) -> bool:
    """Whether the model gives every token a score, as one that continues or translates text does."""
    named = config.get("architectures")
    if not isinstance(named, list) or not named:
        return True
    return str(named[0]).endswith(("LMHeadModel", "ForCausalLM", "ForConditionalGeneration", "MTModel"))


class _Numbers:
    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def __call__(self, *names: str) -> int:
        """The first of ``names`` that is a number here, else 0."""
        for name in names:
            value = self._values.get(name)
            if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1 << 32:
                return value
        return 0
