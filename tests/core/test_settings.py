"""Settings and sampling out of files that somebody, or something, has changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from desktop_app.core.sampling import Sampling
from desktop_app.core.settings import Settings, load_settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("text_size", 10**9),
        ("text_size", "15"),
        ("reply_reserve", 0),
        ("threads", -3),
        ("threads", True),
        ("theme", "pink"),
        ("window", []),
    ],
)
def test_nonsense_takes_its_default_and_the_rest_stays(tmp_path: Path, name: str, value: object) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"welcomed": True, name: value}), encoding="utf-8")
    assert load_settings(path) == Settings(welcomed=True)


@pytest.mark.parametrize("content", [b"{", b"[" * 100_000, b"\xff", b"[]"])
def test_a_file_that_is_no_settings_does_not_stop_the_app(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    assert load_settings(path) == Settings()


@pytest.mark.parametrize(
    "values",
    [
        {"temperature": "hot"},
        {"temperature": float("nan")},
        {"top_k": 1.5},
        {"max_tokens": True},
        {"seed": "abc"},
        {"stop": 5},
        {"stop": (5,)},
        {"stop": "abc"},
    ],
)
def test_sampling_of_the_wrong_type_is_refused_where_it_is_made(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(values))):
        Sampling(**values)
