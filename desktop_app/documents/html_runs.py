"""What of an HTML document is to be translated: runs of text within blocks, and words in attributes."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from desktop_app.documents.document import Place
from desktop_app.documents.html_tokens import Attribute, Kind, Token, tokens
from desktop_app.documents.wrapping import ALL_CJK

_INLINE = """
a abbr acronym b bdi bdo big blink br cite code data del dfn em font i input ins kbd label map mark meter nobr
output progress q rb rp rt rtc ruby s samp small span strike strong sub sup time tt u var wbr
area audio canvas embed img link math meta object picture script source style svg template track video
"""
_VOID = "area base br col embed frame hr img input keygen link meta param source track wbr"
_VERBATIM = """
pre code kbd samp var tt listing plaintext xmp svg math script style textarea iframe noembed noframes
rt rp object audio video canvas template
"""
INLINE = set(_INLINE.split())
"""Elements within a line; all others, and unknown ones, end it."""
VOID = set(_VOID.split())
VERBATIM = set(_VERBATIM.split())
"""Whatever is in them stays."""
SHOWN = {"code", "kbd", "samp", "var", "tt"}
"""Those of them whose text is a part of the sentence."""
PLACES: dict[str, Place] = {"title": "title", "td": "table", "th": "table", "caption": "table"}
ALTERNATIVES = {"alt", "title", "placeholder", "aria-label", "aria-description", "aria-roledescription"}
DESCRIPTIONS = {
    "description", "og:title", "og:description", "og:image:alt", "twitter:title", "twitter:description",
    "twitter:image:alt", "application-name", "apple-mobile-web-app-title",
}  # fmt: skip
NO_TRANSLATE = {"notranslate", "skiptranslate"}
SPACE = re.compile(r"[ \t\n\r\f]+")


class Part(Enum):
    TEXT = auto()
    BREAK = auto()
    OPEN = auto()
    CLOSE = auto()
    STAYS = auto()  # a comment, an image, code


@dataclass(slots=True)
class Item:
    """``source[start:end]`` of a run. ``shown`` is what a reader sees of one that stays. ``partner`` is the
    place in the run of the tag that closes or opens this one, -1 if it is not in the run."""

    part: Part
    start: int
    end: int
    name: str = ""
    shown: str = ""
    partner: int = -1


@dataclass(frozen=True, slots=True)
class Run:
    items: tuple[Item, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Words:
    """An attribute's value that people read."""

    attribute: Attribute
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Root:
    """The start tag of the document's element."""

    token: Token


def runs(source: str, xml: bool) -> Iterator[Run | Words | Root]:
    """In the order of the document."""
    items: list[Item] = []
    places: list[str] = []
    skipped: list[str] = []  # the element that stays, and those of the same name within it
    began = 0
    shown: list[str] = []

    def finish() -> Iterator[Run]:
        if items:
            inner: Place = next((PLACES[name] for name in reversed(places[-64:]) if name in PLACES), "")
            yield Run(tuple(items), inner)
            items.clear()

    for token in tokens(source, xml):
        name = token.name.lower()
        if skipped:
            if token.kind is Kind.TEXT:
                shown.append(source[token.start : token.end])
            elif token.kind is Kind.START and name == skipped[0] and not _is_void(token, xml):
                skipped.append(name)
            elif token.kind is Kind.END and name == skipped[0]:
                skipped.pop()
            if not skipped:
                words = html.unescape("".join(shown)) if name in SHOWN or began < 0 else ""
                if name in INLINE:
                    items.append(Item(Part.STAYS, abs(began), token.end, name, SPACE.sub(" ", words)))
                else:
                    yield from finish()
            continue
        if token.kind is Kind.TEXT:
            items.append(Item(Part.TEXT, token.start, token.end))
        elif token.kind is Kind.OTHER:
            items.append(Item(Part.STAYS, token.start, token.end))
        else:
            stays = token.kind is Kind.START and (name in VERBATIM or _kept(source, token))
            if name not in INLINE:
                yield from finish()
                if token.kind is Kind.START and not _is_void(token, xml):
                    places.append(name)
                elif name in places[-64:]:
                    while places.pop() != name:
                        pass
            if token.kind is Kind.START:
                if name == "html":
                    yield Root(token)
                if not stays or name in ("object", "audio", "video"):
                    yield from _words(source, token, name)
            if stays and not _is_void(token, xml):
                skipped, shown = [name], []
                # Told to stay by its attribute: whatever element it is, its words are in the sentence.
                began = -token.start if name not in VERBATIM else token.start
            elif name == "br":
                items.append(Item(Part.BREAK, token.start, token.end))
            elif name in INLINE:
                if token.kind is Kind.START:
                    part = Part.STAYS if _is_void(token, xml) else Part.OPEN
                else:
                    part = Part.STAYS if name in VOID else Part.CLOSE
                items.append(Item(part, token.start, token.end, name))
    yield from finish()


