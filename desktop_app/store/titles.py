"""A conversation's title from the first thing that was said."""

from __future__ import annotations

import re
import unicodedata

COLUMNS = 60
"""Widest title: 60 Latin letters or 30 Chinese characters, before the “…” of a title that was cut."""

_SENTENCE_AT_LEAST = 8  # columns: “Hi.” alone says nothing

_FENCE = re.compile(
    r"^ {0,3}(`{3,}|~{3,})[^\n]*\n(.*?)(?:^ {0,3}\1[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL
)
_IMAGE_OR_LINK = re.compile(r"!?\[([^\]\n]{0,300})\]\([^)\n]{0,2000}\)")
_URL = re.compile(r"<?\b(?:https?|ftp|file)://[^\s<>，。）】」]+>?|\bwww\.[^\s<>，。）】」]+", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,200}>")
_RULE = re.compile(r"^[ \t]*(?:[-*_=][ \t]*){3,}$|^[ \t]*\|?[ \t:|-]*-[ \t:|-]*$", re.MULTILINE)
_LINE_START = re.compile(
    r"^[ \t]*(?:(?:>[ \t]?)+|#{1,6}(?=[ \t])|[-*+•](?=[ \t])|\d{1,3}[.)](?=[ \t])|\[[ xX]\])[ \t]*",
    re.MULTILINE,
)
_EMPHASIS = re.compile(
    r"(\*{1,3}|~~|`+|\$\$?)(?=\S)([^\n]{0,300}?\S)\1|(?<!\w)(_{1,3})(?=\S)([^\n]{0,300}?\S)\3(?!\w)"
)
_SENTENCE_END = re.compile(r"[。！？!?…]+|\.(?=\s)|(?<=\S)\n")


def title_from(text: str) -> str:
    """At most `COLUMNS` wide, one line, cut between words, without markup and without a punctuation
    mark at the end. Empty where the text has no visible characters."""
    for candidate in (_words(text), _code_line(text), _address(text), " ".join(text.split())):
        title = _cut(_first_sentence(candidate))
        if title:
            return title
    return ""


def _words(text: str) -> str:
    """The text without code, addresses and Markdown signs; lines stay lines."""
    plain = _FENCE.sub("\n", text[:20_000])
    plain = _IMAGE_OR_LINK.sub(r"\1", plain)
    plain = _URL.sub(" ", plain)
    plain = _TAG.sub(" ", plain)
    plain = _RULE.sub("", plain)
    for _ in range(3):  # a quoted list in a quote
        plain = _LINE_START.sub("", plain)
    for _ in range(2):  # bold around italic
        plain = _EMPHASIS.sub(lambda m: m[2] or m[4] or "", plain)
    plain = plain.replace("|", " ")
    lines = (" ".join(line.split()) for line in plain.splitlines())
    return "\n".join(line for line in lines if any(c.isalnum() for c in line))


def _code_line(text: str) -> str:
    found = _FENCE.search(text[:20_000])
    lines = found[2].splitlines() if found else []
    return next((line.strip() for line in lines if any(c.isalnum() for c in line)), "")


def _address(text: str) -> str:
    found = _URL.search(text[:20_000])
    return re.sub(r"^<?[a-z]+://(?:www\.)?|[?#].*$|>$", "", found[0], flags=re.IGNORECASE) if found else ""


def _first_sentence(text: str) -> str:
    """Up to the first end of a sentence or line that leaves enough to tell what it is about."""
    for found in _SENTENCE_END.finditer(text):
        if _width(text[: found.start()]) >= _SENTENCE_AT_LEAST:
            return " ".join(text[: found.start()].split())
    return " ".join(text.split())


def _cut(text: str) -> str:
    end, width = 0, 0
    while end < len(text) and (width := width + _column(text[end])) <= COLUMNS:
        end += 1
    if end < len(text) and _narrow_word(text[end]) and _narrow_word(text[end - 1]):
        border = max(text.rfind(" ", 0, end), _last_wide(text, end))
        if border * 5 > end * 2:  # a word longer than most of the line is cut in itself
            end = border
    kept = _without_end(text[:end])
    return f"{kept}…" if kept and any(c.isalnum() for c in text[end:]) else kept


def _without_end(title: str) -> str:
    """Without punctuation, joiners and halves of things at the end; closing brackets stay."""
    while title and (
        title[-1].isspace()
        or (
            unicodedata.category(title[-1]) in ("Po", "Pd", "Ps", "Pi", "Cc", "Cf", "Cs")
            and title[-1] not in "%‰&@#*"
        )
    ):
        title = title[:-1]
    return title.lstrip()


def _last_wide(text: str, end: int) -> int:
    return next((place for place in range(end, 0, -1) if _column(text[place - 1]) == 2), 0)


def _narrow_word(character: str) -> bool:
    return character.isalnum() and _column(character) == 1


def _width(text: str) -> int:
    return sum(_column(c) for c in text)


def _column(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1
