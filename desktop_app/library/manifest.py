"""``model.json``: what lies in a folder of the user's models, and where it came from.

Written last, when every file beside it has been checked, so a folder that has one is whole.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path, PurePosixPath
from typing import Any, Literal, get_args

from desktop_app.core.errors import InkhornError
from desktop_app.core.files import write_atomically
from desktop_app.library.catalogue import TASKS, Task
from desktop_app.library.licence_names import licence_name
from desktop_app.library.shape import Shape, shape_from_json

NAME = "model.json"
FORMAT = 1
LIMIT = 4 << 20  # bytes; a folder of a thousand files has a tenth of it

Kind = Literal["model", "adapter"]
Origin = Literal["download", "import", "link"]


@dataclass(frozen=True, slots=True)
class StoredFile:
    """``name`` is relative to the folder, with ``/``; size in bytes; SHA-256 in lower-case hex."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """``main`` is the one file that the engine opens, empty where it opens the folder. ``source`` says
    where it came from in words and addresses (never a token), and of an adapter what it was made for
    (``base``) and its ``rank``; ``place`` is where a linked model lies;
    times are seconds since 1970, None where no licence had to be accepted."""

    name: str
    kind: Kind
    origin: Origin
    files: tuple[StoredFile, ...]
    main: str = ""
    model_id: str = ""  # in the catalogue
    variant: str = ""
    family: str = ""
    licence: str = ""
    tasks: tuple[Task, ...] = ()
    source: dict[str, str] = field(default_factory=dict)
    place: str = ""
    licence_accepted: float | None = None
    added: float = field(default_factory=time.time)
    shape: Shape | None = None  # None where the catalogue knows it, or nobody does

    @property
    def bytes(self) -> int:
        return sum(file.size for file in self.files)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Raises OSError."""
    values = {"format": FORMAT, **asdict(manifest)}
    write_atomically(folder / NAME, json.dumps(values, ensure_ascii=False, indent=2).encode())


def read_manifest(folder: Path) -> Manifest | None:
    """What ``folder`` says of itself; None without a `NAME`.

    Raises `InkhornError` of kind ``model_damaged`` if it cannot be read: people move such folders
    between computers and edit what is in them, so nothing in it is taken on faith.
    """
    path = folder / NAME
    try:
        if path.stat().st_size > LIMIT:
            raise ValueError("it is too large")
        return _manifest(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise InkhornError("model_damaged", f"{path} cannot be read: {error}", path=str(path)) from error


def is_plain(name: str) -> bool:
    """Whether ``name`` is a relative path with ``/`` that stays inside its folder on every system."""
    parts = name.split("/")
    return (
        bool(name)
        and not PurePosixPath(name).is_absolute()
        and not any(part in ("", ".", "..") for part in parts)
        and not any(letter in name for letter in '\\:*?"<>|\0')
        and all(part == part.strip() and not part.endswith(".") for part in parts)
        and name.isprintable()
    )


def _manifest(raw: Any) -> Manifest:
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise ValueError("it is of another version")
    known = {f.name: raw[f.name] for f in fields(Manifest) if f.name in raw}
    kind, origin = known.get("kind"), known.get("origin")
    if kind not in get_args(Kind) or origin not in get_args(Origin):
        raise ValueError("kind or origin is unknown")
    texts = ("name", "main", "model_id", "variant", "family", "licence", "place")
    if not all(isinstance(known.get(name, ""), str) for name in texts):
        raise ValueError("a text is expected")
    if known.get("main") and not is_plain(known["main"]):
        raise ValueError("main is not a plain name")
    files = known.get("files", ())
    if not isinstance(files, list):
        raise ValueError("files must be a list")
    known["files"] = tuple(_file(file) for file in files)
    tasks = known.get("tasks") or ()
    known["tasks"] = tuple(task for task in TASKS if task in tasks)
    source = known.get("source") or {}
    known["source"] = {str(key): str(value) for key, value in source.items()}
    accepted = known.get("licence_accepted")
    known["licence_accepted"] = None if accepted is None else float(accepted)
    known["licence"] = licence_name(known.get("licence", ""))  # earlier versions kept the raw one
    known["shape"] = shape_from_json(known.get("shape"))
    known["added"] = float(known.get("added") or 0)
    return Manifest(**known)


def _file(raw: Any) -> StoredFile:
    if not isinstance(raw, dict):
        raise ValueError("a file must be a table")
    name, size, sha256 = raw.get("name"), raw.get("size"), raw.get("sha256")
    if not isinstance(name, str) or not isinstance(size, int) or not isinstance(sha256, str):
        raise ValueError("a file has no name, size or sha256")
    if not is_plain(name):
        raise ValueError(f"“{name}” is not a plain name")
    return StoredFile(name, size, sha256)
