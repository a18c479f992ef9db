"""The real app, made to type and send by itself, so that a test can kill it at any moment.

Prints one JSON line for everything that it has seen with its own eyes: what stands in the composer,
which message was committed, how much of a reply is on the screen. Times are `time.monotonic`, which
all processes of a computer share.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop_app.core.paths import make_paths
from desktop_app.core.settings import Settings
from desktop_app.desk import Desk

WORDS = [
    "ink",
    "stone",
    "brush",
    "paper",
    "river",
    "mountain",
    "墨",
    "池",
    "笔",
    "纸",
    "tell",
    "me",
    "about",
    "the",
    "old",
    "bridge,",
    "please",
]


def say(what: str, **values: object) -> None:
    print(json.dumps({"what": what, "at": time.monotonic(), **values}, ensure_ascii=False), flush=True)


class Victim:
    def __init__(self, desk: Desk, seed: int) -> None:
        self._random = random.Random(seed)
        self._desk = desk
        self._pane = desk.chat.pane
        self._shown: dict[int, int] = {}
        desk.chat.controller.sent.connect(self._committed)
        desk.chat.replies.piece.connect(self._piece)
        desk.chat.replies.ended.connect(lambda end: say("ended", message=end.message_id, text=end.text))

    def type_on(self) -> None:
        """A word at a time; now and then Enter."""
        field = self._pane.composer.input
        word = self._random.choice(WORDS) + " "
        if word.isascii():
            QTest.keyClicks(field, word)
        else:  # as an input method brings it
            field.insertPlainText(word)
        say("typed", conversation=self._desk.chat.chat.session.id, text=field.toPlainText())
        busy = self._desk.chat.replies.running(self._desk.chat.chat.session.id) is not None
        if self._random.random() < 0.2 and not busy:
            self._pane.composer.input.send_pressed.emit()
        self._later(self.type_on, self._random.uniform(20, 200))

    def _committed(self) -> None:
        session = self._desk.chat.chat.session
        user = session.branch[-2]
        say("sent", message=user.id, conversation=session.id, text=user.text)

    def _piece(self, message_id: int, piece: str) -> None:
        self._shown[message_id] = self._shown.get(message_id, 0) + len(piece)
        say("shown", message=message_id, length=self._shown[message_id])

    def _later(self, do: Callable[[], None], milliseconds: float) -> None:
        QTimer.singleShot(int(milliseconds), do)


def main() -> None:
    data, seed = Path(sys.argv[1]), int(sys.argv[2])
    app = QApplication([])
    desk = Desk(app, make_paths(data), Settings(welcomed=True))
    desk.start()
    victim = Victim(desk, seed)
    say("ready")
    QTimer.singleShot(0, victim.type_on)
    app.exec()


if __name__ == "__main__":
    main()
