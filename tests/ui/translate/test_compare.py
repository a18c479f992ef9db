"""Models compared on one's own pairs, with an engine that is a real process."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop_app.ui.translate.compare_dialog import CompareDialog
from tests.ui.translate.conftest import MakeUser, User

PAIRS = [(f"Sentence {n}. It is long.", f"en-pt:SENTENCE {n}. en-pt:IT IS LONG.") for n in range(40)]
"""The first model of these tests writes its name before capitals, and so is right to the letter."""


@pytest.fixture
def user(open_pane: MakeUser) -> User:
    return open_pane()


def a_file(folder: Path, pairs: list[tuple[str, str]] = PAIRS) -> Path:
    path = folder / "mine.tsv"
    path.write_text("en\tpt\n" + "\n".join("\t".join(pair) for pair in pairs), encoding="utf-8")
    return path


def taken(user: User, *paths: Path) -> CompareDialog:
    dialog = user.desk.compare.open()
    user.desk.compare.take(list(paths))
    user.wait(lambda: dialog.start.isEnabled(), "the file")
    return dialog


def press(dialog: CompareDialog) -> None:
    QTest.mouseClick(dialog.start, Qt.MouseButton.LeftButton)


def test_two_models_and_a_verdict(user: User, tmp_path: Path) -> None:
    dialog = taken(user, a_file(tmp_path))
    assert [route.key for route in dialog.routes()] == ["en-pt", "second"]
    press(dialog)
    assert not dialog.start.isEnabled()
    user.wait(lambda: user.desk.compare.comparison, "the outcome")
    texts = dialog.results.texts()
    assert texts[0] == "Model en-pt is closer to your translations than Model second"
    assert "100.0" in texts
    assert "Where the two differ most" in texts
    assert any("second:SENTENCE" in text for text in texts)
    QTest.mouseClick(dialog.results.copy, Qt.MouseButton.LeftButton)
    copied = QApplication.clipboard().text().splitlines()
    assert copied[0].startswith("source\treference\tModel en-pt\tModel second")
    out = tmp_path / "out.tsv"
    user.desk.compare.save(out)
    user.wait(out.exists, "the file")
    assert len(out.read_text(encoding="utf-8").splitlines()) == len(PAIRS) + 1


def test_one_model_alone_and_what_it_left(user: User, tmp_path: Path) -> None:
    dialog = taken(user, a_file(tmp_path, [*PAIRS, ("Loop the loop.", "Volta.")]))
    dialog.second.setCurrentIndex(0)
    press(dialog)
    user.wait(lambda: user.desk.compare.comparison, "the outcome")
    found = user.desk.compare.comparison
    assert found is not None
    assert (found.verdict, found.trials[0].problems, found.order[0]) == ("one", 1, 40)
    assert "Furthest from your translation" in dialog.results.texts()


def test_it_can_be_stopped_and_begun_again(user: User, tmp_path: Path) -> None:
    dialog = taken(user, a_file(tmp_path, [*PAIRS, ("wait", "espere")]))
    press(dialog)
    user.wait(lambda: user.desk.compare._run and len(user.desk.compare._run.made) == 32, "the first part")
    QTest.mouseClick(dialog.strip.stop_button, Qt.MouseButton.LeftButton)
    assert dialog.start.isEnabled()
    assert not dialog.strip.isVisible()
    user.wait(lambda: not user.desk.interpreter._asked, "the end of what was asked")
    assert user.desk.compare.comparison is None
    user.desk.compare.take([a_file(tmp_path)])
    user.wait(lambda: "40 pairs" in dialog.drop._below.text(), "the other file")
    press(dialog)
    user.wait(lambda: user.desk.compare.comparison, "the outcome")


def test_an_engine_that_dies_is_told(user: User, tmp_path: Path) -> None:
    dialog = taken(user, a_file(tmp_path, [("die", "morra"), ("a b", "c d")]))
    press(dialog)
    user.wait(lambda: dialog.toast.isVisible(), "the note")
    assert dialog.start.isEnabled()


def test_files_that_are_none(user: User, tmp_path: Path) -> None:
    first, second = tmp_path / "a.txt", tmp_path / "b.txt"
    first.write_text("One.\nTwo.\n", encoding="utf-8")
    second.write_text("Um.\n", encoding="utf-8")
    dialog = user.desk.compare.open()
    user.desk.compare.take([first, second])
    user.wait(lambda: dialog.toast.isVisible(), "the note")
    assert "2 and 1" in dialog.toast._label.text()
    assert not dialog.start.isEnabled()


def test_columns_can_be_turned_round(user: User, tmp_path: Path) -> None:
    dialog = taken(user, a_file(tmp_path))
    QTest.mouseClick(dialog.swap, Qt.MouseButton.LeftButton)
    assert (dialog.source.currentData(), dialog.target.currentData()) == ("pt", "en")
    assert [route.key for route in dialog.routes()] == ["pt-en"]
    dialog.target.setCurrentIndex(dialog.target.findData("zh"))
    user.wait(lambda: dialog.routes() and dialog.routes()[0].through == "en", "the way through English")


def test_a_big_file_is_drawn_from(user: User, tmp_path: Path) -> None:
    pairs = [(f"Sentence {n}.", f"Frase {n}.") for n in range(500)]
    dialog = taken(user, a_file(tmp_path, pairs))
    assert dialog.most() == 200
    assert dialog.size_box.itemText(1) == "All 500"


def test_the_languages_of_two_texts_are_found(user: User, tmp_path: Path) -> None:
    first, second = tmp_path / "a.txt", tmp_path / "b.txt"
    first.write_text(
        "A tinta está seca, e a carta pode ser fechada agora.\n" * 3 + "Boa noite.\n", encoding="utf-8"
    )
    second.write_text(
        "The ink is dry, and the letter can be closed now.\n" * 3 + "Good night.\n", encoding="utf-8"
    )
    dialog = taken(user, first, second)
    assert (dialog.source.currentData(), dialog.target.currentData()) == ("en", "pt")
    assert "The ink is dry" in dialog.drop._below.text()
