"""Loading tiny models."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop_app.engine.hosted.load import load_hosted

Load = Callable[..., Any]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """``load(folder, precision)``: each folder and precision has a prepared form of its own."""

    def loaded(folder: Path, precision: str = "float32", **options: Any) -> Any:
        place = tmp_path / "prepared" / f"{folder.name}-{precision}"
        report = options.get("report", lambda stage, done: None)
        return load_hosted(folder, precision, "cpu", place, report)

    return loaded
