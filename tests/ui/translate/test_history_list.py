"""The list of what was translated."""

from __future__ import annotations

from tests.ui.translate.conftest import MakeUser, User


def rows(user: User) -> list[str]:
    view = user.desk.pane.history.list
    return [view.item(row).text() for row in range(view.count())]


def write(user: User, *texts: str) -> None:
    for text in texts:
        user.desk.text.begin_anew()
        user.type(text)
        user.translated(1)
    user.wait(lambda: len(rows(user)) == len(texts), "the list")


def test_the_newest_first_and_open_as_it_was(user: User) -> None:
    write(user, "First words.", "Second words.")
    assert rows(user) == ["Second words.", "First words."]
    view = user.desk.pane.history
    view.list.itemClicked.emit(view.list.item(1))
    assert user.page.source.toPlainText() == "First words."
    assert user.page.target.toPlainText() == "en-pt:FIRST WORDS."


def test_search_finds_both_languages(user: User) -> None:
    write(user, "First words.", "Second words.")
    view = user.desk.pane.history
    for query in ("first", "PT:FIRST"):
        view.search_changed.emit(query)
        user.wait(lambda: rows(user) == ["First words."], "the hit")
    view.search_changed.emit("absent")
    user.wait(lambda: not rows(user), "no hit")
    view.search_changed.emit("")
    user.wait(lambda: len(rows(user)) == 2, "the whole list")


def test_deleting_can_be_taken_back(user: User) -> None:
    write(user, "First words.", "Second words.")
    view = user.desk.pane.history
    view.list.item(0).setSelected(True)
    view.list.delete_wanted.emit()
    user.wait(lambda: rows(user) == ["First words."], "it to go")
    assert user.page.source.toPlainText() == ""  # what was open went with it
    user.window.toast._pressed()
    user.wait(lambda: len(rows(user)) == 2, "it to come back")
    view.clear_asked.emit()
    user.wait(lambda: not rows(user), "all to go")
    user.window.toast._pressed()
    user.wait(lambda: len(rows(user)) == 2, "all to come back")


def test_it_is_there_after_a_restart(open_pane: MakeUser) -> None:
    user = open_pane()
    write(user, "First words.")
    again = open_pane()
    again.wait(lambda: rows(again) == ["First words."], "the list")
