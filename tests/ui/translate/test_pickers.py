"""Languages, models and options as they are chosen."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop_app.core.settings import Settings
from desktop_app.ui.language import use_language
from desktop_app.ui.theme import apply_theme
from desktop_app.ui.translate.language_picker import LanguagePicker, Languages
from tests.ui.translate.conftest import MakeUser, User

KNOWN = Languages(("de", "en", "fr", "ja", "pt", "xx_Yyyy", "zh"), frozenset({"en", "pt", "zh"}), ("pt",))


@pytest.fixture
def picker(app: QApplication) -> LanguagePicker:
    apply_theme(app, "light")
    made = LanguagePicker(can_find=True)
    made.set_languages(KNOWN)
    made.resize(200, 32)
    made.show()
    return made


def entries(picker: LanguagePicker) -> list[str]:
    popup = picker._popup
    assert popup is not None
    return [popup.list.item(row).text() for row in range(popup.list.count())]


def test_recent_ones_first_then_what_is_ready_then_the_rest(picker: LanguagePicker) -> None:
    picker.open()
    assert entries(picker) == [
        "Find the language",
        "Portuguese",
        "Ready",
        "Chinese",
        "English",
        "With a model that you fetch first",
        "French",
        "German",
        "Japanese",
    ]


@pytest.mark.parametrize("typed", ["ger", "deutsch", "GERMAN", "de"])
def test_search_by_any_of_its_names_and_enter(picker: LanguagePicker, typed: str) -> None:
    chosen: list[str] = []
    picker.chosen.connect(chosen.append)
    picker.open()
    popup = picker._popup
    assert popup is not None
    QTest.keyClicks(popup.field, typed)
    assert "German" in entries(picker)
    if typed != "de":
        QTest.keyClick(popup.field, Qt.Key.Key_Return)
        assert chosen == ["de"]


def test_arrows_walk_over_the_headings(picker: LanguagePicker) -> None:
    picker.set_code("pt")
    picker.open()
    popup = picker._popup
    assert popup is not None
    assert popup.list.currentItem().text() == "Portuguese"
    QTest.keyClick(popup.field, Qt.Key.Key_Down)
    assert popup.list.currentItem().text() == "Chinese"
    QTest.keyClick(popup.field, Qt.Key.Key_Up)
    assert popup.list.currentItem().text() == "Portuguese"


def test_no_such_language(picker: LanguagePicker) -> None:
    picker.open()
    popup = picker._popup
    assert popup is not None
    QTest.keyClicks(popup.field, "klingon")
    assert entries(picker) == ["No language of this name"]
    QTest.keyClick(popup.field, Qt.Key.Key_Return)  # nothing to take
    assert popup.isVisible()


def test_script_and_address_of_chinese(open_pane: MakeUser) -> None:
    user = open_pane(settings=Settings(window={"translate": {"source": "en", "target": "zh"}}))
    menu = user.desk.pane.options.menu()
    menu.aboutToShow.emit()
    actions = {action.text(): action for action in menu.actions()}
    actions["Polite: 您"].trigger()
    menu.aboutToShow.emit()
    actions = {action.text(): action for action in menu.actions()}
    assert actions["Polite: 您"].isChecked()
    actions["Traditional characters"].trigger()
    assert user.live._options.address == "nin"
    assert user.live._options.script == "Hant"
    assert user.remembered["translate"]["script"] == "Hant"  # type: ignore[index]
    user.desk.direction.choose_target("pt")
    menu.aboutToShow.emit()
    assert "Polite: 您" not in {action.text() for action in menu.actions()}


def test_everything_has_a_name_and_follows_the_language(user: User, marked_words: Path) -> None:
    use_language(user.app, "zh_CN", marked_words)
    user.app.processEvents()
    texts = [user.page.source.placeholderText(), user.page.target_language.toolTip()]
    texts += [user.desk.pane._tabs["text"].text(), user.desk.pane.history.search.placeholderText()]
    assert all(text.startswith("《") for text in texts), texts
    nameless = [
        widget
        for widget in user.desk.pane.findChildren(object)
        if type(widget).__name__ in ("QToolButton", "QPushButton", "LanguagePicker", "RoutePicker")
        and not widget.accessibleName()  # type: ignore[attr-defined]
        and not widget.text()  # type: ignore[attr-defined]
        and widget.parent().__class__.__name__ not in ("_Search", "_Field")  # type: ignore[attr-defined]
    ]
    assert nameless == []
