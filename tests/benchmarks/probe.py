"""Runs the real app in this process and measures it from inside: `python -m tests.benchmarks.probe`.

A process of its own for each measurement, started by `ui.py` with the moment of the start, the data
folder and what to do. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
from PySide6.QtCore import QElapsedTimer, QEvent, QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop_app import app as app_module
from desktop_app import desk as desk_module
from desktop_app.core.messages import ContextPlan

QUESTION = "What is the capital of France?"
LONG_QUESTION = "Tell me a long story about a river, a bridge and an old ink maker."


class Heartbeat(QObject):
    """The longest time in which the event loop did not come round."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.longest_ms = 0.0
        self.gaps: list[float] = []
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(1)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        self._clock.start()
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def _beat(self) -> None:
        gap = self._clock.nsecsElapsed() / 1e6
        self._clock.restart()
        self.gaps.append(gap)
        self.longest_ms = max(self.longest_ms, gap)


def give_up(*error: Any) -> None:
    """A probe that failed must not leave its window open until the time is up."""
    traceback.print_exception(*error)
    sys.stderr.flush()
    os._exit(1)


class Probe(QObject):
    """Waits for the window to take typing, then does what was asked and prints what it measured."""

    def __init__(self, desk: desk_module.Desk, started: float, task: str, conversation: int) -> None:
        super().__init__(desk)
        self._desk, self._started, self._task, self._conversation = desk, started, task, conversation
        self._field = desk.chat.pane.composer.input
        self._painted = False
        self._field.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and not self._painted:
            self._painted = True
            QTimer.singleShot(0, self._type)
        return False

    def _type(self) -> None:
        QTest.keyClick(self._field, Qt.Key.Key_A)
        if self._field.toPlainText() != "a":
            raise RuntimeError("the window is painted, and does not take typing")
        ready = time.time() - self._started
        self._field.clear()
        tasks: dict[str, Callable[[float], None]] = {
            "ready": lambda ready: self._finish(window_ready_s=ready),
            "first_token": self._first_token,
            "stream": self._stream,
        }
        tasks[self._task](ready)

    def _first_token(self, ready: float) -> None:
        """A short question at once, with an engine that has only just been started."""
        pressed = time.perf_counter()

        def first(_message: int, _piece: str) -> None:
            replies.piece.disconnect(first)
            self._finish(window_ready_s=ready, first_token_s=time.perf_counter() - pressed)

        replies = self._desk.chat.replies
        replies.piece.connect(first)
        self._field.setPlainText(QUESTION)
        QTest.keyClick(self._field, Qt.Key.Key_Return)

    def _stream(self, ready: float) -> None:
        """Open the long conversation, let a reply stream into it, with a heartbeat all the while."""
        view = self._desk.chat.pane.view
        before = self._desk.chat.chat.session
        opened = time.perf_counter()
        heartbeat = Heartbeat(self)
        pieces: list[float] = []

        def painted() -> None:
            # The messages are there and a frame with them has been drawn.
            if self._desk.chat.chat.session is before:
                QTimer.singleShot(1, painted)
                return
            view.repaint()
            figures["open_10k_s"] = time.perf_counter() - opened
            heartbeat.start()

        def counted(plan: ContextPlan | None) -> None:
            # Only now has the user been shown what the model no longer sees.
            if plan is not None and plan.left_out:
                self._desk.chat.chat.plan_changed.disconnect(counted)
                self._field.setPlainText(LONG_QUESTION)
                QTest.keyClick(self._field, Qt.Key.Key_Return)

        def ended(_end: object) -> None:
            heartbeat.stop()
            process = psutil.Process()
            figures["stall_ms"] = heartbeat.longest_ms
            figures["stalls_over_20_ms"] = sum(gap > 20 for gap in heartbeat.gaps)
            figures["pieces"] = len(pieces)
            figures["gui_memory_mb"] = process.memory_full_info().uss / 1e6
            figures["gui_rss_mb"] = process.memory_info().rss / 1e6
            self._finish(**figures)

        figures: dict[str, float] = {"window_ready_s": ready}
        self._desk.chat.replies.piece.connect(lambda _m, _p: pieces.append(time.perf_counter()))
        self._desk.chat.replies.ended.connect(ended)
        self._desk.chat.chat.plan_changed.connect(counted)
        self._desk.chat.controller.open(self._conversation)
        painted()

    def _finish(self, **figures: float) -> None:
        print(json.dumps(figures), flush=True)
        self._desk.window.close()
        QApplication.quit()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--started", type=float, required=True)
    parser.add_argument("--data-dir", type=Path, required=True)
    parser.add_argument("--task", required=True)
    parser.add_argument("--conversation", type=int, default=0)
    arguments = parser.parse_args()
    arguments.verbose = False
    probes: list[Probe] = []
    show = desk_module.Desk.start

    def start(desk: desk_module.Desk) -> None:
        sys.excepthook = give_up
        probes.append(Probe(desk, arguments.started, arguments.task, arguments.conversation))
        show(desk)

    desk_module.Desk.start = start  # type: ignore[method-assign]
    return app_module.run_app(arguments)


if __name__ == "__main__":
    sys.exit(main())
