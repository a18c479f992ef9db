"""The window when something is missing, damaged, full or forbidden: it opens, says so, and goes on."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QWidget

from desktop_app.core.settings import Settings
from desktop_app.store.store import open_store
from desktop_app.ui.widgets.banner import Banner
from tests.app.conftest import MakeUser, User
from tests.permissions import protected

ROOT = Path(__file__).resolve().parents[2]


def banners(user: User) -> str:
    found = user.desk.window.findChildren(Banner)
    return " ".join(label.text() for banner in found for label in banner.findChildren(QLabel))


def visible_texts(window: QWidget) -> set[str]:
    return {
        label.text() for label in window.findChildren(QLabel) if label.isVisibleTo(window) and label.text()
    }


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A models folder with the catalogue and no model."""
    folder = tmp_path / "models"
    folder.mkdir()
    shutil.copytree(ROOT / "models" / "catalogue", folder / "catalogue")
    return folder


@pytest.mark.slow
def test_a_missing_model_is_told_beside_the_message_and_put_back(
    open_app: MakeUser, models: Path, starter_model: Path
) -> None:
    user = open_app(models=models)
    user.send("Is anybody there?")
    user.wait_reply()
    assert user.branch[-1].error_kind == "model_missing"
    assert user.stored_branch()[0].text == "Is anybody there?"
    (models / "starter").mkdir()
    shutil.copyfile(starter_model, models / "starter" / starter_model.name)
    user.act("problem:restart", user.branch[-1])
    user.wait(lambda: user.desk.worker.state.phase == "ready", "the engine")
    user.act("problem:retry", user.branch[-1])
    user.wait_reply()
    assert user.branch[-1].state in ("complete", "stopped")
    assert user.branch[-1].text


@pytest.mark.slow
def test_a_damaged_model_is_told_and_the_window_lives(
    open_app: MakeUser, models: Path, starter_model: Path
) -> None:
    (models / "starter").mkdir()
    copy = models / "starter" / starter_model.name
    shutil.copyfile(starter_model, copy)
    with copy.open("r+b") as file:
        file.seek(50_000_000)
        file.write(b"damage" * 1000)
    user = open_app(models=models)
    user.send("Is anybody there?")
    user.wait_reply()
    assert user.branch[-1].error_kind == "model_damaged"


def test_a_damaged_database_is_set_aside_and_what_can_be_read_is_there(
    open_app: MakeUser, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    store, _ = open_store(data / "inkhorn.db")
    row = store.create_conversation(title="Kept")
    parent = None
    for number in range(400):
        parent = store.add_message(row.id, parent, "user", f"message {number} " + "ink " * 50).id
    store.close()
    file = data / "inkhorn.db"
    damaged = bytearray(file.read_bytes())
    damaged[:100] = b"\0" * 100
    file.write_bytes(damaged)
    user = open_app(data=data)
    assert "damaged" in banners(user)
    aside = list(data.glob("inkhorn.damaged-*.db"))
    assert [path.read_bytes() for path in aside] == [bytes(damaged)]
    rows = user.stored(lambda store: store.search("message 7"))
    assert rows


def test_a_newer_database_is_read_only_and_says_so(open_app: MakeUser, tmp_path: Path) -> None:
    data = tmp_path / "data"
    store, _ = open_store(data / "inkhorn.db")
    row = store.create_conversation(title="From the future")
    store.add_message(row.id, None, "user", "hello")
    store.close()
    with sqlite3.connect(data / "inkhorn.db") as connection:
        connection.execute("PRAGMA user_version=9999")
    connection.close()
    user = open_app(data=data)
    assert "newer version" in banners(user)
    user.chat.controller.open(row.id)
    user.settle()
    assert [message.text for message in user.branch] == ["hello"]
    assert user.pane.composer.input.isReadOnly()


def test_a_read_only_folder_with_conversations(
    open_app: MakeUser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with tempfile.TemporaryDirectory() as folder:  # one that others than its owner can reach
        Path(folder).chmod(0o755)
        data = Path(folder) / "data"
        store, _ = open_store(data / "inkhorn.db")
        row = store.create_conversation(title="Old")
        store.close()
        with protected(data):
            user = open_app(data=data)
            assert "cannot be written" in banners(user)
            assert user.stored(lambda store: [one.id for one in store.conversations()]) == [row.id]
            assert user.pane.composer.input.isReadOnly()


def test_the_language_changes_while_the_window_is_open(open_app: MakeUser) -> None:
    user = open_app()
    english = visible_texts(user.desk.window)
    user.desk.use(Settings(welcomed=True, language="zh_CN"))
    user.settle()
    chinese = visible_texts(user.desk.window)
    names = {"SmolLM2-135M-Instruct", "CPU"}
    left = {text for text in english & chinese if text.isascii() and any(c.isalpha() for c in text)}
    assert left <= names
    assert user.pane.composer.input.placeholderText() == "写点什么"


def test_what_was_typed_is_there_after_a_restart(open_app: MakeUser, tmp_path: Path) -> None:
    first = open_app(data=tmp_path / "one")
    first.write("half a thought 半个念头")
    first.chat.flush()
    first.settle()
    first.desk.window.close()
    first.desk.stop()
    second = open_app(data=tmp_path / "one")
    second.wait(lambda: second.pane.composer.input.toPlainText(), "the draft")
    assert second.pane.composer.input.toPlainText() == "half a thought 半个念头"


def test_a_starter_that_is_gone_is_a_row_with_the_way_back(open_app: MakeUser, models: Path) -> None:
    (models / "starter").mkdir()  # as the app brings it, without its file
    user = open_app(models=models)
    user.wait(lambda: user.desk.worker.state.phase == "failed", "the refusal")
    user.desk.window.show_pane("models")
    details = user.desk.models.pane.installed_details
    user.wait(lambda: "It could not be loaded." in visible_texts(details), "the failure")
    assert "Its file is not where it was. Put it back, or get it again." in visible_texts(details)
    assert [button.text() for button in details._ways] == ["Get it again"]


@pytest.mark.slow
def test_a_starter_that_is_gone_comes_back_with_any_copy_of_it(
    open_app: MakeUser, models: Path, starter_model: Path
) -> None:
    (models / "starter").mkdir()
    user = open_app(models=models)
    desk = user.desk.models
    user.wait(lambda: user.desk.worker.state.phase == "failed" and desk.showing.shelf, "the refusal")
    desk.adding.take([starter_model])
    user.wait(lambda: desk.pane.card.phase() == "found", "the card")
    desk.pane.card.asked.emit("link")
    user.wait(lambda: user.desk.worker.state.phase == "ready", "the engine")
    assert [row.key for row in desk.pane.installed.rows_model.rows()][1:] == [desk.using.chosen]
