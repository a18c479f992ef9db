"""Adapters on whatever model is loaded: the lean decoder, or one that transformers runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.core.messages import Adapter
from desktop_app.engine.adapters import with_adapters
from desktop_app.engine.decoder import Decoder
from desktop_app.engine.lora import read_lora
from desktop_app.engine.refusals import unsupported

if TYPE_CHECKING:
    from desktop_app.engine.model import Model


def use_adapters(model: Model, adapters: Sequence[Adapter]) -> Model:
    """``model`` with exactly these adapters, each times its ``scale``; a hosted model is changed in its
    place. Raises InkhornError: ``model_missing``, ``model_damaged``, ``model_unsupported``; the model then
    keeps those that it had."""
    from desktop_app.engine.bergamot.translator import BergamotTranslator
    from desktop_app.engine.translation.pivot import Pivot

    if isinstance(model, BergamotTranslator | Pivot):
        if adapters:
            raise unsupported("there are no adapters for Mozilla's translation networks")
        return model
    found = [(read_lora(Path(adapter.path)), adapter.scale) for adapter in adapters]
    if isinstance(model, Decoder):
        return with_adapters(model, found)
    from desktop_app.engine.hosted.adapters import use_adapters as use_on_hosted

    use_on_hosted(model, found)
    return model
