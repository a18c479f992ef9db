"""The list by real clicks, keys and drags."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QInputMethodEvent
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QInputDialog, QLineEdit

from desktop_app.core.chat import SearchHit
from desktop_app.ui.chat_list.conversation_list import ConversationList
from desktop_app.ui.chat_list.row_menu import RowMenu
from tests.ui.chat_list.conftest import Asked
from tests.ui.chat_list.making import TODAY, chat

Key = Qt.Key
Control = Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton


def row_of(pane: ConversationList, conversation_id: int) -> int:
    number = pane.model.number_of(conversation_id)
    assert number is not None
    return number


def folder_row(pane: ConversationList, name: str) -> int:
    return next(i for i, r in enumerate(pane.model.rows()) if r.kind == "folder" and r.folder == name)


def middle(pane: ConversationList, row: int) -> QPoint:
    return pane.view.visualRect(pane.model.index(row)).center()


def click(pane: ConversationList, row: int, modifiers: Qt.KeyboardModifier | None = None) -> None:
    keys = modifiers or Qt.KeyboardModifier.NoModifier
    QTest.mouseClick(pane.view.viewport(), LEFT, keys, middle(pane, row))


def press(pane: ConversationList, key: Qt.Key, modifiers: Qt.KeyboardModifier | None = None) -> None:
    QTest.keyClick(pane.view, key, modifiers or Qt.KeyboardModifier.NoModifier)


def until(holds: Callable[[], bool]) -> bool:
    for _ in range(300):
        if holds():
            return True
        QTest.qWait(10)
    return False


def compose(pane: ConversationList, preedit: str, commit: str = "") -> None:
    event = QInputMethodEvent(preedit, [])
    event.setCommitString(commit)
    QCoreApplication.sendEvent(pane.search, event)


def test_a_click_opens_and_marks(pane: ConversationList, asked: Asked) -> None:
    click(pane, row_of(pane, 3))
    assert asked.of("opened") == [(3, 0, "")]


def test_a_click_with_control_selects_only(pane: ConversationList, asked: Asked) -> None:
    click(pane, row_of(pane, 1))
    QTest.keyPress(pane.view, Key.Key_Control)
    click(pane, row_of(pane, 3), Control)
    assert [row.chat.id for row in pane.view.selected_rows() if row.chat] == [1, 3]


def test_headings_take_no_focus_and_arrows_pass_them(pane: ConversationList, asked: Asked) -> None:
    pane.search.setFocus()
    QTest.keyClick(pane.search, Key.Key_Down)
    assert pane.view.hasFocus()
    visited = []
    for _ in range(20):
        row = pane.view.row_at(pane.view.currentIndex())
        assert row is not None
        visited.append(row.folder if row.kind == "folder" else row.chat and row.chat.id)
        before = pane.view.currentIndex()
        press(pane, Key.Key_Down)
        if pane.view.currentIndex() == before:
            break
    assert visited == [4, "Ideas", "Work", 2, 1, 3]
    assert asked.of("opened") == []
    press(pane, Key.Key_Return)
    assert asked.of("opened") == [(3, 0, "")]
    press(pane, Key.Key_Home)
    press(pane, Key.Key_Up)
    assert pane.search.hasFocus()


def test_folders_fold_by_mouse_and_keys_and_say_so(pane: ConversationList, asked: Asked) -> None:
    click(pane, folder_row(pane, "Work"))
    assert pane.model.number_of(5) is not None
    assert asked.of("open_folders_changed") == [(["Work"],)]
    pane.view.setFocus()
    pane.view.select_row(row_of(pane, 6))
    press(pane, Key.Key_Left)  # to the folder
    press(pane, Key.Key_Left)  # fold it
    assert pane.model.number_of(5) is None
    assert pane.open_folders() == []


def test_the_open_conversation_is_shown_even_in_a_folded_folder(pane: ConversationList) -> None:
    pane.set_current(5)
    assert pane.model.number_of(5) is not None
    assert pane.view.look.open_id == 5


def test_renaming_in_place(pane: ConversationList, asked: Asked) -> None:
    pane.view.setFocus()
    pane.view.select_row(row_of(pane, 1))
    press(pane, Key.Key_F2)
    editor = pane.view.findChild(QLineEdit)
    assert editor is not None
    assert editor.text() == "Letter to the landlord"
    editor.setText("  A  new title ")
    pane.set_conversations([chat(1, "From elsewhere"), chat(9, "Nine")], [])  # must not take the editor away
    assert editor.isVisible()
    QTest.keyClick(editor, Key.Key_Return)
    assert until(lambda: pane.model.number_of(9) is not None)
    assert asked.of("renamed") == [(1, "A new title")]


def test_renaming_to_nothing_or_by_escape_asks_nothing(pane: ConversationList, asked: Asked) -> None:
    pane.view.setFocus()
    pane.view.select_row(row_of(pane, 1))
    for text, key in (("   ", Key.Key_Return), ("Other", Key.Key_Escape)):
        press(pane, Key.Key_F2)
        editor = pane.view.findChild(QLineEdit)
        assert editor is not None
        editor.setText(text)
        QTest.keyClick(editor, key)
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert asked.of("renamed") == []


def test_delete_takes_all_that_are_selected(pane: ConversationList, asked: Asked) -> None:
    click(pane, row_of(pane, 1))
    click(pane, row_of(pane, 2), Control)
    press(pane, Key.Key_Delete)
    assert [sorted(ids) for (ids,) in asked.of("deleted")] == [[1, 2]]


def test_pin_and_unpin_by_key(pane: ConversationList, asked: Asked) -> None:
    pane.view.setFocus()
    pane.view.select_row(row_of(pane, 1))
    press(pane, Key.Key_P, Control)
    pane.view.select_row(row_of(pane, 4))
    press(pane, Key.Key_P, Control)
    assert asked.of("pin_changed") == [(1, True), (4, False)]


def test_the_button_on_a_row_opens_its_menu_and_not_the_row(pane: ConversationList, asked: Asked) -> None:
    index = pane.model.index(row_of(pane, 3))
    button = pane.view.look.button_rect(pane.view.visualRect(index)).center()
    QTest.mouseMove(pane.view.viewport(), button)
    assert pane.view.look.over_button
    QTest.mouseClick(pane.view.viewport(), LEFT, pos=button)
    menu = pane.findChild(RowMenu)
    assert menu is not None
    assert menu.isVisible()
    menu.close()
    assert asked.of("opened") == []
    assert [row.chat.id for row in pane.view.selected_rows() if row.chat] == [3]


def test_the_menu_moves_exports_and_deletes(pane: ConversationList, asked: Asked) -> None:
    pane.view.select_row(row_of(pane, 1))
    menu = pane.row_actions.row_menu()
    names = {action.text(): action for action in menu.folder_menu.actions()}
    names["Work"].trigger()
    [pdf] = [action for action in menu.export_menu.actions() if action.text() == "PDF…"]
    pdf.trigger()
    assert asked.of("folder_changed") == [(1, "Work")]
    assert asked.of("export_requested") == [([1], "pdf")]


def test_a_new_folder_is_asked_for_by_name(pane: ConversationList, asked: Asked) -> None:
    pane.view.select_row(row_of(pane, 3))
    [new] = [a for a in pane.row_actions.row_menu().folder_menu.actions() if a.text() == "New folder…"]
    new.trigger()
    dialog = pane.findChild(QInputDialog)
    assert dialog is not None
    dialog.setTextValue(" Reading & more ")
    dialog.accept()
    assert asked.of("folder_changed") == [(3, "Reading & more")]


def drop(pane: ConversationList, ids: list[int], row: int, mime: QMimeData | None = None) -> None:
    if mime is None:
        mime = pane.model.mimeData([pane.model.index(row_of(pane, i)) for i in ids])
    where = middle(pane, row)
    how = (mime, LEFT, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(where, Qt.DropAction.MoveAction, *how)
    move = QDragMoveEvent(where, Qt.DropAction.MoveAction, *how)
    for event in (enter, move, QDropEvent(QPointF(where), Qt.DropAction.MoveAction, *how)):
        QCoreApplication.sendEvent(pane.view.viewport(), event)
    assert pane.view.look.drop_row == -1


def test_dragging_into_a_folder_out_of_it_and_to_the_pinned(pane: ConversationList, asked: Asked) -> None:
    drop(pane, [1, 3], folder_row(pane, "Ideas"))
    assert asked.of("folder_changed") == [(1, "Ideas"), (3, "Ideas")]
    pane.set_open_folders(["Work"])
    drop(pane, [5], row_of(pane, 2))
    assert asked.of("folder_changed")[2:] == [(5, "")]
    drop(pane, [2], row_of(pane, 4))
    assert asked.of("pin_changed") == [(2, True)]


def test_a_drop_from_elsewhere_is_no_concern_of_ours(pane: ConversationList, asked: Asked) -> None:
    foreign = QMimeData()
    foreign.setText("hello")
    drop(pane, [], folder_row(pane, "Ideas"), foreign)
    broken = QMimeData()
    broken.setData("application/x-inkhorn-conversations", b"[1, oops")
    drop(pane, [], folder_row(pane, "Ideas"), broken)
    assert asked.all == []


def test_search_waits_for_a_pause_and_is_asked_once(pane: ConversationList, asked: Asked) -> None:
    QTest.keyClicks(pane.search, "heat")
    assert asked.of("search_changed") == []
    assert until(lambda: bool(asked.of("search_changed")))
    assert asked.of("search_changed") == [("heat",)]


def test_search_is_silent_while_an_input_method_composes(pane: ConversationList, asked: Asked) -> None:
    QTest.keyClicks(pane.search, "a")
    compose(pane, "tian kong")
    QTest.qWait(250)  # longer than the pause
    assert asked.of("search_changed") == []
    compose(pane, "", "天空")
    assert until(lambda: bool(asked.of("search_changed")))
    assert asked.of("search_changed") == [("a天空",)]


def test_hits_open_at_their_message_and_escape_brings_the_list_back(
    pane: ConversationList, asked: Asked
) -> None:
    QTest.keyClicks(pane.search, "sour")
    hits = [
        SearchHit(chat(3, "Sourdough", 1), 77, "the sour one", ((4, 4),)),
        SearchHit(chat(1), None, "", ()),
    ]
    QTest.keyClick(pane.search, Key.Key_Return)  # sends at once
    pane.set_hits("sour", hits)
    assert [row.kind for row in pane.model.rows()] == ["hit", "hit"]
    pane.set_hits("older question", [])
    assert len(pane.model.rows()) == 2
    QTest.keyClick(pane.search, Key.Key_Return)
    assert asked.of("opened") == [(3, 77, "sour")]
    assert not pane.grab().isNull()  # drawing marks and two lines works
    QTest.keyClick(pane.search, Key.Key_Escape)
    assert pane.search.text() == ""
    assert asked.of("search_changed") == [("sour",), ("",)]
    assert pane.model.number_of(2) is not None


def test_nothing_found_and_nothing_yet(pane: ConversationList, asked: Asked) -> None:
    pane.search.setText("zebra")
    pane.set_hits("zebra", [])
    assert pane.hint.sentence.isVisible()
    assert "zebra" in pane.hint.sentence.text()
    QTest.mouseClick(pane.hint.action, LEFT)
    assert not pane.hint.sentence.isVisible()
    pane.set_conversations([], [])
    assert pane.hint.sentence.text() == "Your conversations will stand here."
    QTest.mouseClick(pane.hint.action, LEFT)
    assert len(asked.of("import_requested")) == 1


def test_read_only_changes_nothing_but_opens_and_exports(pane: ConversationList, asked: Asked) -> None:
    pane.set_read_only(True)
    pane.view.setFocus()
    pane.view.select_row(row_of(pane, 1))
    for key, modifiers in ((Key.Key_Delete, None), (Key.Key_P, Control), (Key.Key_F2, None)):
        press(pane, key, modifiers)
    drop(pane, [1], folder_row(pane, "Ideas"))
    QTest.mouseClick(pane.new_button, LEFT)
    assert asked.all == []
    assert pane.view.findChild(QLineEdit) is None
    press(pane, Key.Key_Return)
    assert asked.of("opened") == [(1, 0, "")]
    assert pane.row_actions.row_menu().export_menu.isEnabled()


def test_selection_focus_and_place_survive_a_refresh(pane: ConversationList) -> None:
    many = [chat(n, days=n / 50) for n in range(1, 400)]
    pane.set_conversations(many, [])
    pane.view.select_row(row_of(pane, 300))
    place = pane.view.verticalScrollBar().value()
    assert place > 0
    pane.set_conversations(many, [])
    assert pane.view.verticalScrollBar().value() == place
    assert [row.chat.id for row in pane.view.selected_rows() if row.chat] == [300]
    row = pane.view.row_at(pane.view.currentIndex())
    assert row is not None
    assert row.chat is not None
    assert row.chat.id == 300


def test_rows_have_names_for_screen_readers(pane: ConversationList) -> None:
    role = Qt.ItemDataRole.AccessibleTextRole
    spoken = [pane.model.data(pane.model.index(i), role) for i in range(pane.model.rowCount())]
    assert all(spoken)
    assert any("Thesis, pinned, " in text for text in spoken)
    assert "Folder Work, 2 conversations, folded" in spoken
    for widget in (pane, pane.view, pane.search, pane.more_button):
        assert widget.accessibleName()


def test_the_model_keeps_qts_rules(pane: ConversationList) -> None:
    tester = QAbstractItemModelTester(
        pane.model, QAbstractItemModelTester.FailureReportingMode.Fatal, pane.model
    )
    pane.set_conversations([chat(n, days=n) for n in range(1, 50)], ["A"])
    pane.set_conversations([], [])
    assert tester.model() is pane.model


def test_midnight_regroups(app: QApplication) -> None:
    day = [TODAY]
    pane = ConversationList(today=lambda: day[0])
    pane.set_conversations([chat(1)], [])
    assert pane.model.rows()[0].text == "Today"
    day[0] = TODAY.replace(day=15)
    pane._check_day()
    assert pane.model.rows()[0].text == "Yesterday"
    pane.deleteLater()
