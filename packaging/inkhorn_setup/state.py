"""What set-up has already done: one stamp per step, good for as long as the step's inputs are the same.

This is all that a second start reads, so it imports little and reads only small files.
"""

from __future__ import annotations

import hashlib
import os
import sys

WINDOW = ("environment", "torch", "packages", "system", "starter")
TERMINAL = ("environment", "torch", "packages", "starter")
TESTS = (*WINDOW, "test_packages", "test_tools")
ENVIRONMENT_HOLDS = ("torch", "packages", "test_packages")
"""Steps whose result lies inside the environment and goes with it."""
ON_SYSTEM = ("system", "test_tools")
"""Steps that look at the system, and look again when programs or libraries of it have changed."""


class Place:
    """The checkout, and where set-up keeps its things in it."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.venv = os.path.join(root, ".venv")
        self.state = os.path.join(root, ".setup")
        self.python = os.path.join(self.venv, *_python_in_venv())
        self.packaging = os.path.join(root, "packaging")
        self.starter = os.path.join(root, "models", "starter")
        self.log = os.path.join(self.state, "pip.log")

    def read(self, *parts: str) -> bytes:
        """The content of a file of the checkout, empty if there is none."""
        try:
            with open(os.path.join(self.root, *parts), "rb") as file:
                return file.read()
        except OSError:
            return b""


def is_done(place: Place, step: str) -> bool:
    """Whether ``step`` was finished with the inputs that it has now."""
    if step == "environment" and not os.path.exists(place.python):
        return False  # also a link to a Python that has been removed
    stamp = place.read(".setup", step).decode("ascii", "replace")
    if stamp == digest(place, step):
        return True
    # A CUDA build also runs where the card is away for a while; do not load gigabytes to and fro.
    return step == "torch" and stamp == digest(place, step, "default")


def mark_done(place: Place, step: str) -> None:
    """Write the stamp, whole or not at all. Raises OSError."""
    path = os.path.join(place.state, step)
    with open(path + ".new", "w", encoding="ascii") as file:
        file.write(digest(place, step))
    os.replace(path + ".new", path)


def forget(place: Place, *steps: str) -> None:
    for step in steps:
        try:
            os.unlink(os.path.join(place.state, step))
        except FileNotFoundError:
            pass


def digest(place: Place, step: str, torch: str = "") -> str:
    """SHA-256 over everything that the result of ``step`` depends on."""
    requirements = place.read("packaging", "requirements.txt")
    inputs: list[bytes] = [step.encode()]
    if step == "environment":
        inputs += [os.path.realpath(place.python).encode(), place.read(".venv", "pyvenv.cfg")]
    elif step == "torch":
        inputs += [pin(requirements, "torch"), (torch or torch_build()).encode()]
    elif step == "packages":
        inputs += [requirements]
    elif step == "test_packages":
        inputs += [requirements, place.read("packaging", "requirements-dev.txt")]
    elif step == "system":
        inputs += [pin(requirements, "PySide6_Essentials"), _system_release(), _changed("/etc/ld.so.cache")]
    elif step == "test_tools":
        inputs += [_system_release(), _changed("/usr/bin")]
    elif step == "starter":
        inputs += [place.read("models", "catalogue", "chat.toml"), *_files_in(place.starter)]
    return hashlib.sha256(b"\0".join(inputs)).hexdigest()


def pin(requirements: bytes, name: str) -> bytes:
    """The line of a requirements file for ``name``, such as ``b"torch==2.13.0"``."""
    for line in requirements.splitlines():
        if line.lower().startswith(name.lower().encode() + b"=="):
            return line.split(b";")[0].strip()
    return b""


def torch_build() -> str:
    """``cpu`` on Linux without an NVIDIA card, where the package index would give gigabytes of CUDA;
    else ``default``. ``INKHORN_TORCH=cpu`` or ``=default`` decides for the user."""
    wish = os.environ.get("INKHORN_TORCH", "")
    if wish in ("cpu", "default"):
        return wish
    if not sys.platform.startswith("linux"):
        return "default"
    signs = ["/proc/driver/nvidia/version", "/dev/nvidia0"]
    signs += [
        os.path.join(folder, "nvidia-smi") for folder in os.environ.get("PATH", "").split(":") if folder
    ]
    return "default" if any(map(os.path.exists, signs)) else "cpu"


def _system_release() -> bytes:
    try:
        with open("/etc/os-release", "rb") as file:
            return file.read()
    except OSError:
        return sys.platform.encode()


def _changed(path: str) -> bytes:
    """The time of the last change: a library or program that came or went is noticed by it."""
    try:
        return str(os.stat(path).st_mtime_ns).encode()
    except OSError:
        return b""


def _files_in(folder: str) -> list[bytes]:
    """Name, size and time of change of each file: enough to notice one that is gone or cut."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return []
    facts = [(entry.name, entry.stat().st_size, entry.stat().st_mtime_ns) for entry in entries]
    return [repr(fact).encode() for fact in facts]


def _python_in_venv() -> tuple[str, str]:
    return ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
