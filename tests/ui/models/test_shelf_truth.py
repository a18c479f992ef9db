"""What the pane says of files that others took away or put there, and of how large they are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QPushButton

from desktop_app.core.paths import bundle_root
from desktop_app.core.settings import Settings
from desktop_app.ui.language import use_language
from desktop_app.ui.models.delegate import facts_in
from desktop_app.worker.engine_state import EngineState
from tests.ui.models.conftest import MODEL, User
from tests.ui.models.desk import Open, a_gguf, add, drop, press, texts
from tests.ui.models.making import download, failure

STARTER = "smollm2-135m-instruct"


def facts_of(user: User, key: str, view: str = "here") -> str:
    rows = (user.pane.installed if view == "here" else user.pane.offers).rows_model.rows()
    return " · ".join(text for row in rows if row.key == key for text, _ in row.facts)


def fact(user: User, title: str) -> str:
    return next((f.value for f in user.pane.installed_details._facts.facts() if f.title == title), "")


def starter_file(user: User) -> Path:
    found: Path = user.desk.showing.shelf.find(STARTER).path
    return found


# --- taken away -------------------------------------------------------------------------------------


def test_a_file_that_is_gone_when_it_is_to_be_loaded(open_user: Open) -> None:
    user = open_user(Settings(welcomed=True, offline=True))
    user.worker.say(EngineState("ready", MODEL))
    user.worker.say(EngineState("unloaded"))
    assert "in use" in facts_of(user, STARTER)
    starter_file(user).unlink()
    user.worker.say(EngineState("failed", failure=failure("model_missing")))
    user.wait(lambda: "not where it was" in facts_of(user, STARTER), "the row")
    assert "in use" not in facts_of(user, STARTER)
    details = user.pane.installed_details
    assert "Its file is not where it was. Put it back, or get it again." in texts(details)
    assert "It could not be loaded." in texts(details)
    assert "In use" not in texts(details)
    user.app.processEvents()
    press(details, "Get it again")
    user.wait(lambda: user.pane._banner is not None, "the download, or why there is none")
    assert "offline lock" in user.pane._banner.accessibleName()
    assert STARTER in user.rows("more")  # can be had, so it is not said to be here
    assert "on this computer" not in facts_of(user, STARTER, "more")


def test_what_is_put_back_is_loaded_and_only_once(open_user: Open) -> None:
    user = open_user()
    asked: list[bool] = []
    user.desk.reload_wanted.connect(lambda: asked.append(True))
    file = starter_file(user)
    file.rename(file.with_suffix(".away"))
    user.worker.say(EngineState("failed", failure=failure("model_missing")))
    user.wait(lambda: "not where it was" in facts_of(user, STARTER), "the row")
    assert "Models" not in texts(user.pane.disk)
    file.with_suffix(".away").rename(file)
    user.desk.refresh()
    user.wait(lambda: asked, "another try")
    user.worker.say(EngineState("failed", failure=failure("model_damaged")))
    user.settle()
    user.desk.refresh()
    user.settle()
    assert asked == [True]


def test_the_disk_is_looked_at_when_the_pane_is_opened(open_user: Open, tmp_path: Path) -> None:
    user = open_user()
    key = add(user, a_gguf(tmp_path))
    user.pane.installed.choose(key)
    user.window.show_pane("chat")
    (user.paths.user_models / key / "Mine.gguf").unlink()
    user.window.show_pane("models")
    user.wait(lambda: "not where it was" in facts_of(user, key), "the row")
    details = user.pane.installed_details
    assert "Put it back, or remove it from the list." in texts(details)
    assert not details._ways  # nobody knows where it came from
    press(details, "Remove")
    assert user.window.toast._label.text() == "Mine is no longer in the list"


def test_the_disk_is_looked_at_when_the_app_comes_to_the_front(open_user: Open) -> None:
    user = open_user()
    starter_file(user).unlink()
    user.app.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
    user.wait(lambda: "not where it was" in facts_of(user, STARTER), "the row")


def test_what_is_in_memory_stays_in_use_without_its_file(open_user: Open) -> None:
    user = open_user()
    user.worker.say(EngineState("ready", MODEL))
    starter_file(user).unlink()
    user.desk.refresh()
    user.wait(lambda: "not where it was" in facts_of(user, STARTER), "the row")
    assert "in use · 132 MB in memory" in facts_of(user, STARTER)


def test_why_a_model_was_not_loaded_stands_beside_it(open_user: Open) -> None:
    user = open_user()
    user.desk.use(STARTER)
    user.wait(lambda: user.settings.models.get("chat") == STARTER, "the choice")
    user.worker.say(EngineState("failed", failure=failure("memory")))
    user.settle()
    assert facts_of(user, STARTER).startswith("could not be loaded")
    details = user.pane.installed_details
    assert "It could not be loaded. There was not enough memory." in texts(details)
    assert "In use" not in texts(details)
    asked: list[bool] = []
    user.desk.reload_wanted.connect(lambda: asked.append(True))
    press(details, "Load it again")
    user.wait(lambda: asked, "another try")
    user.worker.say(EngineState("ready", MODEL))
    assert "could not be loaded" not in facts_of(user, STARTER)
    assert "It could not be loaded" not in texts(details)


# --- there already ------------------------------------------------------------------------------------


def test_a_second_copy_says_so_and_shows_the_first(open_user: Open, tmp_path: Path) -> None:
    user = open_user()
    key = add(user, a_gguf(tmp_path / "a"))
    add(user, a_gguf(tmp_path / "b", "Other"))
    before = user.rows()
    copy = tmp_path / "c" / "renamed.gguf"
    copy.parent.mkdir()
    copy.write_bytes((tmp_path / "a" / "Mine.gguf").read_bytes())
    for how in ("Copy to Inkhorn’s models", "Use it where it is"):
        user.pane.show_view("more")
        drop(user, copy)
        user.wait(lambda: user.pane.card.phase() == "found", "the card")
        press(user.pane.card, how)
        user.wait(lambda: user.pane.card.isHidden(), "the card to go")
        assert user.window.toast._label.text() == "This is Mine, which is here already. Nothing was added."
        user.settle()
        assert user.rows() == before
        assert (user.pane.view(), user.pane.installed.current_key()) == ("here", key)


def test_a_copy_of_the_starter_says_so_too(open_user: Open, tmp_path: Path, starter_model: Path) -> None:
    user = open_user()
    place = starter_file(user)
    place.unlink()
    place.symlink_to(starter_model)
    user.desk.refresh()
    drop(user, starter_model)
    user.wait(lambda: user.pane.card.phase() == "found", "the card")
    press(user.pane.card, "Copy to Inkhorn’s models")
    user.wait(lambda: user.pane.card.isHidden(), "the card to go")
    assert "which is here already" in user.window.toast._label.text()
    user.settle()
    assert user.rows() == [STARTER]
    assert user.pane.installed.current_key() == STARTER


# --- sizes --------------------------------------------------------------------------------------------


def test_a_model_has_one_size_wherever_it_is_told(open_user: Open) -> None:
    user = open_user()
    assert "98 MB" in facts_of(user, STARTER)
    assert fact(user, "On disk") == "98 MB"
    assert "Models 98 MB" in texts(user.pane.disk)
    user.pane.filter.search.setText("SmolLM2-135M")
    assert "98 MB" in facts_of(user, STARTER, "more")
    user.pane.offers.choose(STARTER)
    offer = user.pane.offer_details
    assert offer._radios["q4_1"].text() == "4 bits · 98 MB"
    assert "93 MB, packed" in [f.value for f in offer._facts.facts()]


def test_a_linked_model_has_its_files_size_and_frees_nothing(open_user: Open, tmp_path: Path) -> None:
    user = open_user()
    key = add(user, a_gguf(tmp_path), "Use it where it is")
    user.pane.installed.choose(key)
    assert "17 kB" in facts_of(user, key)
    assert fact(user, "On disk") == "17 kB, your own file: it stays when this is removed"
    assert "Models 98 MB" in texts(user.pane.disk)


def test_the_prepared_form_is_told_apart_and_given_back_too(open_user: Open, tmp_path: Path) -> None:
    user = open_user()
    key = add(user, a_gguf(tmp_path))
    user.pane.installed.choose(key)
    assert fact(user, "Prepared for speed") == ""
    form = user.paths.prepared / f"{user.desk.showing.shelf.find(key).sha256[:32]}-packed4"
    form.mkdir(parents=True)
    (form / "weights.safetensors").write_bytes(bytes(3_000_000))
    user.desk.refresh()
    user.wait(lambda: fact(user, "Prepared for speed") == "3 MB", "the figures")
    assert fact(user, "On disk") == "17 kB"
    assert user.pane.installed_details.buttons["remove"].toolTip() == "Gives back 3 MB"
    user.desk.tending.remove(key)
    assert user.window.toast._label.text() == "Mine removed: gives back 3 MB"


# --- room ---------------------------------------------------------------------------------------------


@pytest.fixture
def chinese(app: QApplication) -> object:
    use_language(app, "zh_CN", bundle_root() / "resources" / "i18n")
    yield
    use_language(app, "en", bundle_root() / "resources" / "i18n")


def test_the_buttons_stand_in_one_row_and_go_on_below_where_it_is_narrow(
    open_user: Open, tmp_path: Path
) -> None:
    user = open_user()
    user.window.resize(1280, 800)
    key = add(user, a_gguf(tmp_path))
    user.pane.installed.choose(key)
    user.app.processEvents()
    buttons = [b for b in user.pane.installed_details.buttons.values() if b.isVisible()]
    assert len(buttons) == 4
    assert len({button.y() for button in buttons}) == 1
    user.window.resize(360, 720)
    user.pane.here.show_details()
    user.app.processEvents()
    assert len({button.y() for button in buttons}) == 2
    room = buttons[0].parentWidget().width()
    assert all(b.geometry().right() < room and b.width() >= b.sizeHint().width() for b in buttons)


def test_the_card_and_the_downloads_keep_their_words_and_buttons_where_it_is_narrow(
    open_user: Open, tmp_path: Path
) -> None:
    user = open_user()
    user.window.resize(360, 720)
    drop(user, a_gguf(tmp_path, "Some other model with quite a long name"))
    user.wait(lambda: user.pane.card.phase() == "found", "the card")
    broken = download("failed", failure=failure("network"))
    user.pane.downloads.set_states((broken, replace(broken, id="b"), replace(broken, id="c")))
    for _ in range(5):
        user.app.processEvents()
    pieces = [user.pane.card, *user.pane.downloads.rows()]
    for piece in pieces:
        buttons = [button for button in piece.findChildren(QPushButton) if button.isVisible()]
        assert len(buttons) == 3
        for button in buttons:
            assert button.width() >= button.sizeHint().width()
            assert piece.rect().contains(button.geometry())
        for label in piece.findChildren(QLabel):
            if label.isVisible() and label.wordWrap():
                assert label.height() >= label.heightForWidth(label.width())
        assert piece.width() <= user.pane.width()
    assert user.pane.downloads.height() <= user.pane.height() // 4


def test_no_choice_of_the_filter_is_cut_in_the_narrowest_window(open_user: Open, chinese: object) -> None:
    user = open_user(Settings(welcomed=True, language="zh_CN"))
    user.window.resize(360, 720)
    user.pane.show_view("more")
    user.pane.filter.set_wanted(replace(user.pane.filter.wanted(), task="translation", fits_only=False))
    user.app.processEvents()
    boxes = [box for box in user.pane.filter.findChildren(QComboBox) if box.isVisible()]
    assert [box.currentText() for box in boxes] == ["任意语言"] * 3
    assert all(box.width() >= box.sizeHint().width() for box in boxes)


def test_narrow_details_stay_while_the_shelf_is_read_and_go_with_their_model(
    open_user: Open, tmp_path: Path
) -> None:
    user = open_user()
    key = add(user, a_gguf(tmp_path))
    user.window.resize(360, 720)
    user.pane.show_view("here")
    user.pane.installed.choose(key)
    user.pane.here.show_details()
    user.desk.refresh()
    user.settle()
    assert user.pane.installed_details.isVisible()
    user.desk.tending.remove(key)
    assert user.pane.installed.isVisible()
    assert not user.pane.installed_details.isVisible()
    user.pane.show_view("more")
    user.pane.more.show_details()
    assert not user.pane.filter.isVisible()
    user.pane.more.show_list()
    assert user.pane.filter.isVisible()


def test_facts_without_room_are_left_out_whole(app: QApplication) -> None:
    metrics = QFontMetrics(app.font())
    facts = (("in use", "success"), ("98 MB", "quiet"), ("4 bits", "quiet"))
    whole = sum(metrics.horizontalAdvance(text) for text, _ in facts) + 24
    assert facts_in(facts, whole, metrics) == facts
    assert facts_in(facts, whole - metrics.horizontalAdvance("4 bits"), metrics) == facts[:2]
    assert facts_in(facts, 1, metrics) == facts[:1]
