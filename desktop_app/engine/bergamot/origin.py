"""A folder with one of Mozilla's networks, looked at and loaded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import ModelKind
from desktop_app.engine.bergamot.settings import Settings, read_settings
from desktop_app.engine.folder_files import place_of
from desktop_app.library.bergamot_files import BergamotFiles, find_bergamot_files
from desktop_app.library.bergamot_header import BergamotHeader, read_header


@dataclass(frozen=True, slots=True)
class BergamotOrigin:
    """What a folder says before its weights are read: no torch is needed so far."""

    name: str
    folder: Path
    files: BergamotFiles
    header: BergamotHeader
    settings: Settings
    kind: ModelKind = "text_to_text"
    words: None = None


def find_origin(folder: Path) -> BergamotOrigin | None:
    """None where the folder holds no such network. Raises InkhornError where what it holds cannot be used."""
    try:
        names = [path.name for path in folder.iterdir()]
    except OSError:
        raise InkhornError("model_missing", f"The model's folder is not there: {folder.name}") from None
    files = find_bergamot_files(names)
    if files is None:
        return None
    for name in files.names:
        if place_of(folder, name) is None:
            raise InkhornError("model_missing", f"A file of the model is not there: {name}")
    try:
        header = read_header(folder / files.model)
    except OSError as error:
        raise InkhornError("model_missing", f"{files.model} cannot be read: {error.strerror}.") from error
    return BergamotOrigin(folder.name, folder, files, header, read_settings(header.settings))
