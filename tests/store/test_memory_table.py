"""The memory as a table: looked through, corrected, written out, and put back after a slip."""

from __future__ import annotations

import pytest

from desktop_app.core.translation_records import NewEntry
from desktop_app.store.store import Store


def entry(text: str, translation: str) -> NewEntry:
    return NewEntry(text, text.lower(), text, translation)


@pytest.fixture
def filled(store: Store) -> Store:
    store.memory.put_many("en", "pt", [entry(f"Sentence {n}", f"Frase {n}") for n in range(25)])
    store.memory.put_many("en", "zh", [entry("Good evening", "晚上好")])
    return store


def test_how_much_there_is_for_which_pair(filled: Store) -> None:
    assert filled.memory_table.directions() == [("en", "pt", 25), ("en", "zh", 1)]
    assert filled.memory_table.count("en", "pt") == 25
    assert filled.memory_table.count("pt", "en") == 0


def test_search_finds_either_language(filled: Store) -> None:
    assert [one.text for one in filled.memory_table.page("en", "zh", "晚上")] == ["Good evening"]
    assert [one.translation for one in filled.memory_table.page("en", "pt", "sentence 12")] == ["Frase 12"]
    assert filled.memory_table.count("en", "pt", "frase 2") == 7  # 2, 12 and 20 to 24
    assert not filled.memory_table.page("en", "pt", "%")


def test_pages_follow_on_each_other(filled: Store) -> None:
    pages = [filled.memory_table.page("en", "pt", limit=10, offset=start) for start in (0, 10, 20)]
    assert [len(page) for page in pages] == [10, 10, 5]
    assert len({one.id for page in pages for one in page}) == 25
    first = filled.memory_table.after(0, 20)
    rest = filled.memory_table.after(first[-1].id, 20)
    assert len(first) + len(rest) == 26
    assert len(filled.memory_table.after(0, 99, "en", "zh")) == 1


def test_a_correction_is_the_users_word(filled: Store) -> None:
    (held,) = filled.memory_table.page("en", "zh")
    changed = filled.memory_table.change(held.id, entry("Good evening", "晚上好！"))
    assert (changed.id, changed.origin, changed.translation) == (held.id, "own", "晚上好！")
    filled.memory.put_many("en", "zh", [entry("Good evening", "你好")])
    filled.memory_table.change(held.id, entry("Good evening", "你好"))
    assert [one.id for one in filled.memory_table.page("en", "zh")] == [held.id]
    filled._db.all("INSERT INTO memory_index (memory_index) VALUES ('integrity-check')")
    with pytest.raises(LookupError):
        filled.memory_table.change(10_000, entry("a", "b"))


def test_what_was_removed_comes_back(filled: Store) -> None:
    held = filled.memory_table.page("en", "pt")
    gone = filled.memory_table.delete([held[3].id, held[4].id, 10_000])
    assert len(gone) == 2
    assert filled.memory_table.count("en", "pt") == 23
    filled.memory_table.put_back(gone)
    assert filled.memory_table.page("en", "pt") == held
    assert filled.memory.candidates("en", "pt", held[3].loose)[0].text.startswith("Sentence")
