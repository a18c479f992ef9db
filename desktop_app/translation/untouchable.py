"""What must come out of a translation as it went in: addresses, mail, placeholders, tags, code, numbers …

`find` knows them by their form, `Check` tells which of them a translation has lost or made up.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from desktop_app.translation.numbers import lost_numbers

Kind = Literal["url", "mail", "tag", "placeholder", "code", "path", "handle", "emoji", "number"]


@dataclass(frozen=True, slots=True)
class Part:
    """``text`` stands at ``[start:end]``."""

    start: int
    end: int
    kind: Kind
    text: str


_TLD = (
    "com|org|net|edu|gov|mil|int|info|biz|name|io|dev|app|ai|co|me|tv|cc|xyz|top|site|online|club|shop|cloud|"
    "eu|uk|us|ca|de|fr|es|it|pt|br|nl|be|ch|at|pl|cz|ru|ua|cn|hk|tw|jp|kr|in|au|nz|za|mx|ar|cl|se|no|dk|fi|ie"
)
_FILE = (
    "txt|md|pdf|docx?|xlsx?|pptx?|odt|ods|odp|rtf|csv|tsv|json|ya?ml|toml|xml|html?|css|jsx?|tsx?|py|ipynb|java|"
    "cpp|hpp|rs|go|rb|php|sh|bat|ps1|exe|dll|zip|tar|gz|bz2|xz|7z|rar|iso|png|jpe?g|gif|svg|webp|bmp|tiff?|mp3|"
    "mp4|wav|flac|ogg|mkv|avi|mov|epub|srt|vtt|po|mo|ini|cfg|conf|log|sql|db|bak|tmp|lock"
)
_URL_CHAR = r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]"
_URL_END = r"[A-Za-z0-9\-_~/#=&%+$]"
_HOST = r"(?:[A-Za-z0-9][A-Za-z0-9\-]{0,62}\.){1,8}"
_FIRST = r"(?<![A-Za-z0-9_.%+\-])"
"""Forms of any length begin where no such character stands before: else the search takes the square of the
length of a line like "a.a.a.a"."""
_NOT_WORD = r"(?<![A-Za-z0-9_])"
_EMOJI = (
    r"(?:[\U0001f1e6-\U0001f1ff]{2}|[0-9#*]\ufe0f?\u20e3|"
    r"[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u25aa-\u27bf\u2934-\u2b55\u3030\u303d\u3297"
    r"\u3299\U0001f000-\U0001faff][\ufe0f\U0001f3fb-\U0001f3ff]*"
    r"(?:\u200d[\u2640-\u27bf\U0001f300-\U0001faff][\ufe0f\U0001f3fb-\U0001f3ff]*)*)"
)
_REST = rf"(?::\d+)?(?:[/?#](?:{_URL_CHAR}*{_URL_END})?)?"
_HEX = "[0-9a-f]"
_FORMS: tuple[tuple[Kind, str], ...] = (
    (
        "tag",
        r"</?[A-Za-z][\w:.\-]*(?:\s+[\w:.\-]+(?:\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s\"'<>]+))?)*\s*/?>"
        r"|<!--.*?-->|&(?:[A-Za-z][A-Za-z0-9]{1,30}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});",
    ),
    (
        "url",
        rf"(?i:{_NOT_WORD}(?:(?:https?|ftps?|sftp|ssh|git|wss?|file)://|magnet:\?|data:[a-z]+/))"
        rf"{_URL_CHAR}*{_URL_END}",
    ),
    (
        "mail",
        rf"{_FIRST}(?:mailto:)?[A-Za-z0-9][A-Za-z0-9._%+\-]{{0,63}}@{_HOST}[A-Za-z]{{2,24}}",
    ),
    ("url", rf"(?i:{_NOT_WORD}www\.){_HOST}[A-Za-z]{{2,24}}{_REST}"),
    ("url", rf"{_FIRST}{_HOST}(?:{_TLD})(?![A-Za-z0-9_\-]|\.[A-Za-z0-9]){_REST}"),
    ("code", r"`[^`\n]+`"),
    ("placeholder", r"\{\{[^{}\n]{1,60}\}\}|[$#%]?\{[^{}\n]{0,60}\}|\[\[[^\[\]\n]{1,60}\]\]"),
    (
        "placeholder",
        r"%\([A-Za-z_]\w*\)[#0\- +]*\d*(?:\.\d+)?[diouxXeEfFgGcrsa]|%%"
        r"|%(?:\d+\$)?[#0+]*\d*(?:\.\d+)?(?:hh?|ll?|[zjtL])?[diouxXfFgGcrsaSp@](?![A-Za-z])",
    ),
    ("placeholder", rf"{_NOT_WORD}__[A-Za-z0-9_]+__(?![A-Za-z0-9_])|\$[A-Z_][A-Z0-9_]*\b|%[A-Z_]{{2,}}%"),
    (
        "path",
        r"(?<![\w.])(?:[A-Za-z]:\\|\\\\)[^\s<>:\"|?*，。；、]+(?<![.,;:)\]])"
        r"|(?<![\w./<])(?:~|\.{1,2})?/(?:[\w.\-+@]+/)+[\w.\-+@]*(?<![.,;:])|(?<![\w./<])~/[\w.\-+@]+"
        rf"|{_FIRST}[A-Za-z0-9_][\w\-.]{{0,120}}\.(?:{_FILE})(?![A-Za-z0-9_])",
    ),
    ("emoji", rf"{_EMOJI}|(?<![\w:]):[a-z][a-z0-9_+\-]+:(?![\w:])"),
    ("handle", r"(?<![\w@#&/])(?:@[A-Za-z_]|#[^\W\d_])\w*(?<!_)"),
    (
        "code",
        rf"{_NOT_WORD}(?:[A-Za-z]\w*_\w+|[A-Za-z_][\w.]*\(\)|[a-z]+[A-Z]\w*)|(?<![\w\-])--[a-z][a-z0-9\-]*",
    ),
    (
        "code",
        rf"{_NOT_WORD}(?:0x[0-9A-Fa-f]+|{_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}}"
        r"|v?\d+(?:\.\d+){2,}(?:-[a-z0-9.]+)?)(?![A-Za-z0-9_])",
    ),
    (
        "number",
        r"(?<!\d)\d{1,2}(?::\d\d){1,2}(?!\d)|\d{1,3}(?:[\u00a0\u202f]\d{3})+(?!\d)|\d+(?:[.,'’]\d+)*",
    ),
)
_ALL = re.compile("|".join(f"(?P<g{n}>{form})" for n, (_, form) in enumerate(_FORMS)))
_KINDS = {f"g{n}": kind for n, (kind, _) in enumerate(_FORMS)}
_NOT_TO_BE_MADE_UP: frozenset[Kind] = frozenset({"url", "mail", "tag", "placeholder"})


def find(text: str) -> tuple[Part, ...]:
    """All such parts of ``text``, in order, none over another."""
    found = []
    for match in _ALL.finditer(text):
        kind = _KINDS[match.lastgroup or ""]
        start, end = match.span()
        if kind == "url":
            end = _closed(text, start, end)
        found.append(Part(start, end, kind, text[start:end]))
    return tuple(found)


def _closed(text: str, start: int, end: int) -> int:
    """Where the address ends: with a bracket that closes one in it."""
    if text[end : end + 1] == ")" and text.count("(", start, end) > text.count(")", start, end):
        return end + 1
    return end


@dataclass(frozen=True, slots=True)
class Check:
    """Of ``asked`` parts ``kept`` came out. ``lost`` and ``made_up`` are their texts."""

    asked: int
    kept: int
    lost: tuple[Part, ...]
    made_up: tuple[str, ...]

    @property
    def good(self) -> bool:
        return not self.lost and not self.made_up


def check(
    text: str, translation: str, source: str, target: str, parts: Sequence[Part] | None = None
) -> Check:
    """Are the parts of ``text`` in its ``translation`` from ``source`` to ``target``? Numbers may be written
    as the target writes them, where they say the same; all else has to be equal."""
    parts = find(text) if parts is None else parts
    exact = [part for part in parts if part.kind != "number"]
    wanted = Counter(part.text for part in exact)
    have = {held: _occurrences(held, translation) for held in wanted}
    lost: list[Part] = []
    for part in reversed(exact):  # the last of several is the one that is missing
        if have[part.text] < wanted[part.text]:
            wanted[part.text] -= 1
            lost.append(part)
    numbers = [part for part in parts if part.kind == "number"]
    places = [(part.start, part.end) for part in numbers]
    out = find(translation)
    theirs = [(part.start, part.end) for part in out if part.kind == "number"]
    lost += [numbers[n] for n in lost_numbers(text, places, translation, theirs, source, target)]
    given = Counter(part.text for part in parts)
    made_up = tuple(
        part.text
        for part in out
        if part.kind in _NOT_TO_BE_MADE_UP and part.text not in given and part.text not in text
    )
    lost.sort(key=lambda part: part.start)
    return Check(len(parts), len(parts) - len(lost), tuple(lost), made_up)


def _occurrences(part: str, text: str) -> int:
    """How often ``part`` stands in ``text`` and is not the middle of something longer."""
    before = r"(?<![A-Za-z0-9_])" if part[0].isalnum() else ""
    after = r"(?![A-Za-z0-9_/\-])" if part[-1].isalnum() else ""
    return len(re.findall(before + re.escape(part) + after, text))
