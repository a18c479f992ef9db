"""The pinned lists: exact, complete on every system, and within the ranges of pyproject.toml."""

from __future__ import annotations

import importlib.metadata
import tomllib
from itertools import product
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = {
    "linux": {"platform_system": "Linux", "os_name": "posix", "platform_machine": "x86_64"},
    "win32": {"platform_system": "Windows", "os_name": "nt", "platform_machine": "AMD64"},
    "darwin": {"platform_system": "Darwin", "os_name": "posix", "platform_machine": "arm64"},
}
ONLY_ELSEWHERE = {"colorama", "macholib", "pefile", "pywin32-ctypes"}  # not installed on Linux

Pins = dict[str, Requirement]


def read(path: Path) -> Pins:
    pins: Pins = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("-r "):
            pins.update(read(path.parent / line[3:].strip()))
        elif line.strip() and not line.startswith("#"):
            pin = Requirement(line)
            assert canonicalize_name(pin.name) not in pins, f"{pin.name} is listed twice"
            pins[canonicalize_name(pin.name)] = pin
    return pins


@pytest.fixture
def project(root: Path) -> dict[str, object]:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def lists(root: Path, project) -> list[tuple[Pins, list[Requirement]]]:
    app = [Requirement(text) for text in project["dependencies"]]
    dev = [Requirement(text) for text in project["optional-dependencies"]["dev"]]
    folder = root / "packaging"
    return [
        (read(folder / "requirements.txt"), app),
        (read(folder / "requirements-dev.txt"), app + dev),
    ]


def test_every_line_pins_one_version(root: Path, project) -> None:
    for pins, _ in lists(root, project):
        for pin in pins.values():
            (version,) = pin.specifier
            assert version.operator == "==", str(pin)
            assert "*" not in version.version, str(pin)


def test_pins_lie_in_the_ranges_of_the_project(root: Path, project) -> None:
    for pins, asked in lists(root, project):
        for requirement in asked:
            pin = pins[canonicalize_name(requirement.name)]
            (version,) = pin.specifier
            assert requirement.specifier.contains(version.version), f"{pin} is not within {requirement}"


@pytest.mark.parametrize(("system", "python"), list(product(SYSTEMS, PYTHONS)))
def test_the_lists_are_complete(root: Path, project, system: str, python: str) -> None:
    """Every requirement of every package is pinned too, at a version that it accepts: pip has nothing
    to choose, on no system."""
    environment = {
        **SYSTEMS[system],
        "sys_platform": system,
        "python_version": python,
        "python_full_version": f"{python}.5",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
    }
    for pins, asked in lists(root, project):
        reached: set[str] = set()
        todo = list(asked)
        while todo:
            requirement = todo.pop()
            name = canonicalize_name(requirement.name)
            assert name in pins, f"{requirement} is not pinned"
            (version,) = pins[name].specifier
            assert requirement.specifier.contains(version.version, prereleases=True), str(requirement)
            if name in reached:
                continue
            reached.add(name)
            if name in ONLY_ELSEWHERE:
                continue
            for text in importlib.metadata.requires(name) or []:
                needed = Requirement(text)
                if needed.marker is None or needed.marker.evaluate({**environment, "extra": ""}):
                    todo.append(needed)
        here = {n for n, pin in pins.items() if pin.marker is None or pin.marker.evaluate(environment)}
        assert here - reached == set(), "pinned, but nothing needs it"


def test_what_is_installed_here_is_what_is_pinned(root: Path, project) -> None:
    pins, _ = lists(root, project)[1]
    for name, pin in pins.items():
        if pin.marker is None or pin.marker.evaluate():
            assert pin.specifier.contains(importlib.metadata.version(name), prereleases=True), str(pin)


def test_python_versions_agree(root: Path, project) -> None:
    source = (root / "run.py").read_text(encoding="utf-8")
    assert project["requires-python"] == ">=3.11,<3.15"
    assert "OLDEST = (3, 11)" in source
    assert "NEWEST = (3, 14)" in source
