"""A transformers module without its weights, from a config that has been cleaned.

Nothing of a config reaches transformers but the fields that the family's own config class declares: no
``auto_map``, no kernels by name (``attn_implementation`` may name code to download), no quantiser.
"""

from __future__ import annotations

import dataclasses
import importlib
import logging
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import ModelKind
from desktop_app.engine.hosted.families import HostedFamily

_FORBIDDEN = {"architectures", "dtype", "transformers_version", "output_hidden_states", "return_dict"}
_FORBIDDEN |= {"torch_dtype", "auto_map", "quantization_config", "chunk_size_feed_forward"}
_OLDER = {"rope_scaling", "rope_theta", "partial_rotary_factor", "rotary_pct", "rotary_emb_base", "n_embed"}
_OLDER |= {"global_attn_every_n_layers", "global_rope_theta", "local_rope_theta", "pooler_hidden_size"}
_OLDER |= {"num_labels", "tie_word_embeddings"}
"""Not fields, but read where a config class takes over what older versions wrote."""
_UNDECLARED = {"head_dim", "sliding_window_pattern", "embedding_size", "attention_head_size"}
_UNDECLARED |= {"position_buckets", "norm_rel_ebd", "share_att_key"}
_UNDECLARED |= {"conv_kernel_size", "conv_groups", "conv_act"}
"""Not fields either, but modules look for them (DeBERTa's most of all)."""
_EXACT = {"pretraining_tp": 1, "use_cache": True, "slow_but_exact": False}
_LARGEST = 1 << 31
_BUFFER_BYTES = 1 << 30
"""Of tables that are computed rather than loaded: positions, masks."""


def build(family: HostedFamily, kind: ModelKind, config: Mapping[str, Any], tensors: int) -> nn.Module:
    """The module of ``family`` for ``kind``: parameters on the meta device, tables that are computed in
    their place. ``tensors`` is how many the files hold: there are not more layers than that.

    Raises InkhornError ``model_damaged`` where the config makes no model."""
    _quiet()
    module = importlib.import_module(f"transformers.models.{family.module}.modeling_{family.module}")
    settings = importlib.import_module(f"transformers.models.{family.module}.configuration_{family.module}")
    model_class, config_class = getattr(module, family.heads[kind]), getattr(settings, family.config)
    try:
        made = config_class(**clean_config(config, config_class, tensors))
        if getattr(made, "attn_logit_softcapping", None) is not None:
            made._attn_implementation = "eager"  # the others leave it out
        with torch.device("meta"):
            model: nn.Module = model_class(made)
    except InkhornError:
        raise
    except Exception as error:
        raise InkhornError(
            "model_damaged", f"The model's config.json makes no model ({type(error).__name__})."
        ) from error
    _compute_tables(model)
    return model.eval().requires_grad_(False)


def clean_config(config: Mapping[str, Any], config_class: Any, tensors: int) -> dict[str, Any]:
    """What of ``config`` the class declares. Raises InkhornError ``model_damaged`` for sizes that no model
    has: a module of 10⁹ layers would not come to an end."""
    allowed = {field.name for field in dataclasses.fields(config_class)} | set(config_class.attribute_map)
    allowed = {name for name in allowed if not name.startswith("_") and "implementation" not in name}
    kept = {name: config[name] for name in (allowed - _FORBIDDEN) | _OLDER | _UNDECLARED if name in config}
    for name, value in _flat(kept):
        if isinstance(value, int) and abs(value) > _LARGEST:
            raise InkhornError("model_damaged", f"The model's config.json asks for the impossible: {name}")
        if "layer" in name and isinstance(value, int) and not 0 <= value <= max(tensors, 64):
            raise InkhornError("model_damaged", f"The model's config.json has impossible layers: {name}")
    kept.update({name: value for name, value in _EXACT.items() if name in kept})
    return kept


def _flat(values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in values.items():
        if isinstance(value, Mapping):
            found += [(f"{name}.{inner}", held) for inner, held in _flat(value)]
        elif isinstance(value, list):
            found += [(name, held) for held in value]
        else:
            found.append((name, value))
    return found


def _compute_tables(model: Any) -> None:
    """Buffers, and parameters that are computed (sinusoidal positions), get memory and their values, by
    the modules' own code for that."""
    from transformers.initialization import no_tie_weights

    tables: list[tuple[nn.Module, str, Tensor]] = []
    for module in model.modules():
        tables += [(module, name, held) for name, held in module._buffers.items() if held is not None]
        if is_sinusoidal(module):
            tables.append((module, "weight", module.weight))
    if sum(table.nbytes for _, _, table in tables) > _BUFFER_BYTES:
        raise InkhornError("model_damaged", "The model's config.json asks for impossible sizes.")
    for module, name, held in tables:
        empty = torch.zeros_like(held, device="cpu")
        if name in module._buffers:
            module._buffers[name] = empty
        else:
            setattr(module, name, nn.Parameter(empty, requires_grad=False))
    with torch.no_grad(), no_tie_weights():
        model.initialize_weights()


def is_sinusoidal(module: nn.Module) -> bool:
    """Whether the module's weight is computed: files do not hold it, or need not."""
    return "Sinusoidal" in type(module).__name__ and isinstance(getattr(module, "weight", None), Tensor)


def _quiet() -> None:
    """transformers draws progress bars and gives advice on standard error: nobody reads it there."""
    from transformers.utils import logging as theirs

    theirs.set_verbosity(logging.CRITICAL)
    theirs.disable_progress_bar()  # type: ignore[no-untyped-call]
