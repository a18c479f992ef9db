"""Ways from one language into another: which models can be used for a direction, and what could be had.

Plain values that the app makes once from its library and the panes ask as often as they like.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from desktop_app.core.messages import Load

CHAT = "chat"
"""Key of the route that asks the chat model in words."""
MIDDLE = "en"
"""What two directions are put together through: it has the most of them."""


@dataclass(frozen=True, slots=True)
class Translating:
    """A model that translates. ``pair`` is its one direction, or else ``languages`` are those between which
    it goes. ``load`` is how it is loaded, None for one that is not installed; then ``size`` are the bytes to
    fetch, and ``id`` its name in the catalogue. Of two models for a direction the one with the lower
    ``rank`` is taken first. ``summary`` says what it is known to reach, (English, Chinese)."""

    id: str
    name: str
    load: Load | None
    rank: int
    pair: tuple[str, str] | None = None
    languages: frozenset[str] = frozenset()
    summary: tuple[str, str] = ("", "")
    size: int = 0

    def goes(self, source: str, target: str) -> bool:
        if self.pair is not None:
            return self.pair == (source, target)
        return source != target and {source, target} <= self.languages


@dataclass(frozen=True, slots=True)
class Route:
    """``models`` one after another, none for the chat model; ``load`` is None where one is not installed,
    and for the chat model."""

    source: str
    target: str
    models: tuple[Translating, ...]

    @property
    def key(self) -> str:
        """Under which the user's choice is remembered."""
        return "+".join(model.id for model in self.models) or CHAT

    @property
    def is_chat(self) -> bool:
        return not self.models

    @property
    def through(self) -> str:
        """The language in the middle, "" where there is none."""
        return MIDDLE if len(self.models) == 2 else ""

    @property
    def load(self) -> Load | None:
        loads = [model.load for model in self.models]
        if not loads or loads[0] is None or loads[-1] is None:
            return None
        if len(loads) == 1:
            return loads[0]
        return replace(loads[0], pivot=loads[1].path if loads[1] is not None else "")

    @property
    def missing(self) -> tuple[Translating, ...]:
        return tuple(model for model in self.models if model.load is None)


@dataclass(frozen=True, slots=True)
class Routes:
    """``installed`` models, and others that ``could`` be had. ``chat`` is the name of the chat model where
    it may be asked to translate, "" where it may not."""

    installed: tuple[Translating, ...] = ()
    could: tuple[Translating, ...] = ()
    chat: str = ""
    chosen: dict[str, str] = field(default_factory=dict)

    def between(self, source: str, target: str) -> tuple[Route, ...]:
        """Every way that can be gone now, the best first."""
        if not source or not target or source == target:
            return ()
        found = _ways(self.installed, source, target)
        return (*found, Route(source, target, ())) if self.chat else tuple(found)

    def best(self, source: str, target: str) -> Route | None:
        """The user's choice for this direction, or else the best there is."""
        ways = self.between(source, target)
        wanted = self.chosen.get(direction_key(source, target), "")
        return next((way for way in ways if way.key == wanted), ways[0] if ways else None)

    def to_get(self, source: str, target: str) -> Route | None:
        """What to fetch for a direction: the best way of which something is missing."""
        if not source or not target or source == target:
            return None
        ways = _ways((*self.installed, *self.could), source, target)
        return next((way for way in ways if way.missing), None)

    def languages(self) -> tuple[str, ...]:
        """All that any model here or in the catalogue knows, sorted."""
        return tuple(sorted(_languages((*self.installed, *self.could))))

    def ready(self) -> frozenset[str]:
        """Those that a model here knows."""
        return frozenset(_languages(self.installed))


def direction_key(source: str, target: str) -> str:
    return f"{source}>{target}"


def _ways(models: Sequence[Translating], source: str, target: str) -> list[Route]:
    direct = [model for model in models if model.goes(source, target)]
    found = [(model.rank, Route(source, target, (model,))) for model in direct]
    if MIDDLE not in (source, target):
        pairs = [model for model in models if model.pair is not None]
        first = min((m for m in pairs if m.goes(source, MIDDLE)), key=_order, default=None)
        second = min((m for m in pairs if m.goes(MIDDLE, target)), key=_order, default=None)
        if first is not None and second is not None:
            found.append((max(first.rank, second.rank) + 1, Route(source, target, (first, second))))
    return [way for _, way in sorted(found, key=lambda entry: (entry[0], entry[1].key))]


def _order(model: Translating) -> tuple[bool, int, str]:
    return model.load is None, model.rank, model.id


def _languages(models: Iterable[Translating]) -> set[str]:
    found: set[str] = set()
    for model in models:
        found |= set(model.pair or ()) | model.languages
    return found
