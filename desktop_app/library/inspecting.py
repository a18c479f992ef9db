"""Look at what somebody dropped on the window, before anything is copied: is it a model, and which?

A quick look at headers; the engine looks again, at everything, when it loads.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from desktop_app.core.errors import InkhornError, kind_of_os_error
from desktop_app.library.catalogue import Task
from desktop_app.library.choosing import PICKLE, choose_files
from desktop_app.library.families import is_known, tasks_of
from desktop_app.library.gguf_header import read_header
from desktop_app.library.manifest import Kind
from desktop_app.library.safetensors_header import count_parameters

JSON_LIMIT = 8 << 20  # bytes of a configuration; the largest have some 100 KB


@dataclass(frozen=True, slots=True)
class Found:
    """``path`` is the file or folder; ``files`` what belongs to it, by name relative to ``path`` (or its
    own name); ``problems`` are plain sentences about what is left out or not known."""

    path: Path
    kind: Kind
    name: str
    format: Literal["gguf", "safetensors", "adapter"]
    bytes: int
    family: str
    licence: str
    parameters: int
    problems: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    tasks: tuple[Task, ...] = ()
    base: str = ""  # of an adapter: the model that it was made for, as its maker calls it
    rank: int = 0  # of an adapter


def inspect(path: Path) -> Found:
    """What ``path`` is: a GGUF file, a folder with a model as safetensors, or one with an adapter.

    Raises `InkhornError`: ``model_missing``, ``model_damaged``, ``model_unsupported`` (pickle, an unknown
    kind of model, nothing that is a model), ``read_only`` where it may not be read.
    """
    try:
        if path.is_dir():
            return _folder(path)
        if path.is_file():
            return _file(path)
    except OSError as error:
        raise InkhornError(kind_of_os_error(error), f"{path} cannot be read: {error.strerror}.") from error
    raise InkhornError("model_missing", f"There is nothing at {path}.", path=str(path))


def _file(path: Path) -> Found:
    if path.suffix.lower() in PICKLE:
        raise _pickle(path.name)
    with path.open("rb") as file:
        start = file.read(4)
    if start == b"GGUF":
        return _gguf(path)
    if path.suffix.lower() in (".safetensors", ".json") and (path.parent / "config.json").is_file():
        return _folder(path.parent)
    if path.suffix.lower() == ".safetensors" and (path.parent / "adapter_config.json").is_file():
        return _folder(path.parent)
    if path.suffix.lower() == ".gguf":
        raise InkhornError("model_damaged", f"{path.name} is not a GGUF file.", path=str(path))
    message = f"{path.name} is not a model: a GGUF file, or a folder with config.json and safetensors, is."
    raise InkhornError("model_unsupported", message, path=str(path))


def _gguf(path: Path) -> Found:
    header = read_header(path)
    if header.parts > 1:
        message = f"{path.name} is one of {header.parts} parts; models in one file can be taken."
        raise InkhornError("model_unsupported", message, path=str(path))
    problems = () if header.licence else ("The file does not name its licence.",)
    return Found(
        path,
        "model",
        header.name or path.stem,
        "gguf",
        path.stat().st_size,
        header.family,
        header.licence,
        header.parameters,
        problems,
        (path.name,),
        tasks_of(header.family) or ("chat", "writing"),
    )


def _folder(path: Path) -> Found:
    names = sorted(
        os.path.relpath(os.path.join(root, name), path).replace(os.sep, "/")
        for root, _, files in os.walk(path)
        for name in files
    )
    if "adapter_config.json" in names:
        return _adapter(path, names)
    if "config.json" not in names:
        return _gguf(_only_gguf(path, names))
    files = choose_files(names, (), "safetensors", path.name)
    config = require_known(path / "config.json", path.name)
    family = str(config["model_type"])
    weights = [path / name for name in files if name.endswith(".safetensors")]
    architectures = tuple(str(name) for name in config.get("architectures") or ())
    return Found(
        path,
        "model",
        _name_of(path, config),
        "safetensors",
        sum((path / name).stat().st_size for name in files),
        family,
        licence_in(path),
        sum(count_parameters(file) for file in weights),
        _problems(path, names, files),
        files,
        tasks_of(family, architectures),
    )


def _only_gguf(path: Path, names: list[str]) -> Path:
    ggufs = [name for name in names if name.lower().endswith(".gguf")]
    if len(ggufs) == 1:
        return path / ggufs[0]
    if not ggufs and any(Path(name).suffix.lower() in PICKLE for name in names):
        raise _pickle(path.name)
    what = "several GGUF files; take the one that is wanted" if ggufs else "no config.json and no GGUF file"
    raise InkhornError("model_unsupported", f"The folder {path.name} has {what}.", path=str(path))


def _adapter(path: Path, names: list[str]) -> Found:
    files = tuple(name for name in names if name in ("adapter_config.json", "adapter_model.safetensors"))
    if "adapter_model.safetensors" not in files:
        if any(Path(name).suffix.lower() in PICKLE for name in names):
            raise _pickle(path.name)
        message = f"The adapter {path.name} has no adapter_model.safetensors."
        raise InkhornError("model_damaged", message, path=str(path))
    config = read_json(path / "adapter_config.json")
    if config.get("peft_type") != "LORA":
        message = f"{path.name} is a kind of adapter that this version does not know: only LoRA is."
        raise InkhornError("model_unsupported", message, peft_type=str(config.get("peft_type")))
    rank = config.get("r")
    if not isinstance(rank, int) or not 0 < rank <= 4096:
        raise InkhornError("model_damaged", f"The adapter {path.name} has no rank (r).", path=str(path))
    base = str(config.get("base_model_name_or_path") or "")
    return Found(
        path,
        "adapter",
        path.name,
        "adapter",
        sum((path / name).stat().st_size for name in files),
        "lora",
        licence_in(path),
        count_parameters(path / "adapter_model.safetensors"),
        () if base else ("The adapter does not say which model it was made for.",),
        files,
        (),
        base,
        rank,
    )


def require_known(config: Path, name: str) -> dict[str, Any]:
    """The configuration of a model of a known kind. Raises `InkhornError` of kind ``model_unsupported``
    for any other, ``model_damaged`` where it cannot be read."""
    values = read_json(config)
    family = str(values.get("model_type") or "")
    if not is_known(family):
        message = f"{name} is a kind of model that this version does not know: “{family[:60]}”."
        raise InkhornError("model_unsupported", message, family=family)
    return values


def read_json(path: Path) -> dict[str, Any]:
    """A configuration as a table. Raises `InkhornError` of kind ``model_damaged``."""
    try:
        if path.stat().st_size > JSON_LIMIT:
            raise ValueError("it is too large")
        values = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(values, dict):
            raise ValueError("it is not a table")
        return values
    except (ValueError, RecursionError) as error:
        raise InkhornError("model_damaged", f"{path.name} cannot be read: {error}", path=str(path)) from error


def licence_in(folder: Path) -> str:
    """The licence that the front matter of the folder's README names, empty without one."""
    try:
        with (folder / "README.md").open(encoding="utf-8", errors="replace") as file:
            start = file.read(65536)
    except OSError:
        return ""
    if not start.startswith("---"):
        return ""
    for line in start.split("\n---", 1)[0].splitlines():
        if line.startswith(("license:", "licence:")):
            return line.split(":", 1)[1].strip().strip("\"'")[:60]
    return ""


def _name_of(path: Path, config: dict[str, Any]) -> str:
    """Folders of the hub's own cache are called by a commit; the model's name is above them."""
    if path.parent.name == "snapshots" and path.parent.parent.name.startswith("models--"):
        return path.parent.parent.name.split("--")[-1]
    own = config.get("_name_or_path")
    return path.name or (own if isinstance(own, str) else "") or "model"


def _problems(path: Path, names: list[str], files: tuple[str, ...]) -> tuple[str, ...]:
    found = []
    if any(name.endswith(".py") for name in names):
        found.append("The program files (.py) in the folder are left out: a model's own code is never run.")
    if any(Path(name).suffix.lower() in PICKLE for name in names):
        found.append("Files as pickle are left out: they can run code.")
    if "tokenizer.json" not in files and not any(name.endswith((".model", ".spm")) for name in files):
        found.append("The folder has no tokenizer.")
    if not licence_in(path):
        found.append("The folder does not name its licence.")
    return tuple(found)


def _pickle(name: str) -> InkhornError:
    message = (
        f"{name} is a pickle file, which can run code when it is opened, so it is not taken. "
        "The same model as safetensors or GGUF can be."
    )
    return InkhornError("model_unsupported", message, reason="pickle")
