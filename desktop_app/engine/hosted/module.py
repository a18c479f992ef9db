"""A hosted module with its weights: what all kinds of hosted models have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from desktop_app.core.messages import ModelKind


@dataclass(frozen=True, slots=True)
class Hosted:
    """``bytes`` are those of all weights; ``config`` is the folder's own ``config.json``."""

    module: Any
    folder: Path
    family: str
    kind: ModelKind
    device: str
    precision: str
    parameters: int
    bytes: int
    config: Mapping[str, Any] = field(repr=False)

    @property
    def settings(self) -> Any:
        """transformers' config object, made from the cleaned ``config``."""
        return self.module.config
