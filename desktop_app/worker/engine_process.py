"""The engine's process: start, pipe, end. Knows nothing of queues, of models or of Qt."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection

from desktop_app.core.messages import Command


def _enter(connection: Connection) -> None:
    # Imported in the child only: the app's own process must stay free of torch.
    from desktop_app.engine.serve import run_engine

    run_engine(connection)


@contextlib.contextmanager
def _without_ctrl_c() -> Iterator[None]:
    """The terminal sends Ctrl-C to the engine too, which leaves it to the app, but learns to ignore it
    only while it starts. A process begins with the signals blocked that its maker's thread has blocked."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class EngineProcess:
    """One running engine. Made by `start`; after `end` it cannot be used again."""

    def __init__(self, target: Callable[[Connection], None] = _enter) -> None:
        # "spawn" on every system: a forked Qt process is undefined behaviour, and what works on one
        # system then works on all.
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe(duplex=True)
        self._process = context.Process(target=target, args=(theirs,), name="inkhorn-engine", daemon=True)
        with _without_ctrl_c():
            self._process.start()
        # Our copy of their end must go, or a dead engine would never show as a closed pipe.
        theirs.close()

    @property
    def sentinel(self) -> int:
        return self._process.sentinel

    @property
    def pid(self) -> int | None:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        return self._process.exitcode

    def send(self, command: Command) -> bool:
        """Write ``command`` to the pipe; False where the other end is gone."""
        try:
            self.connection.send(command)
        except (BrokenPipeError, ConnectionError, OSError):
            return False
        return True

    def end(self, wait_s: float = 0.0) -> int | None:
        """Give the process ``wait_s`` to end by itself, then end it. Closes the pipe.

        Returns the exit code; a negative one is the signal that ended it.
        """
        if wait_s:
            self._process.join(wait_s)
        if self._process.is_alive():
            self._process.terminate()
            self._process.join(1.0)
        if self._process.is_alive():
            self._process.kill()
            self._process.join(5.0)
        self.connection.close()
        return self._process.exitcode
