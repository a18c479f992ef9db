"""How the engine behaves as a process of its own."""

from __future__ import annotations

import importlib
import logging
import os
import signal
import sys
import threading
from pathlib import Path

from desktop_app.core.offline import lock
from desktop_app.engine.heap import use_one_heap

log = logging.getLogger(__name__)
ORPHAN_SECONDS = 3.0
SPIN_COUNT = "2000"
"""Turns that a thread of libgomp waits awake for its fellows. From here on an idle machine of two cores is
as fast as with the default of 300,000 (98 tokens/s; 81 with 1,000), but when another program wants a core
the waiting thread keeps the working one from it, the longer the more: 30 tokens/s, and under 4 with the
default, until `desktop_app.engine.threads` sees it."""


NICENESS = 5
"""The engine keeps every core busy; at the window's own priority a frame would have to wait for it."""


def prepare_process() -> None:
    """Leave Ctrl-C to the app, be the first to go when the system runs out of memory, let the window
    have the processor first, do not let threads spin long, and connect to nothing, whatever a model's
    library would like to ask. Before torch is imported."""
    lock()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.setdefault("GOMP_SPINCOUNT", SPIN_COUNT)
    keep_numbers_the_same()
    use_one_heap()
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    if sys.platform.startswith("linux"):
        try:
            Path("/proc/self/oom_score_adj").write_text("600", encoding="ascii")
        except OSError:
            log.info("the engine keeps its place in the out-of-memory order")


def keep_numbers_the_same() -> None:
    """Let MKL compute the same sums in the same order wherever in memory the numbers lie and however many
    threads there are; else one number in some ten thousand differs in its last bit, and with it what was
    drafted from what would have come one by one. Costs nothing that could be measured. To be called before
    MKL is first used."""
    os.environ.setdefault("MKL_CBWR", "AUTO,STRICT")


def end_soon() -> None:
    """End the process in a few seconds, in whatever it is then: nobody is there to answer any more.

    The end of the pipe tells of it on every system, however the app ended. (Linux could signal it
    instead, `PR_SET_PDEATHSIG`, but does so when the *thread* that started the process ends.)"""
    timer = threading.Timer(ORPHAN_SECONDS, os._exit, (1,))
    timer.daemon = True
    timer.start()


def import_torch_early() -> threading.Thread:
    """Begin to import torch in a thread: it takes longer than all the rest of a start. Who imports it
    meanwhile waits for it, by Python's own import lock."""
    thread = threading.Thread(target=_import_engine, name="engine-import", daemon=True)
    thread.start()
    return thread


def _import_engine() -> None:
    try:
        importlib.import_module("torch")
        importlib.import_module("desktop_app.engine.session")
    except Exception:
        log.exception("torch cannot be imported")  # who needs it gets the error again, as an answer
