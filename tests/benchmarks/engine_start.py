"""A cold engine's way to its first token, phase by phase, and its speed: one JSON line per figure.

Prepares the starter model first, so that what is measured is the second start."""

from __future__ import annotations

import json
import multiprocessing
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from desktop_app.core.messages import ChatMessage, Done, Failed, Generate, Load, Shutdown, Text
from desktop_app.core.paths import bundle_root
from desktop_app.core.sampling import Sampling
from desktop_app.engine.serve import run_engine

MODEL = bundle_root() / "models" / "starter" / "SmolLM2-135M-Instruct.Q4_1.gguf"
GREEDY = Sampling(temperature=0, repetition_penalty=1.0, max_tokens=128)
SHORT = (ChatMessage("user", "What is the capital of France?"),)
LONG = (ChatMessage("user", "Tell a long story that begins so: " + "the ink was still wet and " * 165),)


def start(place: Path) -> dict[str, float]:
    """One engine from start to end: seconds from the start of its process, speeds, and memory."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    began = time.perf_counter()
    process = context.Process(target=run_engine, args=(there,))
    process.start()
    there.close()
    found: dict[str, float] = {}

    def wait(number: int) -> Any:
        while True:
            event = here.recv()
            if isinstance(event, Text) and event.id == number:
                found.setdefault(f"text_{number}_s", time.perf_counter() - began)
            if isinstance(event, Failed):
                raise SystemExit(f"{event.kind}: {event.message}")
            if isinstance(event, Done) and event.id == number:
                return event.result

    here.send(Load(1, str(MODEL), str(place)))
    here.send(Generate(2, SHORT, GREEDY))
    found["load_s"] = wait(1).load_seconds
    found["loaded_at_s"] = time.perf_counter() - began
    found["short_prompt_s"] = wait(2).first_token_s
    here.send(Generate(3, LONG, GREEDY))
    reply = wait(3)
    found["decode_tokens_per_s"] = reply.decode_tokens_per_s
    found["prefill_tokens_per_s"] = reply.prompt_tokens / reply.first_token_s
    memory = psutil.Process(process.pid).memory_info()
    found["memory_mb"] = memory.rss / 1e6
    found["private_mb"] = (memory.rss - memory.shared) / 1e6
    here.send(Shutdown(4))
    wait(4)
    process.join()
    return found


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        first = start(Path(folder))
        later = [start(Path(folder)) for _ in range(3)]
    best = {name: [run[name] for run in later] for name in later[0]}
    units = {"tokens_per_s": "tokens/s", "mb": "MB", "s": "s"}
    print(json.dumps({"figure": "prepare_s", "value": round(first["load_s"], 3), "unit": "s", "detail": {}}))
    for name, values in best.items():
        unit = next(text for end, text in units.items() if name.endswith(end))
        figure = {"text_2_s": "engine_first_token_s", "text_3_s": "long_first_token_s"}.get(name, name)
        detail = {"runs": [round(value, 3) for value in values]}
        value = round(statistics.median(values), 3)
        print(json.dumps({"figure": figure, "value": value, "unit": unit, "detail": detail}))


if __name__ == "__main__":
    main()
