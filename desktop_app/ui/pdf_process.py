"""The PDF is made in a process of its own: laying out a long text would stop the window for as long."""

from __future__ import annotations

import logging
import multiprocessing
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from desktop_app.core.errors import InkhornError, code_of, kind_of_os_error
from desktop_app.core.files import write_atomically

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Ended:
    """``kind`` "" for success."""

    kind: str = ""
    message: str = ""
    code: str = ""


def write_pdf(html: str, path: Path, progress: Callable[[float], None] | None = None) -> None:
    """Print ``html`` to ``path``, which is replaced whole or not at all. ``progress`` is told 0…1.

    Waits until it is done: call it from any thread but the window's. Raises InkhornError.
    """
    context = multiprocessing.get_context("spawn")  # a forked Qt is undefined behaviour
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(theirs, html, str(path)), name="pdf", daemon=True)
    process.start()
    theirs.close()  # so that the end of the process is the end of the pipe
    ended = _Ended("internal", "the process that makes the PDF ended early")
    try:
        while True:
            said = ours.recv()
            if isinstance(said, _Ended):
                ended = said
                break
            if progress is not None:
                progress(said)
    except EOFError:
        pass
    finally:
        ours.close()
        if ended.kind and process.is_alive():
            process.terminate()
        process.join()
        process.close()
    if ended.kind:
        raise InkhornError(ended.kind, ended.message, code=ended.code)


def _run(pipe: Connection, html: str, path: str) -> None:
    if sys.platform != "win32":
        os.environ["QT_QPA_PLATFORM"] = "offscreen"  # no display needed, no second icon in the dock
    from PySide6.QtGui import QGuiApplication

    from desktop_app.ui.pdf import render_pdf

    app = QGuiApplication(["inkhorn-pdf"])
    shown = 0.0

    def tell(fraction: float) -> None:
        nonlocal shown
        if fraction - shown >= 0.01:
            shown = fraction
            pipe.send(fraction)

    try:
        write_atomically(Path(path), render_pdf(html, tell))
        pipe.send(_Ended())
    except OSError as error:
        pipe.send(_Ended(kind_of_os_error(error), str(error), code_of(error)))
    except MemoryError:
        pipe.send(_Ended("memory", "not enough memory for the pages of the PDF"))
    except Exception as error:  # whatever it is, the window must hear of it
        log.exception("pdf")
        pipe.send(_Ended("internal", "the PDF could not be made", code_of(error)))
    finally:
        pipe.close()
        app.quit()
