"""The list of known models, ``models/catalogue.toml``, as plain values."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from desktop_app.core.errors import InkhornError

_T = TypeVar("_T")
FILE_NAME = "catalogue.toml"
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file on disk: its plain ``name``, ``size`` in bytes, and ``sha256`` in lower-case hex."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class WheelSource:
    """The file is ``member`` of the archive ``wheel``, which pip finds as ``requirement``."""

    requirement: str
    wheel: ModelFile
    member: str


@dataclass(frozen=True, slots=True)
class Model:
    """One entry. ``context`` in tokens; ``languages`` as ISO 639-1 codes; ``licence`` as SPDX."""

    id: str
    name: str
    task: str
    starter: bool
    publisher: str
    licence: str
    homepage: str
    languages: tuple[str, ...]
    parameters: int
    context: int
    architecture: str
    quantization: str
    file: ModelFile
    source: WheelSource

    @property
    def sha256(self) -> str:
        """SHA-256 of the file that the engine opens."""
        return self.file.sha256


@dataclass(frozen=True, slots=True)
class Catalogue:
    models: tuple[Model, ...]

    @property
    def starter(self) -> Model:
        """The model that set-up fetches and that installers contain."""
        return next(model for model in self.models if model.starter)

    def find(self, model_id: str) -> Model | None:
        return next((model for model in self.models if model.id == model_id), None)


def load_catalogue(folder: Path) -> Catalogue:
    """Read and check ``catalogue.toml`` in ``folder``.

    Raises `InkhornError` of kind ``bad_file`` that names the entry and the field that is wrong, or
    ``model_missing`` if there is no catalogue.
    """
    path = folder / FILE_NAME
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InkhornError("model_missing", f"There is no list of models at {path}.") from None
    except (OSError, ValueError) as error:
        raise InkhornError("bad_file", f"The list of models {path} cannot be read: {error}") from error
    entries = raw.get("model")
    if not isinstance(entries, list) or not entries:
        raise InkhornError("bad_file", f"The list of models {path} has no [[model]].")
    models = tuple(_model(entry, f"model {number}") for number, entry in enumerate(entries, 1))
    ids = [model.id for model in models]
    if len(set(ids)) != len(ids):
        raise InkhornError("bad_file", f"The list of models {path} has an id twice.")
    if sum(model.starter for model in models) != 1:
        raise InkhornError("bad_file", f"The list of models {path} must have exactly one starter.")
    return Catalogue(models)


def _model(raw: Any, where: str) -> Model:
    table = _Table(raw, where)
    where = f"model {table.text('id')}"
    source = _Table(table.get("source", dict), f"{where}, source")
    if (kind := source.text("kind")) != "wheel":
        raise InkhornError("bad_file", f"{where}: unknown kind of source “{kind}”.")
    return Model(
        id=table.text("id"),
        name=table.text("name"),
        task=table.text("task"),
        starter=table.get("starter", bool),
        publisher=table.text("publisher"),
        licence=table.text("licence"),
        homepage=table.text("homepage"),
        languages=tuple(str(code) for code in table.get("languages", list)),
        parameters=table.count("parameters"),
        context=table.count("context"),
        architecture=table.text("architecture"),
        quantization=table.text("quantization"),
        file=_file(_Table(table.get("file", dict), f"{where}, file"), "name"),
        source=WheelSource(source.text("requirement"), _file(source, "wheel"), source.text("member")),
    )


def _file(table: _Table, name_field: str) -> ModelFile:
    name, sha256 = table.text(name_field), table.text("sha256")
    if Path(name).name != name or "\\" in name or name in (".", ".."):
        raise InkhornError("bad_file", f"{table.where}: “{name}” is not a plain file name.")
    if not _SHA256.fullmatch(sha256):
        raise InkhornError("bad_file", f"{table.where}: sha256 must be 64 lower-case hex digits.")
    return ModelFile(name, table.count("size"), sha256)


class _Table:
    """A TOML table that tells which field of which entry is missing or of the wrong type."""

    def __init__(self, raw: Any, where: str) -> None:
        if not isinstance(raw, dict):
            raise InkhornError("bad_file", f"{where} is not a table.")
        self.raw: dict[str, Any] = raw
        self.where = where

    def get(self, field: str, kind: type[_T]) -> _T:
        value = self.raw.get(field)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise InkhornError("bad_file", f"{self.where}: {field} must be a {kind.__name__}.")
        return value

    def text(self, field: str) -> str:
        value = self.get(field, str)
        if not value:
            raise InkhornError("bad_file", f"{self.where}: {field} is empty.")
        return value

    def count(self, field: str) -> int:
        value = self.get(field, int)
        if value <= 0:
            raise InkhornError("bad_file", f"{self.where}: {field} must be more than 0.")
        return value
