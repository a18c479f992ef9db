"""How the unfinished end of a streaming message is to look, so that nothing jumps.

Marks whose other half has not come are completed (``**bold`` shows bold at once) or held back for
display (a lone ``-`` may become a list, a rule or a heading). Only the view changes, never the text.
"""

from __future__ import annotations

import re

_HELD_LINE = re.compile(
    r"[ \t>]*(?:[-=*_+>#~`|$\\]+|[-*+][ \t]+\[?[ xX]?\]?|\d{1,9}[.)]?"
    r"|#{1,6}[ \t]|`{3,}[^`]*|~{3,}[^~]*)[ \t]*\Z"
)
_DELIMITERS = re.compile(r"[ \t]*\|?[ \t:|-]*\Z")
_FENCE = re.compile(r"[ \t>]*(`{3,}|~{3,})")
_LINK = re.compile(r"!?\[([^\[\]]*)\](?:\([^()\s]*)?\Z")
_OPEN_FORMULA = re.compile(r"\\[(\[]|\$\$|\$(?=[A-Za-z\\])")
_ITALIC = re.compile(r"(?<![\w*\\])\*(?=[^\s*])|(?<=[^\s*\\])\*(?!\*)")
_LONGEST_HELD = 200  # characters of a formula that are kept back before it is shown as text after all


def settle(source: str) -> str:
    """``source``, whose end is still growing, as it should be read for display now."""
    head, newline, line = source.rpartition("\n")
    if inside_fence(head):
        closing = line.strip()
        return head if closing and not closing.strip("`~") else source
    if line and _HELD_LINE.match(line):
        return _complete_table(head + newline)
    return _complete_inline(_complete_table(source))


def inside_fence(source: str) -> bool:
    """Whether the end of ``source`` lies in code whose fence is still open."""
    opened = ""
    for match in re.finditer(r"^[ \t>]*(`{3,}|~{3,})(.*)$", source, re.MULTILINE):
        if not opened:
            opened = match[1]
        elif match[1].startswith(opened) and not match[2].strip():
            opened = ""
    return bool(opened)


def _last_paragraph(source: str) -> int:
    """Where the text after the last empty line begins."""
    found = source.rfind("\n\n")
    return found + 2 if found >= 0 else 0


def _complete_table(source: str) -> str:
    """Show a table from its header on: the row of dashes is made up until it has come."""
    start = _last_paragraph(source)
    lines = source[start:].split("\n")
    if not lines[0].lstrip().startswith("|"):
        return source
    if len(lines) == 1:
        return source[:start]
    if len(lines) == 2 and _DELIMITERS.match(lines[1]):
        columns = lines[0].strip().strip("|").replace("\\|", "").count("|") + 1
        return source[:start] + lines[0] + "\n" + "|---" * columns + "|\n"
    return source


def _complete_inline(source: str) -> str:
    """Close or hold back what the last paragraph leaves open: code, bold, a link, a formula."""
    start = _last_paragraph(source)
    text = source[start:]
    if text.count("`") % 2:
        code = text.rfind("`")
        return source[:start] + (text[:code] if code == len(text) - 1 else text + "`")
    text = _hold_formula(text)
    link = _LINK.search(text)
    if link and "](" in text[link.start() :]:
        text = text[: link.start()] + link[1]
    return source[:start] + _close_emphasis(text)


def _hold_formula(text: str) -> str:
    closing = {"\\(": "\\)", "\\[": "\\]", "$$": "$$", "$": "$"}
    position = 0
    while True:
        found = _OPEN_FORMULA.search(text, position)
        if found is None:
            return text
        end = text.find(closing[found[0]], found.end())
        if end < 0:
            return text[: found.start()] if len(text) - found.start() < _LONGEST_HELD else text
        position = end + len(closing[found[0]])


def _close_emphasis(text: str) -> str:
    bare = re.sub(r"`[^`]*`", lambda match: "x" * len(match[0]), text)
    stars = len(bare) - len(bare.rstrip("*"))
    body = bare[: len(bare) - stars]
    bold_open = body.count("**") % 2 == 1
    if stars == 1 and bold_open:
        return text + "*"
    if stars == 2 and not bold_open:
        return text[:-2]
    if stars == 0 and bold_open:
        return text.rstrip() + "**"
    if stars <= 1 and len(_ITALIC.findall(body.replace("**", "  "))) % 2:
        return text if stars else text.rstrip() + "*"
    if stars == 1:
        return text[:-1]
    if stars == 0 and body.count("~~") % 2 and not body.endswith("~"):
        return text.rstrip() + "~~"
    return text
