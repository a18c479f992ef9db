"""Calls from any thread to one that also waits on pipes."""

from __future__ import annotations

import collections
import multiprocessing
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection


class Inbox:
    """`post` may be called from any thread. The owner waits on ``handle`` among others, then calls `run`."""

    def __init__(self) -> None:
        self._calls: collections.deque[Callable[[], None]] = collections.deque()
        self._wake_in, self._wake_out = multiprocessing.Pipe(duplex=False)
        self._lock = threading.Lock()
        self._awake = False  # a byte lies unread in the pipe

    @property
    def handle(self) -> Connection:
        return self._wake_in

    def post(self, call: Callable[[], None]) -> None:
        with self._lock:
            self._calls.append(call)
            if not self._awake:  # never more than one byte, so that a caller can never block
                self._awake = True
                self._wake_out.send_bytes(b"!")

    def run(self) -> None:
        """Run what was posted, in order."""
        with self._lock:
            if self._awake:
                self._wake_in.recv_bytes()
                self._awake = False
        while self._calls:
            self._calls.popleft()()
