"""Translating in the whole app, with real engines in processes of their own."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest
from PySide6.QtTest import QTest

from desktop_app.core.settings import Settings
from tests.app.conftest import MakeUser
from tests.engine.translation.trained import train

TEA, TEA_ZH = "A cup of tea, please.", "请给我一杯茶。"
CATS, CATS_ZH = "Cats hate to get wet.", "猫讨厌被弄湿。"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train("marian", tmp_path_factory.mktemp("trained") / "opus-mt-en-zh")


@pytest.fixture
def data(tmp_path: Path, trained: Path) -> Path:
    folder = tmp_path / "data"
    (folder / "models").mkdir(parents=True)
    (folder / "models" / trained.name).symlink_to(trained, target_is_directory=True)
    return folder


SETTINGS = Settings(
    welcomed=True, language="en", window={"translate": {"source": "en", "target": "zh", "recent": []}}
)


def test_type_english_see_chinese_beside_a_chat(open_app: MakeUser, data: Path, starter_model: Path) -> None:
    user = open_app(data=data, settings=SETTINGS)
    desk = user.desk
    desk.window.show_pane("translate")
    page, live = desk.translate.pane.text, desk.translate.live
    assert desk.translators.engine_pid() is None
    QTest.keyClicks(page.source, TEA)
    user.wait(lambda: live.sheet.lines and live.sheet.is_ready, "the translation")
    assert page.target.toPlainText() == TEA_ZH
    pids = desk.worker.engine_pid(), desk.translators.engine_pid()
    assert None not in pids
    assert len(set(pids)) == 2
    # A reply that is being written and a translation do not wait for each other.
    user.send("Tell me a long story about a lighthouse and the sea.")
    page.source.setPlainText(CATS)
    user.wait(lambda: page.target.toPlainText() == CATS_ZH, "the second translation")
    user.wait_reply()
    document = data / "note.txt"
    document.write_text(f"{TEA}\n\n{CATS}\n", encoding="utf-8")
    desk.translate.documents.add([document])
    jobs = desk.translate.queue.jobs
    user.wait(lambda: jobs() and jobs()[0].state in ("done", "failed"), "the document")
    assert (data / "note.zh.txt").read_text(encoding="utf-8") == f"{TEA_ZH}\n\n{CATS_ZH}\n"
    desk.translators.unload()
    user.wait(lambda: desk.translators.engine_pid() is None, "the engine to end")
    assert not psutil.pid_exists(pids[1] or 0)
    page.source.setPlainText(f"{CATS} Be quiet, all of you.")
    user.wait(lambda: live.sheet.is_ready and len(live.sheet.lines) == 2, "it to come back")


def test_what_was_typed_is_there_at_the_next_start(
    open_app: MakeUser, data: Path, starter_model: Path
) -> None:
    user = open_app(data=data, settings=SETTINGS)
    user.desk.window.show_pane("translate")
    QTest.keyClicks(user.desk.translate.pane.text.source, TEA)
    user.wait(lambda: user.desk.translate.live.sheet.is_ready and user.desk.translate.live.sheet.lines)
    user.settle()
    again = open_app(data=data, settings=SETTINGS)
    listed = again.desk.translate.pane.history.list
    again.wait(lambda: listed.count() == 1, "the history")
    assert listed.item(0).text() == TEA
