"""Low-rank adapters (LoRA, https://arxiv.org/abs/2106.09685) as files: a folder that peft wrote, checked.

``adapter_config.json``, and ``adapter_model.safetensors`` with ``base_model.model.<module>.lora_A.weight``
``[r, k]`` and ``.lora_B.weight`` ``[n, r]``, which add x·Aᵀ·Bᵀ·α/r to what ``<module>`` gives; α/√r with
rank-stabilised scaling (https://arxiv.org/abs/2312.03732). What a module is in a loaded model is not known
here: see `desktop_app.engine.adapters` and `desktop_app.engine.hosted.adapters`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from desktop_app.core.errors import InkhornError
from desktop_app.engine.folder_files import read_object
from desktop_app.engine.safetensors_folder import FLOATS, StoredTensor, read_safetensors_file

_CONFIG_BYTES = 1 << 20
_NAME = re.compile(r"(?:base_model\.model\.)?(.+)\.lora_(A|B)(?:\.default)?\.weight")
_REFUSED = (
    "use_dora",
    "use_qalora",
    "modules_to_save",
    "trainable_token_indices",
    "lora_bias",
    "layer_replication",
    "alora_invocation_tokens",
)
"""Settings of peft under which an adapter is more than A and B."""


@dataclass(frozen=True, slots=True)
class LoraPair:
    """What is added to one module: scale · (x·downᵀ)·upᵀ, with ``down`` (A) ``[r, k]`` and ``up`` (B)
    ``[n, r]`` in float32."""

    down: Tensor
    up: Tensor
    scale: float


def read_lora(folder: Path) -> dict[str, LoraPair]:
    """The adapter in ``folder``, by the names that its modules had when it was made. Raises InkhornError:
    ``model_missing``, ``model_damaged``, ``model_unsupported``."""
    config = read_object(folder, "adapter_config.json", _CONFIG_BYTES)
    if config is None:
        raise InkhornError("model_missing", f"The adapter is not there: {folder.name}")
    _check_config(config)
    halves_of = _halves(read_safetensors_file(folder / "adapter_model.safetensors"))
    pairs = {}
    for module, halves in halves_of.items():
        down, up = halves.get("A"), halves.get("B")
        if down is None or up is None or len(down.shape) != 2 or up.shape[1:] != down.shape[:1]:
            raise does_not_fit(next(iter(halves.values())).name)
        scale = _scale(config, module, down.shape[0])
        pairs[module] = LoraPair(_float32(down), _float32(up), scale)
    if not pairs:
        raise unusable("it holds nothing")
    return pairs


def does_not_fit(tensor: str) -> InkhornError:
    """The error for an adapter whose ``tensor`` has no place in the model, or none of its size."""
    shown = tensor[:200]
    return InkhornError(
        "model_unsupported",
        f"The adapter does not fit this model: {shown}",
        reason="adapter_misfit",
        tensor=shown,
    )


def unusable(why: str) -> InkhornError:
    """The error for an adapter that is of a kind not known here."""
    return InkhornError(
        "model_unsupported", f"This adapter cannot be used: {why}.", reason="adapter_misfit", why=why
    )


def _check_config(config: Mapping[str, Any]) -> None:
    kind = str(config.get("peft_type", "LORA"))
    if kind.upper() != "LORA":
        raise unusable(f"its kind is {kind[:40]!r}")
    for key in _REFUSED:
        if config.get(key):
            raise unusable(f"it uses {key}")
    if config.get("bias", "none") != "none":
        raise unusable("it changes biases")


def _halves(tensors: Mapping[str, StoredTensor]) -> dict[str, dict[str, StoredTensor]]:
    """The tensors by module and then by half, "A" or "B"."""
    found: dict[str, dict[str, StoredTensor]] = {}
    for name, tensor in tensors.items():
        match = _NAME.fullmatch(name)
        if match is None or tensor.dtype not in FLOATS:
            raise does_not_fit(name)
        found.setdefault(match[1], {})[match[2]] = tensor
    return found


def _scale(config: Mapping[str, Any], module: str, rank: int) -> float:
    if _own(config, module, "rank_pattern", "r") != rank:
        raise unusable(f"its rank is not that of its tensors for {module[:80]}")
    alpha = _own(config, module, "alpha_pattern", "lora_alpha")
    return alpha / math.sqrt(rank) if config.get("use_rslora") else alpha / rank


def _own(config: Mapping[str, Any], module: str, patterns: str, default: str) -> float:
    """The number that ``patterns`` has for ``module``, or else the one that holds for all. peft matches
    regular expressions with the end of a module's name; only plain names are taken for it here."""
    everywhere = _positive(config.get(default), default)
    table = config.get(patterns) or {}
    if not isinstance(table, dict):
        raise unusable(f"its {patterns} is no table")
    for pattern, value in table.items():
        plain = pattern.removeprefix("^")
        if module == plain or module.endswith(f".{plain}"):
            return _positive(value, patterns)
    if any(re.search(r"[\\*+?\[\](){}|$]", pattern) for pattern in table):
        raise unusable(f"its {patterns} is not plain names")
    return everywhere


def _positive(value: Any, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e6:
        raise unusable(f"its {what} is missing or no number")
    return float(value)


def _float32(tensor: StoredTensor) -> Tensor:
    return torch.from_numpy(tensor.float32())
