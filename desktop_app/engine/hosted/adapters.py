"""Low-rank adapters (`desktop_app.engine.lora`) on a model that transformers runs, layer by layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch

from desktop_app.engine.hosted.layers import HostedLinear
from desktop_app.engine.hosted.module import HostedBase
from desktop_app.engine.lora import LoraPair, does_not_fit


def use_adapters(model: HostedBase, adapters: Sequence[tuple[Mapping[str, LoraPair], float]]) -> None:
    """Run ``model`` with exactly these adapters from now on, all together, each times its strength; none
    takes all off. The base stays as it is. What caches hold was computed with the adapters before: they are
    the caller's to drop.

    Raises InkhornError ``model_unsupported`` with ``tensor`` where an adapter does not fit; the model then
    keeps those that it had."""
    layers = {
        name: module for name, module in model.module.named_modules() if isinstance(module, HostedLinear)
    }
    found: dict[str, list[LoraPair]] = {}
    for pairs, strength in adapters:
        for name, pair in pairs.items():
            layer = layers.get(name)
            if layer is None or pair.down.shape[1] != layer.in_features:
                raise does_not_fit(f"{name}.lora_A.weight")
            if pair.up.shape[0] != layer.out_features:
                raise does_not_fit(f"{name}.lora_B.weight")
            if strength * pair.scale:
                found.setdefault(name, []).append(_for_layer(pair, strength, layer, model.device))
    for name, layer in layers.items():
        layer.low_rank = tuple(found.get(name, ()))


def _for_layer(pair: LoraPair, strength: float, layer: HostedLinear, device: str) -> LoraPair:
    dtype = torch.float32 if device == "cpu" else layer.weight.dtype
    return LoraPair(pair.down.to(device, dtype), pair.up.to(device, dtype), pair.scale * strength)
