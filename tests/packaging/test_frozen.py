"""The installed app as it is shipped: asked a question, it answers from the real model, offline."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from importlib.metadata import metadata, packages_distributions, version
from pathlib import Path

import psutil
import pytest
from PyInstaller.archive.readers import CArchiveReader

from desktop_app import __version__
from tests.packaging.screen import ask_to_close, virtual_screen, wait_for, window_of, xdotool

pytestmark = pytest.mark.slow

QUESTION = "What is the capital of France?"


def clean_environment() -> dict[str, str]:
    """No Python of this checkout to lean on."""
    unwanted = {"PYTHONPATH", "VIRTUAL_ENV", "PYTHONHOME"}
    return {name: value for name, value in os.environ.items() if name not in unwanted}


def ask(command: list[str], data: Path) -> dict[str, object]:
    asked = [*command, "--data-dir", str(data), "chat", "--json", "--temperature", "0", QUESTION]
    done = subprocess.run(
        asked, capture_output=True, text=True, env=clean_environment(), check=False, cwd=data.parent
    )
    assert done.returncode == 0, done.stderr
    reply: dict[str, object] = json.loads(done.stdout)
    return reply


def test_it_answers_on_the_terminal_without_a_network(dist: Path, offline: list[str], tmp_path: Path) -> None:
    reply = ask([*offline, str(dist / "inkhorn" / "inkhorn")], tmp_path / "data")
    assert "Paris" in str(reply["text"])
    assert reply["stop_reason"] == "end"


def test_version_and_wrong_use(dist: Path, tmp_path: Path) -> None:
    program = str(dist / "inkhorn" / "inkhorn")
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    assert said == f"Inkhorn {__version__}\n"
    assert subprocess.run([program, "dance"], capture_output=True, check=False).returncode == 2


def test_every_package_in_it_is_named_with_its_licence(dist: Path, root: Path) -> None:
    """And no other package is in it, such as one that only a developer's computer has."""
    program = CArchiveReader(str(dist / "inkhorn" / "inkhorn"))
    (archive,) = (name for name in program.toc if name.endswith(".pyz"))
    modules = {name.split(".")[0] for name in program.open_embedded_archive(archive).toc}
    assert {"transformers", "torch", "sympy", "llguidance"} <= modules
    makers = packages_distributions()
    notices = (dist / "inkhorn" / "THIRD-PARTY.txt").read_text(encoding="utf-8")
    for module in modules - {"desktop_app", *sys.stdlib_module_names}:
        for package in makers.get(module, ()):
            named = f"{metadata(package)['Name']} {version(package)}\nLicence: "
            assert f"\n{named}" in notices, f"{module} of {package}"
    assert "PYTHON SOFTWARE FOUNDATION LICENSE" in notices
    assert (dist / "inkhorn" / "_internal" / "LICENSE").read_bytes() == (root / "LICENSE").read_bytes()


def whole_replies(database: Path) -> list[str]:
    """The finished replies of the model, as another reader of the database sees them."""
    if not database.exists():
        return []
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        query = "SELECT text FROM messages WHERE role = 'assistant' AND state = 'complete'"
        return [text for (text,) in connection.execute(query)]
    except sqlite3.OperationalError:
        return []  # its tables are being made
    finally:
        connection.close()


def was_welcomed(data: Path) -> bool:
    settings = data / "settings.json"
    return settings.exists() and '"welcomed": true' in settings.read_text(encoding="utf-8")


def test_a_conversation_in_the_window(dist: Path, offline: list[str], tmp_path: Path) -> None:
    data = tmp_path / "data 数据"
    with virtual_screen() as environment:
        command = [*offline, str(dist / "inkhorn" / "inkhorn"), "--data-dir", str(data)]
        with subprocess.Popen(command, env=environment, cwd=tmp_path) as app:
            try:
                window = window_of(environment, "Inkhorn")
                xdotool(environment, "windowfocus", "--sync", window)
                xdotool(environment, "key", "space")  # “Start writing” has the focus
                wait_for("the first-run page to go", lambda: was_welcomed(data))
                xdotool(environment, "type", "--delay", "15", QUESTION)
                xdotool(environment, "key", "Return")
                (text,) = wait_for("the reply", lambda: whole_replies(data / "inkhorn.db"))
                assert "Paris" in text or "France" in text
                children = psutil.Process(app.pid).children(recursive=True)
                assert children  # the engine is a process of its own
                ask_to_close(environment["DISPLAY"], int(window))
                assert app.wait(60) == 0
            finally:
                app.kill()
    _, alive = psutil.wait_procs(children, timeout=10)
    assert [child for child in alive if child.status() != psutil.STATUS_ZOMBIE] == []
    assert len(whole_replies(data / "inkhorn.db")) == 1
