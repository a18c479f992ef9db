"""llama.cpp (the `xllamacpp` wheel) in a process of its own, asked through a pipe as our engine is.

It runs at our engine's priority, so that neither has the processor before the other. Everything else is
as it comes, but for the number of threads, one conversation instead of several, and flash attention,
which is tried both on and off.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

from desktop_app.engine.process import NICENESS

CONTEXT = 8192


@dataclass(frozen=True, slots=True)
class Answer:
    """Speeds are llama.cpp's own measurements, of the ``read_tokens`` of the prompt that it had to read
    and of the reply without its first token; ``seconds`` is all of it, as who asked sees it."""

    text: str
    read_tokens: int
    reply_tokens: int
    prefill_tokens_per_s: float
    decode_tokens_per_s: float
    seconds: float


class LlamaCpp:
    """A llama.cpp server process with ``model`` loaded. Ends with the block."""

    def __init__(self, model: Path, threads: int, flash_attention: bool) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, there = context.Pipe()
        self.started = time.perf_counter()
        arguments = (there, str(model), threads, flash_attention)
        self._process = context.Process(target=_serve, args=arguments)
        self._process.start()
        there.close()

    @property
    def process(self) -> psutil.Process:
        assert self._process.pid is not None
        return psutil.Process(self._process.pid)

    def generate(self, ids: Sequence[int], tokens: int, reuse: bool = True) -> Answer:
        """Exactly ``tokens`` greedy tokens after ``ids``, end token or not. Without ``reuse`` the whole
        prompt is read, whatever was read before."""
        began = time.perf_counter()
        self._connection.send(
            {
                "prompt": list(ids),
                "n_predict": tokens,
                "temperature": 0,
                "cache_prompt": reuse,
                "ignore_eos": True,
            }
        )
        try:
            told: dict[str, Any] = self._connection.recv()
        except EOFError:
            raise SystemExit(f"llama.cpp ended with status {self._process.exitcode}") from None
        seconds = time.perf_counter() - began
        if "timings" not in told:
            raise SystemExit(f"llama.cpp: {told}")
        timings = told["timings"]
        return Answer(
            told["choices"][0]["text"],
            timings["prompt_n"],
            timings["predicted_n"],
            timings["prompt_per_second"] or 0.0,
            timings["predicted_per_second"] or 0.0,
            seconds,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
        self._process.join(5)
        if self._process.is_alive():
            self._process.terminate()
            self._process.join()


def _serve(connection: Connection, model: str, threads: int, flash_attention: bool) -> None:
    """The child: one answer for each request, until the pipe ends."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):  # its log is written by C++
        os.dup2(nowhere, stream)
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = model
    params.n_ctx = CONTEXT
    params.n_parallel = 1
    params.cpuparams.n_threads = threads
    params.cpuparams_batch.n_threads = threads
    kinds = xllamacpp.llama_flash_attn_type
    params.flash_attn_type = (
        kinds.LLAMA_FLASH_ATTN_TYPE_ENABLED if flash_attention else kinds.LLAMA_FLASH_ATTN_TYPE_DISABLED
    )
    server = xllamacpp.Server(params)
    while True:
        try:
            request = connection.recv()
        except EOFError:
            break
        connection.send(server.handle_completions(request))
    os._exit(0)
