from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _alone(nothing_of_this_computers: None) -> None:
    """No test here meets the proxy, token or mirror of who runs it."""
