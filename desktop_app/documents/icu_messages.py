"""Messages of ICU MessageFormat, as ARB and many catalogues have them: where in them the words are.

``{count, plural, one {# file} other {# files}}``: the arms are translated, what chooses between them stays
(Unicode Technical Standard 35, part 9).
"""

from __future__ import annotations

import re

_CHOICE = re.compile(r"\{\s*[\w.]+\s*,\s*(?:plural|select|selectordinal)\s*,(?:\s*offset:\d+)?")
_ARM = re.compile(r"\s*(?:=\d+|[\w-]+)\s*\{")
_STRUCTURE = re.compile(r"'[{}][^']*'|[{}]")
DEEPEST = 100


def texts(message: str) -> list[tuple[int, int]]:
    """Where the texts of ``message`` are: all of it if it makes no choice, or is not well formed."""
    if not _CHOICE.search(message):
        return [(0, len(message))]
    found: list[tuple[int, int]] = []
    arms = [-1]  # the depth of braces in which each open arm's text is
    depth = 0
    start = at = 0
    while True:
        brace = _STRUCTURE.search(message, at)
        if brace is None:
            break
        if brace.group() == "{" and (choice := _CHOICE.match(message, brace.start())):
            found.append((start, brace.start()))
            arm = _ARM.match(message, choice.end())
            if arm is None or len(arms) > DEEPEST:
                return [(0, len(message))]
            depth += 2
            arms.append(depth)
            start = at = arm.end()
        elif brace.group() == "{":
            depth += 1
            at = brace.end()
        elif brace.group() == "}" and depth == arms[-1]:
            found.append((start, brace.start()))
            depth -= 1
            if arm := _ARM.match(message, brace.end()):
                depth += 1
                start = at = arm.end()
                continue
            end = re.compile(r"\s*\}").match(message, brace.end())
            if end is None:
                return [(0, len(message))]
            depth -= 1
            arms.pop()
            start = at = end.end()
        elif brace.group() == "}":
            depth -= 1
            at = brace.end()
            if depth < 0:
                return [(0, len(message))]
        else:
            at = brace.end()
    if depth:
        return [(0, len(message))]
    return [*found, (start, len(message))]
