"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from desktop_app.engine.process import keep_numbers_the_same

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
keep_numbers_the_same()  # as in the engine's process, for what tests compute in their own

pytest_plugins = ["tests.library.server_fixtures"]

ROOT = Path(__file__).resolve().parents[1]
STARTER = ROOT / "models" / "starter" / "SmolLM2-135M-Instruct.Q4_1.gguf"


@pytest.fixture(scope="session")
def starter_model() -> Path:
    """The real starter model, which the set-up has put there."""
    if not STARTER.is_file():
        pytest.fail(f"{STARTER} is not there; `python3 run.py setup` fetches it")
    return STARTER
