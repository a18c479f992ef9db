"""Licences have one name, wherever it was read."""

from __future__ import annotations

import pytest

from desktop_app.core.paths import bundle_root
from desktop_app.library.catalogue import load_catalogue
from desktop_app.library.licence_names import licence_name


def test_the_catalogues_own_names_stay_and_are_found_in_any_spelling() -> None:
    named = {model.licence for model in load_catalogue(bundle_root() / "models").models}
    assert len(named) > 5
    for name in named:
        assert licence_name(name) == name
    spdx = [name for name in named if " " not in name]
    assert [licence_name(name.lower()) for name in spdx] == spdx


@pytest.mark.parametrize(
    ("raw", "proper"),
    [
        ("apache-2.0", "Apache-2.0"),
        (" mit", "MIT"),
        ("gemma", "Gemma Terms of Use"),
        ("my own", "my own"),
        ("", ""),
    ],
)
def test_raw_names_become_proper(raw: str, proper: str) -> None:
    assert licence_name(raw) == proper
