"""Typing on one side, and what comes on the other."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop_app.core.settings import Settings
from desktop_app.core.translation_routes import Routes
from desktop_app.store.store import Store
from desktop_app.ui.translate.source_edit import LONGEST
from tests.ui.translate.conftest import ROUTES, MakeUser, User, model

FINDING = Settings(window={"translate": {"source": "", "target": "pt"}})


def history(user: User) -> list[tuple[str, str]]:
    def read(store: Store) -> list[tuple[str, str]]:
        return [(entry.text, entry.translation) for entry in store.history.newest()]

    found = user.stored(read)
    assert isinstance(found, list)
    return found


def test_typed_here_translated_there_and_kept(user: User) -> None:
    assert user.translators.engine_pid() is None  # nothing is started for those who never translate
    user.type("Good morning. How are you?")
    assert user.translated(2) == "en-pt:GOOD MORNING. en-pt:HOW ARE YOU?"
    assert history(user) == [("Good morning. How are you?", "en-pt:GOOD MORNING. en-pt:HOW ARE YOU?")]


def test_what_is_typed_is_on_the_disk_also_if_no_model_ever_answers(user: User) -> None:
    user.type("wait")
    user.wait(lambda: history(user) == [("wait", "")], "the text in the store")


def test_typing_on_asks_for_the_new_sentence_alone(user: User) -> None:
    asked: list[tuple[str, ...]] = []
    ask = user.desk.interpreter.ask

    def listen(route, sentences, *rest, **more):  # type: ignore[no-untyped-def]
        asked.append(tuple(sentences))
        return ask(route, sentences, *rest, **more)

    user.desk.interpreter.ask = listen  # type: ignore[method-assign]
    user.type("First one. ")
    user.translated(1)
    user.type("Second one.")
    user.translated(2)
    assert asked == [("First one.",), ("Second one.",)]
    assert len(history(user)) == 1


def test_the_newest_input_wins_over_one_that_still_runs(user: User) -> None:
    user.type("wait")
    user.wait(lambda: user.translators.state.phase == "busy", "the engine to begin")
    user.page.source.selectAll()
    user.type("done.")
    assert user.translated(1) == "en-pt:DONE."


def test_nothing_jumps_while_a_sentence_is_changed(user: User) -> None:
    user.type("\n".join(f"Line number {n}." for n in range(80)))
    user.translated(80)
    bar = user.page.target.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    before = bar.value()
    cursor = user.page.source.textCursor()
    cursor.movePosition(QTextCursor.MoveOperation.Start)
    cursor.insertText("X")
    user.translated(80)
    assert user.page.target.toPlainText().startswith("en-pt:XLINE NUMBER 0.")
    assert bar.value() == before


def test_an_input_method_is_left_to_finish(user: User) -> None:
    source = user.page.source
    composing = QInputMethodEvent("nihao", [])
    QApplication.sendEvent(source, composing)
    user.settle()
    assert user.live.sheet.lines == ()
    committed = QInputMethodEvent()
    committed.setCommitString("你好。")
    QApplication.sendEvent(source, committed)
    assert user.translated(1) == "en-pt:你好。"


def test_the_language_is_found_as_one_types(open_pane: MakeUser) -> None:
    user = open_pane(settings=FINDING)
    user.type("The library opens at nine in the morning.")
    user.translated(1)
    assert user.page.source_language.label() == "English (found)"
    user.page.source.selectAll()
    user.type("A biblioteca abre às nove horas da manhã.")
    assert user.translated(1).startswith("pt-en:")
    assert user.page.target_language.label() == "English"


def test_swapping_turns_text_and_direction_round(user: User) -> None:
    user.type("Good morning.")
    user.translated(1)
    user.desk.text.swap()
    assert user.page.source.toPlainText() == "en-pt:GOOD MORNING."
    assert user.translated(1) == "pt-en:EN-PT:GOOD MORNING."
    assert len(history(user)) == 2


def test_another_target_is_translated_at_once(user: User) -> None:
    user.type("Good morning.")
    user.translated(1)
    user.desk.direction.choose_target("zh")
    user.wait(lambda: user.page.target.toPlainText() == "en-zh:GOOD MORNING.", "the other language")


def test_the_user_chooses_the_model_and_it_is_remembered(user: User) -> None:
    user.type("Good morning.")
    user.translated(1)
    user.desk.pane.route.chosen.emit(user.routes.between("en", "pt")[1])
    user.wait(lambda: user.page.target.toPlainText() == "second:GOOD MORNING.", "the other model")
    assert user.desk.pane.route.label() == "Model second"


def test_a_problem_is_marked_with_its_reason_and_a_way_out(user: User) -> None:
    user.type("Fine. Loop again.")
    assert user.translated(2) == "en-pt:FINE. Loop again."
    assert user.page.foot.words() == "1 sentence not translated"
    user.desk.sentences.open(1)
    card = user.page.card
    assert "repeated itself" in card._problem.text()
    assert card._again.isVisible()
    card.edit.setPlainText("Another way")
    QTest.keyClick(card.edit, Qt.Key.Key_Return)
    user.settle()
    assert user.page.target.toPlainText() == "en-pt:FINE. Another way"
    assert user.page.foot.words() != "1 sentence not translated"


def test_a_sentence_kept_once_comes_out_of_the_memory_ever_after(open_pane: MakeUser) -> None:
    user = open_pane()
    user.type("Good morning. Bye.")
    user.translated(2)
    user.desk.sentences.open(0)
    user.wait(lambda: user.page.card._alternatives is not None, "alternatives")
    assert user.page.card._alternatives == ("en-pt:GOOD MORNING. (2)", "en-pt:GOOD MORNING. (3)")
    user.page.card.kept.emit("Bom dia.")
    user.settle()
    assert user.page.target.toPlainText() == "Bom dia. en-pt:BYE."
    user.desk.flush()
    again = open_pane()
    again.type("Good  morning.")
    assert again.translated(1) == "Bom dia."
    assert "1 from memory" in again.page.foot.words()
    again.desk.sentences.open(0)
    again.page.card.taken_back.emit()
    again.wait(lambda: again.page.target.toPlainText() == "en-pt:GOOD  MORNING.", "the model's own")


def test_what_was_nearly_said_before_is_offered(user: User) -> None:
    user.desk.sentences._remembering.keep(
        "en", "pt", "The meeting begins at nine on Monday.", "A reunião começa às nove.", lambda: None
    )
    user.type("The meeting begins at ten on Monday.")
    user.translated(1)
    user.desk.sentences.open(0)
    user.wait(lambda: user.page.card._matches, "the memory")
    assert user.page.card._matches[0].entry.translation == "A reunião começa às nove."


def test_pointing_lights_up_both_sides(user: User) -> None:
    user.type("One here 😀. Two there. Three.")
    user.translated(3)
    source, target = user.page.source, user.page.target
    where = source.toPlainText().index("Two") + 2
    source.pointed.emit(where + 1)  # an emoji counts twice
    lit = [
        [one.cursor.selectedText() for one in side.extraSelections()]  # type: ignore[attr-defined]
        for side in (source, target)
    ]
    assert lit == [["Two there."], ["en-pt:TWO THERE."]]
    source.pointed.emit(-1)
    assert source.extraSelections() == [] == target.extraSelections()


def test_the_caret_lights_up_too_and_enter_opens_the_sentence(user: User) -> None:
    user.type("One here. Two there.")
    user.translated(2)
    target = user.page.target
    target.setFocus()
    cursor = target.textCursor()
    cursor.setPosition(target.span_of(1)[0] + 2)
    target.setTextCursor(cursor)
    assert [one.cursor.selectedText() for one in user.page.source.extraSelections()] == ["Two there."]  # type: ignore[attr-defined]
    QTest.keyClick(target, Qt.Key.Key_Return)
    assert user.page.card.isVisible()
    QTest.keyClick(user.page.card.edit, Qt.Key.Key_Escape)
    assert not user.page.card.isVisible()


def test_without_a_model_there_is_a_way_to_get_one(open_pane: MakeUser) -> None:
    user = open_pane()
    asked: list[object] = []
    user.desk.get_asked.connect(asked.append)
    user.desk.direction.choose_target("ja")
    user.type("Good morning.")
    cover = user.desk.missing._cover
    assert cover is not None
    assert cover.isVisible()
    assert "17 MB" in cover._button.text()
    cover.acted.emit()
    assert asked == [["en-ja"]]
    user.desk.missing.set_fetching(frozenset({"en-ja"}))
    assert "by itself" in user.desk.missing._cover._words.text()  # type: ignore[union-attr]
    user.routes = Routes(installed=(*ROUTES.installed, model(("en", "ja"))))
    user.desk.refresh_routes()
    assert user.translated(1) == "en-ja:GOOD MORNING."
    assert user.desk.missing._cover is None


def test_the_offline_lock_is_told_where_it_matters(open_pane: MakeUser) -> None:
    settings = Settings(offline=True, window={"translate": {"source": "en", "target": "ja"}})
    user = open_pane(settings=settings)
    unlocking: list[bool] = []
    user.desk.unlock_asked.connect(lambda: unlocking.append(True))
    cover = user.desk.missing._cover
    assert cover is not None
    assert "offline lock" in cover._words.text()
    cover.acted.emit()
    assert unlocking == [True]
    user.desk.use_settings(replace(settings, offline=False))
    assert "17 MB" in user.desk.missing._cover._button.text()  # type: ignore[union-attr]


def test_a_model_that_cannot_be_loaded_says_so_and_can_be_tried_again(open_pane: MakeUser) -> None:
    user = open_pane(Routes(installed=(model(("en", "pt"), "bad"),)))
    user.type("Good morning.")
    user.wait(lambda: user.page._banner is not None, "the failure")
    assert "damaged" in user.page._banner._label.text()  # type: ignore[union-attr]
    user.routes = ROUTES
    user.desk.refresh_routes()
    assert user.translated(1) == "en-pt:GOOD MORNING."
    user.wait(lambda: user.page._banner is None, "the failure to be over")


def test_an_engine_that_died_is_started_again(user: User) -> None:
    user.type("die")
    user.wait(lambda: user.page._banner is not None, "the failure")
    user.page.source.selectAll()
    user.type("alive.")
    user.page._banner._buttons[0].click()  # type: ignore[union-attr]
    assert user.translated(1) == "en-pt:ALIVE."


def test_copying_and_clearing(user: User) -> None:
    user.type("Good morning.")
    user.translated(1)
    user.page.foot.copy_asked.emit()
    assert QGuiApplication.clipboard().text() == "en-pt:GOOD MORNING."
    user.page.clear_asked.emit()
    assert user.page.source.toPlainText() == user.page.target.toPlainText() == ""
    user.type("Bye.")
    user.translated(1)
    assert [text for text, _ in history(user)] == ["Bye.", "Good morning."]


def test_a_very_long_paste_is_offered_as_a_document(user: User) -> None:
    data = QMimeData()
    data.setText("word " * LONGEST)
    user.page.source.insertFromMimeData(data)
    assert user.page.source.toPlainText() == ""
    assert user.page._banner is not None


def test_a_file_dropped_on_the_text_goes_to_the_documents(user: User) -> None:
    path = user.folder / "note.txt"
    path.write_text("Good morning.\n", encoding="utf-8")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    user.page.source.insertFromMimeData(data)
    assert user.desk.pane.page() == "documents"
    user.wait(lambda: [job.state for job in user.desk.queue.jobs()] == ["done"], "the document")
    assert (user.folder / "note.pt.txt").read_text(encoding="utf-8") == "en-pt:GOOD MORNING.\n"


def test_the_menu_of_a_sentence(user: User) -> None:
    user.type("Good morning.")
    user.translated(1)
    user.page.target.menu_wanted.emit(0, QPoint(0, 0))
    menu = QApplication.activePopupWidget()
    assert menu is not None
    assert "Edit this sentence" in [action.text() for action in menu.actions()]
    menu.close()


def test_tab_walks_in_the_order_of_the_page(user: User) -> None:
    user.type("Good morning.")
    user.translated(1)
    page = user.page
    page.source_language.setFocus(Qt.FocusReason.TabFocusReason)
    walked = []
    for _ in range(5):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        walked.append(QApplication.focusWidget())
    assert walked == [page._swap, page.target_language, page.source, page._clear, page.target]
