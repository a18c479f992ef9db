"""Calls into native code that may take too long, and that nothing can interrupt."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLongError
from typing import TypeVar

from desktop_app.engine.causal import Stopped

__all__ = ["Bounded", "TooLongError"]

_T = TypeVar("_T")
_ASKED_EVERY_S = 0.05


class Bounded:
    """Runs calls on threads of their own and waits ``seconds`` for each. One that takes longer is left behind
    to end by itself; while ``most`` of those still run, no other begins, so that they do not pile up."""

    def __init__(self, seconds: float, most: int = 1) -> None:
        self.seconds = seconds
        self._room = threading.BoundedSemaphore(most)

    def run(self, work: Callable[[], _T], cancelled: Callable[[], bool]) -> _T:
        """What ``work`` returns or raises. It has to give up the GIL for the wait to end. Raises `Stopped`
        when ``cancelled``, and `TooLongError` also where there is no room."""
        if not self._room.acquire(blocking=False):
            raise TooLongError
        done: Future[_T] = Future()
        threading.Thread(target=self._work, args=(work, done), name="bounded", daemon=True).start()
        waited = 0.0
        while True:
            try:
                return done.result(_ASKED_EVERY_S)
            except TooLongError:
                if done.done():
                    continue
                waited += _ASKED_EVERY_S
            if cancelled():
                raise Stopped
            if waited >= self.seconds:
                raise TooLongError

    def _work(self, work: Callable[[], _T], done: Future[_T]) -> None:
        try:
            made = work()
        except BaseException as error:  # noqa: BLE001 (it is raised where it is waited for)
            self._room.release()
            done.set_exception(error)
        else:
            self._room.release()
            done.set_result(made)
