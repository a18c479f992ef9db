"""The commands in the READMEs do what they say.

Every line of every fenced shell block is looked up in `CHECKS`; a command that is not there fails the
test, so that a new one in the README needs a check here. Commands that would set up, build or run all
tests from inside the tests are not run again: `.ci/run` goes through them as they are written; here it is
checked that the subcommand exists and leads where the README says.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from inkhorn_setup import doors

ROOT = Path(__file__).resolve().parents[2]
READMES = ("README.md", "README.zh.md")
SHELLS = {"", "sh", "bash", "shell", "console", "powershell"}


def commands(path: Path) -> list[str]:
    """The command lines of the fenced blocks, without prompts and comments."""
    found: list[str] = []
    fence = None
    for line in path.read_text(encoding="utf-8").splitlines():
        mark = re.match(r"\s*(```+|~~~+)\s*(\w*)", line)
        if mark and fence is None:
            fence = mark[2].lower()
        elif mark:
            fence = None
        elif fence in SHELLS:
            command = re.sub(r"(^|\s)#\s.*$", "", re.sub(r"^\s*[$>]\s+", "", line)).strip()
            if command:
                found.append(command)
    return found


def door_exists(words: list[str]) -> None:
    """`python3 run.py` alone, or with a subcommand that doors.py knows by this name."""
    source = (ROOT / "packaging" / "inkhorn_setup" / "doors.py").read_text(encoding="utf-8")
    name = words[2] if len(words) > 2 else None
    assert name is None or name.startswith("-") or f'door == "{name}"' in source, words


def bench_exists(words: list[str]) -> None:
    name = words[3]
    assert name == "NAME" or doors.is_program(str(ROOT / "tests" / "benchmarks" / f"{name}.py")), words


def file_exists(words: list[str]) -> None:
    assert (ROOT / words[0].replace("\\", "/").removeprefix("./")).is_file(), words


def runs_in_the_app(words: list[str]) -> None:
    """Goes through to the app's command line, as run.py passes it on, with the real model."""
    command = [sys.executable, "-P", "-m", "desktop_app", *words[2:]]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, capture_output=True, encoding="utf-8", env=environment, stdin=subprocess.DEVNULL, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def runs_in_a_place_of_its_own(words: list[str]) -> None:
    """As `runs_in_the_app`, with nobody's models. Where the package index is out of reach there is no end of
    tries, and the command that needs the model has to say which one is to be got first."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryDirectory(prefix="inkhorn-readme-") as place:
        app = [sys.executable, "-P", "-m", "desktop_app", "--data-dir", place]
        try:
            got = (
                subprocess.run([*app, *GET_EN_PT], env=environment, timeout=120, check=False).returncode == 0
            )
        except subprocess.TimeoutExpired:
            got = False
        done = subprocess.run(
            [*app, *words[2:]] if words[2] != "models" else [*app, "models", "list"],
            capture_output=True,
            encoding="utf-8",
            env=environment,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    if got:
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip()
    elif words[2] != "models":
        assert done.returncode == 1
        assert "inkhorn models get" in done.stderr, done.stderr


GET_EN_PT = ["models", "get", "firefox-en-pt-tiny"]


def nothing_to_check(words: list[str]) -> None:
    """Commands of other programs whose effect lies outside of this checkout."""


CHECKS: list[tuple[str, Callable[[list[str]], None]]] = [
    (r"git clone \S+( \S+)?", nothing_to_check),
    (r"cd \S+", nothing_to_check),
    (r"(python3|py) run\.py", door_exists),
    (r"(python3|py) run\.py (test|setup|package)\b.*", door_exists),
    (r"(python3|py) run\.py --data-dir \S+", door_exists),
    (r"(python3|py) run\.py bench \S+", bench_exists),
    (r"(python3|py) run\.py (models get|translate)\b.*", runs_in_a_place_of_its_own),
    (r"(python3|py) run\.py (chat|models|--help|--version)\b.*", runs_in_the_app),
    (r"\.ci/run", file_exists),
    (r"(\./|\.\\)?packaging[/\\]\S+", file_exists),
    (r"sudo apt(-get)? install \./dist/inkhorn_\S+\.deb", nothing_to_check),
]


@pytest.mark.parametrize("name", READMES)
def test_the_readme_has_the_two_commands(name: str) -> None:
    found = commands(ROOT / name)
    assert "python3 run.py" in found
    assert "python3 run.py test" in found


def test_both_readmes_have_the_same_commands() -> None:
    # What is said to the model may well be in the reader's language.
    english, chinese = ([re.sub(r'".*?"', '"…"', c) for c in commands(ROOT / name)] for name in READMES)
    assert english == chinese


@pytest.mark.slow
@pytest.mark.parametrize("name", READMES)
def test_every_command_is_checked(name: str) -> None:
    for command in commands(ROOT / name):
        check = next((check for pattern, check in CHECKS if re.fullmatch(pattern, command)), None)
        assert check is not None, f"{name} has a command that CHECKS does not know: {command}"
        check(shlex.split(command, posix="\\" not in command))


def test_the_reader_of_fences(tmp_path: Path) -> None:
    text = "```sh\n$ python3 run.py  # opens it\n# a comment\n\n```\n```python\nx = 1\n```\n~~~\ncd x\n~~~\n"
    (tmp_path / "r.md").write_text(text, encoding="utf-8")
    assert commands(tmp_path / "r.md") == ["python3 run.py", "cd x"]
