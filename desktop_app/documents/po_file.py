"""The entries of a gettext catalogue with their places, and its strings as gettext writes them.

Format: *GNU gettext utilities*, "The Format of PO Files".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from desktop_app.core.errors import InkhornError
from desktop_app.documents.wrapping import ALL_CJK, CLOSING, OPENING, columns

LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n|\Z)")
FIELD = re.compile(r"[ \t]*(msgctxt|msgid_plural|msgid|msgstr(?:\[(\d{1,3})\])?)[ \t]*\"(.*)\"[ \t]*\Z")
MORE = re.compile(r"[ \t]*\"(.*)\"[ \t]*\Z")
ESCAPE = re.compile(r"\\(?:([abfnrtv\"\\?'])|x([0-9a-fA-F]{1,2})|([0-7]{1,3})|(.))", re.DOTALL)
NAMED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
WRITTEN = {value: f"\\{name}" for name, value in NAMED.items()} | {'"': '\\"', "\\": "\\\\"}
WIDTH = 77
"""Columns within the quotes: gettext's page of 79."""


@dataclass(slots=True)
class Entry:
    """Places are (start, end) in the file, the end without the line's end."""

    msgid: str | None = None
    plural: str | None = None
    strings: dict[int, str] = field(default_factory=dict)
    flags: tuple[int, int] | None = None  # the line "#, …"
    previous: tuple[int, int] | None = None  # lines "#| …"
    body: int = -1  # where msgctxt or msgid begins
    translated: tuple[int, int] = (-1, -1)  # msgstr, all of them

    @property
    def is_done(self) -> bool:
        return bool(self.strings) and all(self.strings.values())


def entries(text: str) -> Iterator[Entry]:
    """Raises ``bad_file``, ``damaged``."""
    entry = Entry()
    parts: list[str] = []
    name = ""
    number = 0

    def close() -> None:
        value = unescaped("".join(parts))
        if name == "msgid":
            entry.msgid = value
        elif name == "msgid_plural":
            entry.plural = value
        elif name.startswith("msgstr"):
            entry.strings[number] = value
        parts.clear()

    for count, line in enumerate(LINE.finditer(text), 1):
        words = line[1].strip()
        if count == 1:
            words = words.removeprefix("\ufeff")
        found = FIELD.match(line[1])
        comment = words.startswith("#")
        begins = bool(found) and found[1] in ("msgctxt", "msgid") if found else False
        if (entry.strings and (comment or begins or not words)) or (name.startswith("msgstr") and begins):
            close()
            name = ""
            yield entry
            entry = Entry()
        if comment:
            if words.startswith("#,"):
                entry.flags = line.span(1)
            elif words.startswith("#|"):
                entry.previous = (entry.previous[0] if entry.previous else line.start(1), line.end(1))
        elif found:
            if name:
                close()
            if entry.body < 0:
                entry.body = line.start(1)
            name, number = found[1], int(found[2] or 0)
            parts.append(found[3])
            if name.startswith("msgstr"):
                entry.strings.setdefault(number, "")
                begin = entry.translated[0] if entry.translated[0] >= 0 else line.start(1)
                entry.translated = (begin, line.end(1))
        elif (more := MORE.match(line[1])) and name:
            parts.append(more[1])
            if name.startswith("msgstr"):
                entry.translated = (entry.translated[0], line.end(1))
        elif words:
            raise InkhornError(
                "bad_file", f"This is no catalogue in line {count}.", reason="damaged", line=count
            )
    if name:
        close()
    if entry.strings:
        yield entry
    elif entry.msgid is not None:
        raise InkhornError("bad_file", "The last entry has no end.", reason="damaged")


def unescaped(text: str) -> str:
    """A string's value."""
    if "\\" not in text:
        return text

    def value(found: re.Match[str]) -> str:
        if found[1]:
            return NAMED.get(found[1], found[1])
        if found[2] or found[3]:
            code = int(found[2], 16) if found[2] else int(found[3], 8)
            return chr(code) if 0 < code < 0x80 else found.group()
        return found.group()

    return ESCAPE.sub(value, text)


def written(keyword: str, value: str, newline: str, wrapped: bool) -> str:
    """A field as gettext's own programs write it: on one line if it fits and has one, else from an empty
    string on, broken after line feeds, spaces and (``wrapped``) at 79 columns."""
    escaped = "".join(WRITTEN.get(character, character) for character in value)
    # A line feed that is itself escaped is none.
    portions = re.findall(r"(?:(?!\\n)(?:\\.|[^\\]))+(?:\\n)?|\\n", escaped) or [""]
    if len(portions) == 1 and (not wrapped or columns(portions[0]) + len(keyword) + 3 <= WIDTH + 2):
        return f'{keyword} "{portions[0]}"'
    lines = [line for portion in portions for line in (_broken(portion) if wrapped else [portion])]
    return newline.join([f'{keyword} ""', *(f'"{line}"' for line in lines)])


def _broken(portion: str) -> list[str]:
    """After spaces and hyphens and between Chinese characters, the greatest part of what UAX 14 allows."""
    lines: list[str] = []
    line, filled = "", 0
    for atom in _atoms(portion):
        size = columns(atom)
        if line and filled + size > WIDTH:
            lines.append(line)
            line, filled = "", 0
        line += atom
        filled += size
    return [*lines, line] if line else lines


def _atoms(portion: str) -> Iterator[str]:
    start = 0
    before = ""
    at = 0
    while at < len(portion):
        character = portion[at]
        wide = ALL_CJK.match(character) is not None
        if at > start and before:
            after_space = before == " " and character != " "
            cjk = (
                (wide or ALL_CJK.match(before)) and character not in CLOSING + " \\" and before not in OPENING
            )
            hyphen = before == "-" and character.isalpha() and portion[at - 2 : at - 1].isalpha()
            if after_space or cjk or hyphen:
                yield portion[start:at]
                start = at
        step = 2 if character == "\\" else 1
        before = character if step == 1 else "\\"
        at += step
    if start < len(portion):
        yield portion[start:]
