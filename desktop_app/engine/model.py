"""A model from file to ready, in stages, so that counting tokens need not wait for weights.

Nothing here imports torch before the description (tokenizer, template, sizes) is read: torch takes
most of a cold start, and is imported by another thread meanwhile.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.core.errors import InkhornError
from desktop_app.core.machine import check_memory, cpu_kind
from desktop_app.core.messages import Load
from desktop_app.engine.architecture import read_architecture
from desktop_app.engine.gguf import GgufFile, read_gguf
from desktop_app.engine.prepared import (
    FORMAT,
    DamagedPreparedError,
    Description,
    Prepared,
    discard,
    read_prepared,
    write_prepared,
)
from desktop_app.engine.source import identify
from desktop_app.engine.template import ChatTemplate, make_template
from desktop_app.engine.tokenizer import make_vocabulary

if TYPE_CHECKING:
    from torch import Tensor

    from desktop_app.engine.decoder import Decoder

log = logging.getLogger(__name__)

Report = Callable[[str, float], None]
"""Called with a stage of `core.messages.Progress` and its fraction; may raise to stop."""

WORKING_MEMORY = 160 << 20
"""Bytes besides the weights: a first KV cache and the buffers of reading a prompt."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A model whose words are known and whose weights are not loaded yet. ``prepared`` is None when it
    has to be converted from ``source``."""

    description: Description
    folder: Path
    prepared: Prepared | None
    source: Path

    def template(self) -> ChatTemplate:
        """A new template object: each thread needs its own."""
        d = self.description
        return make_template(d.chat_template, d.bos, d.eos)


def open_model(command: Load, report: Report) -> Opened:
    """Identify the file and read all but the weights, from the prepared folder if there is a good one.
    Raises InkhornError."""
    source, place = Path(command.path), Path(command.prepared_dir)
    digest = identify(source, place / "sources", command.sha256, lambda done: report("verify", done))
    folder = place / f"{digest[:32]}-{FORMAT}-{cpu_kind()}"
    try:
        prepared = read_prepared(folder)
        return Opened(prepared.description, folder, prepared, source)
    except (FileNotFoundError, NotADirectoryError):
        pass
    except DamagedPreparedError as error:
        log.warning("the prepared form is damaged and made again: %s", error)
        discard(folder)
    return Opened(_describe(read_gguf(source), source.stem), folder, None, source)


def load_weights(opened: Opened, report: Report) -> tuple[Decoder, str]:
    """The decoder, and its precision. Prepares the fast form first where it is missing; if that cannot
    be written, keeps it in memory. Raises InkhornError, or RuntimeError and MemoryError of torch."""
    from desktop_app.engine.linear import layout
    from desktop_app.engine.weights import make_decoder, map_weights

    a = opened.description.architecture
    if opened.prepared is not None and opened.description.layout != layout():
        log.warning("the prepared form is for another CPU or version of torch and is made again")
    elif opened.prepared is not None:
        check_memory(opened.prepared.bytes + WORKING_MEMORY)
        try:
            decoder = make_decoder(a, map_weights(opened.prepared.weights))
            report("load", 1.0)
            return decoder, opened.description.precision
        except (OSError, KeyError, ValueError, _safetensors_error()) as error:
            log.warning("the prepared weights cannot be read and are made again: %s", type(error).__name__)
            discard(opened.folder)
    tensors, precision = _prepare(opened, report)
    decoder = make_decoder(a, tensors)
    report("load", 1.0)
    return decoder, precision


def _prepare(opened: Opened, report: Report) -> tuple[dict[str, Tensor], str]:
    from desktop_app.engine.convert import best_precision, convert
    from desktop_app.engine.linear import layout
    from desktop_app.engine.weights import map_weights

    file = read_gguf(opened.source)
    precision = best_precision()
    check_memory(_converted_bytes(file, precision) + WORKING_MEMORY)
    description = replace(opened.description, precision=precision, layout=layout())

    def produce(sink: Callable[[str, Tensor], None]) -> None:
        convert(file, description.architecture, precision, sink, lambda done: report("prepare", done))

    try:
        prepared = write_prepared(opened.folder, description, produce)
        return map_weights(prepared.weights), precision
    except OSError as error:
        log.warning("the prepared form cannot be kept (%s); it stays in memory", error.strerror)
    tensors: dict[str, Tensor] = {}
    produce(tensors.__setitem__)
    return tensors, precision


def _describe(file: GgufFile, stem: str) -> Description:
    architecture = read_architecture(file)
    vocabulary = make_vocabulary(file.metadata)
    if vocabulary.size > architecture.vocabulary:
        raise InkhornError("model_damaged", "The model file is damaged. It has more tokens than scores.")
    tokens = file.metadata["tokenizer.ggml.tokens"]

    def token(name: str) -> str:
        number = file.metadata.get(f"tokenizer.ggml.{name}_token_id")
        return str(tokens[number]) if isinstance(number, int) and 0 <= number < len(tokens) else ""

    name, template = file.metadata.get("general.name"), file.metadata.get("tokenizer.chat_template")
    description = Description(
        name=name[:200] if isinstance(name, str) and name.strip() else stem,
        precision="",
        layout="",
        parameters=sum(info.elements for info in file.tensors.values()),
        architecture=architecture,
        chat_template=template if isinstance(template, str) else None,
        bos=token("bos"),
        eos=token("eos"),
        vocabulary=vocabulary,
    )
    make_template(description.chat_template)  # a broken one is refused now, not at the first question
    return description


def _converted_bytes(file: GgufFile, precision: str) -> int:
    """About what `convert` makes: packed forms are near the file's own size, dense ones are not."""
    if precision == "packed":
        return len(file.data) + sum(i.elements for n, i in file.tensors.items() if n == "token_embd.weight")
    wide = 4 if precision == "float32" else 2
    return wide * sum(info.elements for info in file.tensors.values())


def _safetensors_error() -> type[Exception]:
    from safetensors import SafetensorError

    return SafetensorError
