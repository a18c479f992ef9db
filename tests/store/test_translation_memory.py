"""The translation memory: what was approved is found again, also where the sentence is nearly the same."""

from __future__ import annotations

import random
from difflib import SequenceMatcher

import pytest

from desktop_app.core.translation_records import NewEntry
from desktop_app.store.store import Store

WORDS = [
    "the",
    "house",
    "garden",
    "river",
    "stone",
    "bridge",
    "evening",
    "letter",
    "window",
    "summer",
    "train",
    "doctor",
    "answer",
    "market",
]


def entry(text: str, translation: str) -> NewEntry:
    return NewEntry(text.strip(), text.strip().lower(), text, translation)


def put(store: Store, text: str, translation: str) -> int:
    return store.memory.put("en", "pt", entry(text, translation))


def test_the_users_own_word_is_the_last(store: Store) -> None:
    store.memory.put_many("en", "pt", [entry("Hello", "Alô"), entry("Hello", "Oi")])
    assert store.memory.exact("en", "pt", ["Hello"])["Hello"].translation in ("Alô", "Oi")
    put(store, "Hello", "Olá")
    (kept,) = store.memory.everything()
    assert (kept.translation, kept.origin) == ("Olá", "own")
    store.memory.put_many("en", "pt", [entry("Hello", "Alô")])
    assert store.memory.exact("en", "pt", ["Hello", "bye"])["Hello"].translation == "Olá"


def test_directions_do_not_mix(store: Store) -> None:
    put(store, "Hello", "Olá")
    assert not store.memory.exact("pt", "en", ["Hello"])
    assert not store.memory.exact("en", "zh", ["Hello"])
    assert not store.memory.candidates("en", "zh", "hello there")


def test_an_import_counts_what_is_new(store: Store) -> None:
    rows = [entry("A", "x"), entry("B", "y"), entry("A", "x")]
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


def test_among_many_alike_the_nearest_is_among_the_candidates(store: Store) -> None:
    """Made of few words, so that every run of characters is common."""
    chance = random.Random(7)
    keys = {" ".join(chance.choices(WORDS, k=9)) for _ in range(3000)}
    store.memory.put_many("en", "pt", (entry(key, "x") for key in sorted(keys)))
    for key in chance.sample(sorted(keys), 12):
        words = key.split()
        words[4] = "lantern"
        asked = " ".join(words)
        found = [one.key for one in store.memory.candidates("en", "pt", asked)]
        assert key in found
        assert SequenceMatcher(None, key, asked).ratio() > 0.75


def test_what_is_deleted_is_found_no_more(store: Store) -> None:
    key = put(store, "to be forgotten", "x")
    store.memory.delete(key)
    assert not store.memory.exact("en", "pt", ["to be forgotten"])
    assert not store.memory.candidates("en", "pt", "to be forgotten soon")
    store._db.all("INSERT INTO memory_index (memory_index) VALUES ('integrity-check')")
