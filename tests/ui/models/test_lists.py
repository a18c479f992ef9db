"""The lists: drawn, chosen by keys and clicks, calm while their rows change, and told to those who listen."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop_app.ui.models.offers import Wanted, find_offers
from desktop_app.ui.models.pane import ModelsPane
from desktop_app.ui.models.row_list import RowList
from desktop_app.ui.models.row_model import Row
from desktop_app.ui.models.rows import offer_rows
from desktop_app.ui.theme import apply_theme
from tests.ui.models.making import MODELS, model, shelf

ROWS = [
    Row("heading", "", "Chat"),
    Row("model", "a", "Alpha", "Maker", "The first.", (("1 GB", "quiet"),), button="Get"),
    Row("model", "b", "Beta", "Maker", "The second.", (("2 GB", "danger"),)),
    Row("heading", "", "Search"),
    Row("model", "c", "Gamma", "Maker", "The third.", (("3 GB", "quiet"),), button="Get", spoken="Strong."),
]


@pytest.fixture
def rows(pane: ModelsPane) -> RowList:
    pane.set_offers(ROWS, 0)
    pane.show_view("more")
    QApplication.processEvents()
    return pane.offers


def centre_of_button(rows: RowList, number: int) -> QPoint:
    index = rows.rows_model.index(number)
    row = rows.rows_model.rows()[number]
    return rows.look.button_rect(rows.visualRect(index), row).center()


def test_the_first_model_is_chosen_and_its_heading_is_seen(rows: RowList) -> None:
    assert rows.current_key() == "a"
    assert rows.verticalScrollBar().value() == 0


def test_keys_walk_over_headings_and_open(rows: RowList) -> None:
    opened: list[str] = []
    rows.opened.connect(opened.append)
    rows.setFocus()
    QTest.keyClick(rows, Qt.Key.Key_Down)
    QTest.keyClick(rows, Qt.Key.Key_Down)
    assert rows.current_key() == "c"
    QTest.keyClick(rows, Qt.Key.Key_Return)
    assert opened == ["c"]


def test_up_on_the_first_row_leaves_for_the_search_field(pane: ModelsPane, rows: RowList) -> None:
    rows.setFocus()
    QTest.keyClick(rows, Qt.Key.Key_Up)
    assert pane.filter.search.hasFocus()
    QTest.keyClick(pane.filter.search, Qt.Key.Key_Down)
    assert rows.hasFocus()


def test_a_click_on_the_button_acts_and_beside_it_chooses(rows: RowList) -> None:
    acted: list[str] = []
    rows.acted.connect(acted.append)
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=centre_of_button(rows, 4))
    assert acted == ["c"]
    assert rows.current_key() == "c"
    beside = rows.visualRect(rows.rows_model.index(2)).center()
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=beside)
    assert acted == ["c"]
    assert rows.current_key() == "b"


def test_rows_that_only_look_different_keep_place_and_choice(rows: RowList) -> None:
    chosen: list[str] = []
    rows.choose("c")
    rows.chosen.connect(chosen.append)
    rows.set_rows([replace(row, facts=(("42 %", "accent"),)) for row in ROWS])
    assert chosen == []
    assert rows.current_key() == "c"


def test_a_row_that_goes_leaves_the_choice_with_another(rows: RowList) -> None:
    rows.choose("c")
    rows.set_rows(ROWS[:3])
    assert rows.current_key() == "a"
    rows.set_rows([])
    assert rows.current_key() == ""


def test_what_is_drawn_is_also_told(rows: RowList) -> None:
    told = rows.rows_model.data(rows.rows_model.index(4), Qt.ItemDataRole.AccessibleTextRole)
    assert told == "Gamma. Maker. The third.. 3 GB. Strong."
    tip = rows.rows_model.data(rows.rows_model.index(4), Qt.ItemDataRole.ToolTipRole)
    assert "Gamma" in tip


@pytest.mark.parametrize("width", [300, 560, 1400])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_row_is_drawn_inside_its_list(app: QApplication, rows: RowList, width: int, theme: str) -> None:
    apply_theme(app, theme)  # type: ignore[arg-type]
    long = "A model with a name that is longer than any list is wide, and then some more " * 3
    rows.set_rows([*ROWS, Row("model", "d", long, long, long, ((long, "quiet"),), "Recommended", (3, 1))])
    rows.resize(width, 500)
    picture = QImage(rows.viewport().size(), QImage.Format.Format_RGB32)
    rows.viewport().render(picture)
    right = rows.visualRect(rows.rows_model.index(4)).right()
    assert right < rows.viewport().width()
    assert rows.horizontalScrollBar().maximum() == 0
    apply_theme(app, "light")


def test_a_hundred_and_fifty_rows_are_laid_out_as_they_are_scrolled_to(rows: RowList) -> None:
    many = (*MODELS, *(model(f"m{n}", parameters=1000 + n) for n in range(150)))
    there = shelf(models=many)
    rows.set_rows(offer_rows(there, find_offers(there, Wanted()), Wanted(), {}))
    QTest.keyClick(rows, Qt.Key.Key_End)
    assert rows.verticalScrollBar().value() == rows.verticalScrollBar().maximum() > 0


def test_nothing_found_says_why_and_leads_on(pane: ModelsPane) -> None:
    pane.show_view("more")
    pane.filter.set_wanted(Wanted(text="nothing is called this"))
    pane.set_offers([], left_out=4)
    page = pane.more._left.currentWidget()
    assert "4 models match" in page.accessibleName()
    page.acted.emit()
    assert not pane.filter.wanted().fits_only
    pane.set_offers([], left_out=0)
    page = pane.more._left.currentWidget()
    page.acted.emit()
    assert pane.filter.wanted().text == ""


def test_in_a_narrow_window_list_and_details_take_turns(
    app: QApplication, pane: ModelsPane, rows: RowList
) -> None:
    pane.resize(560, 600)
    app.processEvents()
    assert rows.isVisible()
    assert not pane.offer_details.isVisible()
    rows.setFocus()
    QTest.keyClick(rows, Qt.Key.Key_Return)
    assert not rows.isVisible()
    assert pane.offer_details.isVisible()
    QTest.keyClick(pane.offer_details.back, Qt.Key.Key_Escape)
    assert rows.isVisible()
    assert rows.hasFocus()


@pytest.mark.parametrize("width", [312, 460, 560, 1000])
def test_the_buttons_above_the_list_stand_beside_each_other(pane: ModelsPane, width: int) -> None:
    pane.set_offers(ROWS, 0)
    pane.show_view("more")
    pane.resize(width, 700)
    QApplication.processEvents()
    for button in pane.filter._tasks.values():
        assert button.width() >= button.minimumSizeHint().width()
    buttons = [*pane._views.values(), *pane._add.values()]
    for left, right in itertools.pairwise(buttons):
        assert left.geometry().right() < right.geometry().left()
    assert buttons[-1].geometry().right() <= pane.width()
    for button in buttons:
        assert button.width() >= button.minimumSizeHint().width()
        assert button.accessibleName()
