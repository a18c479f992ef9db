"""Ctrl-C, the end of the session and `kill` close the app as its own Quit does: what is written is kept.

Python runs its signal handlers between two of its own instructions, and Qt's event loop runs none while
nothing happens. So the signal's number goes through a socket that Qt watches.
"""

from __future__ import annotations

import signal
import socket

from PySide6.QtCore import QObject, QSocketNotifier, Slot
from PySide6.QtWidgets import QApplication

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")  # the last: the terminal was closed; not on Windows


class QuitOnSignals(QObject):
    """Works from when it is made until ``app`` ends. To be made on the main thread."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._here, self._there = socket.socketpair()
        for end in (self._here, self._there):
            end.setblocking(False)
        signal.set_wakeup_fd(self._there.fileno(), warn_on_full_buffer=False)
        for name in _NAMES:
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), _leave_to_qt)
        self._notifier = QSocketNotifier(self._here.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._quit)

    @Slot()
    def _quit(self) -> None:
        try:
            self._here.recv(64)
        except BlockingIOError:
            return
        self._app.quit()


def _leave_to_qt(number: int, frame: object) -> None:
    """Something must be called, or Python would end the process."""
