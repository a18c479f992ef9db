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
from desktop_app.library.importing import inspect
from desktop_app.library.installed import Installed, find_by_id, list_installed
from desktop_app.library.starter_place import find_installed


@dataclass(frozen=True, slots=True)
class Choice:
    """``installed_id`` is what ``load`` loads. ``missing`` is the id of the model that the settings name
    and that is not there, or not whole; the starter takes its place."""

    load: Load
    installed_id: str
    is_starter: bool
    missing: str = ""


def load_command(paths: Paths, wanted: str = "") -> Load:
    """How to load the starter model, or ``wanted``: the id or name of an installed model, or else the path
    of a GGUF file or of a folder with safetensors. Raises InkhornError: ``model_missing`` that says what is
    installed, ``model_damaged``, ``model_unsupported``, ``wrong_kind``."""
    catalogue = load_catalogue(paths.models)
    if not wanted:
        starter = _starter(paths, catalogue, list_installed(paths, catalogue))
        return Load(0, str(starter.path), str(paths.prepared), starter.sha256, name=starter.name)
    entry = _installed(paths, catalogue, wanted)
    if entry is not None:
        _require_model(entry.name, entry.kind)
        if entry.state != "present":
            message = f"The model {entry.name} is {entry.state}. Get it again, or choose another one."
            raise InkhornError("model_damaged", message, model=entry.id)
        return Load(0, str(entry.path), str(paths.prepared), entry.sha256, name=entry.name)
    seen = inspect(Path(wanted).absolute())
    _require_model(seen.name, seen.kind)
    return Load(0, str(seen.path), str(paths.prepared))


def _installed(paths: Paths, catalogue: Catalogue, wanted: str) -> Installed | None:
    """None where ``wanted`` is a path. By id first: names need not be unique."""
    try:
        return find_by_id(paths, catalogue, wanted)
    except InkhornError:
        entries = list_installed(paths, catalogue)
    named = [entry for entry in entries if entry.name.casefold() == wanted.casefold()]
    if len(named) == 1:
        return named[0]
    if named:
        ids = ", ".join(entry.id for entry in named)
        raise InkhornError("model_missing", f"Several models are called “{wanted}”: take one of {ids}.")
    if Path(wanted).exists():
        return None
    there = ", ".join(entry.id for entry in entries if entry.kind == "model") or "none"
    message = f"There is no installed model and no file “{wanted}”. Installed: {there}."
    raise InkhornError("model_missing", message, model=wanted)


def _require_model(name: str, kind: str) -> None:
    if kind != "model":
        message = f"{name} is an adapter: it changes a model, and cannot answer without one."
        raise InkhornError("wrong_kind", message)


def choose_for_chat(paths: Paths, settings: Settings, catalogue: Catalogue | None = None) -> Choice:
    """The model that ``settings.models["chat"]`` names, or else the starter. Looks at the disk. Raises
    InkhornError ``model_missing`` or ``model_damaged`` where there is nothing at all to load."""
    catalogue = catalogue or load_catalogue(paths.models)
    installed = list_installed(paths, catalogue)
    wanted = settings.models.get("chat", "")
    found = next((one for one in installed if one.id == wanted and one.state == "present"), None)
    if found is None:
        found = _starter(paths, catalogue, installed)
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


def _starter(paths: Paths, catalogue: Catalogue, installed: tuple[Installed, ...]) -> Installed:
    """What came with the app, or the same file got again or added by the user. Raises as `find_installed`."""
    sha256 = catalogue.starter.sha256
    found = next((one for one in installed if one.sha256 == sha256 and one.state == "present"), None)
    if found is None:
        file = find_installed(catalogue.starter, paths)
        found = next(one for one in installed if one.path == file)
    return found
