"""The window: panes, menus, narrow sizes, languages, and the order of closing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QPlainTextEdit, QToolButton

from desktop_app.core.i18n import tr
from desktop_app.core.paths import bundle_root
from desktop_app.ui.language import use_language
from desktop_app.ui.theme import apply_theme
from desktop_app.ui.widgets.banner import Banner
from desktop_app.ui.window import MainWindow
from tests.ui.chrome.reading import left_in_english, unnamed


@pytest.fixture
def window(app: QApplication) -> Iterator[MainWindow]:
    apply_theme(app, "light")
    made = MainWindow()
    made.add_pane("chat", "message-square", lambda: tr("Chat"), QPlainTextEdit())
    made.add_pane("models", "boxes", lambda: tr("Models"), QPlainTextEdit())
    made.show()
    made.activateWindow()
    app.processEvents()
    yield made
    made.close()
    made.deleteLater()


def rail_buttons(window: MainWindow) -> list[QToolButton]:
    return window.rail.findChildren(QToolButton)


def test_only_panes_that_exist_are_shown(window: MainWindow) -> None:
    assert [button.text() for button in rail_buttons(window)] == ["Settings", "Chat", "Models"]
    with pytest.raises(KeyError):
        window.show_pane("teach")


def test_keys_and_clicks_change_the_pane(window: MainWindow, app: QApplication) -> None:
    told: list[str] = []
    window.pane_changed.connect(told.append)
    QTest.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert window.current_pane() == "models"
    assert window.windowTitle() == "Models – Inkhorn"
    QTest.mouseClick(rail_buttons(window)[1], Qt.MouseButton.LeftButton)
    assert window.current_pane() == "chat"
    assert told == ["models", "chat"]


def test_the_title_names_what_the_pane_shows(window: MainWindow) -> None:
    window.set_document("chat", "A letter\nto Anna")
    assert window.windowTitle() == "A letter to Anna – Inkhorn"
    window.show_pane("models")
    assert window.windowTitle() == "Models – Inkhorn"
    window.show_pane("chat")
    window.set_document("chat", "")
    assert window.windowTitle() == "Chat – Inkhorn"


def test_two_keys_find(window: MainWindow) -> None:
    found: list[int] = []
    window.connect_action("find", lambda: found.append(1))
    QTest.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert len(found) == 2


def test_arrow_keys_walk_the_rail(window: MainWindow, app: QApplication) -> None:
    chat, models = rail_buttons(window)[1:]
    chat.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(chat, Qt.Key.Key_Down)
    assert app.focusWidget() is models
    assert window.current_pane() == "chat"
    QTest.keyClick(models, Qt.Key.Key_Space)
    assert window.current_pane() == "models"


def test_settings_are_asked_for(window: MainWindow) -> None:
    asked: list[bool] = []
    window.settings_asked.connect(lambda: asked.append(True))
    QTest.mouseClick(rail_buttons(window)[0], Qt.MouseButton.LeftButton)
    QTest.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    assert asked == [True, True]


def test_an_action_that_nobody_connected_is_not_shown(window: MainWindow) -> None:
    export = window.menus.action("export_pdf")
    assert not export.isVisible()
    done: list[bool] = []
    window.connect_action("export_pdf", lambda: done.append(True))
    assert export.isVisible()
    export.trigger()
    assert done == [True]


def test_edit_actions_reach_the_focused_field(window: MainWindow, app: QApplication) -> None:
    field = next(field for field in window.findChildren(QPlainTextEdit) if field.isVisible())
    field.setFocus()
    assert app.focusWidget() is field
    field.insertPlainText("墨池")
    window.menus.action("undo").trigger()
    assert field.toPlainText() == ""
    window.menus.action("redo").trigger()
    assert field.toPlainText() == "墨池"


def test_narrow_windows_keep_everything_in_reach(window: MainWindow, app: QApplication) -> None:
    window.resize(360, 480)
    app.processEvents()
    assert window.width() == 360
    assert not window.rail.has_words()
    assert window.rail.width() <= 48
    window.resize(1000, 700)
    app.processEvents()
    assert window.rail.has_words()


def test_status_line_leaves_out_what_has_no_room(window: MainWindow, app: QApplication) -> None:
    line = window.status_line
    line.set_state("stopped")
    line.set_model("A model with quite a long name, so that it has to give way")
    line.set_device("cpu", 2)
    line.set_memory(412_000_000)
    line.set_speed(41.3)
    for width in (360, 480, 700, 1200):
        window.resize(width, 480)
        app.processEvents()
        shown = [child for child in line.children() if getattr(child, "isVisible", bool)()]
        ends = [child.geometry().right() for child in shown]
        assert max(ends) < line.width()
        starts = [child.geometry().left() for child in shown]
        assert len(set(starts)) == len(starts)
    assert line._restart.isVisible()
    asked: list[bool] = []
    line.restart_asked.connect(lambda: asked.append(True))
    QTest.mouseClick(line._restart, Qt.MouseButton.LeftButton)
    assert asked == [True]


def test_figures_of_a_model_go_with_it(window: MainWindow, app: QApplication) -> None:
    line = window.status_line
    window.resize(1400, 480)
    line.set_model("Tiny")
    line.set_device("cpu", 2)
    line.set_memory(412_000_000)
    line.set_speed(41.3)
    figures = (line._device_field, line._memory_field, line._speed_field)
    for state in ("answering", "stopped", "starting", "loading", "ready"):
        line.set_state(state)
        app.processEvents()
        runs = state in ("answering", "ready")
        assert [field.isVisible() for field in figures] == [runs] * 3, state


def test_every_word_follows_the_language(window: MainWindow, app: QApplication, marked_words: Path) -> None:
    line = window.status_line
    line.set_state("ready")
    line.set_model("SmolLM2")
    line.set_device("cpu", 2)
    line.set_memory(412_000_000)
    line.set_speed(41.3)
    window.show_banner(Banner("info", lambda: tr("No model"), ((lambda: tr("Start again"), lambda: None),)))
    window.connect_action("about", lambda: None)
    assert left_in_english(window, {"SmolLM2"})
    use_language(app, "zh_CN", marked_words)
    app.processEvents()
    assert not left_in_english(window, {"SmolLM2"})
    window.show_shortcuts()
    dialog = window.findChild(QDialog)
    assert dialog is not None
    assert not [
        text for text in left_in_english(dialog, set()) if not text.endswith((": F11", ": Esc", ": Enter"))
    ]
    dialog.close()


def test_the_overview_of_shortcuts_has_no_mnemonics(window: MainWindow, app: QApplication) -> None:
    use_language(app, "zh_CN", bundle_root() / "resources" / "i18n")
    try:
        titles = [title for title, _ in window.menus.shortcuts()]
        assert "编辑" in titles
        assert not [title for title in titles if "(" in title or "&" in title]
    finally:
        use_language(app, "en", bundle_root() / "resources" / "i18n")


def test_every_control_has_a_name(window: MainWindow) -> None:
    window.show_banner(Banner("danger", lambda: tr("No model"), ((lambda: tr("Start again"), lambda: None),)))
    window.toast.show_note("Gone", lambda: None)
    assert not unnamed(window, but=QPlainTextEdit)


def test_geometry_comes_back(window: MainWindow, app: QApplication) -> None:
    told: list[dict[str, object]] = []
    window.geometry_changed.connect(told.append)
    window.resize(777, 555)
    app.processEvents()
    window.close()
    again = MainWindow(told[-1])
    assert (again.width(), again.height()) == (777, 555)
    MainWindow({"geometry": "not base64 at all, and no geometry"}).deleteLater()
    again.deleteLater()


def test_closing_is_told_once(window: MainWindow) -> None:
    told: list[bool] = []
    window.closing.connect(lambda: told.append(True))
    window.close()
    assert told == [True]


def test_cover_hides_everything_else(window: MainWindow, app: QApplication) -> None:
    page = QPlainTextEdit()
    window.cover(page)
    app.processEvents()
    assert page.isVisible()
    assert not window.rail.isVisible()
    QTest.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert page.isVisible()
    window.uncover(page)
    app.processEvents()
    assert window.rail.isVisible()
    assert window.current_pane() == "chat"
