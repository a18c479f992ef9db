"""The history of translations: kept before anything runs, found again in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.core.translation_records import Span
from desktop_app.store.store import Store, open_store


def kept(store: Store, text: str, translation: str = "", source: str = "en", target: str = "pt") -> int:
    key = store.history.keep(0, text, source, True, target).id
    if translation:
        spans = [Span(0, len(text), 0, len(translation))]
        store.history.put_result(key, translation, spans, "A model")
    return key


def test_one_entry_grows_as_one_types(store: Store) -> None:
    key = store.history.keep(0, "Good", "en", True, "pt").id
    assert store.history.keep(key, "Good morning", "en", True, "pt").id == key
    store.history.put_result(key, "Bom dia", [Span(0, 12, 0, 7, "", True)], "Firefox")
    (entry,) = store.history.newest()
    assert (entry.text, entry.translation, entry.model) == ("Good morning", "Bom dia", "Firefox")
    assert entry.spans == (Span(0, 12, 0, 7, "", True),)


def test_opening_an_old_one_does_not_move_it_to_the_front(store: Store) -> None:
    first, second = kept(store, "one", "um"), kept(store, "two", "dois")
    store.history.keep(first, "one", "en", True, "pt")
    assert [entry.id for entry in store.history.newest()] == [second, first]
    store.history.keep(first, "one more", "en", True, "pt")
    assert [entry.id for entry in store.history.newest()] == [first, second]


def test_it_is_there_after_the_app_was_killed(store: Store, path: Path) -> None:
    kept(store, "Before anything ran")
    other, _ = open_store(path)
    assert [entry.text for entry in other.history.newest()] == ["Before anything ran"]
    other.close()


@pytest.mark.parametrize("query", ["morning", "dia", "MORN", "bom good", "早上", "安"])
def test_both_languages_are_searched(store: Store, query: str) -> None:
    kept(store, "Good morning 早上好", "Bom dia 平安")
    kept(store, "Nothing to do with it", "Nada a ver")
    (hit,) = store.history.search(query)
    assert hit.record.text.startswith("Good morning")
    assert hit.ranges


def test_search_follows_the_text(store: Store) -> None:
    key = kept(store, "first words", "primeiras palavras")
    store.history.keep(key, "second words", "en", True, "pt")
    assert not store.history.search("first")
    assert [hit.record.id for hit in store.history.search("second")] == [key]
    store._db.all("INSERT INTO translation_index (translation_index) VALUES ('integrity-check')")


def test_signs_are_just_text(store: Store) -> None:
    kept(store, '100% "quoted" AND (more) OR *')
    for query in ('"quoted"', "AND", "(more)", "*", "100%"):
        assert len(store.history.search(query)) == 1, query
    assert store.history.search("") == store.history.search("absent") == []


def test_deleting_can_be_taken_back_until_it_is_purged(store: Store) -> None:
    key, other = kept(store, "one"), kept(store, "two")
    store.history.delete(key)
    assert [entry.id for entry in store.history.newest()] == [other]
    assert not store.history.search("one")
    store.history.restore(key)
    assert len(store.history.newest()) == 2
    assert set(store.history.clear()) == {key, other}
    store.purge_deleted(0)
    store.history.restore(key, other)
    assert store.history.newest() == []


def test_what_is_written_after_a_deletion_is_a_new_entry(store: Store) -> None:
    key = kept(store, "one")
    store.history.delete(key)
    assert store.history.keep(key, "one, again", "en", True, "pt").id != key


def test_a_damaged_list_of_spans_hides_nothing_else(store: Store) -> None:
    key = kept(store, "one", "um")
    store._db._connection.execute("UPDATE translations SET spans_json = '[[1,' WHERE id = ?", (key,))
    assert store.history.get(key).translation == "um"
    assert store.history.get(key).spans == ()
