"""File names, dialogs, and what an import brought."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QWidget

from desktop_app.core.files import write_atomically
from desktop_app.store.transfer.parsed import ImportReport
from desktop_app.ui.exporting import ImportReportDialog, choose_export, name_for, safe_file_name


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Letter", "Letter.md"),
        ("为什么天空是蓝色的？", "为什么天空是蓝色的？.md"),
        ('a/b\\c: "d" <e>|f?*', "a b c d e f.md"),
        ("  ends with dots ... ", "ends with dots.md"),
        ("two\nlines\x00and\u202eturned", "two lines and turned.md"),
        ("CON", "CON chat.md"),
        ("com1.txt", "com1.txt chat.md"),
        ("lpt²", "lpt² chat.md"),
        ("???", "chat.md"),
        ("", "chat.md"),
        ("\ud800 alone", "alone.md"),
    ],
)
def test_names_that_every_system_takes(title: str, name: str) -> None:
    assert safe_file_name(title, ".md") == name


@pytest.mark.parametrize("title", ["long " * 60, "字" * 200, "🔥" * 200, "../../etc/passwd", "." * 50])
def test_such_a_file_can_be_written_where_it_belongs(tmp_path: Path, title: str) -> None:
    path = tmp_path / safe_file_name(title, ".docx")
    write_atomically(path, b"x")
    assert [file.parent for file in tmp_path.rglob("*.docx")] == [tmp_path]


def test_the_number_that_tells_two_of_a_title_apart_is_never_cut() -> None:
    long = "The same long beginning " * 10
    assert safe_file_name(long, ".md") != safe_file_name(f"{long.strip()} (2)", ".md")
    assert safe_file_name(f"{'字' * 300} (12)", ".md").endswith("字 (12).md")


def test_what_several_are_called() -> None:
    assert name_for(["One"]) == "One"
    assert name_for(["One", "Two"]).startswith("2 conversations")


@pytest.fixture
def window(app: QApplication) -> Iterator[QWidget]:
    app.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs, True)
    made = QWidget()
    made.show()
    yield made
    made.close()
    made.deleteLater()
    app.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs, False)


def answer(text: str | None, seen: list[str]) -> None:
    """Type ``text`` into the file dialog that will open, or go back for None."""

    def act() -> None:
        dialogs = [w for w in QApplication.topLevelWidgets() if isinstance(w, QFileDialog) and w.isVisible()]
        if not dialogs:
            QTimer.singleShot(20, act)
            return
        field = dialogs[0].findChild(QLineEdit, "fileNameEdit")
        assert field is not None
        seen.append(field.text())
        if text is None:
            dialogs[0].reject()
        else:
            field.setText(text)
            dialogs[0].accept()

    QTimer.singleShot(20, act)


def test_the_dialog_offers_the_title_and_adds_the_ending(window: QWidget, tmp_path: Path) -> None:
    seen: list[str] = []
    answer(str(tmp_path / "mine"), seen)
    assert choose_export(window, "pdf", "What/why?", tmp_path) == tmp_path / "mine.pdf"
    assert seen == ["What why.pdf"]
    answer(None, seen)
    assert choose_export(window, "docx", "T", tmp_path) is None


def test_the_report_says_what_came_and_what_did_not(app: QApplication) -> None:
    report = ImportReport((1, 2, 3), 1234, ("“A” has no messages.", "“B” <b>cannot</b> be read."))
    dialog = ImportReportDialog(report)
    dialog.show()
    assert dialog.summary.text() == "3 conversations were imported (1,234 messages)."
    assert dialog.skipped_label.text() == "2 were left out:"
    assert dialog.reasons.toPlainText().splitlines() == list(report.skipped)
    QTest.mouseClick(dialog.close_button, Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()
    dialog.deleteLater()


def test_a_report_of_nothing_says_so(app: QApplication) -> None:
    dialog = ImportReportDialog(ImportReport((), 0, ()))
    dialog.show()
    assert dialog.summary.text() == "No conversation was imported."
    assert not dialog.reasons.isVisible()
    dialog.close()
    dialog.deleteLater()
