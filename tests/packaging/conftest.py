"""The installed app, built once for the whole test session."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "packaging"))


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with ``inkhorn/`` and, where dpkg-deb is, the .deb. INKHORN_DIST names one that has
    been built already."""
    if built := os.environ.get("INKHORN_DIST"):
        return Path(built)
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, str(ROOT / "packaging" / "build.py"), "--dist", str(folder)]
    done = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    return folder


@pytest.fixture(scope="session")
def offline() -> list[str]:
    """The start of a command that runs without any network, as far as this system lets us."""
    for command in (["unshare", "-n"], ["unshare", "-r", "-n"]):
        try:
            if subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0:
                return command
        except OSError:
            continue
    return []
