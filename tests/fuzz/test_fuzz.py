"""Files that mean harm end in a value or in an error of ours: no crash, no hang, no code run."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

import pytest

ROOT = Path(__file__).resolve().parents[2]
COUNTS = {
    "bergamot": 2000,
    "gguf": 6000,
    "safetensors": 6000,
    "config": 5000,
    "tokenizer": 3000,
    "template": 4000,
}
SILENCE = 90.0
"""Seconds without a new case after which the last one is taken for one that never ends."""


@pytest.mark.slow
@pytest.mark.parametrize("family", COUNTS)
def test_every_case_ends_in_a_value_or_an_error_of_ours(
    family: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    last, told = run(family, 0, COUNTS[family], tmp_path / "stderr.txt")
    complaint = (tmp_path / "stderr.txt").read_text(encoding="utf-8", errors="replace")[-4000:]
    assert told, f"case {last}: python -m tests.fuzz.child {family} {last} 1\n{complaint}"
    ran, refused = map(int, told)
    assert ran == COUNTS[family]
    assert 0 < refused < ran  # both ends are reached
    with capsys.disabled():
        print(f"\n{family}: {ran} cases ran, {refused} refused")


def test_there_are_at_least_20_000_cases() -> None:
    assert sum(COUNTS.values()) >= 20_000


@pytest.mark.slow
@pytest.mark.parametrize(
    "what", ["hanging", "crashing", "raising", "writing", "reading", "running", "filling"]
)
def test_the_fuzzer_sees_what_it_looks_for(what: str, tmp_path: Path) -> None:
    silence = 20.0 if what == "hanging" else SILENCE
    assert run(f"bad:{what}", 0, 10, tmp_path / "stderr.txt", silence) == (7, [])


def test_the_fuzzer_counts_what_is_refused(tmp_path: Path) -> None:
    assert run("bad:harmless", 0, 10, tmp_path / "stderr.txt") == (9, ["10", "1"])


def run(
    family: str, first: int, count: int, complaints: Path, silence: float = SILENCE
) -> tuple[int, list[str]]:
    """The last case that began, and what the process told at its end: nothing, if it did not get there."""
    command = [sys.executable, "-m", "tests.fuzz.child", family, str(first), str(count)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    environment |= {"OPENBLAS_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "0", "RUST_BACKTRACE": "0"}
    with complaints.open("wb") as errors:
        child = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        )
        assert child.stdout is not None
        lines: queue.Queue[str] = queue.Queue()
        reader = threading.Thread(target=_pass_on, args=(child.stdout, lines))
        reader.start()
        last, told = first, []
        try:
            while line := lines.get(timeout=silence):
                if line.startswith("done"):
                    told = line.split()[1:]
                else:
                    last = int(line)
        except queue.Empty:
            told = []
        finally:
            child.kill()
            child.wait()
            reader.join()
            child.stdout.close()
    return last, told


def _pass_on(lines: IO[str], to: queue.Queue[str]) -> None:
    for line in lines:
        to.put(line)
    to.put("")
