"""A window with the Models pane, on a screen, with real places and a worker that only writes down."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.core.i18n import tr
from desktop_app.core.messages import Command, Done, ModelInfo
from desktop_app.core.paths import Paths, bundle_root
from desktop_app.core.settings import Settings
from desktop_app.library.catalogue import CatalogueOnDemand, load_catalogue
from desktop_app.ui.model_picker import ModelPicker
from desktop_app.ui.models.models_desk import ModelsDesk
from desktop_app.ui.models.pane import ModelsPane
from desktop_app.ui.theme import apply_theme
from desktop_app.ui.window import MainWindow
from desktop_app.worker.engine_state import EngineState
from tests.library.hub_server import Cdn, Hub, Repo, serving
from tests.ui.models.making import shelf

PATIENCE_S = 30.0


class WrittenWorker(QObject):
    """The worker's face, without an engine: what was asked for lies in ``asked``."""

    arrived = Signal(object)
    state_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.state = EngineState("starting")
        self.asked: list[Command] = []
        self._ids = 0

    def next_id(self) -> int:
        self._ids += 1
        return self._ids

    def submit(self, command: Command) -> int:
        self.asked.append(command)
        return command.id

    def unload(self) -> None:
        self.say(replace(self.state, phase="unloaded"))

    def say(self, state: EngineState) -> None:
        self.state = state
        self.state_changed.emit(state)

    def answer(self, kind: type[Command], result: Any) -> None:
        """The terminal event of the last command of ``kind``."""
        command = next(asked for asked in reversed(self.asked) if isinstance(asked, kind))
        self.arrived.emit(Done(command.id, result))

    def of(self, kind: type[Command]) -> list[Command]:
        return [command for command in self.asked if isinstance(command, kind)]


ENTRY = """
[[model]]
id = "{name}"
name = "{name} model"
family = "llama"
tasks = ["chat"]
publisher = "maker"
licence = "Own terms"
licence_url = "https://example.org/terms"
must_accept = {accept}
gated = {gated}
homepage = "https://example.org/{name}"
languages = ["en"]
strengths = {{ en = 1, zh = 0 }}
parameters = 1_000_000
context = 1024
shape = {{ layers = 3, kv_heads = 2, head_dim = 32, vocabulary = 320, width = 128, output = "own" }}
summary_en = "Made for a test."
summary_zh = "测试用。"

[[model.variant]]
id = "f32"
quantization = "F32"
bits = 32
format = "gguf"
source = {{ kind = "hub", repo = "maker/{name}", patterns = ["*.gguf"] }}
"""

MODEL = ModelInfo("Starter", "llama", "cpu", "packed4", 135_000_000, 8192, 132_000_000, 0.5)


class User:
    """What somebody at the window does and sees."""

    def __init__(self, app: QApplication, paths: Paths, settings: Settings) -> None:
        self.app, self.paths = app, paths
        self.worker = WrittenWorker()
        self.window = MainWindow()
        self.window.add_pane("chat", "message-square", lambda: tr("Chat"), QWidget())
        self.picker = ModelPicker(self.window)
        self.settings = settings
        self.catalogue = CatalogueOnDemand(paths.models)
        places = (paths, settings, self.picker, self.catalogue)
        self.desk = ModelsDesk(self.window, self.worker, *places)  # type: ignore[arg-type]
        self.desk.models_changed.connect(self._keep)
        self.pages: list[str] = []
        self.desk.settings_asked.connect(self.pages.append)
        self.pane = self.desk.pane
        self.window.resize(1100, 760)
        self.window.show()
        self.window.activateWindow()
        self.window.show_pane("models")
        self.desk.start()
        self.wait(lambda: self.desk.showing.shelf is not None, "the shelf")
        self.desk.set_chosen(self.desk.showing.shelf.catalogue.starter.id)

    def _keep(self, models: dict[str, Any]) -> None:
        self.use(replace(self.settings, models=models))
        self.desk.set_chosen(models.get("chat") or self.desk.showing.shelf.catalogue.starter.id)

    def use(self, settings: Settings) -> None:
        self.settings = settings
        self.desk.use_settings(settings)

    def wait(self, condition: Callable[[], object], what: str = "") -> None:
        end = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > end:
                pytest.fail(f"waited in vain for {what or condition}")
            self.app.processEvents()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
            time.sleep(0.003)

    def settle(self) -> None:
        """Let both lanes do all that was asked of them."""
        for lane in (self.desk.reading, self.desk._long):
            done: list[object] = []
            lane.run(lambda: True, done.append)
            self.wait(lambda done=done: done, "a lane")

    def rows(self, view: str = "here") -> list[str]:
        rows = (self.pane.installed if view == "here" else self.pane.offers).rows_model.rows()
        return [row.key for row in rows if row.kind != "heading"]

    def close(self) -> None:
        self.window.close()
        self.desk.stop()
        self.window.deleteLater()
        self.app.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """With the real catalogue, and something small in the starter's place."""
    models = tmp_path / "app-models"
    shutil.copytree(bundle_root() / "models" / "catalogue", models / "catalogue")
    with (models / "catalogue" / "chat.toml").open("a", encoding="utf-8") as file:
        for name in ("tiny", "terms", "gated"):
            file.write(
                ENTRY.format(
                    name=name, accept=str(name == "terms").lower(), gated=str(name == "gated").lower()
                )
            )
    starter = load_catalogue(models).starter.file
    (models / "starter").mkdir()
    with (models / "starter" / starter.name).open("wb") as file:
        file.truncate(starter.size or 0)  # of the right size, and with nothing in it
    data = tmp_path / "data"
    data.mkdir()
    return Paths(data, data / "cache", data / "logs", bundle_root() / "resources", models)


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A model hub on this computer, with the three models that the catalogue has for tests."""
    cdn = Cdn()
    server = Hub(cdn)
    content = b"GGUF" + bytes(range(256)) * 1200
    for name in ("tiny", "terms", "gated"):
        server.repos[f"maker/{name}"] = Repo({f"{name}.gguf": content}, gated=name == "gated")
    with serving(server, cdn):
        yield server


@pytest.fixture
def online(hub: Hub) -> Settings:
    """Settings with the hub of this computer as the mirror."""
    return Settings(welcomed=True, confirm_links=False, hub_endpoint=hub.url)


@pytest.fixture
def open_user(
    app: QApplication, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., User]]:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    apply_theme(app, "light")
    opened: list[User] = []

    def make(settings: Settings | None = None) -> User:
        made = User(app, paths, settings or Settings(welcomed=True, confirm_links=False))
        opened.append(made)
        return made

    yield make
    for user in opened:
        user.close()


@pytest.fixture
def pane(app: QApplication) -> Iterator[ModelsPane]:
    apply_theme(app, "light")
    made = ModelsPane()
    made.resize(1000, 700)
    made.show()
    made.activateWindow()
    assert QTest.qWaitForWindowExposed(made)
    app.processEvents()
    yield made
    made.close()
    made.deleteLater()
    app.processEvents()


@pytest.fixture
def a_shelf() -> Any:
    return shelf()
