"""The main lane's work: one model, loaded, used and let go."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from desktop_app.core.collector import start_collector
from desktop_app.core.errors import InkhornError
from desktop_app.core.machine import free_memory, own_memory, physical_cores
from desktop_app.core.messages import (
    Choice,
    Choose,
    Classify,
    Command,
    Embed,
    Embeddings,
    Event,
    Generate,
    Load,
    MemoryUse,
    ModelInfo,
    Transform,
    Unload,
    UseAdapters,
)
from desktop_app.core.translation import Translate, Translated, Translation
from desktop_app.engine.causal import CausalModel, Stopped
from desktop_app.engine.heap import give_back
from desktop_app.engine.model import LoadedModel, Opened, load_model, open_model
from desktop_app.engine.plan import Planner
from desktop_app.engine.reporting import Reporter
from desktop_app.engine.threads import Threads

if TYPE_CHECKING:
    from desktop_app.engine.session import Session


class Lane:
    """``emit`` sends an event; ``is_cancelled`` tells whether a command is to stop."""

    def __init__(self, emit: Callable[[Event], None], is_cancelled: Callable[[int], bool]) -> None:
        self._emit, self._is_cancelled = emit, is_cancelled
        self._loaded: LoadedModel | None = None
        self._session: Session | None = None  # where the model continues text
        self._info: ModelInfo | None = None
        self._threads: Threads | None = None

    def run(self, command: Command) -> Any:
        """The result of any command but `Load`. Raises InkhornError, and torch's own errors."""
        if isinstance(command, Unload):
            return self.unload()
        if isinstance(command, UseAdapters):
            return self._use_adapters(command)
        with self._stopping(command.id) as report:
            if isinstance(command, Generate):
                return self._causal().generate(command, self._emit, report.is_cancelled)
            if isinstance(command, Choose):
                return self._causal().choose(command, report.is_cancelled)
            if isinstance(command, Transform):
                return self._transform(command, report)
            if isinstance(command, Translate):
                return self._translate(command, report)
            if isinstance(command, Embed):
                return self._embed(command, report)
            if isinstance(command, Classify):
                return self._classify(command, report)
        raise InkhornError("internal", f"The engine does not know {type(command).__name__}.")

    def load(self, command: Load, counted: Callable[[Planner], None]) -> ModelInfo:
        """Replace the model. ``counted`` gets the planner as soon as the tokenizer is there."""
        started = time.perf_counter()
        self.unload()
        report = self._reporter(command.id)
        opened = open_model(command, report)
        if opened.words is not None:
            words = opened.words
            counted(Planner(words.vocabulary, words.template(), words.context_length))
        import torch

        most = command.threads or physical_cores() or torch.get_num_threads()
        self._threads = Threads(most, torch.set_num_threads)
        loaded = load_model(opened, command, report)
        report.stop_if_cancelled()
        give_back()
        self._loaded, self._session = loaded, _session(loaded, opened, command)
        self._info = _info(loaded, opened, command)
        if command.adapters:
            self._info = self._use_adapters(UseAdapters(command.id, command.adapters))
        self._info = replace(self._info, load_seconds=time.perf_counter() - started)
        start_collector()
        return self._info

    def unload(self) -> None:
        """Let the model go, if there is one, with all memory that it took."""
        if self._loaded is not None:
            self._loaded = self._session = self._info = None
            gc.collect()
            give_back()

    def memory(self) -> MemoryUse:
        """May be called from another thread."""
        loaded, session = self._loaded, self._session
        return MemoryUse(
            weights=loaded.model.bytes if loaded else 0,
            caches=session.cache_bytes if session else 0,
            process=own_memory(),
            free=free_memory(),
        )

    # --- what the kinds of models do --------------------------------------------------------------

    def _causal(self) -> Session:
        self._model()
        if self._session is None:
            raise _wrong_kind("continue text")
        return self._session

    def _transform(self, command: Transform, report: Reporter) -> tuple[str, ...]:
        model = self._model()
        if self._loaded is None or self._loaded.kind != "text_to_text":
            raise _wrong_kind("translate or transform texts")
        c = command
        told, cancelled = report.work, report.is_cancelled
        return tuple(model.transform(c.texts, c.source, c.target, c.beams, c.max_tokens, told, cancelled))

    def _translate(self, command: Translate, report: Reporter) -> tuple[Translation, ...]:
        from desktop_app.engine.translation.choosing import translator_for
        from desktop_app.engine.translation.pipeline import run

        translator = translator_for(self._model(), self._session, command)
        if translator is None:
            raise _wrong_kind("translate")
        done = 0

        def told(number: int, result: Translation) -> None:
            nonlocal done
            done += 1
            self._emit(Translated(command.id, number, result))
            report.work(done / len(command.sentences))

        return run(translator, command, told, report.is_cancelled)

    def _embed(self, command: Embed, report: Reporter) -> Embeddings:
        from desktop_app.engine.hosted.encoder import HostedEncoder

        model = self._model()
        if not isinstance(model, HostedEncoder):
            raise _wrong_kind("make vectors of texts")
        found = model.embed(command.texts, report.work, report.is_cancelled)
        return Embeddings(found.shape[0], found.shape[1], found.numpy().astype("<f4").tobytes())

    def _classify(self, command: Classify, report: Reporter) -> tuple[tuple[Choice, ...], ...]:
        from desktop_app.engine.hosted.encoder import HostedClassifier

        model = self._model()
        if not isinstance(model, HostedClassifier):
            raise _wrong_kind("sort texts into labels")
        found = model.classify(command.texts, report.work, report.is_cancelled)
        return tuple(tuple(Choice(label, chance) for label, chance in row.items()) for row in found)

    def _use_adapters(self, command: UseAdapters) -> ModelInfo:
        from desktop_app.engine.adapting import use_adapters

        loaded, info = self._loaded, self._info
        if loaded is None or info is None:
            raise InkhornError("no_model", "No model is loaded.")
        model = use_adapters(loaded.model, command.adapters)
        self._loaded = replace(loaded, model=model)
        causal = _causal(self._loaded)
        if self._session is not None and causal is not None:
            self._session.use_model(causal)
        self._info = replace(info, adapters=command.adapters)
        return self._info

    def _model(self) -> Any:
        if self._loaded is None:
            raise InkhornError("no_model", "No model is loaded.")
        return self._loaded.model

    # --- progress and stopping --------------------------------------------------------------------

    def _reporter(self, command_id: int) -> Reporter:
        return Reporter(command_id, self._emit, lambda: self._asked_to_stop(command_id))

    def _asked_to_stop(self, command_id: int) -> bool:
        """What computes asks this many times a second, whatever it is: the place to give way, too."""
        if self._threads is not None:
            self._threads.give_way()
        return self._is_cancelled(command_id)

    @contextmanager
    def _stopping(self, command_id: int) -> Iterator[Reporter]:
        try:
            yield self._reporter(command_id)
        except Stopped:
            raise InkhornError("cancelled", "It was stopped.") from None


