"""What one folder of the user's models holds, told by its ``model.json`` or else by its files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from desktop_app.core.errors import InkhornError
from desktop_app.core.paths import Paths
from desktop_app.library.bergamot_files import find_bergamot_files
from desktop_app.library.catalogue import Catalogue, Model, ModelFile, Task, Variant, WheelSource
from desktop_app.library.found import Found
from desktop_app.library.inspecting import inspect
from desktop_app.library.manifest import Kind, Manifest, StoredFile, read_manifest
from desktop_app.library.shape import Shape, shape_of_entry

State = Literal["present", "damaged", "missing"]


@dataclass(frozen=True, slots=True)
class Installed:
    """What a look at the disk says.

    ``id`` is the folder's name (the catalogue's id for the one that came with the app); ``path`` what
    the engine loads: a GGUF file, or a folder. ``model`` is its entry in the catalogue, None for others;
    ``sha256`` that of the one file, empty for a folder; ``added`` seconds since 1970; ``family`` as in
    the configuration. ``files`` are what was checked when it came, empty where nothing is known. ``base`` is
    what an adapter's maker calls the model that it was made for; ``shape`` are the sizes, where known.
    ``bytes_on_disk`` are those of its files, wherever they lie.
    """

    id: str
    name: str
    path: Path
    kind: Kind
    model: Model | None
    variant: str
    origin: Literal["bundled", "download", "import", "link"]
    state: State
    bytes_on_disk: int
    sha256: str
    tasks: tuple[Task, ...]
    licence: str
    added: float
    folder: Path
    family: str = ""
    files: tuple[StoredFile, ...] = ()
    licence_accepted: float | None = None
    base: str = ""
    shape: Shape | None = None

    @property
    def bytes_of_ours(self) -> int:
        """What of `bytes_on_disk` goes with the model when it is removed: nothing of a file that is only
        used where it lies."""
        return 0 if self.origin == "link" else self.bytes_on_disk


def folder_name(model_id: str, variant_id: str) -> str:
    """The folder of a catalogue entry in the user's models."""
    return f"{model_id}--{variant_id}"


def bundled(paths: Paths, model: Model) -> Installed | None:
    """The starter model that came with the app, be its file there or not; None where none came."""
    path = paths.models / "starter" / model.file.name
    if not path.parent.is_dir():
        return None
    size, sha256 = model.file.known()
    state, present = _look(path.parent, (StoredFile(path.name, size, sha256),))
    return Installed(
        id=model.id,
        name=model.name,
        path=path,
        kind="model",
        model=model,
        variant=model.variants[0].id,
        origin="bundled",
        state=state,
        bytes_on_disk=present,
        sha256=sha256,
        tasks=model.tasks,
        licence=model.licence,
        added=path.stat().st_mtime if state != "missing" else 0.0,
        folder=path.parent,
        family=model.family,
        files=(StoredFile(path.name, size, sha256),),
        shape=shape_of_entry(model),
    )


def look_into(folder: Path, catalogue: Catalogue) -> Installed | None:
    """The model in a folder of the user's models, by its manifest, or else by its files; None where there is
    none. What cannot be read is there too, as damaged."""
    try:
        manifest = read_manifest(folder)
    except InkhornError:
        return _unreadable(folder)
    if manifest is not None:
        return _described(folder, manifest, catalogue)
    return _undescribed(folder, catalogue)


def _described(folder: Path, manifest: Manifest, catalogue: Catalogue) -> Installed:
    root = Path(manifest.place) if manifest.origin == "link" else folder
    path = root if manifest.origin == "link" or not manifest.main else folder / manifest.main
    base = root.parent if manifest.origin == "link" and manifest.main else root
    state, present = _look(base, manifest.files)
    single = manifest.files[0] if manifest.main and len(manifest.files) == 1 else None
    model = catalogue.find(manifest.model_id) if manifest.model_id else None
    return Installed(
        id=folder.name,
        name=manifest.name or folder.name,
        path=path,
        kind=manifest.kind,
        model=model,
        variant=manifest.variant,
        origin=manifest.origin,
        state=state,
        bytes_on_disk=present,
        sha256=single.sha256 if single else "",
        tasks=manifest.tasks,
        licence=manifest.licence,
        added=manifest.added,
        folder=base if manifest.origin == "link" else folder,
        family=manifest.family,
        files=manifest.files,
        licence_accepted=manifest.licence_accepted,
        base=manifest.source.get("base", ""),
        shape=manifest.shape or (shape_of_entry(model) if model is not None else None),
    )


def _look(root: Path, files: tuple[StoredFile, ...]) -> tuple[State, int]:
    """By size alone: whether all is there, and the bytes that are."""
    present, state, seen = 0, "present", False
    for file in files:
        try:
            size = (root / file.name).stat().st_size
        except OSError:
            state = "damaged"
            continue
        seen, present = True, present + size
        if size != file.size:
            state = "damaged"
    if not seen:
        return "missing", 0
    return ("present" if state == "present" else "damaged"), present


def _undescribed(folder: Path, catalogue: Catalogue) -> Installed | None:
    """A folder that an earlier version made (``<id>/<file>``), or that somebody put there. Nothing is
    known to check it against but, for the first kind, the catalogue."""
    files = [path for path in sorted(folder.iterdir()) if path.is_file()]
    weights = [path for path in files if path.suffix in (".gguf", ".safetensors")]
    if not weights and (network := find_bergamot_files(path.name for path in files)):
        weights = [folder / network.model]
    if not weights:
        return None
    try:
        found: Found | None = inspect(folder)
    except InkhornError:
        found = None
    known = _in_catalogue(weights[0], catalogue)
    model, variant, file = known if known else (None, None, None)
    right_size = file is None or file.size == weights[0].stat().st_size
    gguf = weights[0] if weights[0].suffix == ".gguf" else None
    return Installed(
        id=folder.name,
        name=model.name if model else found.name if found else folder.name,
        path=gguf or folder,
        kind=found.kind if found else "model",
        model=model,
        variant=variant.id if variant else "",
        origin="import",
        state="present" if right_size and (found or known) else "damaged",
        bytes_on_disk=sum(path.stat().st_size for path in files),
        sha256=(file.sha256 or "") if file else "",
        tasks=model.tasks if model else found.tasks if found else (),
        licence=model.licence if model else found.licence if found else "",
        added=folder.stat().st_mtime,
        folder=folder,
        family=model.family if model else found.family if found else "",
        files=(StoredFile(file.name, *file.known()),) if file else (),
        base=found.base if found else "",
        shape=found.shape if found else None,
    )


def _in_catalogue(path: Path, catalogue: Catalogue) -> tuple[Model, Variant, ModelFile] | None:
    """The entry that is this one file by name: earlier versions called folders otherwise."""
    for model in catalogue.models:
        for variant in model.variants:
            if isinstance(variant.source, WheelSource) and len(variant.source.members) == 1:
                file = variant.source.members[0].file
                if file.name == path.name and file.sha256 is not None:
                    return model, variant, file
    return None


def _unreadable(folder: Path) -> Installed:
    """Shown as damaged, so that it can be seen and removed."""
    bytes_there = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return Installed(
        id=folder.name,
        name=folder.name,
        path=folder,
        kind="model",
        model=None,
        variant="",
        origin="import",
        state="damaged",
        bytes_on_disk=bytes_there,
        sha256="",
        tasks=(),
        licence="",
        added=folder.stat().st_mtime,
        folder=folder,
    )
