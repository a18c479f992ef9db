"""Which models are on this computer, what room they take, and how one goes again."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from desktop_app.core.errors import InkhornError, kind_of_os_error
from desktop_app.core.paths import Paths
from desktop_app.library.catalogue import Catalogue, ModelFile
from desktop_app.library.entries import Installed, State, bundled, look_into
from desktop_app.library.prepared_forms import forms_of, remove_tree, tree_size
from desktop_app.library.room import free_bytes
from desktop_app.library.verify import Told, check

__all__ = [
    "DiskUse",
    "Installed",
    "State",
    "disk_use",
    "find_by_id",
    "list_installed",
    "prepared_bytes",
    "remove",
    "verify",
]

Stopped = Callable[[], bool]
DOWNLOADS = ".downloads"


@dataclass(frozen=True, slots=True)
class DiskUse:
    """Bytes: the models' files (not of those that are only used where they lie), their prepared forms,
    downloads that are not finished, and what the disk of the models has left."""

    models: int
    prepared: int
    partial: int
    free: int


def list_installed(paths: Paths, catalogue: Catalogue) -> tuple[Installed, ...]:
    """A quick look at sizes alone, no file is read but ``model.json``: the bundled model first, then the
    user's by name. A folder that people copied there by hand is found too."""
    try:
        folders = [path for path in paths.user_models.iterdir() if path.is_dir()]
    except OSError:
        folders = []  # nothing was ever installed, or the disk that it lies on is not there now
    # Hidden ones are downloads and what is being put together.
    found = [look_into(folder, catalogue) for folder in folders if not folder.name.startswith(".")]
    own = sorted((entry for entry in found if entry is not None), key=_order)
    starter = bundled(paths, catalogue.starter)
    if starter is None or (starter.state == "missing" and any(_replaces(entry, starter) for entry in own)):
        return tuple(own)
    return (starter, *own)


def find_by_id(paths: Paths, catalogue: Catalogue, name: str) -> Installed:
    """By folder name, by ``model/variant``, or by a catalogue id of which one form is there.

    Raises `InkhornError` of kind ``model_missing``."""
    entries = list_installed(paths, catalogue)
    for fits in (_has_id, _is_variant, _is_model):
        found = [entry for entry in entries if fits(entry, name)]
        if found:
            return found[0]
    raise InkhornError("model_missing", f"There is no installed model “{name}”.", model=name)


def verify(installed: Installed, told: Told | None = None, stopped: Stopped = lambda: False) -> None:
    """Look at every byte. Raises `InkhornError`: ``model_missing``, ``model_damaged`` that names the
    file, ``cancelled``, or ``not_found`` where nothing is known to compare with."""
    if not installed.files:
        raise InkhornError("not_found", f"Nothing is known to check {installed.name} against.")
    root = installed.path if installed.origin == "link" and installed.path.is_dir() else installed.folder
    total, before = sum(file.size for file in installed.files), 0

    def tell(done: int, _size: int) -> None:
        if stopped():
            raise InkhornError("cancelled", "Stopped before all of it was checked.")
        if told:
            told(before + done, total)

    for file in installed.files:
        check(root / file.name, ModelFile(file.name, file.size, file.sha256), tell)
        before += file.size


def disk_use(paths: Paths, installed: Iterable[Installed]) -> DiskUse:
    """Of ``installed``, as `list_installed` gives them. Looks at every prepared form and download, so not
    for the thread of the window."""
    return DiskUse(
        models=sum(entry.bytes_of_ours for entry in installed),
        prepared=tree_size(paths.prepared),
        partial=tree_size(paths.user_models / DOWNLOADS),
        free=free_bytes(paths.user_models),
    )


def prepared_bytes(installed: Installed, paths: Paths) -> int:
    """What the engine's fast forms of a model take, beside the model itself."""
    return sum(tree_size(path) for path in forms_of(installed.path, installed.sha256, paths))


def remove(installed: Installed, paths: Paths) -> int:
    """Remove a model's folder and its prepared form; returns the bytes that the disk got back.

    What is only linked stays where it is, and is forgotten here. Raises `InkhornError`: ``read_only`` for
    the model that came with the app, or as the system says.
    """
    if installed.origin == "bundled":
        message = f"{installed.name} came with the app and cannot be removed by itself."
        raise InkhornError("read_only", message, model=installed.id)
    folder = paths.user_models / installed.id
    prepared = forms_of(installed.path, installed.sha256, paths)
    freed = tree_size(folder) + sum(tree_size(path) for path in prepared)
    try:
        if folder.is_symlink():
            folder.unlink()
        else:
            # Renamed first: a folder that is half removed must not be listed, also after a power cut.
            gone = paths.user_models / f".removed-{uuid.uuid4().hex}"
            os.replace(folder, gone)
            remove_tree(gone)
        for path in prepared:
            remove_tree(path)
    except OSError as error:
        message = f"{installed.name} cannot be removed: {error.strerror or error}."
        raise InkhornError(kind_of_os_error(error), message, path=str(folder)) from error
    return freed


def _replaces(entry: Installed, starter: Installed) -> bool:
    same = entry.model is not None and (entry.model, entry.variant) == (starter.model, starter.variant)
    return same and entry.state == "present"


def _order(entry: Installed) -> tuple[str, str]:
    return entry.name.casefold(), entry.id


def _has_id(entry: Installed, name: str) -> bool:
    return entry.id == name


def _is_variant(entry: Installed, name: str) -> bool:
    return entry.model is not None and f"{entry.model.id}/{entry.variant}" == name


def _is_model(entry: Installed, name: str) -> bool:
    return entry.model is not None and entry.model.id == name
