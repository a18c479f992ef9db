"""Our engine as the app runs it: the real process, driven through its pipe."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

from desktop_app.core.messages import (
    ChatMessage,
    Command,
    Done,
    Failed,
    Generate,
    Load,
    ModelInfo,
    Reply,
    Shutdown,
    Text,
    Transform,
)
from desktop_app.core.sampling import Sampling
from desktop_app.engine.serve import run_engine


@dataclass(frozen=True, slots=True)
class Answer:
    """``first_text_s`` counts from the sending of the command to the arrival of its first text."""

    text: str
    reply: Reply
    first_text_s: float


class OurEngine:
    """An engine process with ``model`` loaded; its prepared form lies in ``place``. Ends with the block."""

    def __init__(self, model: Path, place: Path, threads: int, precision: str = "auto") -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, there = context.Pipe()
        self._next_id = 0
        self.started = time.perf_counter()
        self._process = context.Process(target=run_engine, args=(there,))
        self._process.start()
        there.close()
        self._load_id = self._send(Load, str(model), str(place), threads=threads, precision=precision)
        self._info: ModelInfo | None = None

    @property
    def info(self) -> ModelInfo:
        """Waits until the model is loaded."""
        if self._info is None:
            self._info = self._wait(self._load_id)[0]
        return self._info

    @property
    def process(self) -> psutil.Process:
        assert self._process.pid is not None
        return psutil.Process(self._process.pid)

    def generate(self, messages: tuple[ChatMessage, ...], tokens: int, **options: Any) -> Answer:
        """A greedy reply of at most ``tokens`` to ``messages``."""
        greedy = Sampling(temperature=0, repetition_penalty=1.0, max_tokens=tokens)
        began = time.perf_counter()
        number = self._send(Generate, messages, greedy, **options)
        reply, text, first = self._wait(number)
        return Answer(text, reply, first - began)

    def transform(self, texts: Sequence[str]) -> list[str]:
        """Each of ``texts`` through the encoder-decoder model that is loaded."""
        return list(self._wait(self._send(Transform, tuple(texts)))[0])

    def _send(self, kind: type[Command], *values: Any, **options: Any) -> int:
        self._next_id += 1
        self._connection.send(kind(self._next_id, *values, **options))
        return self._next_id

    def _wait(self, number: int) -> tuple[Any, str, float]:
        """The result of command ``number``, its text, and when its first text came."""
        pieces: list[str] = []
        first = 0.0
        while True:
            event = self._connection.recv()
            if isinstance(event, Failed):
                raise SystemExit(f"our engine: {event.kind}: {event.message}")
            if event.id == self._load_id and number != self._load_id and isinstance(event, Done):
                self._info = event.result
            if event.id != number:
                continue
            if isinstance(event, Text):
                first = first or time.perf_counter()
                pieces.append(event.text)
            elif isinstance(event, Done):
                return event.result, "".join(pieces), first

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._wait(self._send(Shutdown))
        else:
            self._process.terminate()
        self._process.join()
        self._connection.close()
