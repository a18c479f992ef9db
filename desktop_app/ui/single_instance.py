"""One window for one data folder: a second start raises the first window.

A lock file decides who is first; a local socket carries the wish to be raised. What a killed process
leaves behind of either is recognised and taken over.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_WAIT_S = 5.0  # for a first process that holds the lock and does not listen yet
_TOKEN = "XDG_ACTIVATION_TOKEN"  # what Wayland wants to see before it lets a window come forward


class SingleInstance(QObject):
    """Decides when it is made. The first one emits ``raise_asked`` for every later start."""

    raise_asked = Signal()

    def __init__(self, data: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        place = os.path.normcase(data.resolve())
        self._name = f"inkhorn-{hashlib.sha256(os.fsencode(place)).hexdigest()[:20]}"
        self._lock = QLockFile(str(data / "inkhorn.lock"))
        self._lock.setStaleLockTime(0)  # never by age: only when its process is gone
        self._server: QLocalServer | None = None
        self._first = self._take()
        if self._first:
            self._listen()

    def is_first(self) -> bool:
        return self._first

    def raise_first(self) -> bool:
        """Ask the first process to show its window. False if it does not answer."""
        _let_others_come_forward()
        wish = json.dumps({"token": os.environ.get(_TOKEN, "")}).encode() + b"\n"
        end = time.monotonic() + _WAIT_S
        while time.monotonic() < end:
            socket = QLocalSocket()
            socket.connectToServer(self._name)
            if socket.waitForConnected(500):
                socket.write(wish)
                heard = socket.waitForReadyRead(max(1, int((end - time.monotonic()) * 1000)))
                socket.disconnectFromServer()
                return heard
            time.sleep(0.05)
        return False

    def close(self) -> None:
        """Let another process be the first."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self._lock.unlock()

    def _take(self) -> bool:
        if self._lock.tryLock(0):
            return True
        if self._lock.error() == QLockFile.LockError.LockFailedError:
            return False
        # A folder that cannot be written has no lock: whoever listens is the first.
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        return not socket.waitForConnected(500)

    def _listen(self) -> None:
        QLocalServer.removeServer(self._name)  # a socket file that a killed process left
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._connected)
        self._server.listen(self._name)

    def _connected(self) -> None:
        while self._server is not None and self._server.hasPendingConnections():
            socket = self._server.nextPendingConnection()
            socket.disconnected.connect(socket.deleteLater)
            socket.readyRead.connect(self._read)
            if socket.canReadLine():
                self._answer(socket)

    def _read(self) -> None:
        socket = self.sender()
        if isinstance(socket, QLocalSocket) and socket.canReadLine():
            self._answer(socket)

    def _answer(self, socket: QLocalSocket) -> None:
        try:
            wish = json.loads(bytes(socket.readLine(4096).data()))
            token = str(wish.get("token", ""))
        except (ValueError, AttributeError):
            return
        if token:
            os.environ[_TOKEN] = token
        socket.write(b"ok\n")
        socket.flush()
        self.raise_asked.emit()


def _let_others_come_forward() -> None:
    """Windows lets only the process that the user just started hand the foreground on."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.user32.AllowSetForegroundWindow(-1)
