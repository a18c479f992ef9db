"""JSON: the strings that people read, as in catalogues of an interface's texts, ARB and JSON Lines.

Read by an own scanner (RFC 8259), because strings are replaced in their places: numbers, order, indentation
and the same key twice all stay as they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from desktop_app.core.errors import InkhornError
from desktop_app.documents.document import Rendered, Segment
from desktop_app.documents.encodings import Encoded, read
from desktop_app.documents.icu_messages import texts
from desktop_app.documents.spans import Edit, SpanDocument, load, shown

TOKEN = re.compile(
    r"[ \t\r\n]*(?:(?P<string>\"[^\"\\\x00-\x1f]*(?:\\(?:[\"\\/bfnrt]|u[0-9a-fA-F]{4})[^\"\\\x00-\x1f]*)*\")"
    r"|(?P<mark>[{}\[\],:])|(?P<other>-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)\b))"
)
BLANK = re.compile(r"[ \t\r\n]*\Z")
PLACEHOLDERS = re.compile(
    r"\{\{[^{}]{0,200}\}\}|\$?\{[^{}]{0,200}\}"
    r"|%(?:\d+\$|\(\w+\))?[-+ 0#]*\d*(?:\.\d+)?[a-zA-Z@]|\$t\([^)]{0,200}\)|<[^<>]{1,500}>|&\w{1,30};"
)
NOT_WORDS = re.compile(
    r"[a-z][a-z0-9+.-]*://\S*|(?:mailto|tel|data|javascript):\S*|\S+@\S+\.\w+"
    r"|#[0-9a-fA-F]{3,8}|(?:rgb|hsl)a?\([^)]*\)|-?[\d.]+(?:px|em|rem|pt|vh|vw|ms|s|%)?"
    r"|(?:\.{0,2}/)+\S*|[A-Za-z]:\\\S*|[\w.-]+(?:/[\w.@{}-]+)+/?"  # paths and media types
    r"|[\w-]+(?:\.[\w-]+)+"  # file names, domains, keys
    r"|\d{4}-\d\d(?:-\d\d.*)?|v\d+|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|(?=\S*\d)[0-9a-fA-F]{16,}"
    r"|\w*_\w*|[a-z]{2,3}[-_][A-Z]{2}|[a-z]+[A-Z]\w*|(?=\S*\d)(?=\S*[A-Za-z])[\w-]{4,}|[a-z]+(?:-[a-z0-9]+){2,}",
    re.ASCII,
)
CODE_KEYS = {
    "id", "key", "url", "uri", "href", "src", "icon", "image", "class", "classname", "type", "kind", "style",
    "color", "colour", "locale", "lang", "format", "$schema", "target", "rel", "method", "slug", "code",
}  # fmt: skip
"""Names of what is rarely text: a single word in small letters under one of these stays."""


@dataclass(frozen=True, slots=True)
class _String:
    start: int
    end: int
    value: str
    pieces: tuple[tuple[int, int, int], ...]  # the segment's key, and where its text is in the value


class JsonStrings:
    """A `desktop_app.documents.spans.Body`."""

    def __init__(self, source: Encoded) -> None:
        self._source = source
        self._strings: list[_String] = []
        self._locale: tuple[int, int] | None = None
        self._ascii = source.text.isascii() and re.search(r"\\u(?!00[01])", source.text) is not None
        segments: list[Segment] = []
        for name, hidden, start, end in _strings(source.text):
            value = _value(source.text[start:end])
            if name == "@@locale":
                self._locale = (start, end)
            if hidden or not is_text(value, name):
                continue
            pieces = []
            for begin, stop in texts(value):
                text = value[begin:stop]
                begin += len(text) - len(text.lstrip())
                text = text.strip()
                if any(map(str.isalpha, PLACEHOLDERS.sub("", text))):
                    pieces.append((len(segments), begin, begin + len(text)))
                    segments.append(Segment(len(segments), shown(text)))
            if pieces:
                self._strings.append(_String(start, end, value, tuple(pieces)))
        self.segments = tuple(segments)

    def content(self, rendered: Mapping[int, Rendered], bilingual: bool, language: str) -> bytes:
        edits = []
        for string in self._strings:
            new, at = "", 0
            for key, begin, stop in string.pieces:
                if key in rendered:
                    kept = f"{string.value[begin:stop]} / " if bilingual else ""
                    new += string.value[at:begin] + kept + rendered[key].text
                    at = stop
            if at:
                edits.append(Edit(string.start, string.end, self._token(string, new + string.value[at:])))
        if self._locale and language and not bilingual:
            edits.append(Edit(*self._locale, json.dumps(language)))
        return self._source.spliced(sorted(edits))

    def _token(self, string: _String, value: str) -> str:
        """As the file writes strings: letters beyond ASCII as numbers, and slashes escaped, where it does."""
        token = json.dumps(value, ensure_ascii=self._ascii)
        return token.replace("/", "\\/") if "\\/" in self._source.text[string.start : string.end] else token


def open_json(path: Path) -> SpanDocument:
    """JSON or JSON Lines. Raises ``bad_file``."""
    return SpanDocument(path, "json", JsonStrings(read(load(path))))


def is_text(value: str, name: str = "") -> bool:
    """Whether people read this string. ``name`` is its key."""
    words = PLACEHOLDERS.sub("", value).strip() if len(value) < 10_000 else value
    if not any(map(str.isalpha, words)):
        return False
    if len(words) < 1_000 and NOT_WORDS.fullmatch(words):
        return False
    return not (name.lower() in CODE_KEYS and words.islower() and words.isascii() and " " not in words)


def _value(token: str) -> str:
    """A string's value; half of a surrogate pair is kept as that."""
    return token[1:-1] if "\\" not in token else str(json.loads(token))


