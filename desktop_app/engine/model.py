"""A model from file to ready, in stages, so that counting tokens need not wait for weights.

Nothing here imports torch before the words (tokenizer, template, sizes) are read: torch takes most of a
cold start, and is imported by another thread meanwhile.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from desktop_app.core.errors import InkhornError
from desktop_app.core.machine import check_memory, cpu_kind
from desktop_app.core.messages import Load, ModelKind, Notice
from desktop_app.engine.bergamot.origin import BergamotOrigin
from desktop_app.engine.form_folder import DamagedPreparedError, discard
from desktop_app.engine.origins import HostedOrigin, LeanOrigin, Origin, open_folder, open_gguf
from desktop_app.engine.prepared import (
    FORMAT,
    Description,
    Prepared,
    read_prepared,
    write_prepared,
)
from desktop_app.engine.reporting import StageReport
from desktop_app.engine.safetensors_folder import read_weights
from desktop_app.engine.source import identify_folder, identify_gguf
from desktop_app.engine.words import Words

if TYPE_CHECKING:
    from torch import Tensor

    from desktop_app.engine.bergamot.translator import BergamotTranslator
    from desktop_app.engine.checkpoint import Checkpoint
    from desktop_app.engine.decoder import Decoder
    from desktop_app.engine.hosted.load import HostedModel
    from desktop_app.engine.translation.pivot import Pivot

log = logging.getLogger(__name__)

WORKING_MEMORY = 160 << 20
"""Bytes besides the weights: a first KV cache and the buffers of reading a prompt."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A model whose words are known and whose weights are not loaded yet. ``words`` only where it
    continues text. ``forms`` is where its prepared forms lie, to be ended by the precision's name;
    ``prepared`` is a lean decoder's that was found there; ``origin`` is what else was read of the source,
    ``pivot`` of the model behind it."""

    name: str
    kind: ModelKind
    words: Words | None
    source: Path
    forms: Path
    prepared: Prepared | None
    origin: Origin | None
    pivot: BergamotOrigin | None = None

    def form(self, precision: str) -> Path:
        """The folder of the prepared form for ``precision``."""
        return self.forms.with_name(f"{self.forms.name}-{precision}")

    def read_lean_origin(self) -> LeanOrigin:
        """What was read of the source, or is now, where a prepared form made it needless so far. Raises
        InkhornError."""
        origin = self.origin or _read_origin(self.source)
        assert isinstance(origin, LeanOrigin), "a prepared form is always a lean decoder's"
        return origin


Model: TypeAlias = "Decoder | HostedModel | BergamotTranslator | Pivot"


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """``model`` offers what its ``kind`` says: `CausalModel`, one of the hosted kinds, or a translator."""

    model: Model
    kind: ModelKind
    precision: str
    parameters: int
    notice: Notice | None = None


def open_model(command: Load, report: StageReport) -> Opened:
    """Identify the file and read all but the weights, from the prepared folder if there is a good one.
    Raises InkhornError."""
    source, place = Path(command.path), Path(command.prepared_dir)
    records = place / "sources"
    if source.is_dir():
        digest = identify_folder(source, records, lambda done: report("verify", done))
    else:
        digest = identify_gguf(source, records, command.sha256, lambda done: report("verify", done))
    forms = place / f"{digest[:32]}-{FORMAT}-{cpu_kind()}"
    prepared = _find_prepared(forms.with_name(f"{forms.name}-{command.precision}"))
    if prepared is not None:
        d = prepared.description
        return Opened(d.name, "causal", d.words, source, forms, prepared, None)
    origin = _read_origin(source)
    kind: ModelKind = "causal" if isinstance(origin, LeanOrigin) else origin.kind
    pivot = _read_pivot(origin, Path(command.pivot)) if command.pivot else None
    return Opened(origin.name, kind, origin.words, source, forms, None, origin, pivot)


def _read_origin(source: Path) -> Origin:
    return open_folder(source) if source.is_dir() else open_gguf(source)


def _read_pivot(origin: Origin, path: Path) -> BergamotOrigin:
    pivot = _read_origin(path)
    if not isinstance(origin, BergamotOrigin) or not isinstance(pivot, BergamotOrigin):
        raise InkhornError(
            "model_unsupported", "Only two of Mozilla's networks translate one after the other."
        )
    return pivot


def _find_prepared(folder: Path) -> Prepared | None:
    try:
        return read_prepared(folder)
    except (FileNotFoundError, NotADirectoryError):
        pass
    except DamagedPreparedError as error:
        log.warning("the prepared form is damaged and made again: %s", error)
        discard(folder)
    return None


def load_model(opened: Opened, command: Load, report: StageReport) -> LoadedModel:
    """The model on its device. Prepares the fast form first where it is missing; if that cannot be
    written, keeps it in memory. Raises InkhornError, or RuntimeError and MemoryError of torch."""
    from desktop_app.engine import devices

    load = _load_decoder
    if isinstance(opened.origin, HostedOrigin):
        load = _load_hosted
    elif isinstance(opened.origin, BergamotOrigin):
        load = _load_bergamot
    device, notice = devices.choose(command.device, 2 * _parameters(opened))
    if device != "cpu":
        asked = command.precision
        try:
            form = devices.half(device) if asked == "auto" or asked.startswith("packed") else asked
            return replace(load(opened, form, device, report), notice=notice)
        except RuntimeError as error:  # of the driver, or out of its memory
            notice = devices.failed(device, error)
    return replace(load(opened, command.precision, "cpu", report), notice=notice)


def _load_hosted(opened: Opened, form: str, device: str, report: StageReport) -> LoadedModel:
    from desktop_app.engine.hosted.load import load_hosted

    # By a name of its own: the lean decoder's form holds the words too, and is looked for before anything
    # is known of the model.
    model = load_hosted(opened.source, form, device, opened.form(f"hosted-{form}"), report)
    return LoadedModel(model, opened.kind, model.precision, model.parameters)


def _load_bergamot(opened: Opened, form: str, device: str, report: StageReport) -> LoadedModel:
    from desktop_app.engine.bergamot.load import load_bergamot

    assert isinstance(opened.origin, BergamotOrigin)
    model = load_bergamot(opened.origin, opened.pivot, form, device, report)
    return LoadedModel(model, opened.kind, model.precision, model.parameters)


def _parameters(opened: Opened) -> int:
    if opened.prepared is not None:
        return opened.prepared.description.parameters
    if isinstance(opened.origin, LeanOrigin):
        return opened.origin.checkpoint.parameters
    if isinstance(opened.origin, BergamotOrigin):
        return opened.origin.header.parameters + (opened.pivot.header.parameters if opened.pivot else 0)
    return sum(tensor.elements for tensor in read_weights(opened.source).values())


def _load_decoder(opened: Opened, form: str, device: str, report: StageReport) -> LoadedModel:
    from desktop_app.engine.linear import layout
    from desktop_app.engine.weights import make_decoder, map_weights

    folder, prepared = opened.form(form), opened.prepared
    if prepared is None or prepared.weights.parent != folder:
        prepared = _find_prepared(folder)
    if prepared is not None and prepared.description.layout != layout():
        log.warning("the prepared form is for another CPU or version of torch and is made again")
    elif prepared is not None:
        d = prepared.description
        if device == "cpu":
            check_memory(prepared.bytes + WORKING_MEMORY)
        try:
            decoder = make_decoder(d.architecture, map_weights(prepared.weights, device))
            report("load", 1.0)
            return LoadedModel(decoder, "causal", d.precision, d.parameters)
        except (OSError, KeyError, ValueError, _safetensors_error()) as error:
            log.warning("the prepared weights cannot be read and are made again: %s", type(error).__name__)
            discard(folder)
    return _prepare(opened, form, device, report)


def _prepare(opened: Opened, form: str, device: str, report: StageReport) -> LoadedModel:
    from desktop_app.engine.convert import convert, resolve_precision
    from desktop_app.engine.linear import layout
    from desktop_app.engine.weights import make_decoder, map_weights

    origin = opened.read_lean_origin()
    source, a = origin.checkpoint, origin.architecture
    precision = resolve_precision(form, source)
    check_memory(_converted_bytes(source, precision) + WORKING_MEMORY)
    description = Description(origin.name, precision, layout(), source.parameters, a, origin.words)

    def produce(sink: Callable[[str, Tensor], None]) -> None:
        convert(source, a, precision, sink, lambda done: report("prepare", done))

    try:
        prepared = write_prepared(opened.form(form), description, produce)
        tensors = map_weights(prepared.weights, device)
    except OSError as error:
        log.warning("the prepared form cannot be kept (%s); it stays in memory", error.strerror)
        made: dict[str, Tensor] = {}
        produce(lambda name, tensor: made.__setitem__(name, tensor.to(device)))
        tensors = made
    decoder = make_decoder(a, tensors)
    report("load", 1.0)
    return LoadedModel(decoder, "causal", precision, source.parameters)


def _converted_bytes(source: Checkpoint, precision: str) -> int:
    """About what `convert` makes: 4 bits and a scale and zero of 16 bits each for 32 weights, twice that
    for 8 bits; the embedding may lie beside the head in another form."""
    bits = {"packed4": 5, "packed8": 10, "float32": 32}.get(precision, 16)
    embedding = math.prod(source.shape(f"{source.names.embedding}.weight"))
    return (bits * source.parameters + 16 * embedding) // 8


def _safetensors_error() -> type[Exception]:
    from safetensors import SafetensorError

    return SafetensorError
