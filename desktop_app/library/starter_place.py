"""Where the file of the starter model is: what came with the app, or what was fetched."""

from __future__ import annotations

from pathlib import Path

from desktop_app.core.errors import InkhornError
from desktop_app.core.paths import Paths
from desktop_app.library.catalogue import Model
from desktop_app.library.entries import folder_name


def places(model: Model, paths: Paths) -> tuple[Path, ...]:
    """Where the file of a model in a wheel may be, in the order of choice."""
    own = paths.user_models
    variant = model.variants[0].id
    return (
        paths.models / "starter" / model.file.name,
        own / folder_name(model.id, variant) / model.file.name,
        own / model.id / model.file.name,
    )


def find_installed(model: Model, paths: Paths) -> Path:
    """The file of the starter model, if a quick look (its size) finds nothing wrong.

    Raises `InkhornError` of kind ``model_missing`` or ``model_damaged``.
    """
    wrong: tuple[Path, int] | None = None
    for path in places(model, paths):
        try:
            size = path.stat().st_size
        except OSError:
            continue
        if size == model.file.size:
            return path
        wrong = wrong or (path, size)
    if wrong is None:
        message = f"The model {model.name} is not on this computer."
        raise InkhornError("model_missing", message, model=model.id)
    path, size = wrong
    message = (
        f"The file of the model {model.name} is damaged: it has {size:,} bytes instead of "
        f"{model.file.size:,} ({path})."
    )
    raise InkhornError("model_damaged", message, model=model.id, path=str(path))
