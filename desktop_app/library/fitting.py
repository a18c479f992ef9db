"""What fits what: an installed model this computer, an adapter the models that it can be switched on for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from desktop_app.library.catalogue import HubSource
from desktop_app.library.computer import Computer
from desktop_app.library.entries import Installed
from desktop_app.library.memory import Fit, fit, fit_shape
from desktop_app.library.shape import Shape


def fit_installed(one: Installed, computer: Computer) -> Fit | None:
    """Whether ``one`` fits, by the catalogue's figures or else by its files' own; None where neither says."""
    if one.kind != "model":
        return None
    for variant in one.model.variants if one.model is not None else ():
        if variant.id == one.variant and one.model is not None:
            return fit(one.model, variant, computer)
    return None if one.shape is None else fit_shape(one.shape, one.tasks, computer)


def adapter_fits(adapter: Installed, model: Installed) -> bool:
    """Whether ``adapter`` may be offered for ``model``: it is of the same sizes, or, where those are not
    known, was made for a model of that name. Where nobody says anything it is offered: the engine tells."""
    if model.kind != "model" or adapter.kind != "adapter":
        return False
    same = _same_sizes(adapter.shape, model.shape)
    if same is not None:
        return same
    return not adapter.base or _plain(adapter.base) in _names(model)


def _same_sizes(adapter: Shape | None, model: Shape | None) -> bool | None:
    """None where too little is known to tell."""
    if adapter is None or model is None or not (adapter.layers and model.layers):
        return None
    if adapter.layers > model.layers or (adapter.layers < model.layers and not adapter.some_layers):
        return False
    both = (
        (adapter.width, model.width),
        (adapter.kv_width, model.kv_width),
        (adapter.feed_forward, model.feed_forward),
    )
    known = [(one, other) for one, other in both if one and other]
    return all(one == other for one, other in known) if known else None


def _names(model: Installed) -> set[str]:
    """All that ``model`` may be called by who trained on it."""

    def found() -> Iterator[str]:
        yield from (model.name, model.id)
        # Downloads of the hub lie in owner--name[--file], and of the catalogue in model--variant.
        yield from model.id.split("--")
        if model.model is not None:
            yield from (model.model.id, model.model.name, urlsplit(model.model.homepage).path)
            for variant in model.model.variants:
                if isinstance(variant.source, HubSource):
                    yield variant.source.repo

    return {_plain(name) for name in found()} - {""}


def _plain(name: str) -> str:
    """The last part of a path or of an address, in small letters, with one kind of dash."""
    last = re.split(r"[/\\]", name.rstrip("/\\"))[-1]
    return re.sub(r"[\s_.-]+", "-", last.lower()).removesuffix("-gguf").strip("-")
