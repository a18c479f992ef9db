"""Glossaries: what counts for a direction, whose word goes first, and that nothing is lost by a slip."""

from __future__ import annotations

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.core.glossary_records import NewTerm
from desktop_app.core.translation import Term
from desktop_app.store.store import Store


def test_terms_of_a_direction(store: Store) -> None:
    book = store.glossaries.own()
    store.glossaries.put(book.id, "en", "pt", NewTerm("desk", "escrivaninha"))
    store.glossaries.put(book.id, "en", "zh", NewTerm("desk", "书桌", exact=True, note="furniture"))
    assert store.glossaries.terms("en", "pt") == (Term("desk", "escrivaninha"),)
    assert store.glossaries.terms("en", "zh") == (Term("desk", "书桌", exact=True),)
    assert store.glossaries.terms("pt", "en") == ()
    assert store.glossaries.directions() == [("en", "pt", 1), ("en", "zh", 1)]


def test_the_users_own_word_goes_first_and_the_newest_list_next(store: Store) -> None:
    old, new = store.glossaries.create("old.csv"), store.glossaries.create("new.csv")
    assert store.glossaries.put_many(old.id, "en", "pt", [NewTerm("ink", "a"), NewTerm("pen", "b")]) == 2
    store.glossaries.put_many(new.id, "en", "pt", [NewTerm("ink", "c")])
    assert {t.source: t.target for t in store.glossaries.terms("en", "pt")} == {"ink": "c", "pen": "b"}
    store.glossaries.put(store.glossaries.own().id, "en", "pt", NewTerm("ink", "tinta"))
    assert Term("ink", "tinta") in store.glossaries.terms("en", "pt")
    assert [one.name for one in store.glossaries.all()] == ["", "old.csv", "new.csv"]
    assert [one.terms for one in store.glossaries.all()] == [1, 2, 1]


def test_what_is_put_aside_does_not_count(store: Store) -> None:
    book = store.glossaries.create("legal")
    term = store.glossaries.put(book.id, "en", "pt", NewTerm("deed", "escritura"))
    store.glossaries.set_term_used([term.id], False)
    assert not store.glossaries.terms("en", "pt")
    store.glossaries.set_term_used([term.id], True)
    store.glossaries.set_used(book.id, False)
    assert not store.glossaries.terms("en", "pt")
    store.glossaries.set_used(book.id, True)
    assert len(store.glossaries.terms("en", "pt")) == 1


def test_a_term_is_changed_in_its_place(store: Store) -> None:
    book = store.glossaries.own()
    first = store.glossaries.put(book.id, "en", "pt", NewTerm("ink", "tinto"))
    other = store.glossaries.put(book.id, "en", "pt", NewTerm("pen", "caneta"))
    store.glossaries.set_term_used([first.id], False)
    changed = store.glossaries.put(book.id, "en", "pt", NewTerm("ink", "tinta", note="not wine"), first.id)
    assert (changed.id, changed.created, changed.used) == (first.id, first.created, False)
    taken = store.glossaries.put(book.id, "en", "pt", NewTerm("pen", "pena"), first.id)
    (left,) = store.glossaries.page("en", "pt")
    assert (left.id, left.target) == (taken.id, "pena")
    assert other.id != left.id


def test_search_and_pages(store: Store) -> None:
    book = store.glossaries.create("many")
    rows = (NewTerm(f"word {n:03}", f"palavra {n}", note="Ärger" if n == 7 else "") for n in range(300))
    store.glossaries.put_many(book.id, "en", "pt", rows)
    page = store.glossaries.page("en", "pt", limit=100, offset=100)
    assert [page[0].source, page[-1].source] == ["word 100", "word 199"]
    assert [one.source for one in store.glossaries.page("en", "pt", query="PALAVRA 299")] == ["word 299"]
    assert [one.source for one in store.glossaries.page("en", "pt", query="ärger")] == ["word 007"]
    assert store.glossaries.count("en", "pt", query="word 29") == 13  # 29, 129, 229 and 290 to 299
    assert store.glossaries.count("en", "pt", glossary=book.id + 1) == 0


def test_what_was_removed_comes_back(store: Store) -> None:
    book = store.glossaries.create("legal")
    terms = [store.glossaries.put(book.id, "en", "pt", NewTerm(word, word.upper())) for word in "abc"]
    gone = store.glossaries.delete_terms([terms[1].id])
    assert store.glossaries.count("en", "pt") == 2
    store.glossaries.put_back(None, gone)
    assert [one.id for one in store.glossaries.page("en", "pt")] == [one.id for one in terms]
    whole = store.glossaries.delete(book.id)
    assert not store.glossaries.all()
    assert not store.glossaries.directions()
    store.glossaries.put_back(*whole)
    assert store.glossaries.page("en", "pt") == terms


def test_a_term_belongs_to_a_glossary_that_is_there(store: Store) -> None:
    with pytest.raises(InkhornError, match="FOREIGN KEY"):
        store.glossaries.put(99, "en", "pt", NewTerm("a", "b"))
