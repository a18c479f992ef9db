"""Look at what somebody dropped on the window, before anything is copied: is it a model, and which?

A quick look at headers; the engine looks again, at everything, when it loads.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from desktop_app.core.errors import InkhornError, code_of, kind_of_os_error
from desktop_app.library import found as notes
from desktop_app.library.bergamot_files import BergamotFiles, find_bergamot_files
from desktop_app.library.bergamot_header import is_model_file
from desktop_app.library.bergamot_header import read_header as read_network_header
from desktop_app.library.choosing import DEFAULT, PICKLE, choose_files
from desktop_app.library.families import is_known_in_gguf, tasks_of
from desktop_app.library.folder_facts import licence_in, read_json, require_known
from desktop_app.library.found import Found
from desktop_app.library.gguf_header import GgufHeader, read_header
from desktop_app.library.gguf_parts import part_names, parts_of, wrong_part
from desktop_app.library.regular import has_links, names_in, require_regular
from desktop_app.library.safetensors_header import read_shapes
from desktop_app.library.shape import shape_of_adapter, shape_of_config, shape_of_gguf, shape_of_network

_FOLDERS = frozenset(pattern.split("/")[0] for pattern in DEFAULT if "/" in pattern)


def inspect(path: Path) -> Found:
    """What ``path`` is: a GGUF file (or one of the parts of a model), a folder with a model as safetensors,
    with one of Mozilla's translation networks, or with an adapter. Links to files are followed.

    Raises `InkhornError`: ``model_missing``, ``model_damaged``, ``model_unsupported`` (pickle, an unknown
    kind of model, nothing that is a model), ``bad_file`` (a link that leads to no file), ``read_only`` where
    it may not be read.
    """
    try:
        if path.is_dir():
            return _folder(path)
        if path.is_symlink() or path.exists():
            require_regular(path.parent, [path.name])
            return _file(path)
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}."
        raise InkhornError(kind_of_os_error(error), message, code=code_of(error)) from error
    raise InkhornError("model_missing", f"There is nothing at {path}.", path=str(path))


def _file(path: Path) -> Found:
    if path.suffix.lower() == ".bin" and is_model_file(path):
        return _folder(path.parent)
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
        raise InkhornError(
            "model_damaged", f"{path.name} is not a GGUF file.", reason="not_gguf", name=path.name
        )
    message = f"{path.name} is not a model: a GGUF file, or a folder with config.json and safetensors, is."
    raise InkhornError("model_unsupported", message, reason="not_a_model", name=path.name)


def _gguf(path: Path) -> Found:
    header = read_header(path)
    paths: tuple[Path, ...] = (path,)
    if header.parts > 1:
        paths = parts_of(path, header.parts)
        path = paths[0]
        require_regular(path.parent, [part.name for part in paths])
        header = _joined(paths, [read_header(part) for part in paths])
    if not is_known_in_gguf(header.family):
        family = header.family[:60]
        message = f"{path.name} is a kind of model that this version does not read from GGUF: “{family}”."
        raise InkhornError("model_unsupported", message, reason="family_gguf", family=family)
    facts, tensors, packed = header.facts, header.tensors, header.packed
    return Found(
        path,
        "model",
        header.name or path.stem,
        "gguf",
        sum(part.stat().st_size for part in paths),
        header.family,
        header.licence,
        header.parameters,
        () if header.licence else (notes.NO_LICENCE_IN_FILE,),
        tuple(part.name for part in paths),
        tasks_of(header.family),
        shape=shape_of_gguf(header.family, facts, tensors, packed),
    )


def _joined(paths: tuple[Path, ...], headers: list[GgufHeader]) -> GgufHeader:
    """The first part's header with the tensors of all. Raises `InkhornError` of kind ``model_damaged`` where
    the parts are not those of one model."""
    first = headers[0]
    tensors: dict[str, tuple[int, ...]] = {}
    packed: dict[int, int] = {}
    for number, (path, header) in enumerate(zip(paths, headers, strict=True)):
        said = (header.part, header.parts, header.tensors_of_all)
        if said != (number, len(paths), first.tensors_of_all):
            raise wrong_part(path.name, "it says that it is another one, or of another model")
        tensors |= header.tensors
        for bits, count in header.packed.items():
            packed[bits] = packed.get(bits, 0) + count
    if len(tensors) != first.tensors_of_all:
        why = f"the parts hold {len(tensors)} tensors and should hold {first.tensors_of_all}"
        raise wrong_part(paths[0].name, why)
    return replace(first, tensors=tensors, packed=packed)


def _folder(path: Path) -> Found:
    names = names_in(path)
    if "adapter_config.json" in names:
        return _adapter(path, names)
    if "config.json" not in names:
        network = find_bergamot_files(names)
        if network is not None:
            return _network(path, network)
        return _file(_only_gguf(path, names))
    files = choose_files(names, (), "safetensors", path.name)
    require_regular(path, (*files, *_FOLDERS.intersection(names)))
    config = require_known(path / "config.json", path.name)
    family = str(config["model_type"])
    tensors: dict[str, tuple[int, ...]] = {}
    for name in files:
        if name.endswith(".safetensors"):
            tensors |= read_shapes(path / name)
    architectures = config.get("architectures")
    named = tuple(str(name) for name in architectures) if isinstance(architectures, list) else ()
    shape = shape_of_config(config, tensors)
    linked = has_links(path, files)
    return Found(
        path,
        "model",
        _name_of(path, config),
        "safetensors",
        sum((path / name).stat().st_size for name in files),
        family,
        licence_in(path),
        shape.parameters,
        _problems(path, names, files, linked),
        files,
        tasks_of(family, named),
        shape=shape,
        has_links=linked,
    )


def _network(path: Path, files: BergamotFiles) -> Found:
    """One of Mozilla's translation networks."""
    require_regular(path, files.names)
    header = read_network_header(path / files.model)
    name = f"Firefox Translations {'-'.join(files.pair)}" if files.pair else path.name
    licence, linked = licence_in(path), has_links(path, files.names)
    said = (*(() if licence else (notes.NO_LICENCE_IN_FOLDER,)), *((notes.LINKS,) if linked else ()))
    return Found(
        path,
        "model",
        name,
        "bergamot",
        sum((path / name).stat().st_size for name in files.names),
        "bergamot",
        licence,
        header.parameters,
        said,
        files.names,
        ("translation",),
        shape=shape_of_network(header),
        has_links=linked,
    )


