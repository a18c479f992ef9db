"""Which models of the catalogue are on this computer, and whether their files look right."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from desktop_app.core.errors import InkhornError
from desktop_app.core.paths import Paths
from desktop_app.library.catalogue import Model
from desktop_app.library.verify import Told, check

State = Literal["present", "missing", "wrong_size"]


@dataclass(frozen=True, slots=True)
class Installed:
    """What a look at the disk says. ``path`` is the file that is used, or the wrong one, or where it
    would be; ``bundled`` is true for the file that came with the app."""

    model: Model
    state: State
    path: Path
    bundled: bool

    @property
    def usable(self) -> bool:
        return self.state == "present"


def places(model: Model, paths: Paths) -> tuple[tuple[Path, bool], ...]:
    """Where the model's file may be, in the order of choice, each with whether it came with the app."""
    bundled = paths.models / "starter" / model.file.name
    own = paths.user_models / model.id / model.file.name
    return ((bundled, True), (own, False))


def look_up(model: Model, paths: Paths) -> Installed:
    """A quick look, by size alone: the first file that has the right one."""
    wrong: Installed | None = None
    for path, bundled in places(model, paths):
        try:
            size = path.stat().st_size
        except OSError:
            continue
        if size == model.file.size:
            return Installed(model, "present", path, bundled)
        wrong = wrong or Installed(model, "wrong_size", path, bundled)
    own, bundled = places(model, paths)[-1]
    return wrong or Installed(model, "missing", own, bundled)


def find_installed(model: Model, paths: Paths) -> Path:
    """The model's file, if a quick look finds nothing wrong.

    Raises `InkhornError` of kind ``model_missing`` or ``model_damaged``.
    """
    found = look_up(model, paths)
    if found.state == "missing":
        raise InkhornError(
            "model_missing", f"The model {model.name} is not on this computer.", model=model.id
        )
    if found.state == "wrong_size":
        size = found.path.stat().st_size
        message = (
            f"The file of the model {model.name} is damaged: it has {size:,} bytes instead of "
            f"{model.file.size:,} ({found.path})."
        )
        raise InkhornError("model_damaged", message, model=model.id, path=str(found.path))
    return found.path


def verify_installed(model: Model, paths: Paths, told: Told | None = None) -> Path:
    """The model's file after a look at each of its bytes. Raises as `find_installed` does."""
    path = find_installed(model, paths)
    check(path, model.file, told)
    return path
