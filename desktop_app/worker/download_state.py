"""How far a download is, as the window shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from desktop_app.core.messages import Failed

DownloadPhase = Literal["waiting", "listing", "running", "checking", "paused", "failed", "cancelled", "done"]


@dataclass(frozen=True, slots=True)
class DownloadState:
    """``id`` is ``model/variant`` of the catalogue, or ``hub:…`` for another. Bytes: ``done`` are right
    or on the disk already, ``total`` is None until the server has told; ``bytes_per_s`` is what came in
    the last seconds, None while nothing comes. A running download that waits to try again has
    ``failure`` set, with ``retry_s`` in its values; a failed one says there why."""

    id: str
    model_id: str
    variant_id: str
    name: str
    phase: DownloadPhase
    done: int = 0
    total: int | None = None
    bytes_per_s: float | None = None
    failure: Failed | None = None