def _only_gguf(path: Path, names: list[str]) -> Path:
    ggufs = [name for name in names if name.lower().endswith(".gguf")]
    if len(ggufs) == 1 or len({part_names(name) or name for name in ggufs}) == 1:
        require_regular(path, ggufs[:1])
        return path / ggufs[0]  # of a model in parts any one of them leads to all
    if not ggufs and any(Path(name).suffix.lower() in PICKLE for name in names):
        raise _pickle(path.name)
    what = "several GGUF files; take the one that is wanted" if ggufs else "no config.json and no GGUF file"
    reason = "several" if ggufs else "no_model"
    message = f"The folder {path.name} has {what}."
    raise InkhornError("model_unsupported", message, path=str(path), reason=reason, name=path.name)


def _adapter(path: Path, names: list[str]) -> Found:
    files = tuple(name for name in names if name in ("adapter_config.json", "adapter_model.safetensors"))
    if "adapter_model.safetensors" not in files:
        if any(Path(name).suffix.lower() in PICKLE for name in names):
            raise _pickle(path.name)
        message = f"The adapter {path.name} has no adapter_model.safetensors."
        raise InkhornError("model_damaged", message, reason="adapter_parts", name=path.name)
    require_regular(path, files)
    config = read_json(path / "adapter_config.json")
    if config.get("peft_type") != "LORA":
        message = f"{path.name} is a kind of adapter that this version does not know: only LoRA is."
        raise InkhornError("model_unsupported", message, reason="adapter_kind", name=path.name)
    rank = config.get("r")
    if not isinstance(rank, int) or not 0 < rank <= 4096:
        message = f"The adapter {path.name} has no rank (r)."
        raise InkhornError("model_damaged", message, reason="adapter_parts", name=path.name)
    base = str(config.get("base_model_name_or_path") or "")[:400]
    shape = shape_of_adapter(read_shapes(path / "adapter_model.safetensors"))
    linked = has_links(path, files)
    return Found(
        path,
        "adapter",
        _name_of(path, {}),
        "adapter",
        sum((path / name).stat().st_size for name in files),
        "lora",
        licence_in(path),
        shape.parameters,
        (*(() if base else (notes.NO_BASE,)), *((notes.LINKS,) if linked else ())),
        files,
        (),
        base,
        rank,
        shape,
        linked,
    )


def _name_of(path: Path, config: dict[str, Any]) -> str:
    """Folders of the hub's own cache are called by a commit; the model's name is above them."""
    if path.parent.name == "snapshots" and path.parent.parent.name.startswith("models--"):
        return path.parent.parent.name.split("--")[-1]
    own = config.get("_name_or_path")
    return path.name or (own if isinstance(own, str) else "") or "model"


def _problems(path: Path, names: list[str], files: tuple[str, ...], linked: bool) -> tuple[str, ...]:
    said = []
    if any(name.endswith(".py") for name in names):
        said.append(notes.PROGRAMS)
    if any(Path(name).suffix.lower() in PICKLE for name in names):
        said.append(notes.PICKLES)
    if "tokenizer.json" not in files and not any(name.endswith((".model", ".spm")) for name in files):
        said.append(notes.NO_TOKENIZER)
    if not licence_in(path):
        said.append(notes.NO_LICENCE_IN_FOLDER)
    if linked:
        said.append(notes.LINKS)
    return tuple(said)


def _pickle(name: str) -> InkhornError:
    message = (
        f"{name} is a pickle file, which can run code when it is opened, so it is not taken. "
        "The same model as safetensors or GGUF can be."
    )
    return InkhornError("model_unsupported", message, reason="pickle")
