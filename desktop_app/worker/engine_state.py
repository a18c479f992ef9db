"""What the engine is doing, as the window shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from desktop_app.core.messages import Failed, ModelInfo

Phase = Literal["starting", "loading", "ready", "busy", "unloaded", "restarting", "failed", "stopped"]
"""``unloaded``: the engine runs, and loads the model again when it is asked for something."""


@dataclass(frozen=True, slots=True)
class EngineState:
    """What the status line shows. ``failed`` carries why, and stays until `EngineThread.retry`."""

    phase: Phase
    model: ModelInfo | None = None
    stage: str = ""
    fraction: float | None = None
    failure: Failed | None = None
