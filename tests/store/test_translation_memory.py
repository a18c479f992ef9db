"""The translation memory: what was approved is found again, also where the sentence is nearly the same."""

from __future__ import annotations

import random
from difflib import SequenceMatcher

import pytest

from desktop_app.store.store import Store

WORDS = "the house garden river stone bridge evening letter window summer train doctor answer market".split()


def put(store: Store, text: str, translation: str, origin: str = "own") -> int:
    return store.memory.put("en", "pt", text.lower(), text, translation, origin)  # type: ignore[arg-type]


def test_the_users_own_word_is_the_last(store: Store) -> None:
    store.memory.put_many("en", "pt", [("hello", "Hello", "Alô"), ("hello", "Hello", "Oi")])
    assert store.memory.exact("en", "pt", ["hello"])["hello"].translation in ("Alô", "Oi")
    put(store, "Hello", "Olá")
    (entry,) = store.memory.of_pair("en", "pt")
    assert (entry.translation, entry.origin) == ("Olá", "own")
    store.memory.put_many("en", "pt", [("hello", "Hello", "Alô")])
    assert store.memory.exact("en", "pt", ["hello", "bye"])["hello"].translation == "Olá"


def test_directions_do_not_mix(store: Store) -> None:
    put(store, "Hello", "Olá")
    assert not store.memory.exact("pt", "en", ["hello"])
    assert not store.memory.exact("en", "zh", ["hello"])
    assert not store.memory.candidates("en", "zh", "hello there")


def test_an_import_counts_what_is_new(store: Store) -> None:
    rows = [("a", "A", "x"), ("b", "B", "y"), ("a", "A", "x")]
    assert store.memory.put_many("en", "pt", rows) == 2
    assert store.memory.put_many("en", "pt", rows) == 0
    assert store.memory.count() == 2


@pytest.mark.parametrize(
    ("kept", "asked"),
    [
        ("the meeting begins at nine on monday", "the meeting begins at ten on monday"),
        ("please restart the router now", "please restart the router again"),
        ("会议将于星期一上午九点开始", "会议将于星期二上午九点开始"),
    ],
)
def test_nearly_the_same_is_a_candidate(store: Store, kept: str, asked: str) -> None:
    for number in range(200):
        put(store, f"{random.Random(number).choice(WORDS)} something else {number}", "x")
    put(store, kept, "y")
    assert store.memory.candidates("en", "pt", asked)[0].key == kept


def test_the_same_is_no_candidate(store: Store) -> None:
    put(store, "the very same sentence", "x")
    assert store.memory.candidates("en", "pt", "the very same sentence") == []


def test_among_many_alike_the_nearest_is_among_the_candidates(store: Store) -> None:
    """Made of few words, so that every run of characters is common."""
    chance = random.Random(7)
    keys = {" ".join(chance.choices(WORDS, k=9)) for _ in range(3000)}
    store.memory.put_many("en", "pt", ((key, key, "x") for key in sorted(keys)))
    for key in chance.sample(sorted(keys), 12):
        words = key.split()
        words[4] = "lantern"
        asked = " ".join(words)
        found = [entry.key for entry in store.memory.candidates("en", "pt", asked)]
        assert key in found
        assert SequenceMatcher(None, key, asked).ratio() > 0.75


def test_what_is_deleted_is_found_no_more(store: Store) -> None:
    key = put(store, "to be forgotten", "x")
    store.memory.delete(key)
    assert not store.memory.exact("en", "pt", ["to be forgotten"])
    assert not store.memory.candidates("en", "pt", "to be forgotten soon")
    store._db.all("INSERT INTO memory_index (memory_index) VALUES ('integrity-check')")
