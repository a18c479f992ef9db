"""The whole app in the test's process, with the real engine in its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop_app.core.chat import Message
from desktop_app.core.paths import Paths, make_paths
from desktop_app.core.settings import Settings
from desktop_app.desk import Desk
from desktop_app.store.store import Store
from desktop_app.ui.language import use_language
from desktop_app.ui.theme import apply_theme

PATIENCE_S = 90.0


@pytest.fixture(scope="session")
def app() -> QApplication:
    existing = QApplication.instance()
    made = existing if isinstance(existing, QApplication) else QApplication([])
    apply_theme(made, "light")
    return made


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model's fast form, made by the first test that loads it."""
    return tmp_path_factory.mktemp("cache")


class User:
    """What somebody at the window does and sees."""

    def __init__(self, app: QApplication, desk: Desk) -> None:
        self.app, self.desk = app, desk
        self.chat = desk.chat
        self.pane = desk.chat.pane

    def wait(self, condition: Callable[[], object], what: str = "") -> None:
        """Let the app run until ``condition()``; fails after `PATIENCE_S`."""
        end = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > end:
                pytest.fail(f"waited in vain for {what or condition}")
            self.app.processEvents()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
            time.sleep(0.003)

    def write(self, text: str) -> None:
        self.pane.composer.input.setPlainText(text)

    def send(self, text: str) -> None:
        """Type, press Enter, wait until the message is stored."""
        before = len(self.branch)
        self.write(text)
        QTest.keyClick(self.pane.composer.input, Qt.Key.Key_Return)
        self.wait(lambda: len(self.branch) >= before + 2, "the message to be stored")

    def ask(self, text: str) -> Message:
        """Send, and wait for the whole reply."""
        self.send(text)
        self.wait_reply()
        return self.branch[-1]

    def wait_reply(self) -> None:
        self.wait(lambda: self.branch and self.branch[-1].state != "streaming", "the reply to end")
        self.settle()

    def settle(self) -> None:
        """Let everything that was asked of the storage thread come back."""
        done: list[object] = []
        self.desk.storage.run(lambda _: True, done.append, done.append)
        self.wait(lambda: done, "the storage thread")

    def stored(self, read: Callable[[Store], object]) -> object:
        found: list[object] = []
        self.desk.storage.run(read, found.append)
        self.wait(lambda: found, "the storage thread")
        return found[0]

    def act(self, name: str, message: Message) -> None:
        """Press a button of a message."""
        self.pane.view.action.emit(name, message.id)
        self.settle()

    @property
    def branch(self) -> list[Message]:
        return self.chat.chat.session.branch

    def stored_branch(self) -> list[Message]:
        key = self.chat.chat.session.id
        found = self.stored(lambda store: store.branch(key))
        assert isinstance(found, list)
        return found


MakeUser = Callable[..., User]


@pytest.fixture
def open_app(app: QApplication, prepared: Path, tmp_path: Path) -> Iterator[MakeUser]:
    """``open_app(data=…, models=…, settings=…)`` opens a window; all are closed at the end."""
    opened: list[Desk] = []

    def make(data: Path | None = None, models: Path | None = None, settings: Settings | None = None) -> User:
        paths: Paths = replace(make_paths(data or tmp_path / "data"), cache=prepared)
        if models is not None:
            paths = replace(paths, models=models)
        paths.data.mkdir(parents=True, exist_ok=True)
        use_language(app, "en", paths.resources / "i18n")
        desk = Desk(app, paths, settings or Settings(welcomed=True, language="en"))
        opened.append(desk)
        desk.start()
        user = User(app, desk)
        user.settle()
        return user

    yield make
    for desk in opened:
        desk.window.close()
        desk.stop()
        desk.window.deleteLater()
        desk.deleteLater()
    app.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
