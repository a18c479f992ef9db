"""The main lane's work: one model, loaded, used and let go."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop_app.core.collector import start_collector
from desktop_app.core.errors import InkhornError
from desktop_app.core.machine import physical_cores
from desktop_app.core.messages import Event, Generate, Load, ModelInfo, Progress, Reply, Text
from desktop_app.engine.model import load_decoder, open_model
from desktop_app.engine.plan import Planner

if TYPE_CHECKING:
    from desktop_app.engine.decoder import Decoder
    from desktop_app.engine.kv_cache import KVCache
    from desktop_app.engine.template import ChatTemplate
    from desktop_app.engine.tokenizer import Vocabulary

TEXT_SECONDS = 0.04
"""Pieces of text are gathered for so long: the window paints no oftener."""


@dataclass(slots=True)
class _Loaded:
    decoder: Decoder
    cache: KVCache
    vocabulary: Vocabulary
    template: ChatTemplate


class Lane:
    """``emit`` sends an event; ``is_cancelled`` tells whether a command is to stop."""

    def __init__(self, emit: Callable[[Event], None], is_cancelled: Callable[[int], bool]) -> None:
        self._emit, self._is_cancelled = emit, is_cancelled
        self._loaded: _Loaded | None = None

    def load(self, command: Load, counted: Callable[[Planner], None]) -> ModelInfo:
        """Replace the model. ``counted`` gets the planner as soon as the tokenizer is there."""
        started = time.perf_counter()
        self.unload()
        report = _Reporter(command.id, self._emit, self._is_cancelled)
        opened = open_model(command, report)
        words = opened.words
        counted(Planner(words.vocabulary, words.template(), words.context_length))
        import torch

        threads = command.threads or physical_cores()
        if threads > 0:
            torch.set_num_threads(threads)
        loaded = load_decoder(opened, command, report)
        report.stop_if_cancelled()
        decoder = loaded.decoder
        self._loaded = _Loaded(decoder, decoder.new_cache(), words.vocabulary, words.template())
        start_collector()
        return ModelInfo(
            name=command.name or opened.name,
            family=decoder.family,
            device=decoder.device,
            precision=loaded.precision,
            parameters=loaded.parameters,
            context_length=decoder.context_length,
            memory_bytes=decoder.bytes,
            load_seconds=time.perf_counter() - started,
            chat=words.chat_template is not None,
            notice=loaded.notice,
        )

    def unload(self) -> None:
        if self._loaded is not None:
            self._loaded = None
            gc.collect()

    def generate(self, command: Generate) -> Reply:
        from desktop_app.engine.generate import Piece, PromptRead, generate

        started = time.perf_counter()
        model = self._loaded
        if model is None:
            raise InkhornError("no_model", "No model is loaded.")
        ids = model.template.ids(model.vocabulary, command.messages, command.continue_last)
        text = _TextGatherer(command.id, self._emit)
        try:
            for item in generate(
                model.decoder,
                model.cache,
                model.vocabulary,
                ids,
                command.sampling,
                lambda: self._is_cancelled(command.id),
                started,
            ):
                if isinstance(item, Piece):
                    text.add(item.text)
                elif isinstance(item, PromptRead):
                    self._emit(Progress(command.id, "prompt", item.done / item.total))
                else:
                    return item
        finally:
            text.flush()
        raise AssertionError("a reply without an end")


class _Reporter:
    """Sends progress, at most one event per percent, and stops cancelled work."""

    def __init__(
        self, command_id: int, emit: Callable[[Event], None], is_cancelled: Callable[[int], bool]
    ) -> None:
        self._id, self._emit, self._is_cancelled = command_id, emit, is_cancelled
        self._last = ("", -1)

    def __call__(self, stage: str, fraction: float) -> None:
        self.stop_if_cancelled()
        if (stage, int(fraction * 100)) != self._last:
            self._last = (stage, int(fraction * 100))
            self._emit(Progress(self._id, stage, fraction))

    def stop_if_cancelled(self) -> None:
        if self._is_cancelled(self._id):
            raise InkhornError("cancelled", "Loading was stopped.")


class _TextGatherer:
    """The first piece goes out at once, later ones at most every `TEXT_SECONDS`."""

    def __init__(self, command_id: int, emit: Callable[[Event], None]) -> None:
        self._id, self._emit = command_id, emit
        self._pieces: list[str] = []
        self._sent = 0.0

    def add(self, piece: str) -> None:
        self._pieces.append(piece)
        if time.monotonic() - self._sent >= TEXT_SECONDS:
            self.flush()

    def flush(self) -> None:
        if self._pieces:
            self._emit(Text(self._id, "".join(self._pieces)))
            self._pieces.clear()
            self._sent = time.monotonic()
