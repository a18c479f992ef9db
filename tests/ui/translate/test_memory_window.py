"""The memory in its window: looked through, corrected, and its files in and out without a standstill."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from desktop_app.translation.tmx import Pair, read_tmx, write_tmx
from desktop_app.ui.translate.memory import new_entry
from desktop_app.ui.translate.memory_dialog import MemoryDialog
from tests.ui.translate.conftest import MakeUser, User


@pytest.fixture
def user(open_pane: MakeUser) -> User:
    made = open_pane()
    entries = [new_entry(f"Sentence number {n}.", f"Frase número {n}.") for n in range(40)]
    made.stored(lambda store: store.memory.put_many("en", "pt", entries))
    made.stored(lambda store: store.memory.put_many("en", "zh", [new_entry("Good night.", "晚安。")]))
    return made


def opened(user: User) -> MemoryDialog:
    dialog = user.desk.memory.open()
    user.wait(lambda: dialog.model.rowCount(), "the sentences")
    return dialog


def texts(dialog: MemoryDialog) -> list[str]:
    model = dialog.model
    return [model.row(model.index(row, 0)).translation for row in range(model.rowCount())]


def test_it_opens_at_the_direction_of_the_pane(user: User) -> None:
    dialog = opened(user)
    assert dialog.direction() == ("en", "pt")
    assert [dialog.pairs.itemText(n) for n in range(2)] == [
        "English → Portuguese, 40",
        "English → Chinese, 1",
    ]
    dialog.pairs.setCurrentIndex(1)
    user.wait(lambda: texts(dialog) == ["晚安。"], "the other direction")


def test_search_correct_remove_and_undo(user: User) -> None:
    dialog = opened(user)
    dialog.search.setText("frase número 17")
    dialog.search.flush()
    user.wait(lambda: texts(dialog) == ["Frase número 17."], "the hit")
    dialog.model.setData(dialog.model.index(0, 1), "Frase 17, corrigida.")
    user.settle()
    key = new_entry("Sentence number 17.", "").key
    found = user.stored(lambda store: store.memory.exact("en", "pt", [key])[key])
    assert (found.translation, found.origin) == ("Frase 17, corrigida.", "own")  # type: ignore[attr-defined]
    dialog.search.clear_search()
    user.wait(lambda: len(texts(dialog)) == 40, "all of them")
    dialog.table.selectRow(0)
    QTest.mouseClick(dialog.remove, Qt.MouseButton.LeftButton)
    user.wait(lambda: len(texts(dialog)) == 39, "the removal")
    QTest.mouseClick(dialog.toast._button, Qt.MouseButton.LeftButton)
    user.wait(lambda: len(texts(dialog)) == 40, "what was removed to come back")


def test_what_is_corrected_under_a_translation_stands_here(user: User) -> None:
    dialog = opened(user)
    user.stored(lambda store: store.memory.put("en", "pt", new_entry("New one.", "Nova.")))
    user.desk.sentences.remembered.emit()
    user.wait(lambda: "Nova." in texts(dialog), "the correction")


def test_files_in_and_out(user: User, tmp_path: Path) -> None:
    dialog = opened(user)
    path = tmp_path / "out.tmx"
    user.desk.memory.files.write(path, 41)
    user.wait(lambda: not user.desk.memory.files.is_busy(), "the export")
    pairs = list(read_tmx(path))
    assert len(pairs) == 41
    more = [*pairs, *(Pair(f"More {n}.", f"Mais {n}.", "en-GB", "pt-BR") for n in range(2500))]
    write_tmx(path, more, "en")
    seen: list[tuple[int, int]] = []
    user.desk.memory.files.progressed.connect(lambda what, done, whole: seen.append((done, whole)))
    user.desk.memory.files.read(path)
    user.wait(lambda: not user.desk.memory.files.is_busy(), "the import")
    assert seen[-1] == (2541, 2541)
    assert len(seen) > 3
    assert "2,500" in dialog.toast._label.text()
    assert user.stored(lambda store: store.memory.count()) == 2541


def test_a_stopped_import_keeps_what_is_stored(user: User, tmp_path: Path) -> None:
    opened(user)
    path = tmp_path / "big.tmx"
    write_tmx(path, (Pair(f"More {n}.", f"Mais {n}.", "en", "pt") for n in range(5000)), "en")
    files = user.desk.memory.files
    files.progressed.connect(lambda what, done, whole: files.stop() if done else None)
    files.read(path)
    user.wait(lambda: not files.is_busy(), "the end")
    assert user.stored(lambda store: store.memory.count()) == 1041


def test_a_bad_file_says_so_and_the_next_can_come(user: User, tmp_path: Path) -> None:
    dialog = opened(user)
    path = tmp_path / "bad.tmx"
    path.write_text("<tmx", encoding="utf-8")
    user.desk.memory.files.read(path)
    user.wait(lambda: dialog.toast.isVisible(), "the note")
    assert "damaged" in dialog.toast._label.text()
    assert not user.desk.memory.files.is_busy()
    assert dialog.imports.isEnabled()


@pytest.mark.slow
def test_a_hundred_thousand_units_and_the_window_answers(user: User, tmp_path: Path) -> None:
    opened(user)
    path = tmp_path / "huge.tmx"
    pairs = (
        Pair(f"Unit {n} of the big memory.", f"Unidade {n} da memória.", "en", "pt") for n in range(100_000)
    )
    write_tmx(path, pairs, "en")
    files = user.desk.memory.files
    files.read(path)
    turns, end = 0, time.monotonic() + 200
    while files.is_busy() and time.monotonic() < end:
        user.app.processEvents()
        turns += 1
        time.sleep(0.005)
    assert not files.is_busy()
    assert turns > 200
    assert user.stored(lambda store: store.memory.count()) == 100_041
