"""The threads that the window leaves slow work to: what they tell it, and what they write into the log."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QThread
from PySide6.QtWidgets import QApplication

from desktop_app.core.errors import InkhornError
from desktop_app.core.logs import start_logging, stop_logging
from desktop_app.store.store import open_store
from desktop_app.worker.lane import Lane
from desktop_app.worker.storage import Storage

PATIENCE_S = 30.0


@pytest.fixture
def log_folder(tmp_path: Path) -> Iterator[Path]:
    before = logging.getLogger().level
    start_logging(tmp_path / "logs")
    yield tmp_path / "logs"
    stop_logging()
    logging.getLogger().setLevel(before)
    logging.raiseExceptions = True


def wait(app: QApplication, condition: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        app.processEvents()
        time.sleep(0.002)


def test_a_repair_is_announced_before_the_database_is_open(app: QApplication, tmp_path: Path) -> None:
    path = tmp_path / "inkhorn.db"
    store, _ = open_store(path)
    store.add_message(store.create_conversation("A title").id, None, "user", "hello " * 5_000)
    store.close()
    with path.open("r+b") as file:
        file.seek(0)
        file.write(b"\0" * 100)
    storage = Storage(path)
    told: list[object] = []
    threads: set[QThread] = set()
    storage.stage.connect(lambda stage: (told.append(stage), threads.add(QThread.currentThread())))
    storage.opened.connect(lambda report: told.append(report.damaged_file is not None))
    storage.start()
    wait(app, lambda: len(told) == 2)
    storage.stop()
    assert told == ["repair", True]
    assert threads == {app.thread()}


def test_a_failure_is_logged_by_its_kind_and_place_alone(app: QApplication, log_folder: Path) -> None:
    """Messages name what the user has named."""
    lane = Lane("background")
    failures: list[InkhornError] = []
    lane.problem.connect(failures.append)
    lane.start()

    def import_diary() -> None:
        raise InkhornError("bad_file", "“Dear diary” is not JSON.", name="Dear diary")

    lane.run(import_diary)
    wait(app, lambda: failures)
    lane.stop()
    assert "Dear diary" in failures[0].message
    text = (log_folder / "inkhorn.log").read_text(encoding="utf-8")
    assert "background: bad_file" in text
    assert "in import_diary" in text
    assert "Dear" not in text
