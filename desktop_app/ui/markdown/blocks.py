"""What a message consists of once its Markdown is read: flat, frozen values that can be compared.

A list, a quote or a task is not a container here but a ``path`` that each block inside carries, so
that a growing message can be compared with what is already on screen, block by block.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from unicodedata import bidirectional

Alignment = Literal["", "left", "center", "right"]


@dataclass(frozen=True, slots=True)
class Style:
    """How a run of text looks. ``href`` is empty or an address that may be opened."""

    bold: bool = False
    italic: bool = False
    strike: bool = False
    code: bool = False
    href: str = ""


PLAIN = Style()


@dataclass(frozen=True, slots=True)
class Run:
    """Text in one style; with ``latex`` it is a formula, and ``text`` its source as it was written.
    A line break inside a paragraph is ``\\n``."""

    text: str
    style: Style = PLAIN
    latex: str = ""
    display: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block stands. ``path`` has one letter per level from the outside in: ``q`` for a quote,
    ``i`` for a list item. ``marker`` is set on an item's first block only: ``•``, ``3.``, ``3)``,
    ``[ ]`` or ``[x]``. ``loose``: the item keeps a paragraph's distance from the one before."""

    path: str = ""
    marker: str = ""
    loose: bool = True


@dataclass(frozen=True, slots=True)
class Paragraph:
    runs: tuple[Run, ...]
    place: Place = Place()
    heading: int = 0  # 1…6, 0 for text


@dataclass(frozen=True, slots=True)
class Code:
    text: str
    language: str = ""
    place: Place = Place()


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula on its own lines. ``closed`` is False while its end has not arrived."""

    latex: str
    place: Place = Place()
    closed: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """``rows[0]`` is the header; every row has as many cells as ``alignments``."""

    rows: tuple[tuple[tuple[Run, ...], ...], ...]
    alignments: tuple[Alignment, ...]
    place: Place = Place()


@dataclass(frozen=True, slots=True)
class Rule:
    place: Place = Place()


Block = Paragraph | Code | Formula | Table | Rule


def is_rtl(block: Block) -> bool:
    """Whether the text of ``block`` runs from right to left: its first strong letter decides, as in
    Unicode's bidirectional algorithm (UAX 9, P2 and P3). Code and formulas never do."""
    if not isinstance(block, Paragraph):
        return False
    for run in block.runs:
        if run.latex:
            continue
        for letter in run.text:
            direction = bidirectional(letter)
            if direction in ("L", "R", "AL"):
                return direction != "L"
    return False


@dataclass(frozen=True, slots=True)
class Group:
    """The blocks of one top-level piece of source (of a list: of one item), and the line, from 0, at
    which that piece begins. Text that is added later can change the last group only."""

    line: int
    blocks: tuple[Block, ...]
