"""A package index that is one folder of small wheels: fetching is real and quick."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.library.tiny import CONTENT, MEMBER, write_wheel


@pytest.fixture
def content() -> bytes:
    return CONTENT


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all that pip knows: no index, no settings of the user."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    return folder


@pytest.fixture
def make_wheel(index: Path) -> Callable[..., Path]:
    return lambda members=None: write_wheel(index, members or {MEMBER: CONTENT})
