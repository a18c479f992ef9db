"""`inkhorn chat` on the terminal, as a person or a script runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


def inkhorn(data: Path, *arguments: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "desktop_app", "--data-dir", str(data), *arguments],
        cwd=ROOT,
        input=given,
        stdin=subprocess.DEVNULL if given is None else None,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )


@pytest.mark.slow
def test_an_answer_on_standard_output_and_nothing_else(data: Path, starter_model: Path) -> None:
    done = inkhorn(data, "chat", "What is the capital of France?", "--temperature", "0")
    assert done.returncode == 0, done.stderr
    assert "Paris" in done.stdout
    assert done.stderr == ""


@pytest.mark.slow
def test_a_message_from_standard_input_and_json(data: Path, starter_model: Path) -> None:
    done = inkhorn(data, "chat", "--json", "--seed", "7", "--max-tokens", "16", given="说一句话。\n")
    assert done.returncode == 0, done.stderr
    reply = json.loads(done.stdout)
    assert reply["seed"] == 7
    assert 0 < reply["reply_tokens"] <= 16
    again = json.loads(
        inkhorn(data, "chat", "--json", "--seed", "7", "--max-tokens", "16", given="说一句话。\n").stdout
    )
    assert again["text"] == reply["text"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("chat", "hi", "--temperature", "9"), "temperature"),
        (("chat", "hi", "--preset", "wild"), "invalid choice"),
        (("nonsense",), "invalid choice"),
    ],
)
def test_wrong_use_is_2_and_says_what(data: Path, arguments: tuple[str, ...], words: str) -> None:
    done = inkhorn(data, *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_model_is_1_and_says_which(data: Path, tmp_path: Path) -> None:
    done = inkhorn(data, "chat", "hi", "--model", str(tmp_path / "gone.gguf"))
    assert done.returncode == 1
    assert "gone.gguf" in done.stderr
    assert "Traceback" not in done.stderr


def test_empty_input_is_wrong_use(data: Path) -> None:
    done = inkhorn(data, "chat", given="\n")
    assert done.returncode == 2
    assert "message" in done.stderr
