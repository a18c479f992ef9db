"""`inkhorn chat` on the terminal, as a person or a script runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
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


def test_a_file_that_is_no_model_is_1_and_says_so_to_machines_too(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "letter.gguf"
    file.write_text("Dear reader", encoding="utf-8")
    done = inkhorn(data, "chat", "hi", "--model", str(file), "--json")
    assert done.returncode == 1
    assert done.stdout == ""
    assert json.loads(done.stderr)["error"]["kind"] == "model_damaged"


def test_input_that_is_not_text_is_wrong_use(data: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "desktop_app", "chat", "--data-dir", str(data)],
        cwd=ROOT,
        input=b"\xff\xfe\x00hi",
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == b""
    assert b"UTF-8" in done.stderr
    assert b"Traceback" not in done.stderr


def _started(data: Path, *arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "desktop_app", "chat", "--data-dir", str(data), *arguments]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=os.name == "posix",
    )


@pytest.mark.slow
def test_who_stops_reading_gets_no_complaint(data: Path, starter_model: Path) -> None:
    """As ``| head -1`` does."""
    child = _started(data, "Tell me a long story.", "--max-tokens", "400", "--seed", "1")
    assert child.stdout is not None
    assert child.stderr is not None
    assert child.stdout.read(3)
    child.stdout.close()
    with child.stderr:
        assert child.stderr.read() == b""
    assert child.wait(60) == 1


@pytest.mark.slow
@pytest.mark.parametrize("when", ["while it starts", "while it answers"])
@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C reaches a child of a test on POSIX only")
def test_ctrl_c_is_130_and_leaves_nothing_behind(data: Path, starter_model: Path, when: str) -> None:
    child = _started(data, "Tell me a long story.", "--max-tokens", "2000", "--seed", "1")
    assert child.stdout is not None
    assert child.stderr is not None
    with child.stdout, child.stderr:
        if when == "while it answers":
            assert child.stdout.read(3)
        else:
            _wait_for_a_child_of(child.pid)
        os.killpg(child.pid, signal.SIGINT)  # the terminal sends it to the engine's process too
        child.stdout.read()  # ends when the last process that holds it has ended
        assert b"Traceback" not in child.stderr.read()
    assert child.wait(60) == 130


def _wait_for_a_child_of(pid: int) -> None:
    while not psutil.Process(pid).children():
        pass


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="arguments are bytes on POSIX only")
def test_a_message_with_half_characters_is_answered(data: Path, starter_model: Path) -> None:
    arguments = [b"chat", b"--data-dir", os.fsencode(data), b"--max-tokens", b"4", b"Say hi \xff"]
    done = subprocess.run(
        [os.fsencode(sys.executable), b"-m", b"desktop_app", *arguments],
        cwd=ROOT,
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a file that is always full")
def test_an_answer_that_cannot_be_written_is_1(data: Path, starter_model: Path) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "desktop_app", "--data-dir", str(data), "chat", "hi", "--max-tokens", "4"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
    assert done.returncode == 1
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr
