"""Stamps: what is done, and what makes it undone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from inkhorn_setup import state

REQUIREMENTS = "# words\nPySide6_Essentials==6.11.3\ntorch==2.13.0\nzed==1 ; sys_platform == 'win32'\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> state.Place:
    monkeypatch.setenv("INKHORN_TORCH", "cpu")
    place = state.Place(str(tmp_path))
    for path, text in {
        "packaging/requirements.txt": REQUIREMENTS,
        "packaging/requirements-dev.txt": "pytest==1\n",
        "models/catalogue/chat.toml": "x = 1\n",
        "models/starter/m.gguf": "model",
        ".venv/pyvenv.cfg": "version = 3.11\n",
        ".setup/lock": "",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    os.makedirs(os.path.dirname(place.python))
    os.symlink(sys.executable, place.python)
    for step in state.TESTS:
        state.mark_done(place, step)
    return place


def undone(place: state.Place) -> set[str]:
    return {step for step in state.TESTS if not state.is_done(place, step)}


def write(place: state.Place, name: str, text: str) -> None:
    (Path(place.root) / name).write_text(text, encoding="utf-8")


def test_all_done_stays_done(place: state.Place) -> None:
    assert undone(place) == set()


def test_a_changed_package_undoes_the_packages_only(place: state.Place) -> None:
    write(place, "packaging/requirements.txt", REQUIREMENTS.replace("zed==1", "zed==2"))
    assert undone(place) == {"packages", "test_packages"}


def test_a_changed_torch_or_qt_undoes_its_step_too(place: state.Place) -> None:
    write(place, "packaging/requirements.txt", REQUIREMENTS.replace("2.13.0", "2.14.0"))
    assert undone(place) == {"torch", "packages", "test_packages"}
    write(place, "packaging/requirements.txt", REQUIREMENTS.replace("6.11.3", "6.11.4"))
    assert undone(place) == {"system", "packages", "test_packages"}


def test_a_changed_test_package_undoes_one_step(place: state.Place) -> None:
    write(place, "packaging/requirements-dev.txt", "pytest==2\n")
    assert undone(place) == {"test_packages"}


@pytest.mark.parametrize("harm", ["cut", "gone", "touched", "catalogue"])
def test_another_model_file_undoes_the_starter(place: state.Place, harm: str) -> None:
    model = Path(place.starter) / "m.gguf"
    if harm == "cut":
        model.write_text("mode", encoding="utf-8")
    elif harm == "gone":
        model.unlink()
    elif harm == "touched":
        os.utime(model, (1, 1))
    else:
        write(place, "models/catalogue/chat.toml", "x = 2\n")
    assert undone(place) == {"starter"}


@pytest.mark.parametrize("harm", ["gone", "dangling", "upgraded", "other"])
def test_another_python_undoes_the_environment(place: state.Place, tmp_path: Path, harm: str) -> None:
    if harm == "other":
        write(place, ".venv/pyvenv.cfg", "version = 3.12\n")
    else:
        os.unlink(place.python)
    if harm == "dangling":
        os.symlink("/no/such/python", place.python)
    elif harm == "upgraded":
        (tmp_path / "python3.99").write_bytes(b"")
        os.symlink(tmp_path / "python3.99", place.python)
    assert undone(place) == {"environment"}


def test_a_half_written_stamp_counts_for_nothing(place: state.Place) -> None:
    write(place, ".setup/packages", state.digest(place, "packages")[:30])
    assert undone(place) == {"packages"}


def test_a_cuda_build_stays_when_the_card_is_away(
    place: state.Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INKHORN_TORCH", "default")
    assert undone(place) == {"torch"}
    state.mark_done(place, "torch")
    monkeypatch.setenv("INKHORN_TORCH", "cpu")
    assert undone(place) == set()


def test_the_build_of_torch_follows_the_card(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("INKHORN_TORCH", raising=False)
    monkeypatch.setattr(sys, "platform", "darwin")
    assert state.torch_build() == "default"
    monkeypatch.setattr(sys, "platform", "linux")
    (tmp_path / "nvidia-smi").write_bytes(b"")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert state.torch_build() == "default"
    monkeypatch.setenv("PATH", "")
    card = any(map(os.path.exists, ("/proc/driver/nvidia/version", "/dev/nvidia0")))
    assert state.torch_build() == ("default" if card else "cpu")


def test_a_second_start_reads_little(root: Path) -> None:
    """The quick way imports nothing that costs: no subprocess, pathlib, re, json, no words."""
    code = (
        "import sys\n"
        f"sys.path[:0] = [{str(root)!r}, {str(root / 'packaging')!r}]\n"
        "before = set(sys.modules)\n"
        "from inkhorn_setup import doors, state\n"
        "place = state.Place('/no/such/folder')\n"
        "[state.is_done(place, step) for step in state.TESTS]\n"
        "print(*sorted(set(sys.modules) - before))\n"
    )
    said = subprocess.run(
        [sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True
    ).stdout
    assert {"inkhorn_setup.doors", "inkhorn_setup.state"} <= set(said.split())
    assert not {"subprocess", "pathlib", "re", "json", "tempfile", "desktop_app"} & set(said.split())
