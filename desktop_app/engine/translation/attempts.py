"""Ways to put one sentence through a translator: whole, with stand-ins, in pieces, around what must stay."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from desktop_app.core.translation import Aligned
from desktop_app.engine.translation.translator import Decoded
from desktop_app.translation.masking import Masked, mask
from desktop_app.translation.sentences import spaceless, split_long
from desktop_app.translation.untouchable import Part


@dataclass(frozen=True, slots=True)
class Unit:
    """A stretch of the sentence that begins at ``start``, with the space ``before`` it: decoded, unless it
    is ``kept`` as it is."""

    masked: Masked
    start: int
    before: str = ""
    kept: bool = False

    @property
    def text(self) -> str:
        return self.masked.text


Attempt = tuple[Unit, ...]


def whole(text: str) -> Attempt:
    return (Unit(Masked(text), 0),)


def with_stand_ins(text: str, parts: Sequence[Part], longest: int, count: Callable[[str], int]) -> Attempt:
    masked = mask(text, parts)
    return (Unit(masked, 0),) if parts and count(masked.text) <= longest else ()


def in_pieces(text: str, count: Callable[[str], int], number: int) -> Attempt:
    """In ``number`` about equal ones or more, at clauses."""
    size = count(text)
    if size < 2 * number:
        return ()
    units = _units(split_long(text, max(2, math.ceil(1.2 * size / number)), count), 0)
    return units if len(units) > 1 else ()


def around(text: str, parts: Sequence[Part]) -> Attempt:
    """What is between ``parts``, which stay."""
    if not parts:
        return ()
    units: list[Unit] = []
    at = 0
    for part in parts:
        between = text[at : part.start]
        units += _between(between, at)
        space = between[len(between.rstrip()) :]
        units.append(Unit(Masked(part.text), part.start, space, kept=True))
        at = part.end
    units += _between(text[at:], at)
    return tuple(units)


def _between(text: str, start: int) -> Attempt:
    units = _units([text], start)
    if units and not any(char.isalnum() for char in text):
        return (replace(units[0], kept=True),)
    return units


def _units(pieces: Sequence[str], start: int) -> Attempt:
    units = []
    at = start
    space = ""
    for piece in pieces:
        bare = piece.strip()
        left = len(piece) - len(piece.lstrip())
        if bare:
            units.append(Unit(Masked(bare), at + left, space + piece[:left]))
            space = piece[left + len(bare) :]
        else:
            space += piece
        at += len(piece)
    return tuple(units)


@dataclass(frozen=True, slots=True)
class Put:
    """What came of an attempt. ``text`` is None where a stand-in was lost."""

    text: str | None
    logprobs: tuple[float, ...]
    alignment: tuple[Aligned, ...]
    ended: bool


def put_together(attempt: Attempt, decoded: Sequence[Decoded], target: str) -> Put:
    """``decoded``: one for each unit that is not kept, in order."""
    pieces: list[str] = []
    logprobs: list[float] = []
    alignment: list[Aligned] = []
    length = 0
    results = iter(decoded)
    ended = True
    for number, unit in enumerate(attempt):
        if unit.kept:
            said: str | None = unit.text
        else:
            one = next(results)
            said = unit.masked.restored(one.text.strip())
            if said is None:
                return Put(None, tuple(logprobs), (), one.ended)
            logprobs += one.logprobs
            ended = ended and one.ended
        space = _space(unit, attempt[number - 1], pieces[-1], said, target) if number else ""
        length += len(space)
        if not unit.kept and not unit.masked.stand_ins:
            lead = len(one.text) - len(one.text.lstrip())
            alignment += [
                Aligned(a + unit.start, b + unit.start, max(0, c - lead) + length, max(0, d - lead) + length)
                for a, b, c, d in one.alignment
            ]
        elif unit.kept:
            alignment.append(Aligned(unit.start, unit.start + len(unit.text), length, length + len(said)))
        pieces += [space, said]
        length += len(said)
    return Put("".join(pieces), tuple(logprobs), tuple(alignment), ended)


def _space(unit: Unit, before: Unit, said_before: str, said: str, target: str) -> str:
    """What stands between two units in the target language."""
    if unit.kept or before.kept:
        if unit.before or spaceless(target) or not said or not said_before:
            return unit.before
        return " " if said_before[-1].isalnum() and said[0].isalnum() else ""
    if spaceless(target):
        return ""
    return unit.before or (" " if said and said[0].isalnum() else "")
