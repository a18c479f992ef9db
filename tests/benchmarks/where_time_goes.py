"""What one decode step is made of, and what the memory alone would allow.

Measured in a process prepared as the engine's is, by timing the decoder's own functions from outside:
each of them costs about a quarter of a microsecond more for that.
"""

from __future__ import annotations

import multiprocessing
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop_app.core.messages import ChatMessage, Load
from desktop_app.core.sampling import Sampling
from tests.benchmarks.figures import median, tell
from tests.benchmarks.prompts import STORY, prompt_of, token_ids

if TYPE_CHECKING:
    from desktop_app.engine.decoder import Decoder
    from desktop_app.engine.linear import Linear

STEPS = 48
CHUNK = 256  # prompt tokens read at once
COPIED = 256 << 20  # bytes, far more than any cache
PARTS = {
    "Attention.__init__": "attention",
    "Attention.__call__": "attention",
    "_rotations": "attention",
    "_pairs": "attention",
    "_Norm.__call__": "norms_and_elementwise",
    "_norm_heads": "norms_and_elementwise",
    "_gated": "norms_and_elementwise",
}
"""Functions and methods of `desktop_app.engine.decoder` and what they belong to. `apply` is told apart by its
layer."""

Seconds = dict[str, float]


def tell_where_time_goes(model: Path, place: Path, threads: int) -> None:
    """One line for a short context and one for a long: the median milliseconds of each part of a step."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_child, args=(there, str(model), str(place), threads))
    process.start()
    there.close()
    try:
        while True:
            figure, value, unit, detail = here.recv()
            tell(figure, value, unit, **detail)
    except EOFError:
        pass
    process.join()
    if process.exitcode:
        raise SystemExit(f"where_time_goes ended with status {process.exitcode}")


def _child(connection: Connection, model: str, place: str, threads: int) -> None:
    from desktop_app.engine.process import prepare_process

    prepare_process()
    import torch

    torch.set_num_threads(threads)
    with torch.inference_mode():
        _measure(connection, Load(0, model, place))


def _measure(connection: Connection, command: Load) -> None:
    from desktop_app.engine import decoder as module
    from desktop_app.engine.model import load_model, open_model

    opened = open_model(command, lambda _stage, _done: None)
    words = opened.words
    decoder = load_model(opened, command, lambda _stage, _done: None).model
    spent: Seconds = defaultdict(float)

    def timed(function: Callable[..., Any], part: Callable[..., str]) -> Callable[..., Any]:
        def call(*values: Any) -> Any:
            began = time.perf_counter()
            result = function(*values)
            spent[part(*values)] += time.perf_counter() - began
            return result

        return call

    head = decoder.head
    decoder = replace(decoder, embed=timed(decoder.embed, lambda *_: "embedding"))
    if decoder.head_rows is not None:
        decoder = replace(decoder, head_rows=timed(decoder.head_rows, lambda *_: "head"))
    module.apply = timed(module.apply, lambda _x, linear: "head" if linear is head else "linears")
    for name, part in PARTS.items():
        owner, own = place_of(name)
        setattr(owner, own, timed(getattr(owner, own), lambda *_, part=part: part))
    bandwidth = _copy_bytes_per_s()
    prompts: dict[str, tuple[tuple[ChatMessage, ...], bool]] = {
        "short": ((STORY,), False),
        "4096": (prompt_of(words, 4096, "0"), True),
    }
    for name, (messages, continue_last) in prompts.items():
        ids = token_ids(words, messages, continue_last)
        steps = _steps(decoder, words.vocabulary.bytes_of, ids, spent)
        parts = {part: 1000 * median([step[part] for step in steps]) for part in steps[-1]}
        cache = len(ids) * decoder.cache_bytes_per_token
        weights = _bytes_read(decoder)
        detail = {
            "context_tokens": len(ids),
            "parts_ms": parts,
            "weights_mb": weights / 1e6,
            "cache_mb": cache / 1e6,
            "copy_gb_per_s": bandwidth / 1e9,
            "floor_ms": 1000 * (weights + cache) / bandwidth,
        }
        connection.send((f"where_time_goes_{name}", parts["step"], "ms", detail))
    connection.close()


def place_of(name: str) -> tuple[Any, str]:
    """What holds a function of `PARTS`, and its name there."""
    from desktop_app.engine import decoder

    owner, _, own = name.rpartition(".")
    return (getattr(decoder, owner), own) if owner else (decoder, own)


def _steps(
    decoder: Decoder, bytes_of: Callable[[int], bytes], ids: list[int], spent: Seconds
) -> list[Seconds]:
    """Seconds of each part in each of `STEPS` greedy steps; ``rest`` is what nothing else accounts for:
    the residual stream, the loop over the layers, the cache's bookkeeping."""
    from desktop_app.engine.sampling import Sampler
    from desktop_app.engine.stopping import StopTexts, TextAssembler

    cache = decoder.new_cache()
    for start in range(0, len(ids) - 1, CHUNK):
        decoder.forward(cache, ids[start : min(start + CHUNK, len(ids) - 1)])
    sampler = Sampler(Sampling(temperature=0, repetition_penalty=1.0))
    stops, assembler = StopTexts(()), TextAssembler()
    token, steps = ids[-1], []
    for _ in range(STEPS):
        spent.clear()
        began = time.perf_counter()
        scores = decoder.logits(decoder.forward(cache, [token]))[0]
        made = time.perf_counter()
        token = sampler.next(scores, cache.ids)
        stops.add(assembler.add(bytes_of(token)))
        ended = time.perf_counter()
        rest = made - began - sum(spent.values())
        steps.append({**spent, "sampling_and_text": ended - made, "rest": rest, "step": ended - began})
    return steps


def _copy_bytes_per_s() -> float:
    """Bytes read and written by the fastest of several copies of `COPIED` bytes on all threads."""
    import torch

    source, target = torch.ones(COPIED, dtype=torch.uint8), torch.zeros(COPIED, dtype=torch.uint8)
    best = float("inf")
    for _ in range(8):
        began = time.perf_counter()
        target.copy_(source)
        best = min(best, time.perf_counter() - began)
    return 2 * COPIED / best


def _bytes_read(decoder: Decoder) -> int:
    """Weights that every step reads whole: all linear layers and the head. Of the embedding it is a row."""
    linears = [decoder.head]
    for layer in decoder.layers:
        linears += [layer.qkv, layer.output, layer.gate_up, layer.down]
    return sum(_size(linear) for linear in linears)


def _size(linear: Linear) -> int:
    from desktop_app.engine.linear import Dense

    total = 0
    for part in linear.parts:
        tensors = (
            [part.weight] if isinstance(part, Dense) else [t for p in part for t in (p.packed, p.scales)]
        )
        total += sum(tensor.numel() * tensor.itemsize for tensor in tensors)
    return total
