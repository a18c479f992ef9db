"""Ways from one language into another."""

from __future__ import annotations

from desktop_app.core.messages import Load
from desktop_app.core.translation_routes import CHAT, Routes, Translating


def model(pair: str, here: bool = True, rank: int = 0, name: str = "") -> Translating:
    source, target = pair.split("-")
    key = name or pair
    load = Load(0, f"/{key}", "prepared") if here else None
    return Translating(key, key, load, rank, (source, target), size=10)


def many(languages: str, here: bool = True) -> Translating:
    load = Load(0, "/many", "prepared") if here else None
    return Translating("many", "many", load, 4, languages=frozenset(languages.split()), size=1000)


def keys(routes: Routes, source: str, target: str) -> list[str]:
    return [way.key for way in routes.between(source, target)]


def test_the_better_model_of_a_direction_comes_first() -> None:
    routes = Routes((model("en-pt", rank=3, name="old"), many("en pt de"), model("en-pt")))
    assert keys(routes, "en", "pt") == ["en-pt", "old", "many"]
    assert keys(routes, "pt", "en") == ["many"]
    assert keys(routes, "en", "zh") == keys(routes, "en", "en") == keys(routes, "", "en") == []


def test_two_directions_are_put_together_through_english() -> None:
    routes = Routes((model("pt-en"), model("en-zh"), model("en-pt")))
    (way,) = routes.between("pt", "zh")
    assert (way.key, way.through) == ("pt-en+en-zh", "en")
    assert way.load == Load(0, "/pt-en", "prepared", pivot="/en-zh")
    assert keys(routes, "zh", "pt") == []


def test_what_goes_the_whole_way_is_preferred_to_two_only_where_it_is_as_good() -> None:
    routes = Routes((model("pt-en"), model("en-zh"), many("pt zh"), model("pt-zh")))
    assert keys(routes, "pt", "zh") == ["pt-zh", "pt-en+en-zh", "many"]


def test_the_users_choice_stands_as_long_as_it_is_there() -> None:
    old, good = model("en-pt", rank=3, name="old"), model("en-pt")
    chosen = {"en>pt": "old"}
    best = Routes((old, good), chosen=chosen).best("en", "pt")
    assert best is not None
    assert best.key == "old"
    best = Routes((good,), chosen=chosen).best("en", "pt")
    assert best is not None
    assert best.key == "en-pt"


def test_the_chat_model_is_the_last_resort() -> None:
    assert keys(Routes((model("en-pt"),), chat="Big"), "en", "pt") == ["en-pt", CHAT]
    best = Routes(chat="Big").best("en", "pt")
    assert best is not None
    assert best.is_chat
    assert best.load is None


def test_what_to_get_counts_what_is_there() -> None:
    routes = Routes((model("pt-en"),), (model("en-zh", here=False), many("pt zh", here=False)))
    get = routes.to_get("pt", "zh")
    assert get is not None
    assert [one.id for one in get.missing] == ["en-zh"]
    assert get.load is None
    assert routes.to_get("pt", "en") is None
    assert routes.to_get("xx", "yy") is None


def test_which_languages_there_are() -> None:
    routes = Routes((model("en-pt"),), (model("en-zh", here=False),))
    assert routes.languages() == ("en", "pt", "zh")
    assert routes.ready() == {"en", "pt"}
