"""Adapters on whatever model is loaded: the lean decoder, or one that transformers runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import Adapter
from desktop_app.engine.adapters import read_adapter, with_adapters
from desktop_app.engine.decoder import Decoder
from desktop_app.engine.folder_files import read_object
from desktop_app.engine.safetensors_folder import SafetensorsFile, read_safetensors_file

if TYPE_CHECKING:
    from desktop_app.engine.hosted.load import HostedModel

_MAX_CONFIG = 1 << 20


def use_adapters(model: Decoder | HostedModel, adapters: Sequence[Adapter]) -> Decoder | HostedModel:
    """``model`` with exactly these adapters. Raises InkhornError: ``model_missing``, ``model_damaged``,
    ``model_unsupported``; it then keeps those that it had."""
    if not isinstance(model, Decoder):
        from desktop_app.engine.hosted.adapters import with_adapters as with_hosted_adapters

        with_hosted_adapters(model, adapters)
        return model
    found = []
    for adapter in adapters:
        folder = Path(adapter.path)
        config = read_object(folder, "adapter_config.json", _MAX_CONFIG)
        if config is None:
            raise InkhornError("model_missing", f"The adapter is not there: {folder.name}")
        file = read_safetensors_file(folder / "adapter_model.safetensors")

        def load(name: str, file: SafetensorsFile = file) -> Tensor:
            return torch.from_numpy(file.float32(name))

        found.append((read_adapter(config, list(file.tensors), load), adapter.scale))
    return with_adapters(model, found)
