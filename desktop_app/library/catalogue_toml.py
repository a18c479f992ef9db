"""Reads the catalogue's TOML files, and says which field of which entry is wrong.

`models/README.md` describes the fields. An entry that says ``like = "name"`` takes what it does not say
itself from the file's table ``[like.name]``.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, TypeVar

from desktop_app.core.errors import InkhornError
from desktop_app.library.catalogue import (
    FORMATS,
    TASKS,
    Format,
    HubSource,
    Member,
    Model,
    ModelFile,
    Strengths,
    Task,
    Variant,
    WheelSource,
)

_T = TypeVar("_T")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_REVISION = re.compile(r"[0-9a-f]{40}|refs/pr/[1-9][0-9]*")
_ID = re.compile(r"[a-z0-9]+([._-]+[a-z0-9]+)*")
_REPO = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}([_-][A-Z][a-z]{3})?")  # with its script, in either spelling
KV_BYTES = 4  # float32


def read_models(folder: Path) -> tuple[Model, ...]:
    """The entries of all files of ``folder``, file by file. Raises as `load_catalogue` does."""
    paths = sorted(folder.glob("*.toml"))
    if not paths:
        raise InkhornError("model_missing", f"There is no list of models at {folder}.")
    models = tuple(model for path in paths for model in _read_file(path))
    ids = [model.id for model in models]
    for model_id in ids:
        if ids.count(model_id) > 1:
            raise _wrong(f"The list of models has the id {model_id} twice.")
    if sum(model.starter for model in models) != 1:
        raise _wrong("The list of models must have exactly one starter.")
    return models


def _read_file(path: Path) -> list[Model]:
    if path.stem not in TASKS:
        raise _wrong(f"{path.name}: a file of models is named after its task: {', '.join(TASKS)}.")
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _wrong(f"The list of models {path} cannot be read: {error}") from error
    entries = raw.get("model")
    if not isinstance(entries, list) or not entries:
        raise _wrong(f"The list of models {path} has no [[model]].")
    file = _Table(raw, path.name)
    models = [_model(_filled(file, entry, number)) for number, entry in enumerate(entries, 1)]
    for model in models:
        if model.tasks[0] != path.stem:
            raise _wrong(f"{path.name}, model {model.id}: its first task must be {path.stem}.")
        if model.starter and not _one_file_in_a_wheel(model.variants[0].source):
            raise _wrong(f"{path.name}, model {model.id}: the starter must be one file in a wheel.")
    return models


def _one_file_in_a_wheel(source: WheelSource | HubSource) -> bool:
    return isinstance(source, WheelSource) and len(source.members) == 1


def _filled(file: _Table, entry: Any, number: int) -> _Table:
    """The entry with what it takes from the table that it names in ``like``."""
    table = _Table(entry, f"{file.where}, model {number}")
    table = _Table(table.raw, f"{file.where}, model {table.text('id')}")
    if "like" not in table.raw:
        return table
    shared = file.table("like").table(table.text("like"))
    return _Table({**shared.raw, **table.raw}, table.where)


def _model(table: _Table) -> Model:
    tasks = _tasks(table, "tasks")
    if not tasks:
        raise _wrong(f"{table.where}: tasks is empty.")
    shape = table.table("shape")
    embeddings, output = shape.count("vocabulary") * shape.count("width"), _output(shape)
    layers, kv_width = _kept(shape)
    variants = tuple(
        _variant(_Table(raw, f"{table.where}, variant {number}"))
        for number, raw in enumerate(table.get("variant", list), 1)
    )
    if not variants:
        raise _wrong(f"{table.where}: variant is empty.")
    if len({variant.id for variant in variants}) != len(variants):
        raise _wrong(f"{table.where}: variant has an id twice.")
    recommended = _tasks(table, "recommended") if "recommended" in table.raw else ()
    if not set(recommended) <= set(tasks):
        raise _wrong(f"{table.where}: recommended for what is not among its tasks.")
    parameters = table.count("parameters")
    if embeddings * (2 if output == "own" else 1) > parameters:
        raise _wrong(f"{table.where}: shape has more embeddings than there are parameters.")
    return Model(
        id=table.matching("id", _ID, "small letters and digits, joined by . _ -"),
        name=table.text("name"),
        family=table.text("family"),
        tasks=tasks,
        publisher=table.text("publisher"),
        licence=table.text("licence"),
        licence_url=table.url("licence_url"),
        must_accept=table.flag("must_accept"),
        gated=table.flag("gated"),
        homepage=table.url("homepage"),
        languages=tuple(_language(table, code) for code in table.texts("languages")),
        strengths=_strengths(table.table("strengths")),
        parameters=parameters,
        context=table.count("context"),
        kv_bytes_per_token=layers * 2 * kv_width * KV_BYTES,
        starter=table.flag("starter"),
        recommended=recommended,
        summary_en=table.text("summary_en"),
        summary_zh=table.text("summary_zh"),
        variants=variants,
        pair=_pair(table),
        embeddings=embeddings,
        output_weights=0 if output == "none" else embeddings,
        tied=output == "tied",
        layers=layers,
        width=shape.count("width"),
        kv_width=kv_width,
    )


def _kept(shape: _Table) -> tuple[int, int]:
    """Layers, and the width of a key: a token takes a key and a value in each layer of the KV cache. An
    encoder keeps no cache and says none of these."""
    if "layers" not in shape.raw:
        return 0, 0
    return shape.count("layers"), shape.count("kv_heads") * shape.count("head_dim")


def _output(shape: _Table) -> str:
    """Whether the output layer is the embedding table ("tied"), or a matrix of its own ("own"); an encoder
    says nothing and has none."""
    output = shape.text("output") if "output" in shape.raw else "none"
    if output not in ("tied", "own", "none"):
        raise _wrong(f"{shape.where}: output must be tied or own.")
    return output


def _tasks(table: _Table, name: str) -> tuple[Task, ...]:
    found = table.texts(name)
    for task in found:
        if task not in TASKS:
            raise _wrong(f"{table.where}: {name} has the unknown task “{task}”.")
    return tuple(task for task in TASKS if task in found)


def _language(table: _Table, code: str) -> str:
    if not _LANGUAGE.fullmatch(code):
        raise _wrong(f"{table.where}: languages has “{code}”, which is no ISO 639 code.")
    return code


def _pair(table: _Table) -> tuple[str, str] | None:
    if "pair" not in table.raw:
        return None
    codes = [_language(table, code) for code in table.texts("pair")]
    if len(codes) != 2:
        raise _wrong(f"{table.where}: pair must be a source and a target language.")
    return codes[0], codes[1]


def _strengths(table: _Table) -> Strengths:
    found = {code: table.get(code, int) for code in ("en", "zh")}
    for code, strength in found.items():
        if not 0 <= strength <= 3:
            raise _wrong(f"{table.where}: {code} must be 0 to 3.")
    return Strengths(**found)


def _variant(table: _Table) -> Variant:
    source = _source(table.table("source"))
    size = table.count("download_bytes") if "download_bytes" in table.raw else None
    bits = table.raw.get("bits")
    if isinstance(bits, bool) or not isinstance(bits, int | float) or not 0 < bits <= 32:
        raise _wrong(f"{table.where}: bits must be a number above 0, at most 32.")
    return Variant(
        id=table.matching("id", _ID, "small letters and digits, joined by . _ -"),
        quantization=table.text("quantization"),
        bits=float(bits),
        download_bytes=source.wheel.size if isinstance(source, WheelSource) else size,
        source=source,
        format=_format(table),
    )


def _format(table: _Table) -> Format:
    asked = table.text("format")
    for known in FORMATS:
        if asked == known:
            return known
    raise _wrong(f"{table.where}: unknown format “{asked}”.")


def _source(table: _Table) -> WheelSource | HubSource:
    kind = table.text("kind")
    if kind == "hub":
        revision = None
        if "revision" in table.raw:
            revision = table.matching("revision", _REVISION, "40 lower-case hex digits or refs/pr/NUMBER")
        patterns = table.texts("patterns") if "patterns" in table.raw else ()
        return HubSource(table.matching("repo", _REPO, "owner/name"), revision, patterns)
    if kind == "wheel":
        members = tuple(
            Member(member.text("path"), _file(member))
            for member in (
                _Table(raw, f"{table.where}, member {number}")
                for number, raw in enumerate(table.get("members", list), 1)
            )
        )
        if not members:
            raise _wrong(f"{table.where}: members is empty.")
        return WheelSource(table.text("requirement"), _file(table.table("wheel")), members)
    raise _wrong(f"{table.where}: unknown kind of source “{kind}”.")


def _file(table: _Table) -> ModelFile:
    """A file whose every byte is known, as all in wheels are."""
    name = table.text("name")
    if Path(name).name != name or "\\" in name or name in (".", ".."):
        raise _wrong(f"{table.where}: “{name}” is not a plain file name.")
    return ModelFile(name, table.count("size"), table.matching("sha256", _SHA256, "64 lower-case hex digits"))


def _wrong(message: str) -> InkhornError:
    return InkhornError("bad_file", message)


class _Table:
    """A TOML table that tells which field of which entry is missing or of the wrong type."""

    def __init__(self, raw: Any, where: str) -> None:
        if not isinstance(raw, dict):
            raise _wrong(f"{where} is not a table.")
        self.raw: dict[str, Any] = raw
        self.where = where

    def get(self, name: str, kind: type[_T]) -> _T:
        value = self.raw.get(name)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise _wrong(f"{self.where}: {name} must be a {kind.__name__}.")
        return value

    def table(self, name: str) -> _Table:
        return _Table(self.get(name, dict), f"{self.where}, {name}")

    def flag(self, name: str) -> bool:
        """False where nothing is said."""
        return self.get(name, bool) if name in self.raw else False

    def text(self, name: str) -> str:
        value = self.get(name, str)
        if not value:
            raise _wrong(f"{self.where}: {name} is empty.")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        values = self.get(name, list)
        for value in values:
            if not isinstance(value, str) or not value:
                raise _wrong(f"{self.where}: {name} must be a list of texts.")
        return tuple(values)

    def matching(self, name: str, pattern: re.Pattern[str], form: str) -> str:
        value = self.text(name)
        if not pattern.fullmatch(value):
            raise _wrong(f"{self.where}: {name} must be {form}.")
        return value

    def url(self, name: str) -> str:
        value = self.text(name)
        if not value.startswith("https://"):
            raise _wrong(f"{self.where}: {name} must begin with https://.")
        return value

    def count(self, name: str) -> int:
        value = self.get(name, int)
        if value <= 0:
            raise _wrong(f"{self.where}: {name} must be more than 0.")
        return value
