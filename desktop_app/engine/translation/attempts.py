"""Ways to put one sentence through a translator: whole, with stand-ins, in pieces, around what must stay."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from desktop_app.core.translation import Aligned
from desktop_app.engine.translation.translator import Decoded
from desktop_app.translation.masking import Masked, mask, moved
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

_AT_ENDS = ("emoji", "tag")


def first(text: str, parts: Sequence[Part]) -> Attempt:
    """In one, with a stand-in for each of ``parts``; emoji and tags at the ends stay outside."""
    start, end = 0, len(text)
    inner = list(parts)
    units: list[Unit] = []
    while inner and inner[0].kind in _AT_ENDS and not text[start : inner[0].start].strip():
        units += _between(text, start, inner[0].start, ())
        units.append(_kept(text, start, inner[0]))
        start = inner.pop(0).end
    last: list[Part] = []
    while inner and inner[-1].kind in _AT_ENDS and not text[inner[-1].end : end].strip():
        last.insert(0, inner.pop())
        end = last[0].start
    units += _between(text, start, end, inner)
    for part in last:
        units.append(_kept(text, start, part))
        start = part.end
    return tuple(units)


def in_pieces(text: str, parts: Sequence[Part], count: Callable[[str], int], number: int) -> Attempt:
    """In ``number`` about equal ones or more, at clauses."""
    masked = mask(text, parts)
    size = count(masked.text)
    if size < 2 * number:
        return ()
    spans = _spans(masked, max(2, math.ceil(1.2 * size / number)), count)
    return _units(masked, 0, spans) if len(spans) > 1 else ()


def _spans(masked: Masked, limit: int, count: Callable[[str], int]) -> list[tuple[int, int]]:
    """Where the pieces of the text stand, none of which ends inside a stand-in."""
    places, at = [0], 0
    for piece in split_long(masked.text, limit, count):
        at += len(piece)
        if not any(swap.start < at < swap.end for swap in masked.swaps):
            places.append(at)
    return list(itertools.pairwise(places))


def fitting(attempt: Attempt, longest: int, count: Callable[[str], int]) -> Attempt:
    """``attempt`` with those of its units in pieces that are longer than a model takes."""
    units: list[Unit] = []
    for unit in attempt:
        if unit.kept or count(unit.text) <= longest:
            units.append(unit)
            continue
        pieces = _units(unit.masked, unit.start, _spans(unit.masked, longest, count))
        units += [replace(pieces[0], before=unit.before), *pieces[1:]]
    return tuple(units)


def around(text: str, parts: Sequence[Part]) -> Attempt:
    """What is between ``parts``, which stay."""
    if not parts:
        return ()
    units: list[Unit] = []
    at = 0
    for part in parts:
        units += _between(text, at, part.start, ())
        units.append(_kept(text, at, part))
        at = part.end
    units += _between(text, at, len(text), ())
    return tuple(units)


def _kept(text: str, at: int, part: Part) -> Unit:
    """``part``, with the space that stands before it after ``at``."""
    stretch = text[at : part.start]
    return Unit(Masked(part.text), part.start, stretch[len(stretch.rstrip()) :], kept=True)


def _between(text: str, start: int, end: int, parts: Sequence[Part]) -> Attempt:
    stretch = text[start:end]
    own = [Part(part.start - start, part.end - start, part.kind, part.text) for part in parts]
    masked = mask(stretch, own)
    units = _units(masked, start, [(0, len(masked.text))])
    if units and not own and not any(char.isalnum() for char in stretch):
        return (replace(units[0], kept=True),)
    return units


def _units(masked: Masked, start: int, spans: Sequence[tuple[int, int]]) -> Attempt:
    units = []
    space = ""
    for begin, end in spans:
        piece = masked.text[begin:end]
        bare = piece.strip()
        left = len(piece) - len(piece.lstrip())
        if bare:
            inner = masked.part(begin + left, begin + left + len(bare))
            units.append(Unit(inner, start + masked.original(begin + left), space + piece[:left]))
            space = piece[left + len(bare) :]
        else:
            space += piece
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
            said = unit.text
        else:
            one = next(results)
            restored = unit.masked.restored(one.text.strip())
            if restored is None:
                return Put(None, tuple(logprobs), (), one.ended)
            said, swaps = restored
            logprobs += one.logprobs
            ended = ended and one.ended
        space = _space(unit, attempt[number - 1], pieces[-1], said, target) if number else ""
        length += len(space)
        if not unit.kept:
            lead = len(one.text) - len(one.text.lstrip())
            alignment += [
                Aligned(
                    unit.masked.original(a) + unit.start,
                    unit.masked.original(b) + unit.start,
                    moved(max(0, c - lead), swaps) + length,
                    moved(max(0, d - lead), swaps) + length,
                )
                for a, b, c, d in one.alignment
            ]
        else:
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
