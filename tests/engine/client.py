"""The app's end of the engine's pipe."""

from __future__ import annotations

import contextlib
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from desktop_app.core.messages import (
    ChatMessage,
    Command,
    Done,
    Event,
    Failed,
    Generate,
    Load,
    Plan,
    PlannedMessage,
    Shutdown,
    Text,
)
from desktop_app.core.sampling import Sampling

ASK = (ChatMessage("user", "hello"),)
SECONDS = 60
"""An answer that takes longer will not come."""


class Client:
    """The app's end: sends commands and sorts what comes by id."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.events: list[Event] = []
        self._next = 0

    def id(self) -> int:
        self._next += 1
        return self._next

    def send(self, command: Command) -> int:
        self._connection.send(command)
        return command.id

    def receive(self) -> Event:
        assert self._connection.poll(SECONDS), "no answer"
        event: Event = self._connection.recv()
        self.events.append(event)
        return event

    def wait(self, command_id: int) -> Done | Failed:
        """The terminal event of ``command_id``."""
        found = [e for e in self.events if e.id == command_id and isinstance(e, Done | Failed)]
        while not found:
            event = self.receive()
            if event.id == command_id and isinstance(event, Done | Failed):
                found = [event]
        return found[0]

    def result(self, command_id: int) -> Any:
        event = self.wait(command_id)
        assert isinstance(event, Done), event
        return event.result

    def wait_for_text(self, command_id: int) -> None:
        while not self.text(command_id):
            event = self.receive()
            assert not (event.id == command_id and isinstance(event, Done | Failed)), event

    def text(self, command_id: int) -> str:
        return "".join(e.text for e in self.events if isinstance(e, Text) and e.id == command_id)

    def end(self) -> None:
        """Shut down, read all that is left, and see that each command was answered once."""
        self.result(self.send(Shutdown(self.id())))
        with contextlib.suppress(EOFError):
            while True:
                self.receive()
        terminal = [event.id for event in self.events if isinstance(event, Done | Failed)]
        assert sorted(terminal) == sorted(set(terminal))
        assert set(terminal) == set(range(1, self._next + 1))


def load(client: Client, model: Path, place: Path) -> int:
    return client.send(Load(client.id(), str(model), str(place)))


def ask(client: Client, max_tokens: int = 30, **changes: Any) -> int:
    sampling = Sampling(max_tokens=max_tokens, **({"temperature": 1.0, "seed": 3} | changes))
    return client.send(Generate(client.id(), ASK, sampling))


def plan(client: Client, text: str = "hello") -> int:
    return client.send(Plan(client.id(), (PlannedMessage(5, "user", text),), 100))
