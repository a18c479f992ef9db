"""What is not laid out, coloured or drawn yet of the messages in sight, done a few ms at a time."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, QTimer

from desktop_app.ui.conversation.message_widget import MessageWidget
from desktop_app.ui.conversation.stack import Stack

WORK_S = 0.008  # of one turn
WAIT_MS = 30  # between looks at whether a module is loaded by now


class LayoutWork(QObject):
    def __init__(self, stack: Stack) -> None:
        super().__init__(stack)
        self._stack = stack
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._work)

    @property
    def is_active(self) -> bool:
        return self._timer.isActive()

    def start(self) -> None:
        if not self._timer.isActive():
            self._timer.start(0)

    def _work(self) -> None:
        until = time.perf_counter() + WORK_S
        waiting = more = False
        for index, widget in sorted(self._stack.realised.items()):
            document = widget.document if isinstance(widget, MessageWidget) else None
            if document is None or not document.busy:
                continue
            if time.perf_counter() >= until:
                more = True
                break
            before = document.size()
            more = document.step(until) or more
            waiting = waiting or document.busy
            if document.size() != before or document.pending_characters:
                self._stack.changed(index)
                if isinstance(widget, MessageWidget):
                    widget.place()
        if more:
            self._timer.start(1)
        elif waiting:
            self._timer.start(WAIT_MS)
