"""Two real processes on one data folder: the second raises the first, and a killed one is replaced."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from desktop_app.ui.single_instance import SingleInstance
app = QCoreApplication([])
instance = SingleInstance(Path(sys.argv[1]), app)
if instance.is_first():
    print("first", flush=True)
    instance.raise_asked.connect(lambda: print("raised", flush=True))
    app.exec()
else:
    print("raised the first" if instance.raise_first() else "no answer", flush=True)
"""


class Starter:
    def __init__(self) -> None:
        self.running: list[subprocess.Popen[str]] = []

    def __call__(self, data: Path) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(data)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        )
        self.running.append(process)
        return process


@pytest.fixture
def start() -> Iterator[Starter]:
    starter = Starter()
    yield starter
    for process in starter.running:
        process.kill()
        process.communicate()


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_second_start_raises_the_first(start: Starter, tmp_path: Path) -> None:
    first = start(tmp_path)
    assert line(first) == "first"
    for _ in range(2):
        second = start(tmp_path)
        assert line(second) == "raised the first"
        assert second.wait(20) == 0
        assert line(first) == "raised"


def test_another_data_folder_is_another_desk(start: Starter, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        assert line(start(tmp_path / name)) == "first"


def test_a_killed_first_is_replaced(start: Starter, tmp_path: Path) -> None:
    first = start(tmp_path)
    assert line(first) == "first"
    first.kill()
    first.wait(20)
    again = start(tmp_path)
    assert line(again) == "first"
    assert line(start(tmp_path)) == "raised the first"
    assert line(again) == "raised"