def _session(loaded: LoadedModel, opened: Opened, command: Load) -> Session | None:
    model = _causal(loaded)
    if model is None or opened.words is None:
        return None
    from desktop_app.engine.session import Session

    return Session(model, opened.words, command.cache_bytes)


def _causal(loaded: LoadedModel) -> CausalModel | None:
    from desktop_app.engine.decoder import Decoder

    if isinstance(loaded.model, Decoder):
        return loaded.model
    if loaded.kind != "causal":
        return None
    from desktop_app.engine.hosted.causal import HostedCausal

    assert isinstance(loaded.model, HostedCausal)
    return loaded.model


def _info(loaded: LoadedModel, opened: Opened, command: Load) -> ModelInfo:
    model = loaded.model
    return ModelInfo(
        name=command.name or opened.name,
        family=model.family,
        device=model.device,
        precision=loaded.precision,
        parameters=loaded.parameters,
        context_length=model.context_length,
        memory_bytes=model.bytes,
        load_seconds=0.0,
        kind=loaded.kind,
        chat=opened.words is not None and opened.words.chat_template is not None,
        labels=tuple(getattr(model, "labels", ())),
        languages=tuple(getattr(model, "languages", ())),
        notice=loaded.notice,
    )


def _wrong_kind(what: str) -> InkhornError:
    return InkhornError("wrong_kind", f"The loaded model does not {what}.", what=what)
