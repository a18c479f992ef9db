"""Markdown that grows: what is settled is parsed once, only the last top-level piece is read again.

The source itself is never changed; `settle` only says how an unfinished end is to look.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from desktop_app.ui.markdown.blocks import Block, Code
from desktop_app.ui.markdown.parser import Parser
from desktop_app.ui.markdown.settle import inside_fence, settle

PIECE = 6_000  # characters that one step reads: about 10 ms, and as much to lay out
LONG_FENCE = 1_500  # characters from which code is no longer read from its beginning
_OPENING = re.compile(r"(`{3,}|~{3,})[^\n]*\n")


@dataclass(frozen=True, slots=True)
class Change:
    """The first ``keep`` blocks are as before; ``blocks`` come after them, instead of the rest."""

    keep: int
    blocks: tuple[Block, ...]


@dataclass(slots=True)
class _Fence:
    """A long, open, top-level fence. ``raw`` is all that came after its first line."""

    code: Code
    closing: re.Pattern[str]
    raw: str


class Stream:
    """One message's source. Text comes by `feed`; `step` reads a bounded piece of it."""

    def __init__(self, parser: Parser) -> None:
        self._parser = parser
        self._waiting: list[str] = []  # not read yet
        self._tail = ""  # source of the last top-level piece, read again when more comes
        self._fence: _Fence | None = None  # then there is no tail
        self._blank_before = True
        self._settled = 0  # blocks before the tail
        self._shown: tuple[Block, ...] = ()  # blocks of the tail

    @property
    def pending(self) -> bool:
        return bool(self._waiting)

    @property
    def pending_characters(self) -> int:
        return sum(map(len, self._waiting))

    def feed(self, text: str) -> None:
        if text:
            self._waiting.append(text.replace("\r\n", "\n").replace("\r", "\n"))

    def step(self, growing: bool) -> Change:
        """Read the next piece. ``growing`` says that more will come after what was fed."""
        room = max(PIECE - len(self._tail), PIECE // 2)
        fresh = "".join(self._waiting)
        taken = fresh if len(fresh) <= room else fresh[: _cut(fresh, room)]
        rest = fresh[len(taken) :]
        self._waiting = [rest] if rest else []
        unfinished = growing and not rest
        if self._fence is not None:
            return self._read_fence(self._fence, taken, unfinished, bool(rest))
        self._tail += taken
        return self._read_tail(unfinished, bool(rest))

    def _read_tail(self, unfinished: bool, rest: bool) -> Change:
        groups = self._parser.parse(settle(self._tail) if unfinished else self._tail, self._blank_before)
        settled: list[Block] = []
        last: tuple[Block, ...] = ()
        if groups:
            for group in groups[:-1]:
                settled.extend(group.blocks)
            last = groups[-1].blocks
            self._cut_tail(groups[-1].line)
            if not self._open_fence(last) and rest and self._is_endless():
                settled.extend(last)  # begin anew in the middle of it
                last, self._tail, self._blank_before = (), "", False
        before, after = self._shown, (*settled, *last)
        same = 0
        while same < len(before) and same < len(after) and before[same] == after[same]:
            same += 1
        change = Change(self._settled + same, tuple(after[same:]))
        self._settled += len(settled)
        self._shown = last
        return change

    def _is_endless(self) -> bool:
        limit = 20 * PIECE if inside_fence(self._tail) else PIECE
        return len(self._tail) > limit

    def _cut_tail(self, line: int) -> None:
        if not line:
            return
        position = 0
        for _ in range(line):
            position = self._tail.index("\n", position) + 1
        self._blank_before = not self._tail[:position].split("\n")[-2].strip()
        self._tail = self._tail[position:]

    # --- long code --------------------------------------------------------------------------

    def _open_fence(self, last: tuple[Block, ...]) -> bool:
        """From here on add to the code that ``last`` is, if it is a long fence that is still open."""
        opening = _OPENING.match(self._tail)
        if len(self._tail) < LONG_FENCE or opening is None or not inside_fence(self._tail):
            return False
        if len(last) != 1 or not isinstance(last[0], Code):
            return False
        mark = opening[1]
        closing = re.compile(rf"^ {{0,3}}{mark[0]}{{{len(mark)},}}[ \t]*(?:\n|\Z)", re.MULTILINE)
        self._fence = _Fence(last[0], closing, self._tail[opening.end() :])
        self._tail = ""
        return True

    def _read_fence(self, fence: _Fence, taken: str, unfinished: bool, rest: bool) -> Change:
        line = fence.raw.rfind("\n") + 1
        fence.raw += taken
        found = fence.closing.search(fence.raw, line)
        if found is None or not (found[0].endswith("\n") or not (unfinished or rest)):
            shown = fence.raw
            if unfinished:  # a line that may become the end of the fence
                head, newline, end = shown.rpartition("\n")
                shown = head if newline and end.strip() and not end.strip(" `~") else shown
            fence.code = replace(fence.code, text=shown.removesuffix("\n"))
            self._shown = (fence.code,)
            return Change(self._settled, self._shown)
        code = replace(fence.code, text=fence.raw[: found.start()].removesuffix("\n"))
        keep = self._settled
        self._fence, self._shown, self._tail = None, (), fence.raw[found.end() :]
        self._settled += 1
        self._blank_before = False
        return Change(keep, (code, *self._read_tail(unfinished, rest).blocks))


def _cut(text: str, room: int) -> int:
    """Where to cut ``text``, best after an empty line, else after a line, else after a space."""
    for mark in ("\n\n", "\n", " "):
        position = text.rfind(mark, room // 2, room)
        if position >= 0:
            return position + len(mark)
    return room
