"""Take a model that the user already has: a GGUF file, the folder of a model, or an adapter's."""

from __future__ import annotations

import os
import re
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path

from desktop_app.core.errors import InkhornError, kind_of_os_error
from desktop_app.core.paths import Paths
from desktop_app.library.catalogue import Catalogue, Model, WheelSource, load_catalogue
from desktop_app.library.copying import Copier
from desktop_app.library.entries import Installed, look_into
from desktop_app.library.found import Found, source_of_adapter
from desktop_app.library.inspecting import inspect
from desktop_app.library.installed import list_installed
from desktop_app.library.manifest import Manifest, StoredFile, write_manifest
from desktop_app.library.regular import require_regular
from desktop_app.library.room import require_room
from desktop_app.library.verify import Told

__all__ = ["Found", "import_model", "inspect"]

UNFINISHED = ".import-"


def import_model(
    found: Found,
    paths: Paths,
    told: Told | None = None,
    stopped: Callable[[], bool] = lambda: False,
    copy: bool = True,
    catalogue: Catalogue | None = None,
) -> Installed:
    """Take what `inspect` found into the user's models, and return how it is installed now. What is there
    already, by hash, is returned as it is. With ``copy`` False only its place is noted.

    Works in a folder of its own that gets its name at the end, so an interruption leaves nothing that is
    listed. Raises `InkhornError` (``disk_full`` before anything is written where it is known,
    ``cancelled``, ``read_only``, ``bad_file`` for a folder inside the library itself, and for one of links
    that is to stay where it is).
    """
    catalogue = catalogue or load_catalogue(paths.models)
    if _is_inside(found.path, paths.user_models):
        message = f"{found.path} is in the library already."
        raise InkhornError("bad_file", message, reason="already", name=found.name, path=str(found.path))
    if found.has_links and not copy:
        message = f"{found.name} is made of links and has to be copied: the engine follows none."
        raise InkhornError("bad_file", message, reason="linked", path=str(found.path))
    root = found.path if found.path.is_dir() else found.path.parent
    require_regular(root, found.files)  # some time has gone by since it was looked at
    there = list_installed(paths, catalogue)
    twin = _twin_by_size(found, root, there)
    hashed: tuple[StoredFile, ...] = ()
    if twin or not copy:
        # A copy of gigabytes that turns out to be there already would be for nothing: hash first.
        reader = Copier(found.bytes, told, stopped)
        hashed = tuple(reader.hash(root / name, name) for name in found.files)
        for entry in twin:
            if _content(entry.files) == _content(hashed):
                return entry
    folder = paths.user_models / f"{UNFINISHED}{uuid.uuid4().hex}"
    try:
        folder.mkdir(parents=True)
        files = hashed if not copy else _copy(found, root, folder, paths, told, stopped)
        write_manifest(folder, _manifest(found, files, catalogue, copy))
        target = _free_name(paths.user_models, found.name, {entry.id for entry in there})
        os.replace(folder, target)
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, OSError):
            message = f"{found.name} could not be taken in: {error.strerror or error}."
            raise InkhornError(kind_of_os_error(error), message, path=str(folder)) from error
        raise
    installed = look_into(target, catalogue)
    assert installed is not None  # its model.json has just been written
    return installed


def _copy(
    found: Found,
    root: Path,
    folder: Path,
    paths: Paths,
    told: Told | None,
    stopped: Callable[[], bool],
) -> tuple[StoredFile, ...]:
    here = os.stat(folder).st_dev
    if any(os.stat(root / name).st_dev != here for name in found.files):  # links may lead to another disk
        require_room(paths.user_models, found.bytes, found.name)
    copier = Copier(found.bytes, told, stopped)
    return tuple(copier.take(root / name, folder / name, name) for name in found.files)


def _manifest(found: Found, files: tuple[StoredFile, ...], catalogue: Catalogue, copy: bool) -> Manifest:
    single = found.format == "gguf"
    telling = (single and len(files) == 1) or found.format == "bergamot"  # by its first file
    known = _known(files[0], catalogue) if telling else None
    model, variant = known or (None, "")
    source = {"kind": "file", "path": str(found.path), **source_of_adapter(found)}
    return Manifest(
        name=model.name if model else found.name,
        kind=found.kind,
        origin="import" if copy else "link",
        files=files,
        main=found.files[0] if single else "",
        model_id=model.id if model else "",
        variant=variant,
        family=found.family,
        licence=model.licence if model else found.licence,
        tasks=model.tasks if model else found.tasks,
        source=source,
        place="" if copy else str(found.path.absolute()),
        shape=found.shape,
    )


def _known(file: StoredFile, catalogue: Catalogue) -> tuple[Model, str] | None:
    """The entry of the catalogue whose file this is, by hash."""
    for model in catalogue.models:
        for variant in model.variants:
            if isinstance(variant.source, WheelSource):
                hashes = {member.file.sha256 for member in variant.source.members}
                if file.sha256 in hashes:
                    return model, variant.id
    return None


def _twin_by_size(found: Found, root: Path, entries: tuple[Installed, ...]) -> tuple[Installed, ...]:
    """What may be the same: it has weights of just these sizes."""
    sizes = sorted((root / name).stat().st_size for name in found.files if _is_weight(name))
    return tuple(
        entry
        for entry in entries
        if entry.state == "present"
        and entry.kind == found.kind
        and sorted(file.size for file in entry.files if _is_weight(file.name)) == sizes
    )


def _content(files: tuple[StoredFile, ...]) -> set[str]:
    """What makes a model this one and no other; the words about it do not."""
    about = ("README", "LICENSE", "LICENCE", "NOTICE")
    return {file.sha256 for file in files if not file.name.startswith(about)}


def _is_weight(name: str) -> bool:
    return name.endswith((".gguf", ".safetensors", ".bin"))


def _is_inside(path: Path, folder: Path) -> bool:
    return os.path.realpath(path).startswith(os.path.realpath(folder) + os.sep)


def _free_name(folder: Path, name: str, taken: set[str]) -> Path:
    """A folder's name that every system takes, made from the model's; not one of the ids that are
    ``taken``, of which the starter's has no folder here."""
    stem = re.sub(r"[^\w.-]+", "-", name).strip("-. ")[:80] or "model"
    path, number = folder / stem, 1
    while path.exists() or path.name in taken:
        number += 1
        path = folder / f"{stem}-{number}"
    return path
