"""Imports that would hold up the window, done on a thread before they are needed.

Pygments and its lexers take 10 to 40 ms each, ziamath with its fonts 120 ms.
"""

from __future__ import annotations

import importlib
import queue
import threading


class Warmup:
    """Loads modules by name, one after the other. A module that fails to import counts as loaded: who
    uses it then meets the same error."""

    def __init__(self) -> None:
        self._asked: set[str] = set()
        self._loaded: set[str] = set()
        self._work: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def ready(self, module: str) -> bool:
        """Whether ``module`` is loaded; if not, it will be soon."""
        if module in self._loaded:
            return True
        if module not in self._asked:
            self._asked.add(module)
            self._work.put(module)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="imports", daemon=True)
                self._thread.start()
        return False

    def wait(self, module: str) -> None:
        """Load ``module`` now, for callers that may block."""
        _load(module)
        self._asked.add(module)
        self._loaded.add(module)

    def _run(self) -> None:
        while True:
            module = self._work.get()
            _load(module)
            self._loaded.add(module)


def _load(module: str) -> None:
    import warnings

    try:
        with warnings.catch_warnings():
            # ziamath 0.13 opens its fonts through a deprecated importlib call.
            warnings.simplefilter("ignore", DeprecationWarning)
            importlib.import_module(module)
    except ImportError:
        pass
