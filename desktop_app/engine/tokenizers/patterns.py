"""Whether a regular expression out of a stranger's file can be run on long texts.

Oniguruma, which `tokenizers` uses, goes back and forth: a repetition inside a repetition takes exponential
time on a text made for it, and several repetitions in a row polynomial time.
"""

from __future__ import annotations

import re

MAX_LENGTH = 4096
MAX_IN_A_ROW = 3
"""Endless repetitions in one branch; tekken's own pattern has two."""
MAX_CHOICES = 6
"""Parts of one branch that can match in several ways; tekken's own pattern has four."""
_COUNTED = re.compile(r"\{(\d*)(,?)(\d*)\}")
_MANY = 16


def is_safe(pattern: str) -> bool:
    """No group that leaves a choice (of branches, or of how often) is itself repeated without end, no
    branch has more than `MAX_IN_A_ROW` endless repetitions, and nothing refers back or calls groups."""
    if len(pattern) > MAX_LENGTH or re.search(r"\\[1-9kg]|\(\?[&PR\d~#]|\(\?\(", pattern):
        return False
    outer: list[_Group] = []
    here = _Group()
    at = 0
    while at < len(pattern):
        letter, at = pattern[at], at + 1
        inner = _Group()
        if letter == "(":
            outer.append(here)
            here = _Group()
            continue
        if letter == "|":
            here.next_branch()
            continue
        if letter == ")":
            if not outer:
                return False
            inner, here = here, outer.pop()
        elif letter == "[":
            at = _after_class(pattern, at)
        elif letter == "\\":
            at = _after_escape(pattern, at)
        least, most, at = _repeated(pattern, at)
        if (most > 1 and inner.endless) or (most > _MANY and inner.choice):
            return False
        here.add(inner.endless + (most > _MANY), inner.choice or least != most)
        if here.endless > MAX_IN_A_ROW or here.choices > MAX_CHOICES:
            return False
    return not outer


class _Group:
    """What has been read of a group: the endless repetitions of its worst branch, the choices of its last
    one, and whether there is a choice anywhere in it."""

    def __init__(self) -> None:
        self.choice = False
        self.choices = 0
        self._branch = 0
        self._most = 0

    @property
    def endless(self) -> int:
        return max(self._branch, self._most)

    def add(self, endless: int, choice: bool) -> None:
        self._branch += endless
        self.choices += choice
        self.choice = self.choice or choice

    def next_branch(self) -> None:
        self._most, self._branch, self.choices, self.choice = self.endless, 0, 0, True


def _after_escape(pattern: str, at: int) -> int:
    """Where the escape whose backslash stands before ``at`` has ended."""
    if pattern[at : at + 1] in ("p", "P", "x") and pattern[at + 1 : at + 2] == "{":
        return pattern.find("}", at) + 1 or len(pattern)
    return at + 1


def _after_class(pattern: str, at: int) -> int:
    """Where the character class that began before ``at`` has ended; classes nest in Oniguruma."""
    depth = 1
    if pattern[at : at + 1] == "^":
        at += 1
    if pattern[at : at + 1] == "]":
        at += 1
    while at < len(pattern) and depth:
        letter = pattern[at]
        at += 2 if letter == "\\" else 1
        depth += (letter == "[") - (letter == "]")
    return at


def _repeated(pattern: str, at: int) -> tuple[int, int, int]:
    """How often at least and at most what stands before ``at`` comes (endless: more than `_MANY`), and where
    its quantifiers end."""
    least, most = 1, 1
    while at < len(pattern):
        if pattern[at] in "*+":
            least, most, at = 0, _MANY + 1, at + 1
        elif pattern[at] == "?":
            least, at = 0, at + 1
        elif (counted := _COUNTED.match(pattern, at)) and counted[1] + counted[3]:
            first = int(counted[1][:6] or 0)
            last = int(counted[3][:6]) if counted[3] else _MANY + 1 if counted[2] else first
            least, most, at = least * first, most * last, counted.end()
        else:
            break
    return min(least, _MANY + 1), min(most, _MANY + 1), at
