"""One download in a process of its own: no Qt, no torch, and it can be ended at any byte.

The window must not stutter while gigabytes are hashed, and cancelling has to work while a server is
silent; ending a process does both. What it has written stays for the next one.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import Failed
from desktop_app.core.paths import Paths
from desktop_app.library.meter import Report
from desktop_app.library.network import Network

log = logging.getLogger(__name__)

NICENESS = 5  # hashing keeps a core busy; the window comes first

Target = Callable[[Connection, Path, Paths, Network], None]


def run_download(connection: Connection, folder: Path, paths: Paths, network: Network) -> None:
    """Entry of the process: reports go into ``connection``, ``done`` or ``failed`` the last of them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the app decides, which has had the same Ctrl+C
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    threading.Thread(target=_end_with, args=(connection,), name="app-watch", daemon=True).start()
    try:
        from desktop_app.library.downloading import download

        download(folder, paths, network, connection.send)
    except InkhornError as error:
        _last_word(connection, Failed(0, error.kind, error.message, values=error.values))
    except BrokenPipeError:
        return  # the app is gone
    except Exception as error:  # what nobody thought of must reach the window too
        log.exception("a download ended")
        detail = f"{type(error).__name__}: {error}"
        _last_word(connection, Failed(0, "internal", "The download failed unexpectedly.", detail))
    else:
        with contextlib.suppress(BrokenPipeError):
            connection.send(Report("done"))


def _last_word(connection: Connection, failure: Failed) -> None:
    with contextlib.suppress(BrokenPipeError):
        connection.send(Report("failed", failure=failure))


def _end_with(connection: Connection) -> None:
    """The other end says nothing, ever: what can be read is its end, however the app ended."""
    with contextlib.suppress(EOFError, OSError):
        connection.recv()
    os._exit(1)


class DownloadProcess:
    """A running download. After `end` it cannot be used again."""

    def __init__(self, folder: Path, paths: Paths, network: Network, target: Target = run_download) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe(duplex=True)
        arguments = (theirs, folder, paths, network)
        self._process = context.Process(target=target, args=arguments, name="inkhorn-download", daemon=True)
        self._process.start()
        theirs.close()  # or a dead process would never show as a closed pipe

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def end(self) -> None:
        """End it now; it has nothing to put in order."""
        if self._process.is_alive():
            self._process.kill()
        self._process.join(10.0)
        self.connection.close()
