"""What set-up shows while it works: lines for a log, and one living line on a terminal."""

from __future__ import annotations

import sys
import threading
import time
from typing import TextIO

from inkhorn_setup.words import tr

QUIET_SECONDS = 30.0  # how long a log may stay without a line


class Report:
    """Numbered steps and what happens inside them. Colours and the living line only on a terminal."""

    def __init__(self, steps: int, out: TextIO = sys.stdout) -> None:
        self._out = out
        self._steps = steps
        self._step = 0
        self._live = out.isatty()
        self._doing = ""
        self._began = self._spoke = time.monotonic()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        if hasattr(out, "reconfigure"):
            out.reconfigure(errors="replace")  # a sign that the terminal lacks does not end the set-up
        self._clock = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Report:
        self._clock.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._clock.join()
        with self._lock:
            self._erase()

    def step(self, title: str) -> None:
        self._step += 1
        number = f"[{self._step}/{self._steps}]"
        self._began = time.monotonic()
        self._say(f"\x1b[1m{number} {title}\x1b[0m" if self._live else f"{number} {title}")

    def skip(self, title: str) -> None:
        """A step that an earlier set-up has done."""
        self._step += 1
        self._say(tr("{number} {title}: there already", number=f"[{self._step}/{self._steps}]", title=title))

    def line(self, text: str) -> None:
        """Something that is worth a line of its own."""
        self._say("      " + text)

    def doing(self, text: str) -> None:
        """What goes on now: seen only on a terminal, until the next line."""
        self._doing = text

    def step_done(self) -> None:
        self._doing = ""
        self.line(tr("done in {seconds} s", seconds=round(time.monotonic() - self._began)))

    def _say(self, text: str) -> None:
        with self._lock:
            self._erase()
            self._out.write(text + "\n")
            self._out.flush()
            self._spoke = time.monotonic()

    def _erase(self) -> None:
        if self._live:
            self._out.write("\r\x1b[K")

    def _tick(self) -> None:
        while not self._ended.wait(0.5):
            seconds = round(time.monotonic() - self._began)
            if self._live and self._step:
                with self._lock:
                    self._out.write(f"\r\x1b[K      \x1b[2m{self._doing[:60]} {seconds} s\x1b[0m")
                    self._out.flush()
            elif self._step and time.monotonic() - self._spoke > QUIET_SECONDS:
                self.line(tr("still at it, {seconds} s: {doing}", seconds=seconds, doing=self._doing))
