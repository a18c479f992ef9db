"""Low-rank adapters (LoRA, https://arxiv.org/abs/2106.09685) on a loaded model, from folders as peft
writes them: ``adapter_config.json`` and ``adapter_model.safetensors``."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import Adapter
from desktop_app.engine.hosted.folder import read_header, read_json
from desktop_app.engine.hosted.layers import HostedLinear, LowRank
from desktop_app.engine.hosted.module import HostedBase

_NAME = re.compile(r"(?:base_model\.model\.)?(.+)\.lora_(A|B)(?:\.default)?\.weight")
_FLOATS = {"F32", "F16", "BF16"}
_EXTRAS = (
    "use_dora",
    "use_qalora",
    "modules_to_save",
    "lora_bias",
    "layer_replication",
    "alora_invocation_tokens",
)
"""Settings under which an adapter is more than A and B."""


def with_adapters(model: HostedBase, adapters: Sequence[Adapter]) -> None:
    """Run ``model`` with exactly these adapters from now on, all together; none takes all off. The base
    stays as it is. What caches hold was computed with the adapters before: they are the caller's to drop.

    Raises InkhornError ``model_missing``, ``model_damaged``, and ``model_unsupported`` with ``tensor``
    where an adapter does not fit; the model then keeps those that it had."""
    layers = {
        name: module for name, module in model.module.named_modules() if isinstance(module, HostedLinear)
    }
    found: dict[str, list[LowRank]] = {}
    for adapter in adapters:
        for name, part in read_adapter(Path(adapter.path), layers).items():
            down, up = (_for_layer(tensor, layers[name], model.device) for tensor in (part.down, part.up))
            found.setdefault(name, []).append(LowRank(down, up, part.scale * adapter.scale))
    for name, layer in layers.items():
        layer.low_rank = tuple(part for part in found.get(name, ()) if part.scale)


def read_adapter(folder: Path, layers: Mapping[str, HostedLinear]) -> dict[str, LowRank]:
    """The adapter's parts by the names of the layers that they are for, each checked to fit its layer."""
    config = read_json(folder / "adapter_config.json")
    if config is None:
        raise InkhornError("model_missing", f"The adapter's adapter_config.json is not there: {folder.name}")
    _check(config)
    pairs: dict[str, dict[str, Tensor]] = {}
    for tensor_name, tensor in _read(folder / "adapter_model.safetensors").items():
        named = _NAME.fullmatch(tensor_name)
        if named is None or named.group(1) not in layers:
            raise _does_not_fit(tensor_name)
        layer, half = layers[named.group(1)], named.group(2)
        width = layer.in_features if half == "A" else layer.out_features
        if tensor.dim() != 2 or tensor.shape[1 if half == "A" else 0] != width:
            raise _does_not_fit(tensor_name)
        pairs.setdefault(named.group(1), {})[half] = tensor
    parts: dict[str, LowRank] = {}
    for name, pair in pairs.items():
        if len(pair) != 2 or pair["A"].shape[0] != pair["B"].shape[1]:
            raise _does_not_fit(f"{name}.lora_{next(iter(pair))}.weight")
        parts[name] = LowRank(pair["A"], pair["B"], _scale(config, name, pair["A"].shape[0]))
    return parts


def _check(config: Mapping[str, Any]) -> None:
    kind = config.get("peft_type")
    extras = (
        "use_dora",
        "modules_to_save",
        "lora_bias",
        "layer_replication",
        "use_qalora",
        "alora_invocation_tokens",
    )
    extra = next((name for name in extras if config.get(name)), None)
    if kind != "LORA" or extra is not None:
        raise InkhornError(
            "model_unsupported",
            f"This version cannot use adapters of this kind ({str(extra or kind)[:40]}).",
        )


def _scale(config: Mapping[str, Any], name: str, rank: int) -> float:
    """alpha / rank, or alpha / √rank (https://arxiv.org/abs/2312.03732)."""
    alpha = config.get("lora_alpha", 8)
    patterns = config.get("alpha_pattern")
    for pattern, value in patterns.items() if isinstance(patterns, dict) else ():
        if name == pattern or name.endswith(f".{pattern}"):
            alpha = value
            break
    if not isinstance(alpha, int | float):
        raise InkhornError("model_damaged", "The adapter's adapter_config.json is damaged.")
    return alpha / math.sqrt(rank) if config.get("use_rslora") else alpha / rank


def _read(path: Path) -> dict[str, Tensor]:
    if not path.is_file():
        raise InkhornError("model_missing", f"The adapter's weights are not there: {path.name}")
    for name, stored in read_header(path).items():
        if stored.dtype not in _FLOATS:
            raise _does_not_fit(name)
    try:
        with safe_open(path, framework="pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
    except (SafetensorError, OSError) as error:
        raise InkhornError("model_damaged", f"The adapter is damaged: {path.name}") from error


def _for_layer(tensor: Tensor, layer: HostedLinear, device: str) -> Tensor:
    return tensor.to(device, torch.float32 if device == "cpu" else layer.weight.dtype)


def _does_not_fit(tensor: str) -> InkhornError:
    return InkhornError(
        "model_unsupported", f"The adapter does not fit this model: {tensor[:200]}", tensor=tensor[:200]
    )
