"""The pane on a real storage thread, with a translators' engine that is a real process and translates into
capitals."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from desktop_app.core.messages import Load
from desktop_app.core.paths import bundle_root
from desktop_app.core.settings import Settings
from desktop_app.core.translation_routes import Route, Routes, Translating
from desktop_app.ui.language import use_language
from desktop_app.ui.theme import apply_theme
from desktop_app.ui.translate.finding import Finder
from desktop_app.ui.translate.translate_desk import TranslateDesk
from desktop_app.ui.window import MainWindow
from desktop_app.worker.engine_process import EngineProcess
from desktop_app.worker.engine_worker import EngineWorker
from desktop_app.worker.lane import Lane
from desktop_app.worker.storage import Storage
from tests.worker import fake_engines

PATIENCE_S = 30.0


def model(pair: tuple[str, str], name: str = "", rank: int = 0, here: bool = True) -> Translating:
    key = name or "-".join(pair)
    load = Load(0, key, "prepared", name=key) if here else None
    return Translating(key, f"Model {key}", load, rank, pair, summary=("Quick.", "快。"), size=17_000_000)


ROUTES = Routes(
    installed=(
        model(("en", "pt")),
        model(("en", "pt"), "second", 3),
        model(("en", "zh")),
        model(("pt", "en")),
    ),
    could=(model(("en", "ja"), here=False),),
)


class User:
    """What somebody at the pane does and sees."""

    def __init__(self, app: QApplication, folder: Path, routes: Routes, settings: Settings) -> None:
        self.app, self.folder, self.routes = app, folder, routes
        self.window = MainWindow()
        self.storage = Storage(folder / "inkhorn.db", self.window)
        self.storage.start()
        self.background = Lane("background", self.window)
        self.background.start()
        start: Callable[[], EngineProcess] = lambda: EngineProcess(fake_engines.translating)  # noqa: E731
        self.translators = EngineWorker(self.window, on_demand=True, start_process=start)
        self.chat = EngineWorker(self.window, on_demand=True, start_process=start)
        for worker in (self.translators, self.chat):
            worker.start()
        finder = Finder(bundle_root() / "resources")
        self.desk = TranslateDesk(
            self.window,
            self.storage,
            self.translators,
            self.chat,
            self.background,
            settings,
            lambda: self.routes,
            finder,
        )
        self.remembered: dict[str, object] = {}
        self.desk.remembered.connect(self.remembered.update)
        self.desk.route_chosen.connect(self._use)
        self.desk.start()
        self.window.resize(1100, 700)
        self.window.show()
        self.page, self.live = self.desk.pane.text, self.desk.live
        self.settle()

    def _use(self, route: Route) -> None:
        self.routes = replace(self.routes, chosen={f"{route.source}>{route.target}": route.key})
        self.desk.refresh_routes()

    def wait(self, condition: Callable[[], object], what: str = "") -> None:
        end = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > end:
                pytest.fail(f"waited in vain for {what or condition}")
            self.app.processEvents()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
            time.sleep(0.002)

    def settle(self) -> None:
        """Let what was asked of both threads come back."""
        for lane in (self.storage, self.background):
            done: list[object] = []
            lane.run(_nothing, done.append, done.append)
            self.wait(lambda done=done: done, "a thread")

    def stored(self, read: Callable[..., object]) -> object:
        found: list[object] = []
        self.storage.run(read, found.append)
        self.wait(lambda: found, "the storage thread")
        return found[0]

    def type(self, text: str) -> None:
        self.page.source.insertPlainText(text)

    def translated(self, count: int) -> str:
        """Wait until so many sentences stand there translated, and are stored."""
        self.wait(lambda: len(self.live.sheet.lines) == count and self.live.sheet.is_ready, "the translation")
        self.settle()
        return self.page.target.toPlainText()

    def close(self) -> None:
        self.desk.flush()
        self.desk.stop()
        self.background.stop()
        self.storage.stop()
        self.translators.stop()
        self.chat.stop()
        self.window.close()
        self.window.deleteLater()
        self.app.processEvents()


def _nothing(_store: object = None) -> bool:
    return True


MakeUser = Callable[..., User]


@pytest.fixture
def open_pane(app: QApplication, tmp_path: Path) -> Iterator[MakeUser]:
    """``open_pane(routes=…, settings=…)``; English into Portuguese unless the settings say otherwise."""
    apply_theme(app, "light")
    use_language(app, "en", bundle_root() / "resources" / "i18n")
    opened: list[User] = []

    def make(routes: Routes = ROUTES, settings: Settings | None = None, folder: Path = tmp_path) -> User:
        kept = {"translate": {"source": "en", "target": "pt"}}
        opened.append(User(app, folder, routes, settings or Settings(window=kept)))
        return opened[-1]

    yield make
    for user in opened:
        user.close()


@pytest.fixture
def user(open_pane: MakeUser) -> User:
    return open_pane()
