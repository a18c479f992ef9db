r"""Formulas for markdown-it: ``$…$``, ``$$…$$``, ``\(…\)`` and ``\[…\]``.

Own rules rather than mdit-py-plugins: its dollar rule reads the character *before* the text when a
formula opens a paragraph, and it needs a second plugin for brackets, whose block rule cannot start in
a list item. Rules for ``$`` are pandoc's, so that "$5 and $10" stays text: no space inside the
opening and the closing dollar, and no digit after the closing one.
"""

from __future__ import annotations

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

_PAIRS = {"$$": "$$", "\\[": "\\]"}


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
    end = _closing(source, begin, closing, state.posMax)
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


def _closing(source: str, begin: int, closing: str, limit: int) -> int:
    """Where ``closing`` stands, not escaped by a backslash of its own; -1 for nowhere."""
    position = begin
    while True:
        position = source.find(closing, position, limit)
        if position < 0:
            return -1
        backslashes = position - len(source[:position].rstrip("\\"))
        if backslashes % 2 == 0:
            return position
        position += 1


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
    line, parts = first, []
    text = state.src[start + 2 : state.eMarks[first]]
    closed = False
    while True:
        where = _closing(text, 0, closing, len(text))
        if where >= 0:
            if text[where + 2 :].strip():  # more text behind: a formula inside a sentence
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
        return False  # a blank line came first: these were not formula signs
    token = state.push("formula_block", "math", 0)
    token.block = True
    token.content = "\n".join(parts).strip()
    token.markup = opening
    token.info = "" if closed else "open"
    token.map = [first, min(line + 1, last)]
    state.line = min(line + 1, last)
    return True
