"""The cues of SubRip and WebVTT files, who speaks in them, and which of them make up a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")
TIMING = re.compile(
    r"\s*(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[,.](\d{1,3})\s*-->\s*(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[,.](\d{1,3})(?=\s|$)"
)
TAG = re.compile(r"<(/?)([a-zA-Z][^\s<>./]*)?[^<>\n]*>|\{\\[^{}\n]*\}|\\[Nnh]")
"""<i>, <c.yellow>, <v Name>, <00:00:01.000>, and what players take over from ASS: {\\an8}."""
POSITION = re.compile(r"(?:\s*\{\\[^{}\n]*\})+\s*|\s+")
END_OF_SENTENCE = re.compile(r"[.!?…。！？‼⁇♪♫][\"'”’»」』)\]]*\s*$")
DASH = re.compile(r"[-–—‐]\s*(?=\S)")
LONGEST_GAP = 2.0
"""Seconds without a cue in which a sentence does not go on."""
MOST_CUES = 6


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a cue that one person says: the whole cue, or the lines after a dash. Without the dash, and
    without tags that are around all of it: they stay where they are."""

    start: int
    end: int
    lines: int
    began: float
    ended: float
    raw: str
    only: bool  # all of its cue
    pieces: int  # of its cue


def cues(text: str) -> Iterator[Piece]:
    """The cues' texts, taken apart where two people speak. A cue ends with an empty line; in SubRip, where
    people leave lines empty within cues, before a number and a time too."""
    lines = [(found.start(), found.end(1), found[1]) for found in LINE.finditer(text)]
    place = 0
    while place < len(lines):
        timing = TIMING.match(lines[place][2])
        place += 1
        if timing is None:
            continue
        began, ended = _seconds(timing.groups()[:4]), _seconds(timing.groups()[4:])
        body = []
        while place < len(lines) and lines[place][2].strip() and not TIMING.match(lines[place][2]):
            body.append(lines[place])
            place += 1
        if place < len(lines) and TIMING.match(lines[place][2]) and body and body[-1][2].strip().isdigit():
            body.pop()  # the next cue's number, without an empty line before it
        if body:
            yield from _speakers(text, body, began, ended)


def _speakers(text: str, body: list[tuple[int, int, str]], began: float, ended: float) -> Iterator[Piece]:
    begins = [place for place, line in enumerate(body) if DASH.match(TAG.sub("", line[2]).lstrip())]
    if len(body) < 2 or len(begins) < 2:
        begins = []
    cuts = sorted({0, *begins, len(body)})
    for first, end in pairwise(cuts):
        start, stop = body[first][0], body[end - 1][1]
        start, stop = _core(text, start, start + len(text[start:stop].rstrip()), dashed=bool(begins))
        yield Piece(start, stop, end - first, began, ended, text[start:stop], not begins, len(cuts) - 1)


def _core(text: str, start: int, end: int, dashed: bool) -> tuple[int, int]:
    """``text[start:end]`` without what is around it and stays."""
    while True:
        if found := POSITION.match(text, start, end):
            start = found.end()
        elif dashed and (found := DASH.match(text, start, end)):
            start, dashed = found.end(), False
        elif (found := TAG.match(text, start, end)) and found[2] and not found[1]:
            closing = f"</{found[2]}>"
            if not text.endswith(closing, start, end) or text.find(closing, start, end) != end - len(closing):
                return start, end
            start, end = found.end(), end - len(closing)
        else:
            return start, end


def sentences(found: list[Piece]) -> Iterator[list[Piece]]:
    """Pieces that make up one sentence."""
    together: list[Piece] = []
    for piece in found:
        if together and not _goes_on(together, piece):
            yield together
            together = []
        together.append(piece)
    if together:
        yield together


def _goes_on(together: list[Piece], piece: Piece) -> bool:
    before = together[-1]
    if (
        not (before.only and piece.only)
        or len(together) >= MOST_CUES
        or piece.began - before.ended > LONGEST_GAP
    ):
        return False
    ended, begins = TAG.sub("", before.raw).strip(), TAG.sub("", piece.raw).lstrip()
    if not ended or not begins or END_OF_SENTENCE.search(ended):
        return False
    if (
        piece.began < before.ended - 0.5
        or DASH.match(begins)
        or begins[0] in "[(（【♪♫"
        or ended[-1] in ")]）】:："
    ):
        return False  # at the same time, another speaker, a sound
    # Text that goes on begins small (in scripts that have small letters) or after a comma. Chinese subtitles
    # have no punctuation: each is a sentence for itself.
    return begins[0].islower() or (ended[-1] in ",，、;；" and not begins[0].isdigit())


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, fraction = (part or "0" for part in parts)
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + int(fraction.ljust(3, "0")) / 1000
