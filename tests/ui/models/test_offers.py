"""Which models of the catalogue are shown, in which order, and what their rows say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_app.core.i18n import set_language
from desktop_app.core.paths import bundle_root
from desktop_app.library.catalogue import load_catalogue
from desktop_app.ui.models.offers import Wanted, find_offers, hub_name, pair_languages
from desktop_app.ui.models.rows import PAIRS, InUse, installed_rows, offer_rows
from desktop_app.ui.models.words import languages_words
from tests.ui.models.making import GB, MODELS, download, failure, installed, model, shelf, variant

CHAT = Wanted(task="chat")


@pytest.fixture
def chinese() -> Iterator[None]:
    set_language("zh_CN", bundle_root() / "resources" / "i18n")
    yield
    set_language("en", Path("/nowhere"))


def ids(wanted: Wanted, **more: object) -> list[str]:
    return [entry.id for entry in find_offers(shelf(**more), wanted).models]


def test_what_fits_and_is_recommended_comes_first() -> None:
    assert ids(CHAT) == ["small", "large", "starter"]
    found = find_offers(shelf(), CHAT)
    assert found.too_big == 1


def test_what_does_not_fit_is_last_and_only_on_request() -> None:
    assert "giant" not in ids(CHAT)
    assert ids(replace(CHAT, fits_only=False))[-1] == "giant"


def test_of_many_languages_the_users_own_come_first(chinese: None) -> None:
    assert languages_words(("su", "af", "zh", "en"))[:2] == ["中文", "英语"]
    assert languages_words(("su", "af"))[0] == "南非荷兰语"


def test_less_free_memory_leaves_less() -> None:
    assert ids(CHAT, free=GB) == ["starter"]
    assert find_offers(shelf(free=GB), CHAT).too_big == 3


def test_the_users_language_decides_between_models_that_fit(chinese: None) -> None:
    models = (
        MODELS[0],
        model("west", strengths=MODELS[2].strengths),
        model("east", strengths=MODELS[1].strengths),
    )
    assert ids(CHAT, models=models)[0] == "east"


def test_a_language_leaves_out_who_does_not_know_it() -> None:
    assert ids(replace(CHAT, speaks="zh")) == ["small"]


def test_every_word_has_to_be_found_in_something_one_can_see() -> None:
    assert ids(Wanted(text="somebody sorting")) == ["feelings"]
    assert ids(Wanted(text="somebody chat")) == []
    assert ids(Wanted(text="german french")) == []
    assert set(ids(Wanted(text="german"))) == {"en-de", "de-en"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("hub:maker/model-1.5", "hub:maker/model-1.5"),
        (" https://huggingface.co/maker/model ", "hub:maker/model"),
        ("https://hf-mirror.com/maker/model/tree/main", "hub:maker/model"),
        ("maker/model", "hub:maker/model"),
        ("maker", ""),
        ("https://huggingface.co/maker", ""),
        ("a model/another model", ""),
        ("../model", ""),
    ],
)
def test_what_names_a_model_of_the_hub(text: str, name: str) -> None:
    assert hub_name(text) == name


def test_directions_of_translation_stand_behind_one_row() -> None:
    found = find_offers(shelf(), Wanted(task="translation"))
    assert [entry.id for entry in found.models] == ["en-zh"]  # the recommended one
    assert found.pairs == 3
    rows = offer_rows(shelf(), found, Wanted(task="translation"), {})
    assert rows[-1].key == PAIRS
    assert "3" in rows[-1].title


def test_a_language_brings_the_directions_out() -> None:
    wanted = Wanted(task="translation", source="en")
    assert ids(wanted) == ["en-zh", "en-de"]
    assert ids(replace(wanted, target="de")) == ["en-de"]
    assert pair_languages(shelf(), wanted) == (("de", "en", "fr"), ("de", "zh"))
    assert pair_languages(shelf(), Wanted(target="en"))[0] == ("de", "fr")


def test_all_tasks_are_grouped_under_their_names() -> None:
    found = find_offers(shelf(), Wanted())
    rows = offer_rows(shelf(), found, Wanted(), {})
    assert [row.title for row in rows if row.kind == "heading"] == ["Chat", "Translation", "Sorting"]


def test_a_row_tells_size_memory_licence_and_offers_one_button() -> None:
    row = offer_rows(shelf(), find_offers(shelf(), CHAT), CHAT, {})[0]
    facts = [text for text, _ in row.facts]
    assert facts[0] == "1.0 GB"
    assert facts[1].startswith("needs ")
    assert facts[1].endswith("10.0 GB free")
    assert facts[2] == "Apache-2.0"
    assert (row.button, row.mark, row.strengths) == ("Get", "Recommended", (2, 2))
    assert row.line == "small in English."


def test_a_size_that_nobody_has_told_is_said_to_be_about() -> None:
    models = (MODELS[0], model("unknown", variants=(variant("q8_0", 8.5, None),)))
    row = offer_rows(shelf(models=models), find_offers(shelf(models=models), CHAT), CHAT, {})[0]
    assert row.facts[0][0] == "about 1.1 GB"


def test_too_big_is_told_with_figures_and_has_no_button() -> None:
    wanted = replace(CHAT, fits_only=False)
    row = offer_rows(shelf(), find_offers(shelf(), wanted), wanted, {})[-1]
    assert row.button == ""
    text, tone = row.facts[1]
    assert text.startswith("too big: needs ")
    assert tone == "danger"


def test_a_row_follows_its_download() -> None:
    found = find_offers(shelf(), CHAT)

    def first(**changes: object) -> object:
        return offer_rows(shelf(), found, CHAT, {"small": download(**changes)})[0]

    row = first()
    assert row.facts[0] == ("downloading, 20 %", "accent")
    assert row.button == ""
    assert row.progress == pytest.approx(0.205, abs=0.001)
    assert first(phase="paused").facts[0][0] == "paused at 20 %"
    assert first(phase="failed", failure=failure("network")).facts[0][1] == "danger"
    assert first(phase="cancelled").button == "Get"


def test_what_is_here_says_so() -> None:
    there = shelf(installed("small--q4", MODELS[1]))
    row = offer_rows(there, find_offers(there, CHAT), CHAT, {})[0]
    assert row.facts[0] == ("on this computer", "success")
    assert row.button == ""


def test_installed_models_are_grouped_and_say_what_they_take() -> None:
    there = shelf(
        installed("small--q4", MODELS[1]),
        installed("en-zh--tiny", MODELS[5]),
        installed("style", None, kind="adapter", tasks=()),
        installed("gone", None, state="missing"),
    )
    rows = installed_rows(there, InUse("starter", True, 132_000_000, "packed4"))
    assert [row.title for row in rows if row.kind == "heading"] == ["Chat", "Translation", "Adapters"]
    by_key = {row.key: row for row in rows}
    assert by_key["starter"].facts[0] == ("in use · 132 MB in memory", "success")
    assert by_key["starter"].button == ""
    assert by_key["small--q4"].button == "Use"
    assert ("2.1 GB", "quiet") in by_key["small--q4"].facts
    assert by_key["en-zh--tiny"].title == "English → Chinese"
    assert by_key["en-zh--tiny"].button == ""  # nothing here translates with it yet
    assert by_key["gone"].facts[0] == ("not where it was", "danger")
    assert by_key["gone"].button == ""


def test_what_is_about_to_go_is_not_listed() -> None:
    there = shelf(installed("small--q4", MODELS[1]))
    assert "small--q4" not in {row.key for row in installed_rows(there, InUse(), gone=["small--q4"])}


def test_every_model_of_the_real_catalogue_makes_a_row_in_both_languages(chinese: None) -> None:
    models = load_catalogue(bundle_root() / "models").models
    there = shelf(models=models, free=None)
    everything = Wanted(fits_only=False, text=" ")
    from_english = Wanted(task="translation", source="en")
    for wanted in (everything, from_english, replace(from_english, source="", target="en")):
        found = find_offers(there, wanted)
        assert found.models
        for row in offer_rows(there, found, wanted, {}):
            assert row.title
            assert row.kind == "heading" or (row.line and (row.facts or row.kind == "pairs"))
    set_language("en", Path("/nowhere"))
    rows = offer_rows(there, find_offers(there, everything), everything, {})
    assert all(row.line for row in rows if row.kind != "heading")
