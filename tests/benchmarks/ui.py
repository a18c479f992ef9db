"""The window: how soon it is there, whether it stalls, what it takes. `python3 run.py bench ui`.

Every figure comes from the real app with the real engine and the starter model, on a virtual screen
where there is no other, each in a process of its own; medians of several turns.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from desktop_app.core.settings import Settings, save_settings
from desktop_app.store.store import open_store
from tests.benchmarks.conversation_fixture import make_conversation

ROOT = Path(__file__).resolve().parents[2]
TURNS = 5
MESSAGES = 10_000
TOKENS = 300_000


@contextmanager
def screen() -> Iterator[dict[str, str]]:
    """Environment with a display: the one there is, a virtual one, or Qt's offscreen platform."""
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or sys.platform != "linux":
        yield dict(os.environ)
        return
    if shutil.which("Xvfb") is None:
        yield {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
        return
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
        pass_fds=(write,),
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read) as numbers:
            number = numbers.readline().strip()
        yield {**os.environ, "DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
    finally:
        server.terminate()
        server.wait()


def probe(data: Path, task: str, environment: dict[str, str], conversation: int = 0) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.probe", "--data-dir", str(data), "--task", task]
    command += ["--conversation", str(conversation), "--started", repr(time.time())]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    if done.returncode or not done.stdout.strip():
        raise SystemExit(f"{task} ended with {done.returncode}:\n{done.stderr[-4000:]}")
    figures: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return figures


def begin_anew(data: Path) -> None:
    """Settings as after the first-run page."""
    save_settings(Settings(welcomed=True), data / "settings.json")


def fill(data: Path) -> int:
    """A conversation of `MESSAGES` messages and about `TOKENS` tokens in the real database."""
    store, _ = open_store(data / "inkhorn.db")
    try:
        row = store.create_conversation(title="Ten thousand messages")
        messages = [
            {"role": message.role, "text": message.text} for message in make_conversation(MESSAGES, TOKENS)
        ]
        parent: int | None = None
        for message in messages:
            parent = store.add_message(row.id, parent, message["role"], message["text"]).id
        return row.id
    finally:
        store.close()


def show(figure: str, values: list[float], unit: str, goal: float, **detail: object) -> None:
    middle = statistics.median(values)
    line = {
        "figure": figure,
        "value": round(middle, 3),
        "unit": unit,
        "detail": {"goal": goal, "all": [round(value, 3) for value in values], **detail},
    }
    print(json.dumps(line), flush=True)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="inkhorn-bench-") as folder, screen() as environment:
        data = Path(folder)
        begin_anew(data)
        platform = environment.get("QT_QPA_PLATFORM", "native")
        probe(data, "first_token", environment)  # the first start prepares the model
        first = [probe(data, "first_token", environment) for _ in range(TURNS)]
        show("first_token_s", [turn["first_token_s"] for turn in first], "s", 3.0, platform=platform)
        ready = [probe(data, "ready", environment) for _ in range(TURNS)]
        show("window_ready_s", [turn["window_ready_s"] for turn in ready], "s", 1.0, platform=platform)
        conversation = fill(data)
        long = []
        for _ in range(3):
            begin_anew(data)  # or the window would open the long conversation by itself
            long.append(probe(data, "stream", environment, conversation))
        detail = {"messages": MESSAGES, "tokens": TOKENS, "platform": platform}
        show("open_10k_s", [turn["open_10k_s"] for turn in long], "s", 0.3, **detail)
        more = {"pieces": [turn["pieces"] for turn in long]}
        more["over_20_ms"] = [turn["stalls_over_20_ms"] for turn in long]
        show("stall_ms", [turn["stall_ms"] for turn in long], "ms", 50.0, **detail, **more)
        rss = [round(turn["gui_rss_mb"], 1) for turn in long]
        show("gui_memory_mb", [turn["gui_memory_mb"] for turn in long], "MB", 250.0, **detail, rss=rss)


if __name__ == "__main__":
    main()