def _is_void(token: Token, xml: bool) -> bool:
    return token.name.lower() in VOID or (xml and token.closed)


def _kept(source: str, token: Token) -> bool:
    """Whether the page asks for no translation here: ``translate="no"`` of the standard, or a class that
    translators on the web go by."""
    for attribute in token.attributes:
        value = source[attribute.start : attribute.end].strip().lower()
        if attribute.name == "translate" and value == "no":
            return True
        if attribute.name == "class" and NO_TRANSLATE & set(value.split()):
            return True
    return False


def _words(source: str, token: Token, name: str) -> Iterator[Words]:
    if name in ("link", "style", "script"):
        return
    values = {each.name: source[each.start : each.end].strip().lower() for each in token.attributes}
    for attribute in token.attributes:
        place: Place = "alternative"
        if name == "meta":
            named = values.get("name", values.get("property", ""))
            wanted = attribute.name == "content" and named in DESCRIPTIONS
            place = "metadata"
        elif attribute.name == "value":
            wanted = name == "input" and values.get("type") in ("submit", "button", "reset")
        elif attribute.name == "label":
            wanted = name in ("option", "optgroup", "track", "menuitem")
        elif attribute.name == "summary":
            wanted = name == "table"
        else:
            wanted = attribute.name in ALTERNATIVES
        if wanted:
            text = html.unescape(source[attribute.start : attribute.end])
            if any(map(str.isalpha, text)):
                yield Words(attribute, text, place)


def match_tags(items: tuple[Item, ...]) -> None:
    """Find each closing tag's opening one. Those between that are closed wrongly have no partner."""
    stack: list[int] = []
    depth: dict[str, int] = {}
    for place, item in enumerate(items):
        if item.part is Part.OPEN:
            stack.append(place)
            depth[item.name] = depth.get(item.name, 0) + 1
        elif item.part is Part.CLOSE and depth.get(item.name, 0):
            while True:
                opening = stack.pop()
                depth[items[opening].name] -= 1
                if items[opening].name == item.name:
                    break
            item.partner, items[opening].partner = opening, place


def whole_pairs(items: tuple[Item, ...], first: int, last: int) -> tuple[int, int]:
    """The range of items from ``first`` to ``last``, wider so that it has both tags of a pair or none."""
    inside = [items[place].partner for place in range(first, last + 1) if items[place].partner >= 0]
    return min([first, *inside]), max([last, *inside])


def collapsed(text: str) -> str:
    """White space as it is shown: one space, and none where a line ends between Chinese characters."""

    def shown_as(found: re.Match[str]) -> str:
        start, end = found.span()
        before, after = text[start - 1 : start], text[end : end + 1]
        joined = "\n" in found.group() and ALL_CJK.match(before) and ALL_CJK.match(after)
        return "" if joined else " "

    return SPACE.sub(shown_as, text)
