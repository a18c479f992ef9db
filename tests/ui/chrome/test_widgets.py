"""Toast, banner, empty state, first-run page and About, as a hand and a keyboard meet them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QLabel, QListWidget, QPlainTextEdit, QPushButton, QWidget

from desktop_app import __version__
from desktop_app.core.i18n import tr
from desktop_app.core.paths import bundle_root
from desktop_app.ui.about import AboutDialog
from desktop_app.ui.first_run import FirstRun
from desktop_app.ui.language import use_language
from desktop_app.ui.licences import LIBRARIES, licences
from desktop_app.ui.theme import apply_theme
from desktop_app.ui.widgets.banner import Banner
from desktop_app.ui.widgets.button_menu import menu_place
from desktop_app.ui.widgets.elided_label import ElidedLabel
from desktop_app.ui.widgets.empty_state import EmptyState
from desktop_app.ui.widgets.toast import Toast
from tests.ui.chrome.reading import left_in_english, unnamed


@pytest.fixture
def host(app: QApplication) -> Iterator[QWidget]:
    made = QWidget()
    made.resize(600, 400)
    made.show()
    made.activateWindow()
    app.processEvents()
    yield made
    made.close()
    made.deleteLater()


def wait_hidden(widget: QWidget) -> bool:
    for _ in range(500):
        if widget.isHidden():
            return True
        QTest.qWait(10)
    return False


def test_toast_goes_by_itself_and_makes_it_final(host: QWidget) -> None:
    done: list[str] = []
    toast = Toast(host, shown_ms=30)
    toast.show_note("Conversation deleted", lambda: done.append("undo"), lambda: done.append("gone"))
    assert toast.isVisible()
    assert wait_hidden(toast)
    assert done == ["gone"]


def test_undo_takes_it_back_and_nothing_becomes_final(host: QWidget) -> None:
    done: list[str] = []
    toast = Toast(host)
    toast.show_note("Conversation deleted", lambda: done.append("undo"), lambda: done.append("gone"))
    QTest.mouseClick(toast._button, Qt.MouseButton.LeftButton)
    assert toast.isHidden()
    assert done == ["undo"]


def test_the_next_note_makes_the_last_one_final(host: QWidget) -> None:
    done: list[str] = []
    toast = Toast(host)
    toast.show_note("One", lambda: done.append("undo 1"), lambda: done.append("gone 1"))
    toast.show_note("Two", lambda: done.append("undo 2"), lambda: done.append("gone 2"))
    QTest.mouseClick(toast._button, Qt.MouseButton.LeftButton)
    assert done == ["gone 1", "undo 2"]


def test_time_stands_still_under_the_mouse_and_in_focus(host: QWidget, app: QApplication) -> None:
    toast = Toast(host, shown_ms=60)
    toast.show_note("Conversation deleted", lambda: None)
    toast._button.setFocus(Qt.FocusReason.TabFocusReason)
    app.processEvents()
    assert toast.is_paused()
    QTest.qWait(150)
    assert toast.isVisible()
    field = QPlainTextEdit(host)
    field.show()
    field.setFocus()
    assert not toast.is_paused()
    assert wait_hidden(toast)


def test_escape_in_the_toast_closes_it(host: QWidget, app: QApplication) -> None:
    toast = Toast(host)
    toast.show_note("Conversation deleted", lambda: None)
    toast._button.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(toast._button, Qt.Key.Key_Escape)
    assert toast.isHidden()


def test_toast_stays_inside_and_off_the_field(host: QWidget, app: QApplication) -> None:
    field = QPlainTextEdit(host)
    field.setGeometry(0, 300, 600, 100)
    field.show()
    toast = Toast(host)
    toast.stay_above(field)
    toast.show_note("A conversation with a very long title, longer than the window is wide, was deleted " * 3)
    assert toast.geometry().bottom() < 300
    host.resize(320, 400)
    app.processEvents()
    assert host.rect().contains(toast.geometry())
    assert not unnamed(toast)


def test_a_note_that_work_goes_on_is_taken_back_but_not_another(host: QWidget) -> None:
    toast = Toast(host)
    toast.show_note("Exporting…")
    toast.take_back("Exporting…")
    assert toast.isHidden()
    done: list[str] = []
    toast.show_note("Conversation deleted", lambda: None, lambda: done.append("gone"))
    toast.take_back("Exporting…")
    assert not toast.isHidden()
    assert done == []


def test_the_menu_of_a_button_stays_in_its_window() -> None:
    window, menu = QRect(100, 50, 800, 600), QRect(0, 0, 300, 200)
    free = menu_place(menu, QRect(200, 100, 80, 30), window)
    assert (free.x(), free.y() > 130) == (200, True)
    right = menu_place(menu, QRect(800, 100, 80, 30), window)
    assert right.x() + menu.width() == 880
    low = menu_place(menu, QRect(200, 600, 80, 30), window)
    assert low.y() + menu.height() < 600


def test_the_focus_of_a_list_shows_on_its_row_alone(app: QApplication) -> None:
    apply_theme(app, "light")
    rows = QListWidget()
    rows.addItems(["one", "two", "three"])
    rows.resize(200, 300)
    rows.show()
    rows.activateWindow()
    app.processEvents()
    rows.setCurrentRow(1)
    without = rows.grab().toImage()
    rows.setFocus(Qt.FocusReason.TabFocusReason)
    app.processEvents()
    assert rows.hasFocus()
    focused, row = rows.grab().toImage(), rows.visualItemRect(rows.item(1))
    changed = [
        (x, y)
        for x in range(200)
        for y in range(300)
        if without.pixel(x, y) != focused.pixel(x, y) and not row.contains(x, y)
    ]
    assert changed == []
    rows.deleteLater()


def test_banner_acts_closes_and_follows_the_language(
    host: QWidget, app: QApplication, marked_words: Path
) -> None:
    done: list[bool] = []
    banner = Banner(
        "warning",
        lambda: tr("No model"),
        ((lambda: tr("Start again"), lambda: done.append(True)),),
        parent=host,
    )
    banner.show()
    button = banner.findChild(QPushButton)
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert done == [True]
    use_language(app, "zh_CN", marked_words)
    app.processEvents()
    assert not left_in_english(banner, set())
    closed = QSignalSpy(banner.closed)
    QTest.mouseClick(banner._close, Qt.MouseButton.LeftButton)
    assert closed.count() == 1
    with pytest.raises(ValueError, match="at most 3"):
        Banner("info", lambda: "", tuple((lambda: "", lambda: None) for _ in range(4)))


def test_narrow_banner_cuts_no_text(host: QWidget, app: QApplication) -> None:
    banner = Banner(
        "danger", lambda: "word " * 60, ((lambda: "One", lambda: None), (lambda: "Two", lambda: None))
    )
    banner.resize(320, banner.heightForWidth(320))
    banner.show()
    app.processEvents()
    label = banner._label
    assert label.height() >= label.heightForWidth(label.width())
    assert banner._buttons[0].geometry().top() >= label.geometry().bottom()
    banner.deleteLater()


def test_empty_state_offers_and_acts(app: QApplication) -> None:
    empty = EmptyState(
        "boxes", lambda: "Nothing yet", lambda: "Why.", lambda: "Do", (lambda: "A", lambda: "B")
    )
    empty.resize(500, 500)
    empty.show()
    heard: list[str] = []
    empty.suggested.connect(heard.append)
    empty.acted.connect(lambda: heard.append("acted"))
    for button in empty.findChildren(QPushButton):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert heard == ["acted", "A", "B"]
    assert not unnamed(empty)
    empty.deleteLater()


def test_elided_label_keeps_the_whole_text_in_its_tip(app: QApplication) -> None:
    label = ElidedLabel(middle=True)
    label.setText("/home/someone/a/very/long/path/to/the/folder")
    label.resize(400, 20)
    label.show()
    assert label.toolTip() == ""
    label.resize(80, 20)
    app.processEvents()
    assert label.toolTip() == label.text()
    assert label.minimumSizeHint().width() <= 24
    label.deleteLater()


def test_first_run_says_it_in_three_sentences(app: QApplication, tmp_path: Path, marked_words: Path) -> None:
    page = FirstRun(tmp_path)
    page.resize(360, 480)
    page.show()
    page.activateWindow()
    app.processEvents()
    assert len([label for label in page._sentences if label.text()]) == 3
    assert page._place.text() == str(tmp_path)
    for label in page.findChildren(QLabel):
        if label.wordWrap():
            assert label.height() >= label.heightForWidth(label.width()), label.text()
    chosen: list[str] = []
    page.language_chosen.connect(chosen.append)
    QTest.mouseClick(page._languages["zh_CN"], Qt.MouseButton.LeftButton)
    assert chosen == ["zh_CN"]
    use_language(app, "zh_CN", marked_words)
    app.processEvents()
    assert not left_in_english(page, {str(tmp_path)})
    assert page._languages["zh_CN"].isChecked()
    started = QSignalSpy(page.started)
    page._start.setFocus()
    QTest.keyClick(page._start, Qt.Key.Key_Space)
    assert started.count() == 1
    QTest.keyClick(page._start, Qt.Key.Key_Return)
    assert started.count() == 2
    page._languages["en"].setFocus()
    QTest.keyClick(page._languages["en"], Qt.Key.Key_Return)
    assert chosen == ["zh_CN", "en"]
    assert started.count() == 2
    assert not unnamed(page)
    page.deleteLater()


def test_about_names_licences_and_copies_no_text_of_the_users(app: QApplication, marked_words: Path) -> None:
    dialog = AboutDialog((("SmolLM2 135M Instruct", "Apache-2.0"),), {"device": "cpu"})
    dialog.show()
    app.processEvents()
    shown = " ".join(label.text() for label in dialog.findChildren(QLabel))
    for word in (__version__, "SmolLM2 135M Instruct", "LGPL-3.0", "Lucide", "ISC"):
        assert word in shown
    QTest.mouseClick(dialog._copy, Qt.MouseButton.LeftButton)
    copied = QGuiApplication.clipboard().text()
    assert f"Inkhorn: {__version__}" in copied
    assert "device: cpu" in copied
    assert not unnamed(dialog)
    dialog.deleteLater()


def test_licences_without_descriptions_come_from_the_file() -> None:
    """What a frozen app does: no distribution is found, so the recorded ones are shown."""
    file = bundle_root() / "resources" / "licences.json"
    assert {entry.name for entry in licences(file)} >= set(LIBRARIES)
    assert all(entry.licence not in ("", "?") for entry in licences(file))


def test_language_switch_reaches_widgets_in_any_window(app: QApplication, marked_words: Path) -> None:
    heard: list[bool] = []

    class Listener(QWidget):
        def changeEvent(self, event: QEvent) -> None:
            super().changeEvent(event)
            if event.type() == QEvent.Type.LanguageChange:
                heard.append(True)

    outer = QWidget()
    Listener(outer).move(QPoint(0, 0))
    for language in ("zh_CN", "en"):
        heard.clear()
        use_language(app, language, marked_words)
        app.processEvents()
        assert heard, language
    outer.deleteLater()
