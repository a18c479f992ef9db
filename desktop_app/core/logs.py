"""Logs that rotate, and never hold what the user wrote.

An exception's message may quote the text that caused it, so the files get its type and where it
happened; of errors of the operating system also what it says, and in which folder. Not the name of the
file: an export is named after the conversation, whose title is made of the user's words.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import TextIO

FILES = 5
FILE_BYTES = 1_000_000
FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class DiscreetFormatter(logging.Formatter):
    """Formats exceptions without their messages."""

    def format(self, record: logging.LogRecord) -> str:
        # Another handler's formatter leaves its own, talkative, text in the record.
        cached, record.exc_text = record.exc_text, None
        text = super().format(record)
        record.exc_text = cached
        return text

    def formatException(
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        error = ei[1]
        return "" if error is None else describe_discreetly(error)


def describe_discreetly(error: BaseException) -> str:
    """Where ``error`` happened and of what type it and its causes are, without messages."""
    lines: list[str] = []
    link: BaseException | None = error
    seen: set[int] = set()
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        if lines:
            lines.append("caused by")
        frames = traceback.extract_tb(link.__traceback__)
        lines += [f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}' for frame in frames]
        name = f"{type(link).__module__}.{type(link).__qualname__}"
        lines.append(f"{name}: {_of_the_system(link)}" if isinstance(link, OSError) else name)
        link = link.__cause__ or link.__context__
    return "\n".join(lines)


def _of_the_system(error: OSError) -> str:
    said = f"[Errno {error.errno}] {error.strerror}" if error.errno is not None else "?"
    named = isinstance(error.filename, str | bytes | os.PathLike)
    return f"{said} in {Path(os.fsdecode(error.filename)).parent}" if named else said


def start_logging(folder: Path, verbose: bool = False) -> None:
    """Log to ``folder/inkhorn.log`` (5 files of 1 MB), to standard error too if ``verbose``, and catch
    what nobody caught, in every thread; that is said in one line on standard error too. A folder that
    cannot be written is no reason to stop."""
    root = logging.getLogger()
    stop_logging()
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = RotatingFileHandler(
            folder / "inkhorn.log", maxBytes=FILE_BYTES, backupCount=FILES - 1, encoding="utf-8"
        )
    except OSError as error:
        print(f"inkhorn: no log in {folder}: {error}", file=sys.stderr)
    else:
        _add(root, file)
    if verbose:
        stream: logging.StreamHandler[TextIO] = logging.StreamHandler(sys.stderr)
        _add(root, stream)
    # A full disk must not fill standard error with the log's own complaints.
    logging.raiseExceptions = verbose
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def stop_logging() -> None:
    """Close what `start_logging` opened."""
    root = logging.getLogger()
    for handler in list(root.handlers):
        if isinstance(handler.formatter, DiscreetFormatter):
            root.removeHandler(handler)
            handler.close()
    sys.excepthook = sys.__excepthook__
    threading.excepthook = threading.__excepthook__


def _add(root: logging.Logger, handler: logging.Handler) -> None:
    handler.setFormatter(DiscreetFormatter(FORMAT))
    root.addHandler(handler)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logging.getLogger("uncaught").critical("an error that nobody caught", exc_info=(kind, error, trace))
    # Where the window could not even open, this is all that the user gets to see.
    print(f"inkhorn: an error that nobody caught ({kind.__name__}); see the log", file=sys.stderr)


def _uncaught_in_thread(info: threading.ExceptHookArgs) -> None:
    if info.exc_value is not None:
        name = info.thread.name if info.thread else "?"
        trace = (info.exc_type, info.exc_value, info.exc_traceback)
        logging.getLogger("uncaught").critical("an error that nobody caught in %s", name, exc_info=trace)
