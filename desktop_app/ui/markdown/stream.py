"""Markdown that grows: what is settled is parsed once, only the last top-level piece is read again.

The source itself is never changed; `settle` only says how an unfinished end is to look.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from desktop_app.ui.markdown.blocks import Block
from desktop_app.ui.markdown.parser import Parser
from desktop_app.ui.markdown.settle import settle

PIECE = 6_000  # characters that one parse may take: about 10 ms, and as much to lay out
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


@dataclass(frozen=True, slots=True)
class Change:
    """The first ``keep`` blocks are as before; ``blocks`` come after them, instead of the rest."""

    keep: int
    blocks: tuple[Block, ...]


class Stream:
    """One message's source. Text comes by `feed`; `step` reads a bounded piece of it."""

    def __init__(self, parser: Parser) -> None:
        self._parser = parser
        self._waiting: list[str] = []  # not read yet
        self._tail = ""  # source of the last top-level piece, read again when more comes
        self._blank_before = True
        self._settled = 0  # blocks before the tail
        self._shown: tuple[Block, ...] = ()  # blocks of the tail
        self._open = False

    @property
    def pending(self) -> bool:
        return bool(self._waiting)

    @property
    def pending_characters(self) -> int:
        return sum(map(len, self._waiting))

    def feed(self, text: str) -> None:
        if text:
            self._waiting.append(text)

    def step(self, growing: bool) -> Change:
        """Read the next piece. ``growing`` says that more will come after what was fed."""
        room = max(PIECE - len(self._tail), PIECE // 2)
        fresh = "".join(self._waiting)
        taken = fresh if len(fresh) <= room else fresh[: _cut(fresh, room)]
        rest = fresh[len(taken) :]
        self._waiting = [rest] if rest else []
        self._tail += taken
        unfinished = growing and not rest
        groups = self._parser.parse(settle(self._tail) if unfinished else self._tail, self._blank_before)
        settled: list[Block] = []
        last: tuple[Block, ...] = ()
        if groups:
            for group in groups[:-1]:
                settled.extend(group.blocks)
            last = groups[-1].blocks
            self._cut_tail(groups[-1].line)
            if len(self._tail) > PIECE and rest:  # one endless piece: begin anew inside it
                settled.extend(last)
                last = ()
                self._break_tail()
        before, after = self._shown, (*settled, *last)
        same = 0
        while same < len(before) and same < len(after) and before[same] == after[same]:
            same += 1
        change = Change(self._settled + same, tuple(after[same:]))
        self._settled += len(settled)
        self._shown = last
        return change

    def _cut_tail(self, line: int) -> None:
        if not line:
            return
        position = 0
        for _ in range(line):
            position = self._tail.index("\n", position) + 1
        self._blank_before = not self._tail[:position].split("\n")[-2].strip()
        self._tail = self._tail[position:]

    def _break_tail(self) -> None:
        """Settle a piece that is too long to be read again and again. Inside a fence the rest goes on
        as a fence of the same kind; other text goes on as a paragraph of its own."""
        fence = _FENCE.match(self._tail)
        opening = self._tail.split("\n", 1)[0] + "\n" if fence else ""
        self._tail = opening
        self._blank_before = False


def _cut(text: str, room: int) -> int:
    """Where to cut ``text``, best after an empty line, else after a line, else after a space."""
    for mark in ("\n\n", "\n", " "):
        position = text.rfind(mark, room // 2, room)
        if position >= 0:
            return position + len(mark)
    return room
