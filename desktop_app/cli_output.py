"""What commands on the terminal have in common: where words go, and how failures look."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any, TextIO

EVERY_S = 0.1  # on a terminal
EVERY_LINE_S = 10.0  # in a log


class WrongUseError(Exception):
    """The message says what to do instead."""


def print_json(values: Any) -> None:
    print(json.dumps(values, ensure_ascii=False), flush=True)


def print_failure(command: str, kind: str, message: str, as_json: bool) -> int:
    """On standard error; returns the exit status."""
    failure = {"error": {"kind": kind, "message": message}}
    text = json.dumps(failure, ensure_ascii=False) if as_json else f"inkhorn {command}: {message}"
    print(text, file=sys.stderr)
    return 1


class LiveLine:
    """One living line of a terminal on standard error; elsewhere a line now and then, or ``quiet``."""

    def __init__(self, quiet: bool = False) -> None:
        self._live = sys.stderr is not None and sys.stderr.isatty()
        self._quiet = quiet or sys.stderr is None
        self._shown = False
        self._at = float("-inf")

    def show(self, text: str, always: bool = False) -> None:
        """``always`` is for what must not be left out because something else was shown just now."""
        now = time.monotonic()
        pause = EVERY_S if self._live else EVERY_LINE_S
        if (now - self._at < pause and not always) or (self._quiet and not self._live):
            return
        self._at = now
        if self._live:
            print(f"\r{text}\033[K", end="", file=sys.stderr, flush=True)
            self._shown = True
        else:
            print(text, file=sys.stderr, flush=True)

    def clear(self) -> None:
        if self._shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
            self._shown = False


def use_utf8(stream: TextIO | None) -> None:
    """Also where a pipe on Windows, or a bare locale, says something else; what a terminal cannot show
    does not end the command."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is None or stream is None:
        return
    if stream is sys.stdin:
        reconfigure(encoding="utf-8-sig", errors="strict")
    elif stream.isatty():
        reconfigure(errors="replace")
    else:
        reconfigure(encoding="utf-8", errors="replace")


def let_go_of_output() -> None:
    """Nothing can be written any more: what is still in the buffer would only complain at the end."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError, AttributeError):
        pass  # no real file behind it
