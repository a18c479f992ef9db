"""``config.json`` of a model's folder, checked before anything believes it.

`transformers` builds what a configuration says, fetches code that it names, and loads the packages that its
quantisation asks for. So only known kinds of model pass, with sizes that a model can have, and nothing
that brings code along.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from desktop_app.core.errors import InkhornError
from desktop_app.engine.folder_files import damaged_file, read_object
from desktop_app.library.families import FAMILIES

KNOWN = frozenset(FAMILIES)
"""Values of ``model_type`` that are let through: what the engine runs, by one of its two ways."""

_PARTS = frozenset(("siglip_vision_model", ""))
"""Parts that a config describes beside the one of the words, and that are not run here; "" is what older
versions of transformers wrote for parts without a name of their own."""

MAX_BYTES = 4 << 20
MAX_DEPTH = 8
MAX_VALUES = 200_000
MAX_STRING = 64 << 10

_LIMITS: dict[str, int] = {
    **dict.fromkeys(("num_hidden_layers", "n_layer", "num_layers", "n_layers"), 1024),
    **dict.fromkeys(("encoder_layers", "decoder_layers", "num_decoder_layers"), 1024),
    **dict.fromkeys(("hidden_size", "n_embd", "d_model", "dim", "embedding_size"), 1 << 17),
    **dict.fromkeys(("intermediate_size", "n_inner", "d_ff", "hidden_dim"), 1 << 20),
    **dict.fromkeys(("encoder_ffn_dim", "decoder_ffn_dim", "ffn_dim"), 1 << 20),
    **dict.fromkeys(("num_attention_heads", "n_head", "num_heads", "n_heads"), 4096),
    **dict.fromkeys(("num_key_value_heads", "encoder_attention_heads", "decoder_attention_heads"), 4096),
    **dict.fromkeys(("head_dim", "d_kv"), 1 << 14),
    **dict.fromkeys(("num_experts", "num_local_experts"), 4096),
    **dict.fromkeys(("vocab_size", "decoder_vocab_size"), 1 << 22),
    **dict.fromkeys(("max_position_embeddings", "n_positions", "n_ctx"), 1 << 28),
    "type_vocab_size": 1 << 16,
}
"""The largest whole number that each field may hold; the least is 1, or 0 for types of tokens."""

_FOREIGN_CODE = frozenset(
    ("auto_map", "trust_remote_code", "custom_pipelines", "kernel_config", "use_kernels")
)
_ATTENTION = (None, "eager", "sdpa", "flash_attention_2")
"""transformers takes another name for the address of a kernel and fetches it."""


def read_config(folder: Path) -> dict[str, Any]:
    """The checked ``config.json`` in ``folder``. Raises InkhornError: ``model_missing`` where there is none,
    ``model_damaged``, ``model_unsupported``."""
    config = _read(folder)
    check_config(config)
    return config


def read_hosted_config(folder: Path) -> dict[str, Any]:
    """As `read_config`, but without a look at kinds, sizes and code: `desktop_app.engine.hosted.build` hands
    on only what the family's own settings declare, and has limits of its own. Quantised weights are
    refused, because there is no reader for them."""
    config = _read(folder)
    for _ in _values(config):  # raises beyond the limits
        pass
    _check_quantisation(config.get("quantization_config"))
    return config


def _read(folder: Path) -> dict[str, Any]:
    config = read_object(folder, "config.json", MAX_BYTES)
    if config is None:
        raise InkhornError("model_missing", "The model's folder has no config.json.")
    return config


def check_config(config: dict[str, Any]) -> None:
    """Raises InkhornError: ``model_unsupported`` for a kind of model not known here or one with code of its
    own, ``model_damaged`` for numbers that no model has."""
    kind = config.get("model_type")
    if not isinstance(kind, str) or kind not in KNOWN:
        raise _unsupported("model_type", f"is {str(kind)[:40]!r}, which is not known here")
    for here, name, value in _values(config):
        _check_code(name, value)
        _check_kind(here, name, value)
        if name in _LIMITS and isinstance(here, dict):
            _check_size(name, value)


def _values(config: dict[str, Any]) -> Iterator[tuple[Any, str, Any]]:
    """Every value, at any depth, with its name and what holds it; the members of a list are called "".
    Raises InkhornError ``model_damaged`` where there are more, deeper or longer ones than models have."""
    for number, (here, name, value) in enumerate(_walk(config, 0)):
        if number > MAX_VALUES:
            raise damaged_file("config.json", "it holds too many values")
        if isinstance(value, str) and len(value) > MAX_STRING:
            raise damaged_file("config.json", f"its {name[:80]} is too long")
        yield here, name, value


def _walk(held: Any, depth: int) -> Iterator[tuple[Any, str, Any]]:
    if depth > MAX_DEPTH:
        raise damaged_file("config.json", "it is nested too deeply")
    for name, value in held.items() if isinstance(held, dict) else (("", member) for member in held):
        yield held, name, value
        if isinstance(value, dict | list):
            yield from _walk(value, depth + 1)


def _check_code(name: str, value: Any) -> None:
    if name in _FOREIGN_CODE and value:
        raise _unsupported(name, "asks for code that comes with the model; only models without any run here")
    if name == "quantization_config":
        _check_quantisation(value)
    if name.endswith("attn_implementation") and not isinstance(value, dict) and value not in _ATTENTION:
        raise _unsupported(name, f"is {str(value)[:40]!r}, which is not known here")


def _check_quantisation(value: Any) -> None:
    """Empty or not: transformers takes the field's presence for quantised weights."""
    if value is not None:
        method = value.get("quant_method") if isinstance(value, dict) else value
        why = f"asks for {str(method)[:40]!r}, which needs another program's code"
        raise _unsupported("quantization_config", why)


def _check_kind(here: Any, name: str, value: Any) -> None:
    known = isinstance(value, str) and value in KNOWN | _PARTS
    if name == "model_type" and isinstance(here, dict) and not known:
        raise _unsupported(name, f"is {str(value)[:40]!r} in one part, which is not known here")


def _check_size(name: str, value: Any) -> None:
    if value is None or (isinstance(value, list) and all(isinstance(member, int) for member in value)):
        return
    least = 0 if name == "type_vocab_size" else 1
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= _LIMITS[name]:
        shown = str(value)[:40]
        raise damaged_file("config.json", f"its {name} is {shown}, and can be {least} to {_LIMITS[name]}")


def _unsupported(field: str, why: str) -> InkhornError:
    message = f"This version cannot run this model: its {field} {why}."
    return InkhornError("model_unsupported", message, field=field, why=why)
