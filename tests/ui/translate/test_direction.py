"""From which language into which."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from desktop_app.ui.translate.direction import Direction


def direction(found: str = "en", sure: bool = True, **kept: object) -> Direction:
    return Direction({"source": "", "target": "pt", **kept}, lambda text, likely: (found, sure))


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


def test_a_few_words_are_taken_for_what_they_most_likely_are_until_more_tell_better() -> None:
    guesses = {"Hi": ("nl", False), "Hi there, all": ("en", True), "Hi there, alle": ("de", False)}
    made = Direction({"source": "", "target": "pt"}, lambda text, likely: guesses[text])
    for text, expected in (("Hi", "nl"), ("Hi there, all", "en"), ("Hi there, alle", "en")):
        made.look_at(text)
        assert made.source == expected
    made.look_at("")  # the next text is another
    made.look_at("Hi")
    assert made.source == "nl"


def test_a_doubtful_guess_does_not_turn_the_direction_round() -> None:
    made = direction(found="pt", sure=False)
    made.look_at("Ola")
    assert (made.source, made.target) == ("", "pt")


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
    assert Direction("damaged", lambda text, likely: ("", False)).target in ("zh", "en")
