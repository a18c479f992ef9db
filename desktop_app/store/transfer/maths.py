r"""Formulas for markdown-it: ``$…$``, ``$$…$$``, ``\(…\)`` and ``\[…\]``.

The window and the exports read them by the same rules. Own ones rather than mdit-py-plugins: its dollar
rule reads the character *before* the text when a formula opens a paragraph, and it needs a second plugin
for brackets, whose block rule cannot start in a list item. Rules for ``$`` are pandoc's, so that "$5 and
$10" stays text: no space inside the opening and the closing dollar, and no digit after the closing one.

What a search has found is kept in the parser's ``env``: without it, a megabyte of opening signs would be
searched through again for each of them.
"""

from __future__ import annotations

from bisect import bisect_left

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

_PAIRS = {"$$": "$$", "\\[": "\\]"}
_ENDS, _FAILED = "formula_ends", "formula_failed"  # keys of env


def maths_plugin(md: MarkdownIt) -> None:
    md.inline.ruler.before("escape", "formula", _inline)
    md.block.ruler.before("fence", "formula_block", _block, {"alt": ["paragraph", "reference", "blockquote"]})


def _inline(state: StateInline, silent: bool) -> bool:
    source, start = state.src, state.pos
    if source.startswith("\\(", start) or source.startswith("\\[", start):
        opening, closing = source[start : start + 2], "\\)" if source[start + 1] == "(" else "\\]"
        display = closing == "\\]"
    elif source.startswith("$$", start):
        opening = closing = "$$"
        display = True
    elif source.startswith("$", start):
        opening = closing = "$"
        display = False
    else:
        return False
    begin = start + len(opening)
    end = _inline_end(state, begin, closing)
    if end < 0 or not source[begin:end].strip():
        return False
    if opening == "$" and not _is_dollar_formula(source, begin, end):
        return False
    if not silent:
        token = state.push("formula", "math", 0)
        token.content = source[begin:end].strip()
        token.markup = opening
        token.info = "display" if display else ""
    state.pos = end + len(closing)
    return True


def _inline_end(state: StateInline, begin: int, closing: str) -> int:
    """Where ``closing`` first stands at or after ``begin``; -1 for nowhere."""
    known: dict[tuple[str, str], list[int]] = state.env.setdefault(_ENDS, {})
    ends = known.get((closing, state.src))
    if ends is None:
        ends = known[closing, state.src] = _all_closings(state.src, closing)
    place = bisect_left(ends, begin)
    found = place < len(ends) and ends[place] + len(closing) <= state.posMax
    return ends[place] if found else -1


def _all_closings(text: str, closing: str) -> list[int]:
    """Every place of ``closing`` that no backslash of its own escapes, overlapping ones too."""
    found: list[int] = []
    position = text.find(closing)
    while position >= 0:
        run = 0  # of backslashes before the place
        while run < position and text[position - run - 1] == "\\":
            run += 1
        if run % 2 == 0:
            found.append(position)
        position = text.find(closing, position + 1)
    return found


def _is_dollar_formula(source: str, begin: int, end: int) -> bool:
    if source[begin].isspace() or source[end - 1].isspace():
        return False
    if end + 1 < len(source) and source[end + 1].isdigit():
        return False
    inside = source[begin:end]
    # "between $5 and US$" or "$HOME and $PATH": words and money, not mathematics.
    return "\n\n" not in inside and not (begin >= 2 and source[begin - 2].isalnum())


def _block(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    if state.is_code_block(first):
        return False
    start = state.bMarks[first] + state.tShift[first]
    opening = state.src[start : start + 2]
    if opening not in _PAIRS:
        return False
    closing = _PAIRS[opening]
    if silent:
        return True
    # From a line in between, the search would end at the same line and fail as well.
    failed: dict[tuple[str, int, int], tuple[int, int]] = state.env.setdefault(_FAILED, {})
    began, ended = failed.get((closing, state.blkIndent, last), (0, 0))
    if began <= first < ended:
        return False
    line, parts = first, []
    text = state.src[start + 2 : state.eMarks[first]]
    closed = False
    while True:
        where = next(iter(_all_closings(text, closing)), -1)
        if where >= 0:
            if text[where + 2 :].strip():  # more text behind: a formula inside a sentence
                failed[closing, state.blkIndent, last] = (first, line)
                return False
            parts.append(text[:where])
            closed = True
            break
        parts.append(text)
        line += 1
        if line >= last or (state.sCount[line] < state.blkIndent and not state.isEmpty(line)):
            break
        if state.isEmpty(line):
            break
        text = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]
    if not closed and line < last:
        failed[closing, state.blkIndent, last] = (first, line)
        return False  # a blank line came first: these were not formula signs
    token = state.push("formula_block", "math", 0)
    token.block = True
    token.content = "\n".join(parts).strip()
    token.markup = opening
    token.info = "" if closed else "open"
    token.map = [first, min(line + 1, last)]
    state.line = min(line + 1, last)
    return True
