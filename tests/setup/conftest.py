"""Set-up lives beside the package, in ``packaging/inkhorn_setup``; `run.py` puts that on the path."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "packaging"))


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT
