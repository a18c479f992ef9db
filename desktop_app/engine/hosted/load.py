"""A folder from disk to a model that answers."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from torch import Tensor

from desktop_app.core.errors import InkhornError
from desktop_app.core.machine import check_memory
from desktop_app.core.messages import ModelKind
from desktop_app.engine.config import read_hosted_config
from desktop_app.engine.form_folder import DamagedPreparedError, Sink, discard
from desktop_app.engine.hosted import prepared as local
from desktop_app.engine.hosted.build import build
from desktop_app.engine.hosted.causal import HostedCausal
from desktop_app.engine.hosted.encoder import HostedClassifier, HostedEncoder
from desktop_app.engine.hosted.families import family_of
from desktop_app.engine.hosted.module import Hosted
from desktop_app.engine.hosted.module_tensors import ModuleTensors
from desktop_app.engine.hosted.text_to_text import HostedTextToText
from desktop_app.engine.hosted.weights import Forms, bind, convert, resolve
from desktop_app.engine.linear import fast_bfloat16, kernel_name
from desktop_app.engine.model import WORKING_MEMORY
from desktop_app.engine.reporting import StageReport
from desktop_app.engine.safetensors_folder import StoredTensor, read_weights
from desktop_app.engine.weights import map_weights

log = logging.getLogger(__name__)

_STORED_AS = {"float32": "F32", "bfloat16": "BF16", "float16": "F16"}

HostedModel = HostedCausal | HostedTextToText | HostedEncoder


def load_hosted(
    folder: Path, precision: str, device: str, prepared: Path, report: StageReport
) -> HostedModel:
    """Load the model in ``folder`` (``config.json``, safetensors) for ``device`` (``cpu``, ``cuda:0``,
    ``mps``) at ``precision``, one of `core.messages.PRECISIONS`. The fast form is kept in the folder
    ``prepared``, this model's own, made again where it does not belong to these files.

    Raises InkhornError (``model_missing``, ``model_damaged``, ``model_unsupported``, ``memory``), whatever
    ``report`` raises, and torch's RuntimeError where a device has no memory left.
    """
    config = read_hosted_config(folder)
    family, kind = family_of(config)
    on_cpu = device == "cpu"
    precision = choose_precision(precision, kind, device)
    stored = read_weights(folder)
    report("load", 0.0)
    module: Any = build(family, kind, config, len(stored))
    if kind == "encoder" and getattr(module, "pooler", None) is not None:
        module.pooler = None  # of a task that is not ours, and often not in the files
    forms = Forms(module, precision, on_cpu)
    check_memory(forms.bytes(module) + WORKING_MEMORY)
    files = {tensor.path for tensor in stored.values()}
    made_from = local.stamp(folder, files, precision) if on_cpu else ""
    kept = _kept_form(prepared, made_from) if on_cpu else None
    tensors, names = kept or _converted(module, stored, forms, device, prepared, made_from, report)
    sizes = {names[name]: held.numel() for name, held in module.state_dict().items() if name in names}
    try:
        bind(module, tensors, names, on_cpu)
    except KeyError as error:
        if kept is None:
            raise InkhornError("model_damaged", f"The model lacks a tensor: {error}") from error
        log.warning("the prepared form lacks %s and is made again", error)
        discard(prepared)
        return load_hosted(folder, precision, device, prepared, report)
    if not on_cpu:
        module.to(device)
    report("load", 1.0)
    hosted = Hosted(
        module=module,
        folder=folder,
        family=str(config["model_type"]),
        kind=kind,
        device=device,
        precision=precision,
        parameters=sum(sizes.values()),
        bytes=sum(tensor.nbytes for tensor in tensors.values()),
        config=config,
    )
    return _model(hosted)


def choose_precision(precision: str, kind: ModelKind, device: str) -> str:
    """What ``auto`` means here, and what stands for a precision that this computer has no kernel for.
    Encoders read many rows at once, which packed layers are unpacked for each time: they stay dense."""
    if device != "cpu":
        half = "float16" if device == "mps" else "bfloat16"
        return precision if precision in _STORED_AS else half
    dense = "bfloat16" if fast_bfloat16() else "float32"
    if precision == "auto":
        precision = {"causal": "packed4", "text_to_text": "packed8"}.get(kind, dense)
    return precision if precision in _STORED_AS or kernel_name() else dense


_Named = tuple[Mapping[str, Tensor], Mapping[str, str]]
"""Tensors, and which of them each of the module's own is."""


def _kept_form(prepared: Path, made_from: str) -> _Named | None:
    """The prepared form that was made ``made_from`` these files before; None where there is none."""
    try:
        weights, names = local.read_names(prepared, made_from)
        return map_weights(weights), names
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (DamagedPreparedError, SafetensorError) as error:
        log.warning("the prepared form cannot be used and is made again: %s", error)
        discard(prepared)
        return None


def _converted(
    module: Any,
    stored: Mapping[str, StoredTensor],
    forms: Forms,
    device: str,
    prepared: Path,
    made_from: str,
    report: StageReport,
) -> _Named:
    """From the model's files. On the CPU by way of a prepared form, which is left out where the files have
    everything as it is wanted, and where it cannot be written."""
    source = ModuleTensors(module, stored)
    try:
        names = resolve(module, source)

        def produce(sink: Sink) -> None:
            convert(module, source, names, forms, sink, lambda done: report("prepare", done))

        as_stored = source.dtypes() == {_STORED_AS.get(forms.precision)}
        if forms.on_cpu and not as_stored:
            try:
                return map_weights(local.write(prepared, made_from, names, produce)), names
            except OSError as error:
                log.warning("the prepared form cannot be kept (%s); it stays in memory", error.strerror)
        tensors: dict[str, Tensor] = {}

        def keep(name: str, tensor: Tensor) -> None:
            tensors[name] = tensor.to(device)

        produce(keep)
        return tensors, names
    finally:
        source.close()


def _model(hosted: Hosted) -> HostedModel:
    if hosted.kind == "causal":
        return HostedCausal(hosted)
    if hosted.kind == "encoder":
        return HostedEncoder(hosted)
    if hosted.kind == "classifier":
        return HostedClassifier(hosted)
    return HostedTextToText(hosted)