def _strings(text: str) -> Iterator[tuple[str, bool, int, int]]:
    """All strings that are values: their key, whether they are in what ARB says about a message (``@name``),
    their place. Values may follow one another, as in JSON Lines. Raises ``bad_file``, ``damaged``."""
    stack: list[tuple[str, str, bool]] = []  # "{" or "[", the name that it stands under, hidden
    name, hidden = "", False
    wants = "value"  # or: key, colon, comma, first (a value or the end), firstkey (a key or the end)
    at = 0
    while not BLANK.match(text, at):
        token = TOKEN.match(text, at)
        if token is None:
            raise _damaged(text, at)
        at = token.end()
        mark = token["mark"]
        if token["string"] is not None and wants in ("key", "firstkey"):
            name = _value(token["string"])
            wants = "colon"
        elif mark == ":" and wants == "colon":
            wants = "value"
        elif wants in ("value", "first") and (token["string"] is not None or token["other"]):
            if token["string"] is not None:
                yield name, hidden or (name[:1] == "@" and bool(stack)), *token.span("string")
            wants = "comma" if stack else "value"
        elif mark in ("{", "[") and wants in ("value", "first"):
            stack.append((mark, name, hidden))
            hidden = hidden or name[:1] == "@"
            if mark == "{":
                name, wants = "", "firstkey"
            else:
                wants = "first"
        elif mark == "," and wants == "comma" and stack:
            wants = "key" if stack[-1][0] == "{" else "value"
        elif (
            stack
            and mark == {"{": "}", "[": "]"}[stack[-1][0]]
            and wants in ("comma", "firstkey" if mark == "}" else "first")
        ):
            _opened, name, hidden = stack.pop()
            wants = "comma" if stack else "value"
        else:
            raise _damaged(text, token.start())
    if stack:
        raise _damaged(text, at)


def _damaged(text: str, at: int) -> InkhornError:
    line = text.count("\n", 0, at) + 1
    return InkhornError("bad_file", f"This is no JSON in line {line}.", reason="damaged", line=line)
