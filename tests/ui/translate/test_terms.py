"""Glossaries at the pane: written, brought in, put aside, suggested, and kept to."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop_app.core.glossary_records import NewTerm
from desktop_app.core.settings import Settings
from desktop_app.core.translation import Term
from desktop_app.ui.translate.terms_dialog import TARGET, TermsDialog
from tests.ui.translate.conftest import MakeUser, User

TO_CHINESE = Settings(window={"translate": {"source": "en", "target": "zh"}})


@pytest.fixture
def user(open_pane: MakeUser) -> User:
    return open_pane()


def settle(user: User) -> None:
    done: list[object] = []
    user.desk._files.run(lambda: 1, done.append)
    user.wait(lambda: done, "the thread of the files")
    user.settle()


def rows(dialog: TermsDialog) -> list[tuple[str, str]]:
    model = dialog.model
    found = [model.row(model.index(row, 0)) for row in range(model.rowCount())]
    return [(term.source, term.target) for term in found]


def opened(user: User) -> TermsDialog:
    dialog = user.desk.terms.open()
    user.settle()
    return dialog


def write(dialog: TermsDialog, source: str, target: str) -> None:
    QTest.keyClicks(dialog.source, source)
    QTest.keyClick(dialog.source, Qt.Key.Key_Return)
    QTest.keyClicks(dialog.target, target)
    QTest.keyClick(dialog.target, Qt.Key.Key_Return)


def test_a_term_is_written_and_counts_at_once(user: User) -> None:
    told: list[tuple[Term, ...]] = []
    user.desk.terms.terms_changed.connect(told.append)
    dialog = opened(user)
    assert not dialog.add.isEnabled()
    write(dialog, "ink", "tinta")
    user.wait(lambda: rows(dialog) == [("ink", "tinta")], "the term")
    assert told[-1] == (Term("ink", "tinta"),)
    assert (dialog.source.text(), dialog.source.hasFocus()) == ("", dialog.isActiveWindow())
    write(dialog, "ink", "nanquim")
    user.wait(lambda: rows(dialog) == [("ink", "nanquim")], "the other word")


def test_terms_reach_the_model_and_the_report(user: User) -> None:
    """The engine of these tests counts no terms: what it is asked for tells."""
    user.stored(
        lambda store: store.glossaries.put(store.glossaries.own().id, "en", "pt", NewTerm("ink", "tinta"))
    )
    user.desk.terms.refresh_terms()
    user.settle()
    assert user.live._terms == (Term("ink", "tinta"),)
    user.desk.pane.options.menu().aboutToShow.emit()
    texts = [action.text() for action in user.desk.pane.options.menu().actions()]
    assert "Glossary, 1 terms…" in texts


def test_terms_are_changed_put_aside_removed_and_put_back(user: User) -> None:
    dialog = opened(user)
    write(dialog, "ink", "tinta")
    user.wait(lambda: rows(dialog), "the term")
    dialog.model.setData(dialog.model.index(0, TARGET), "nanquim")
    user.wait(lambda: rows(dialog) == [("ink", "nanquim")], "the change")
    dialog.model.setData(dialog.model.index(0, TARGET), "  ")
    user.settle()
    assert rows(dialog) == [("ink", "nanquim")]
    off = Qt.CheckState.Unchecked.value
    dialog.model.setData(dialog.model.index(0, 0), off, Qt.ItemDataRole.CheckStateRole)
    user.wait(lambda: not user.live._terms, "the term to be put aside")
    dialog.table.selectRow(0)
    QTest.keyClick(dialog.table, Qt.Key.Key_Delete)
    user.wait(lambda: not rows(dialog), "the removal")
    QTest.mouseClick(dialog.toast._button, Qt.MouseButton.LeftButton)
    user.wait(lambda: rows(dialog) == [("ink", "nanquim")], "the term to come back")


def test_a_file_becomes_a_glossary_for_both_ways(user: User, tmp_path: Path) -> None:
    path = tmp_path / "legal.csv"
    path.write_text("en,pt\ndeed,escritura\nclaim,reivindicação\n", encoding="utf-8")
    dialog = opened(user)
    user.desk.terms.import_glossary(path)
    user.wait(lambda: len(rows(dialog)) == 2, "the terms")
    assert dialog.pairs.count() == 2
    dialog.show_direction("pt", "en")
    user.wait(lambda: ("escritura", "deed") in rows(dialog), "the way back")
    dialog.show_direction("en", "pt")
    dialog.glossary.setCurrentIndex(dialog.glossary.findText("legal.csv"))
    user.wait(lambda: user.live._terms, "the terms to count")
    assert dialog.in_use.isVisible()
    QTest.mouseClick(dialog.in_use, Qt.MouseButton.LeftButton)
    user.wait(lambda: not user.live._terms, "the glossary to be put aside")
    settle(user)
    out = tmp_path / "out.csv"
    user.desk.terms.export_glossary(out)
    settle(user)
    settle(user)
    assert "deed,escritura" in out.read_text(encoding="utf-8-sig")


def test_a_file_without_terms_says_so(user: User, tmp_path: Path) -> None:
    path = tmp_path / "empty.csv"
    path.write_text("nothing here", encoding="utf-8")
    dialog = opened(user)
    user.desk.terms.import_glossary(path)
    user.wait(lambda: dialog.toast.isVisible(), "the note")
    assert "no terms" in dialog.toast._label.text()


def test_a_dictionary_suggests_words_of_the_text(open_pane: MakeUser, tmp_path: Path) -> None:
    path = tmp_path / "cedict.u8"
    path.write_text("墨水 墨水 [mo4 shui3] /ink/\n紙張 纸张 [zhi3 zhang1] /paper/\n", encoding="utf-8")
    user = open_pane(settings=TO_CHINESE)
    user.type("The paper is wet.")
    dialog = opened(user)
    assert dialog.suggestions.list.count() == 0
    user.desk.terms._use_dictionary(str(path))
    user.wait(lambda: dialog.suggestions.list.count() == 1, "the suggestion")
    assert user.remembered["translate"]["dictionary"] == str(path)  # type: ignore[index]
    dialog.suggestions.list.setCurrentRow(0)
    QTest.keyClick(dialog.suggestions.list, Qt.Key.Key_Space)
    user.wait(lambda: rows(dialog) == [("paper", "纸张")], "the term")
    user.settle()
    assert dialog.suggestions.list.count() == 0
    user.desk.terms._use_dictionary("")
    user.settle()
    assert "Load a dictionary" in dialog.suggestions.load.text()


def test_many_terms_come_piece_by_piece(user: User) -> None:
    def fill(store: object) -> None:
        book = store.glossaries.create("many")  # type: ignore[attr-defined]
        terms = (NewTerm(f"word {n:04}", f"palavra {n}") for n in range(900))
        store.glossaries.put_many(book.id, "en", "pt", terms)  # type: ignore[attr-defined]

    user.stored(lambda store: (fill(store), 1))
    dialog = opened(user)
    user.wait(lambda: dialog.model.rowCount() >= 300, "the first rows")
    first = dialog.model.rowCount()
    assert first < 900
    dialog.table.scrollToBottom()
    user.wait(lambda: dialog.model.rowCount() > first, "more rows")
    dialog.search.setText("palavra 899")
    dialog.search.flush()
    user.wait(lambda: rows(dialog) == [("word 0899", "palavra 899")], "the search")
