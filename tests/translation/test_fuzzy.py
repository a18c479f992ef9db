"""Nearly the same sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.translation.fuzzy import key, loose_key, similarity


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ("The ink is dry.", "The  ink is dry. ", 1, 1),
        ("“Yes”", '"Yes"', 1, 1),
        ("Ｐａｇｅ １", "Page 1", 1, 1),
        ("Page 3 of 12", "Page 4 of 12", 0.95, 0.98),
        ("THE INK", "the ink", 0.95, 0.98),
        ("Press the green button.", "Press the red button.", 0.7, 0.9),
        ("Press the green button.", "Press the green button twice.", 0.8, 0.95),
        ("墨水还没有干。", "墨水已经干了。", 0.5, 0.8),
        ("Press the green button.", "It rained all day in the hills.", 0, 0.4),
        ("", "a", 0, 0),
    ],
)
def test_scores(first: str, second: str, low: float, high: float) -> None:
    assert low <= similarity(first, second) <= high


@given(st.text(max_size=40), st.text(max_size=40), st.floats(0, 1))
def test_bounds(first: str, second: str, at_least: float) -> None:
    full = similarity(first, second)
    assert 0 <= full <= 1
    assert (full == 1) == (key(first) == key(second))
    assert similarity(first, second, at_least) in (0.0, full)
    assert full < at_least or similarity(first, second, at_least) == full


@given(st.text(max_size=40))
def test_keys_are_stable(text: str) -> None:
    assert key(key(text)) == key(text)
    assert loose_key(text) == loose_key(key(text))
