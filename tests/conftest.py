"""What all tests share."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from desktop_app.engine.process import keep_numbers_the_same

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
keep_numbers_the_same()  # as in the engine's process, for what tests compute in their own

_MOST_MEMORY = 12 << 30
"""Bytes for each process of the tests: one that runs away fails, and does not take the computer with it."""
if sys.platform != "win32":
    import resource

    resource.setrlimit(resource.RLIMIT_DATA, (_MOST_MEMORY, resource.getrlimit(resource.RLIMIT_DATA)[1]))

pytest_plugins = ["tests.library.server_fixtures"]

ROOT = Path(__file__).resolve().parents[1]
STARTER = ROOT / "models" / "starter" / "SmolLM2-135M-Instruct.Q4_1.gguf"


@pytest.fixture(scope="session")
def starter_model() -> Path:
    """The real starter model, which the set-up has put there."""
    if not STARTER.is_file():
        pytest.fail(f"{STARTER} is not there; `python3 run.py setup` fetches it")
    return STARTER
