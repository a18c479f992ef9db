"""A model that continues text, with its words and the caches of several conversations."""

from __future__ import annotations

import time
from collections.abc import Callable

from desktop_app.core.messages import Choice, Choose, Event, Generate, Progress, Reply
from desktop_app.engine.caches import CachePool
from desktop_app.engine.causal import CausalModel
from desktop_app.engine.choosing import choose
from desktop_app.engine.generate import Piece, PromptRead, generate
from desktop_app.engine.reporting import TextGatherer
from desktop_app.engine.words import Words


class Session:
    """``cache_bytes`` as in `core.messages.Load`."""

    def __init__(self, model: CausalModel, words: Words, cache_bytes: int) -> None:
        self._model, self._vocabulary, self._template = model, words.vocabulary, words.template()
        self._budget = cache_bytes
        self._pool = CachePool(model, cache_bytes)

    @property
    def cache_bytes(self) -> int:
        return self._pool.bytes

    @property
    def context_length(self) -> int:
        return self._model.context_length

    def count(self, text: str) -> int:
        """Tokens of ``text`` by itself."""
        return len(self._vocabulary.encode(text))

    def use_model(self, model: CausalModel) -> None:
        """The same model with other adapters: what the caches hold was computed with those before."""
        self._model = model
        self._pool.clear()
        self._pool = CachePool(model, self._budget)

    def generate(
        self, command: Generate, emit: Callable[[Event], None], is_cancelled: Callable[[], bool]
    ) -> Reply:
        """Sends `Progress` and `Text` on the way. Raises InkhornError."""
        started = time.perf_counter()
        ids = self._template.ids(self._vocabulary, command.messages, command.continue_last)
        text = TextGatherer(command.id, emit)
        run = generate(
            self._model,
            self._pool.take(ids),
            self._vocabulary,
            ids,
            command.sampling,
            is_cancelled,
            started,
            look_up=command.look_up,
            schema=command.schema,
            continues=command.continue_last,
        )
        try:
            for item in run:
                if isinstance(item, Piece):
                    text.add(item.text)
                elif isinstance(item, PromptRead):
                    emit(Progress(command.id, "prompt", item.done / item.total))
                else:
                    return item
        finally:
            text.flush()
            self._pool.trim()
        raise AssertionError("a reply without an end")

    def choose(self, command: Choose, is_cancelled: Callable[[], bool]) -> tuple[Choice, ...]:
        """See `desktop_app.engine.choosing.choose`."""
        ids = self._template.ids(self._vocabulary, command.messages)
        cache = self._pool.take(ids)
        return choose(self._model, cache, self._vocabulary, ids, command.choices, is_cancelled)
