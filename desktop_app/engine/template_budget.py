"""What one rendering of a stranger's chat template may still use."""

from __future__ import annotations

import time
from typing import Any

from jinja2.exceptions import SecurityError
from jinja2.utils import Namespace

MAX_STEPS = 1_000_000
MAX_WALKED = 1_000_000
MAX_SECONDS = 8.0
MAX_MADE = 64 << 20  # characters of strings, and eighths of items of lists, made in one rendering
MAX_DEPTH = 200
PER_ITEM = 8  # what an item of a list costs, in characters

_PLAIN = 32  # what a number costs, in characters
_CONTAINERS = (list, tuple, dict, set, frozenset, Namespace)


class Budget:
    """Raises SecurityError when it is spent."""

    def __init__(self, characters: int) -> None:
        self._steps = MAX_STEPS
        self._walked = MAX_WALKED
        self._characters = characters
        self._made = MAX_MADE
        self._deadline = time.monotonic() + MAX_SECONDS

    def step(self) -> None:
        """Charge one step of the template's program, and look at the clock."""
        self._steps -= 1
        if self._steps < 0 or time.monotonic() > self._deadline:
            raise SecurityError("it runs too long")

    def write(self, value: Any) -> Any:
        """Charge what ``value`` adds to the output, and return it."""
        self.step()
        self._characters -= self.length(value)
        if self._characters < 0:
            raise SecurityError("it writes too much")
        return value

    def make(self, length: int) -> None:
        """Charge a new string of ``length`` characters, or a list of so many times `PER_ITEM`."""
        self.step()
        self._made -= length
        if self._made < 0:
            raise SecurityError("it makes something too large")

    def length(self, value: Any) -> int:
        """About the characters of ``str(value)``. Refuses what holds itself many times over (a list of twice
        a list of twice …): whoever prints, compares or hashes it does so in C and without an end."""
        return self._expanded(value, 0, {})

    def _expanded(self, value: Any, depth: int, known: dict[int, int]) -> int:
        """``known``: what has been seen, by ``id``, so that each container is walked once."""
        if isinstance(value, str):
            return len(value)
        if not isinstance(value, _CONTAINERS):
            return _PLAIN
        if id(value) not in known:
            self._walked -= 1
            if self._walked < 0 or depth > MAX_DEPTH or time.monotonic() > self._deadline:
                raise SecurityError("it looks at something too large")
            known[id(value)] = MAX_MADE  # for one that holds itself
            total = _PLAIN + sum(self._expanded(item, depth + 1, known) for item in _members(value))
            if total > MAX_MADE:
                raise SecurityError("it looks at something too large")
            known[id(value)] = total
        return known[id(value)]

    def copy(self, value: Any, times: int = 1) -> None:
        """Charge a copy of ``value``, if it has a length: ``times`` over for a text."""
        if isinstance(value, str):
            self.make(len(value) * times)
        elif isinstance(value, _CONTAINERS):
            self.make(len(_members(value)) * PER_ITEM)
        elif hasattr(type(value), "__len__"):
            self.make(len(value) * PER_ITEM)


def _members(container: Any) -> Any:
    if isinstance(container, Namespace):
        container = container._Namespace__attrs
    return [*container.keys(), *container.values()] if isinstance(container, dict) else container
