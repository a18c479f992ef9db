"""Python's garbage collector, kept out of the way of what somebody waits for.

A full collection walks every object that is alive: some 30 ms in the window's process and 100 ms in the
engine's, most of it for modules that never go. While a process starts there is nothing to find; what is
there afterwards is frozen, so that later collections look only at what came since.
"""

from __future__ import annotations

import gc


def pause_collector() -> None:
    """Call first thing in a process, before its imports."""
    gc.disable()


def start_collector() -> None:
    """Call when the process is up; may be called again when something big has been loaded."""
    gc.freeze()
    gc.enable()
