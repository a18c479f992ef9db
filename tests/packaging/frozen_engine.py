"""The engine of the built app, started and spoken to as the app does it itself."""

from __future__ import annotations

import multiprocessing.spawn
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import Command, Done, Event, Failed, Text
from desktop_app.worker.engine_process import EngineProcess

PATIENCE_S = 120.0


class FrozenEngine:
    def __init__(self, process: EngineProcess) -> None:
        self.process = process
        self.events: list[Event] = []  # of the last command

    def ask(self, command: Command) -> Any:
        """The result of ``command``. Raises InkhornError where the engine refuses, as the engine's own
        lane does in one process."""
        self.events = []
        assert self.process.send(command), "the engine is gone"
        while True:
            assert self.process.connection.poll(PATIENCE_S), f"no answer to {type(command).__name__}"
            event = self.process.connection.recv()
            assert event.id == command.id
            if isinstance(event, Failed):
                assert event.kind != "internal", f"{event.message}\n{event.detail}"
                raise InkhornError(event.kind, event.message)
            if isinstance(event, Done):
                return event.result
            self.events.append(event)

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, Text))


@contextmanager
def frozen_engine(program: Path) -> Iterator[FrozenEngine]:
    """An engine process of ``program``, which is told nothing of this Python: neither where its packages
    lie, where the built app would find what was left out of it, nor which program is running."""
    resource_tracker.ensure_running()  # a process of this Python
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "frozen", True, raising=False)
        patch.setattr(sys, "executable", str(program))
        patch.setattr(multiprocessing.spawn, "get_executable", lambda: bytes(program))
        patch.setattr(multiprocessing.spawn, "get_preparation_data", _name_alone)
        for name in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"):
            patch.delenv(name, raising=False)
        process = EngineProcess()
    try:
        yield FrozenEngine(process)
    finally:
        process.end()


def _name_alone(name: str) -> dict[str, Any]:
    return {"name": name, "authkey": bytes(multiprocessing.current_process().authkey)}
