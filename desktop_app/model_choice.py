"""Which installed model is used, and how: the one place where the library and the engine's commands meet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import Load
from desktop_app.core.paths import Paths
from desktop_app.core.settings import Settings
from desktop_app.library.adapters import adapters_of
from desktop_app.library.catalogue import Catalogue, load_catalogue
from desktop_app.library.installed import list_installed
from desktop_app.library.starter_place import find_installed


@dataclass(frozen=True, slots=True)
class Choice:
    """``installed_id`` is what ``load`` loads. ``missing`` is the id of the model that the settings name
    and that is not there, or not whole; the starter takes its place."""

    load: Load
    installed_id: str
    is_starter: bool
    missing: str = ""


def load_command(paths: Paths, file: Path | None = None, threads: int = 0) -> Load:
    """How to load ``file``, or else the starter model. Raises InkhornError ``model_missing``."""
    if file is not None:
        if not file.is_file():
            raise InkhornError("model_missing", f"There is no model file at {file}.", path=str(file))
        return Load(0, str(file), str(paths.prepared), threads=threads)
    starter = load_catalogue(paths.models).starter
    found = find_installed(starter, paths)
    return Load(0, str(found), str(paths.prepared), starter.sha256, threads, starter.name)


def choose_for_chat(paths: Paths, settings: Settings, catalogue: Catalogue | None = None) -> Choice:
    """The model that ``settings.models["chat"]`` names, or else the starter. Looks at the disk. Raises
    InkhornError ``model_missing`` or ``model_damaged`` where there is nothing at all to load."""
    catalogue = catalogue or load_catalogue(paths.models)
    installed = list_installed(paths, catalogue)
    wanted = settings.models.get("chat", "")
    found = next((one for one in installed if one.id == wanted and one.state == "present"), None)
    if found is None:
        starter = catalogue.starter
        file = find_installed(starter, paths)  # or says what is the matter with it
        found = next(one for one in installed if one.path == file)
    load = Load(
        0,
        str(found.path),
        str(paths.prepared),
        sha256=found.sha256,
        threads=settings.threads,
        name=found.name,
        device=settings.device,
        precision=settings.precision,
        cache_bytes=settings.cache_megabytes << 20,
        adapters=adapters_of(settings, found.id, installed),
    )
    is_starter = found.model is not None and found.model.starter
    return Choice(load, found.id, is_starter, missing=str(wanted) if wanted and wanted != found.id else "")
