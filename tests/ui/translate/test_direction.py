"""From which language into which."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from desktop_app.ui.translate.direction import Direction


def direction(found: str = "en", **kept: object) -> Direction:
    return Direction({"source": "", "target": "pt", **kept}, lambda text, likely: found)


@pytest.fixture(autouse=True)
def _app(app: QApplication) -> None:
    pass


def test_the_language_is_found_and_can_be_swapped() -> None:
    made = direction()
    made.look_at("Good morning")
    assert (made.source, made.target, made.chosen) == ("en", "pt", "")
    made.swap()
    assert (made.source, made.target, made.chosen) == ("pt", "en", "pt")


def test_nothing_is_swapped_before_anything_is_found() -> None:
    made = direction(found="")
    made.look_at("?")
    made.swap()
    assert (made.source, made.target) == ("", "pt")


def test_a_text_in_the_targets_language_turns_the_direction_round() -> None:
    made = direction(found="pt", recent=["pt", "de"])
    made.look_at("Bom dia")
    assert (made.source, made.target) == ("pt", "de")


def test_source_and_target_are_never_the_same() -> None:
    made = direction(source="en")
    made.choose_target("en")
    assert (made.source, made.target) == ("pt", "en")
    made.choose_source("en")
    assert made.source == "en"
    assert made.target != "en"


def test_a_chosen_language_is_not_looked_for() -> None:
    made = direction(found="de", source="en")
    made.look_at("Guten Morgen")
    assert made.source == "en"


def test_recent_ones_are_remembered_and_nonsense_is_not() -> None:
    made = direction(source="en", recent=["de", 7, "fr"])
    kept: list[object] = []
    made.remembered.connect(kept.append)
    made.note_use()
    assert made.recent == ("en", "pt", "de", "fr")
    assert kept == [{"source": "en", "target": "pt", "recent": ["en", "pt", "de", "fr"]}]
    made.note_use()
    assert len(kept) == 1
    assert Direction("damaged", lambda text, likely: "").target in ("zh", "en")
