"""HTML and XHTML in tokens with their places, in one pass (after the tokenizer of the HTML Standard, 13.2.5).

Nothing is refused: what is no markup is text, and a tag or comment that does not end takes the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto


class Kind(Enum):
    TEXT = auto()
    START = auto()
    END = auto()
    OTHER = auto()  # comments, declarations, instructions, the content of scripts


@dataclass(frozen=True, slots=True)
class Attribute:
    """``name`` in small letters; the value is ``source[start:end]`` within its quotes (``quote``, "" if
    there are none). One without a value is left out."""

    name: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Token:
    kind: Kind
    start: int
    end: int
    name: str = ""
    attributes: tuple[Attribute, ...] = field(default=())
    closed: bool = False  # <br/>


RAW = {"script", "style", "xmp", "iframe", "noembed", "noframes", "textarea", "title"}
"""Elements whose content is text up to their end tag, whatever it looks like."""

_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_NAME = re.compile(r"[^\s/>][^\s/>=]*")
_EQUALS = re.compile(r"\s*=\s*")
_PLAIN = re.compile(r"[^\s>]*")
_SPACE = re.compile(r"[\s/]*")


def tokens(source: str, xml: bool) -> Iterator[Token]:
    """All of ``source``, in order and without a gap."""
    at, length = 0, len(source)
    text = 0
    while at < length:
        less = source.find("<", at)
        if less < 0:
            break
        token = _markup(source, less, xml)
        if token is None:
            at = less + 1
            continue
        if less > text:
            yield Token(Kind.TEXT, text, less)
        yield token
        at = text = token.end
        if token.kind is Kind.START and token.name in RAW and not xml:
            end = _end_of_raw(source, at, token.name)
            if end > at:
                yield Token(Kind.TEXT if token.name == "title" else Kind.OTHER, at, end)
            at = text = end
    if length > text:
        yield Token(Kind.TEXT, text, length)


def _end_of_raw(source: str, at: int, name: str) -> int:
    found = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(source, at)
    return found.start() if found else len(source)


def _markup(source: str, at: int, xml: bool) -> Token | None:
    """What begins at the ``<`` here, None if that is a character of the text."""
    if tag := _TAG.match(source, at):
        return _tag(source, tag, xml)
    after = source[at + 1 : at + 2]
    if source.startswith("<!--", at):
        if source.startswith((">", "->"), at + 4) and not xml:  # an empty comment, wrongly closed
            return Token(Kind.OTHER, at, source.index(">", at) + 1)
        end = source.find("-->", at + 4)
        return Token(Kind.OTHER, at, end + 3 if end >= 0 else len(source))
    if xml and source.startswith("<![CDATA[", at):
        end = source.find("]]>", at)
        return Token(Kind.OTHER, at, end + 3 if end >= 0 else len(source))
    if after == "?" and xml:
        end = source.find("?>", at)
        return Token(Kind.OTHER, at, end + 2 if end >= 0 else len(source))
    if after in ("!", "?") or (source.startswith("</", at) and at + 2 < len(source)):
        end = source.find(">", at)
        subset = source.find("[", at, end) if xml and after == "!" and end >= 0 else -1
        if subset >= 0:  # <!DOCTYPE html [ … ]>
            end = source.find(">", max(source.find("]", subset), subset))
        return Token(Kind.OTHER, at, end + 1 if end >= 0 else len(source))
    return None


def _tag(source: str, tag: re.Match[str], xml: bool) -> Token:
    name = tag[2] if xml else tag[2].lower()
    attributes: list[Attribute] = []
    at = _end(_SPACE, source, tag.end())
    while at < len(source):
        if source[at] == ">":
            kind = Kind.END if tag[1] else Kind.START
            return Token(kind, tag.start(), at + 1, name, tuple(attributes), source[at - 1] == "/")
        begin, end = at, _end(_NAME, source, at)
        at = _end(_EQUALS, source, end)
        if at > end:
            quote = source[at : at + 1]
            if quote in ('"', "'") and quote:
                close = source.find(quote, at + 1)
                if close < 0:
                    break
                attributes.append(Attribute(source[begin:end].lower(), at + 1, close, quote))
                at = close + 1
            else:
                plain = _end(_PLAIN, source, at)
                attributes.append(Attribute(source[begin:end].lower(), at, plain, ""))
                at = plain
        at = _end(_SPACE, source, at)
    # The file ends in the tag: by the standard nothing of it is shown.
    return Token(Kind.OTHER, tag.start(), len(source))


def _end(pattern: re.Pattern[str], source: str, at: int) -> int:
    found = pattern.match(source, at)
    return found.end() if found else at
