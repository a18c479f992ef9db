"""Lines: how wide text is in columns, where it may be broken, wrapping to a width and in even lines."""

from __future__ import annotations

import re
import unicodedata

CJK = (
    "\u2e80-\u303f\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef"
    "\U00020000-\U0003ffff"
)
"""Written without spaces, broken between any two characters (Hangul is written with spaces)."""
OPENING = "（〔［｛〈《「『【〖“‘([{"
CLOSING = "）〕］｝〉》」』】〗”’)\\]}、。，．：；！？·…—～ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ.,:;!?%％"
"""May not begin a line (the basic rules of Chinese and Japanese line breaking, W3C clreq and jlreq)."""
ATOM = re.compile(f"[{OPENING}]*(?:[{CJK}]|[^\\s{CJK}]+)[{CLOSING}]*")
PAUSE = re.compile(r"[,;:.!?…，；：。！？、—–][\"'”’»」』)]*$")
WORD = re.compile(rf"\S+(?:(?<=[{CJK}]) (?=[{CJK}])\S+)*")
"""Broken at spaces only, and not at one between Chinese words, where the end of a line is read as none."""
ALL_CJK = re.compile(f"[{CJK}]")


def newline_of(text: str) -> str:
    """How lines end in ``text``."""
    return "\r\n" if "\r\n" in text else "\r" if "\r" in text and "\n" not in text else "\n"


def columns(text: str) -> int:
    """Width in columns of a terminal: two for wide characters, none for combining ones (UAX 11)."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def join(lines: list[str]) -> str:
    """One line of several: with a space between them, or none where Chinese or Japanese goes on."""
    parts: list[str] = []
    for line in lines:
        if parts and line and parts[-1]:
            before = parts[-1][-1]
            hyphen = before == "-" and parts[-1][-2:-1].isalpha()
            if not hyphen and not (ALL_CJK.match(before) and ALL_CJK.match(line[0])):
                parts.append(" ")
        parts.append(line)
    return "".join(parts)


def wrap(text: str, width: int, first: int = 0, rest: int = 0, at: re.Pattern[str] = ATOM) -> list[str]:
    """``text`` in lines of at most ``width`` columns where it can be broken so. The first line has
    ``first`` columns less, the others ``rest``. ``at`` matches what may not be broken."""
    lines: list[str] = []
    line: list[str] = []
    filled, room, end = 0, width - first, 0
    for atom in at.finditer(text):
        size = columns(atom.group())
        gap = 1 if atom.start() > end and line else 0
        if line and filled + gap + size > room:
            lines.append("".join(line))
            line, filled, room, gap = [], 0, width - rest, 0
        line.append(" " * gap + atom.group())
        filled += gap + size
        end = atom.end()
    if line:
        lines.append("".join(line))
    return lines


def balanced(text: str, width: int) -> list[str]:
    """As `wrap`, with no more lines than that takes and the lines as even as they can be."""
    lines = wrap(text, width)
    if len(lines) == 2:
        return _halves(text, width) or lines
    low, high = columns(text) // max(1, len(lines)), width
    while low < high:
        middle = (low + high) // 2
        if (
            len(wrap(text, middle)) <= len(lines)
            and max(map(columns, wrap(text, middle)), default=0) <= width
        ):
            high = middle
        else:
            low = middle + 1
    return wrap(text, high)


def _halves(text: str, width: int) -> list[str]:
    """Two lines, broken at a pause if one is near the middle."""
    best: tuple[float, int] | None = None
    total = columns(text)
    before = end = 0
    for atom in ATOM.finditer(text):
        before += columns(text[end : atom.end()])
        end = atom.end()
        after = total - before
        if max(before, after) <= width and text[end:].strip():
            cost = abs(before - after) / total - 0.3 * (PAUSE.search(atom.group()) is not None)
            best = min(best or (cost, end), (cost, end))
    return [text[: best[1]].strip(), text[best[1] :].strip()] if best else []
