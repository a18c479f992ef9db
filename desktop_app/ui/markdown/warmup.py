"""Work that would hold up the window, done on a thread before it is needed: imports, mostly.

Pygments and its lexers take 10 to 60 ms each, ziamath with its fonts 120 ms.
"""

from __future__ import annotations

import importlib
import queue
import sys
import threading
import warnings
from collections.abc import Callable

SWITCH_S = 0.0003


class Warmup:
    """Runs each named piece of work once, one after the other, and keeps what it answers."""

    def __init__(self) -> None:
        self._asked: set[str] = set()
        self._answers: dict[str, object] = {}
        self._queue: queue.SimpleQueue[tuple[str, Callable[[], object]]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def ready(self, name: str, work: Callable[[], object]) -> bool:
        """Whether ``work`` is done; if not, it will be soon. ``work`` must not raise."""
        if name in self._answers:
            return True
        if name not in self._asked:
            self._asked.add(name)
            self._queue.put((name, work))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="warm-up", daemon=True)
                self._thread.start()
        return False

    def answer(self, name: str) -> object:
        """What the work called ``name`` returned. Raises KeyError while it is not done."""
        return self._answers[name]

    def _run(self) -> None:
        while True:
            name, work = self._queue.get()
            # The window's thread gives the interpreter lock away at most Qt calls and gets it back only
            # after one such interval: at the usual 5 ms a handful of calls are a stall.
            usual = sys.getswitchinterval()
            sys.setswitchinterval(SWITCH_S)
            try:
                self._answers[name] = work()
            finally:
                sys.setswitchinterval(usual)


def load(module: str) -> bool:
    """Import ``module``. False if it is not there."""
    try:
        with warnings.catch_warnings():
            # ziamath 0.13 opens its fonts through a deprecated importlib call.
            warnings.simplefilter("ignore", DeprecationWarning)
            importlib.import_module(module)
    except ImportError:
        return False
    return True
