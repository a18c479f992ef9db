"""Adapters on whatever model is loaded: the lean decoder, or one that transformers runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.core.messages import Adapter
from desktop_app.engine.adapters import with_adapters
from desktop_app.engine.decoder import Decoder
from desktop_app.engine.lora import read_lora

if TYPE_CHECKING:
    from desktop_app.engine.hosted.load import HostedModel


def use_adapters(model: Decoder | HostedModel, adapters: Sequence[Adapter]) -> Decoder | HostedModel:
    """``model`` with exactly these adapters, each times its ``scale``; a hosted model is changed in its
    place. Raises InkhornError: ``model_missing``, ``model_damaged``, ``model_unsupported``; the model then
    keeps those that it had."""
    found = [(read_lora(Path(adapter.path)), adapter.scale) for adapter in adapters]
    if isinstance(model, Decoder):
        return with_adapters(model, found)
    from desktop_app.engine.hosted.adapters import use_adapters as use_on_hosted

    use_on_hosted(model, found)
    return model
