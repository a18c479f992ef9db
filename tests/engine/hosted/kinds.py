"""What the checks of a configuration and the table of hosted families make of a folder. Imports no torch."""

from __future__ import annotations

from pathlib import Path

from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import ModelKind
from desktop_app.engine.config import read_config
from desktop_app.engine.hosted.families import family_of


def hosted_kind(folder: Path) -> ModelKind | None:
    """What the model in ``folder`` does; None where it is none that can run here."""
    try:
        return family_of(read_config(folder))[1]
    except InkhornError:
        return None
