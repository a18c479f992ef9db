"""What the store keeps of glossaries, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Glossary:
    """A list of terms. The user's own has no ``name``; ``used`` is whether translations keep to it."""

    id: int
    created: float
    name: str
    used: bool
    terms: int = 0


class NewTerm(NamedTuple):
    """What goes into a glossary. ``exact``: letters' case counts."""

    source: str
    target: str
    exact: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class GlossaryTerm:
    """``source`` in ``source_language`` is to be ``target`` in ``target_language``."""

    id: int
    glossary_id: int
    created: float
    updated: float
    used: bool
    exact: bool
    source_language: str
    target_language: str
    source: str
    target: str
    note: str
    glossary: str = ""
