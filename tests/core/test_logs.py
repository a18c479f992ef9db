"""Logs rotate, catch what nobody caught, and keep the user's words out."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.core import logs
from desktop_app.core.logs import start_logging, stop_logging

SECRET = "Dear diary, today 我很难过"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    before = logging.getLogger().level
    start_logging(tmp_path / "logs")
    yield tmp_path / "logs"
    stop_logging()
    logging.getLogger().setLevel(before)
    logging.raiseExceptions = True


def written(folder: Path) -> str:
    return "".join(path.read_text(encoding="utf-8") for path in sorted(folder.iterdir()))


def fail_with(text: str) -> None:
    try:
        raise KeyError(text)
    except KeyError as error:
        raise ValueError(f"cannot tokenise {text!r}") from error


def test_exceptions_keep_the_users_text_out(folder: Path) -> None:
    try:
        fail_with(SECRET)
    except ValueError:
        logging.getLogger("chat").exception("a reply failed")
    text = written(folder)
    assert "a reply failed" in text
    assert "builtins.ValueError" in text
    assert "builtins.KeyError" in text
    assert "in fail_with" in text
    assert "diary" not in text
    assert "难过" not in text


def test_errors_of_the_system_tell_what_and_where_but_no_file_name(folder: Path) -> None:
    try:
        (folder / "nothing" / f"{SECRET}.md").read_text(encoding="utf-8")
    except OSError:
        logging.getLogger("store").exception("could not read")
    text = written(folder)
    assert "No such file" in text or "cannot find" in text
    assert str(folder / "nothing") in text
    assert "diary" not in text


def test_what_nobody_caught_is_logged(folder: Path) -> None:
    try:
        fail_with(SECRET)
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    thread = threading.Thread(target=fail_with, args=(SECRET,), name="worker-7")
    thread.start()
    thread.join()
    text = written(folder)
    assert text.count("an error that nobody caught") == 2
    assert "worker-7" in text
    assert "diary" not in text


def test_files_rotate_and_stay_few(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "FILE_BYTES", 2_000)
    start_logging(folder)
    for number in range(400):
        logging.getLogger("many").info("line %d", number)
    files = list(folder.iterdir())
    assert len(files) == logs.FILES
    assert all(path.stat().st_size <= 2_000 for path in files)
    assert "line 399" in (folder / "inkhorn.log").read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_made_is_no_reason_to_stop(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    start_logging(tmp_path / "file" / "logs")
    assert "no log in" in capsys.readouterr().err
    stop_logging()
