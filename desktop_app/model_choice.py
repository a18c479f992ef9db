"""Which installed model is used, and how: the one place where the library and the engine's commands meet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import Adapter, Load
from desktop_app.core.paths import Paths
from desktop_app.core.settings import Settings
from desktop_app.library.catalogue import Catalogue, load_catalogue
from desktop_app.library.installed import Installed, list_installed
from desktop_app.library.starter_place import find_installed

STRONGEST = 1.5  # the most that an adapter can be turned up to


@dataclass(frozen=True, slots=True)
class Choice:
    """``installed_id`` is what ``load`` loads. ``missing`` is the id of the model that the settings name
    and that is not there, or not whole; the starter takes its place."""

    load: Load
    installed_id: str
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
    return Choice(load, found.id, missing=str(wanted) if wanted and wanted != found.id else "")


def adapters_of(
    settings: Settings, base_id: str, installed: tuple[Installed, ...]
) -> tuple[Adapter, ...]:
    """The adapters that are switched on for ``base_id``; those that are gone are left out."""
    chosen = kept_adapters(settings, base_id)
    return tuple(
        Adapter(str(one.path), _scale(value))
        for one in installed
        if one.kind == "adapter"
        and one.state == "present"
        and isinstance(value := chosen.get(one.id), dict)
        and value.get("on")
    )


def kept_adapters(settings: Settings, base_id: str) -> dict[str, object]:
    """What the settings say of adapters for ``base_id``: ``{id: {"on": bool, "scale": float}}``. They
    come from a file that people can edit."""
    of_all = settings.models.get("adapters")
    of_base = of_all.get(base_id) if isinstance(of_all, dict) else None
    return of_base if isinstance(of_base, dict) else {}


def with_adapter(settings: Settings, base_id: str, adapter_id: str, on: bool, scale: float) -> dict[str, object]:
    """``settings.models`` with one adapter of ``base_id`` set."""
    of_all = settings.models.get("adapters")
    of_all = dict(of_all) if isinstance(of_all, dict) else {}
    of_all[base_id] = {**kept_adapters(settings, base_id), adapter_id: {"on": on, "scale": scale}}
    return {**settings.models, "adapters": of_all}


def _scale(value: dict[str, object]) -> float:
    scale = value.get("scale", 1.0)
    return min(STRONGEST, max(0.0, float(scale))) if isinstance(scale, int | float) else 1.0
