"""Which command goes to the engine next."""

from __future__ import annotations

import enum
import itertools
from collections.abc import Callable
from dataclasses import dataclass

from desktop_app.core.messages import Command, Load


class Priority(enum.IntEnum):
    """What the user pressed goes before what runs as they type, and that before a long list of work."""

    PRESSED = 0
    TYPING = 1
    LIST = 2


@dataclass(frozen=True, slots=True)
class Waiting:
    """``load`` is the model that ``command`` is for, None for the one that is in use."""

    command: Command
    priority: Priority
    topic: str
    load: Load | None = None


class CommandQueue:
    """Pressed before typing, each in the order it came; of a ``topic`` only the newest is kept."""

    def __init__(self) -> None:
        self._order = itertools.count()
        self._waiting: list[tuple[Priority, int, Waiting]] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, waiting: Waiting) -> list[Command]:
        """Add; returns the commands that this one makes needless."""
        replaced = [entry for entry in self._waiting if waiting.topic and entry[2].topic == waiting.topic]
        self._waiting = [entry for entry in self._waiting if entry not in replaced]
        self._waiting.append((waiting.priority, next(self._order), waiting))
        return [entry[2].command for entry in replaced]

    def take(self, may_go: Callable[[Command], bool] = lambda _: True) -> Waiting | None:
        """The first that ``may_go``, or None."""
        able = [entry for entry in self._waiting if may_go(entry[2].command)]
        if not able:
            return None
        first = min(able, key=lambda entry: entry[:2])
        self._waiting.remove(first)
        return first[2]

    def first(self) -> Waiting | None:
        """What comes next, left where it is."""
        return min(self._waiting, key=lambda entry: entry[:2])[2] if self._waiting else None

    def remove(self, command_id: int) -> bool:
        kept = [entry for entry in self._waiting if entry[2].command.id != command_id]
        found = len(kept) < len(self._waiting)
        self._waiting = kept
        return found

    def remove_for(self, load: Load) -> list[Command]:
        """Take out all that is bound to ``load``."""
        bound = [entry for entry in self._waiting if entry[2].load == load]
        self._waiting = [entry for entry in self._waiting if entry not in bound]
        return [entry[2].command for entry in sorted(bound, key=lambda entry: entry[:2])]

    def drain(self) -> list[Command]:
        commands = [entry[2].command for entry in sorted(self._waiting, key=lambda entry: entry[:2])]
        self._waiting = []
        return commands
