"""The benchmark finds what it measures."""

from __future__ import annotations

import pytest

from tests.benchmarks.where_time_goes import PARTS, place_of


@pytest.mark.parametrize("name", PARTS)
def test_every_part_is_there(name: str) -> None:
    owner, own = place_of(name)
    assert own in vars(owner)
