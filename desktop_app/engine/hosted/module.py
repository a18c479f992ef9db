"""A hosted module with its weights: what all kinds of hosted models have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from desktop_app.core.messages import ModelKind
from desktop_app.engine.hosted.watch import Watch


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


class HostedBase:
    """The facts that each kind of model tells of itself."""

    labels: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()

    def __init__(self, hosted: Hosted) -> None:
        self.module, self.folder, self.config = hosted.module, hosted.folder, hosted.config
        self.family, self.kind, self.device = hosted.family, hosted.kind, hosted.device
        self.precision, self.parameters, self.bytes = hosted.precision, hosted.parameters, hosted.bytes
        self.settings = hosted.module.config
        """transformers' config object, made from the cleaned ``config``."""
        self._watch = Watch(hosted.module)
