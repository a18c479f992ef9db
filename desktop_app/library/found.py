"""What a look at somebody's file or folder found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from desktop_app.core.i18n import mark
from desktop_app.library.catalogue import Task
from desktop_app.library.manifest import Kind
from desktop_app.library.shape import Shape

NO_LICENCE_IN_FILE = mark("The file does not name its licence.")
NO_LICENCE_IN_FOLDER = mark("The folder does not name its licence.")
NO_BASE = mark("The adapter does not say which model it was made for.")
NO_TOKENIZER = mark("The folder has no tokenizer.")
PROGRAMS = mark("The program files (.py) in the folder are left out: a model's own code is never run.")
PICKLES = mark("Files as pickle are left out: they can run code.")
LINKS = mark("The folder is made of links, as the hub's own cache is, so its files are copied.")
"""Everything that `Found.problems` can say: English, and to be put into the user's language by `tr`."""


@dataclass(frozen=True, slots=True)
class Found:
    """``path`` is the file or folder; ``files`` what belongs to it, by name relative to ``path``, or to the
    folder that the file ``path`` lies in. ``problems`` are plain sentences about what is left out or not
    known, for `tr`. ``has_links``: it cannot be used where it lies, because the engine follows none."""

    path: Path
    kind: Kind
    name: str
    format: Literal["gguf", "safetensors", "bergamot", "adapter"]
    bytes: int
    family: str
    licence: str
    parameters: int
    problems: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    tasks: tuple[Task, ...] = ()
    base: str = ""  # of an adapter: the model that it was made for, as its maker calls it
    rank: int = 0  # of an adapter
    shape: Shape | None = None
    has_links: bool = False


def source_of_adapter(found: Found) -> dict[str, str]:
    """What a manifest's ``source`` says of an adapter, nothing for a model."""
    if found.kind != "adapter":
        return {}
    return {"base": found.base, "rank": str(found.rank)}
