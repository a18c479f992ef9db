"""Speaks with the two engines that can translate: the translators' own, and the chat model's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.core.messages import Done, Event, Failed
from desktop_app.core.translation import Translate, Translated, TranslateOptions, Translation
from desktop_app.core.translation_routes import Route
from desktop_app.worker.engine_worker import EngineWorker
from desktop_app.worker.queue import Priority


@dataclass(frozen=True, slots=True)
class Asked:
    """What to call as the answer comes, on the thread of the window."""

    worker: EngineWorker
    ready: Callable[[int, Translation], None]
    done: Callable[[Sequence[Translation]], None]
    failed: Callable[[Failed], None]


class Interpreter(QObject):
    """``busy_changed`` when something begins or nothing is asked any more."""

    busy_changed = Signal(bool)

    def __init__(self, translators: EngineWorker, chat: EngineWorker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.translators, self._chat = translators, chat
        self._asked: dict[tuple[int, int], Asked] = {}
        for worker in (translators, chat):
            worker.arrived.connect(self._take)

    def ask(
        self,
        route: Route,
        sentences: Sequence[str],
        options: TranslateOptions,
        ready: Callable[[int, Translation], None],
        done: Callable[[Sequence[Translation]], None],
        failed: Callable[[Failed], None],
        priority: Priority = Priority.PRESSED,
        topic: str = "",
    ) -> tuple[int, int]:
        """Returns a handle for `cancel`. Exactly one of ``done`` and ``failed`` is called, also after that.
        The route must be one whose models are there."""
        worker = self._chat if route.is_chat else self.translators
        command = Translate(worker.next_id(), tuple(sentences), route.source, route.target, options)
        handle = (id(worker), command.id)
        was_idle = not self._asked
        self._asked[handle] = Asked(worker, ready, done, failed)
        worker.submit(command, priority, topic, route.load)
        if was_idle:
            self.busy_changed.emit(True)
        return handle

    def cancel(self, handle: tuple[int, int]) -> None:
        asked = self._asked.get(handle)
        if asked is not None:
            asked.worker.cancel(handle[1])

    @Slot(object)
    def _take(self, event: Event) -> None:
        handle = (id(self.sender()), event.id)
        asked = self._asked.get(handle)
        if asked is None:
            return
        if isinstance(event, Translated):
            asked.ready(event.index, event.result)
        elif isinstance(event, Done | Failed):
            del self._asked[handle]
            if isinstance(event, Done):
                asked.done(event.result)
            else:
                asked.failed(event)
            if not self._asked:
                self.busy_changed.emit(False)
