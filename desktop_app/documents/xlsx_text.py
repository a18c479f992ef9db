"""Texts of SpreadsheetML (ISO/IEC 29500-1, 18.4 and 18.3.1.46): cells, comments, page headers and footers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field

from lxml import etree

from desktop_app.documents.arrange import Anchor, Close, Open, Text, arrange
from desktop_app.documents.document import Place, Rendered
from desktop_app.documents.inline import Line
from desktop_app.documents.languages import Language
from desktop_app.documents.office import Entry
from desktop_app.documents.office_xml import Element, allowed, child, short, tag_like

_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_CODE = re.compile(r'&(?:"[^"]*"|\d{1,3}|K[0-9A-Fa-f]{6}|K\d\d[+-]\d{3}|.)', re.DOTALL)
_SECTIONS = ("&L", "&C", "&R")
_NUMBERS = {"&P": "1", "&N": "9"}
"""What stands for the number of a page and of the pages while a header is translated."""


def unescaped(text: str) -> str:
    """Characters that XML cannot have come as ``_x000D_`` (22.9.2.19, ST_Xstring)."""
    found = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text
    return allowed(found)


def escaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: f"_x005F{match[0]}", text)


@dataclass(slots=True)
class RichText:
    """A ``si``, ``is`` or ``text`` element, a `desktop_app.documents.office.Paragraph`."""

    element: Element
    line: Line
    base: Element | None

    @property
    def value(self) -> str:
        """What it says now."""
        return unescaped("".join(each.text or "" for each in _texts(self.element)))

    def replace(self, rendered: Rendered, language: Language | None) -> None:
        content = self._runs(rendered)
        self.element[:] = content if self._is_rich(content) else [child(content[0], "s:t")]

    def add(self, rendered: Rendered, language: Language | None) -> None:
        """In the same cell: on a line of its own if there are lines, else rows would have to be higher."""
        content = self._runs(rendered)
        first = next(_texts(content[0]))
        _set(first, ("\n" if "\n" in self.line.text else " / ") + (first.text or ""))
        old = [each for each in self.element if short(each) in ("s:t", "s:r")]
        if not self._is_rich(content) and [short(each) for each in old] == ["s:t"]:
            _set(old[0], (old[0].text or "") + (first.text or ""))
            self.element[:] = old
            return
        runs = []
        for each in old:
            run = each
            if short(each) == "s:t":
                run = self.element.makeelement(tag_like(self.element, "r"))
                run.append(each)
            runs.append(run)
        self.element[:] = runs + content

    @staticmethod
    def _is_rich(runs: list[Element]) -> bool:
        return len(runs) != 1 or child(runs[0], "s:rPr") is not None

    def _runs(self, rendered: Rendered) -> list[Element]:
        runs = []
        for token in arrange(self.line, rendered):
            if isinstance(token, Text):
                look = self.base if token.style is None else self.line.inlines[token.style].payload
                runs.append(self._run(token.value, look))
        return runs or [self._run("", None)]

    def _run(self, text: str, look: object) -> Element:
        run = self.element.makeelement(tag_like(self.element, "r"))
        if look is not None:
            run.append(deepcopy(look))
        element = run.makeelement(tag_like(run, "t"))
        _set(element, escaped(text))
        run.append(element)
        return run


def _set(element: Element, text: str) -> None:
    element.text = text
    if text != text.strip() or "\n" in text:
        element.set(_SPACE, "preserve")


def _texts(element: Element) -> Iterator[Element]:
    """The ``t`` elements, without those of phonetic guides."""
    for each in element:
        if short(each) == "s:t":
            yield each
        elif short(each) == "s:r":
            yield from (inner for inner in each if short(inner) == "s:t")


def rich_text(element: Element) -> RichText:
    line = Line()
    stretches: list[tuple[int, int, bytes, Element | None]] = []
    sizes: dict[bytes, int] = {}
    for each in element:
        properties = child(each, "s:rPr") if short(each) == "s:r" else None
        start = line.position
        if short(each) == "s:t":
            line.add_text(unescaped(each.text or ""))
        elif short(each) == "s:r":
            line.add_text(unescaped("".join(inner.text or "" for inner in each if short(inner) == "s:t")))
        if line.position == start:
            continue
        seen = (
            b""
            if properties is None
            else b"".join(etree.tostring(inner, with_tail=False) for inner in properties)
        )
        sizes[seen] = sizes.get(seen, 0) + line.position - start
        if stretches and stretches[-1][2] == seen:
            start = stretches.pop()[0]
        stretches.append((start, line.position, seen, properties))
    line.finish()
    usual = max(sizes, key=lambda seen: sizes[seen]) if sizes else b""
    base = None
    for start, end, seen, properties in stretches:
        if seen == usual:
            base = properties
        else:
            line.style(start, end, properties)
    return RichText(element, line, base)


@dataclass(slots=True)
class _Section:
    """The left, middle or right of a page header or footer, a `desktop_app.documents.office.Paragraph`."""

    whole: _PageText
    line: Line
    written: str

    def replace(self, rendered: Rendered, language: Language | None) -> None:
        self.written = self._codes(rendered)
        self.whole.update()

    def add(self, rendered: Rendered, language: Language | None) -> None:
        self.written += "\n" + self._codes(rendered)
        self.whole.update()

    def _codes(self, rendered: Rendered) -> str:
        written = ""
        inside = False
        for token in arrange(self.line, rendered):
            if isinstance(token, Anchor | Open):
                written += str(self.line.inlines[token.key].payload)
                inside = isinstance(token, Open)
            elif isinstance(token, Close):
                inside = False
            elif not inside:
                text = token.value.replace("&", "&&")
                if text[:1].isdigit() and re.search(r"&\d{1,3}$", written):
                    text = " " + text  # else it would be more of the size before it
                written += text
        return written


@dataclass(slots=True)
class _PageText:
    element: Element
    parts: list[str | _Section] = field(default_factory=list)

    def update(self) -> None:
        self.element.text = "".join(part if isinstance(part, str) else part.written for part in self.parts)


def page_texts(element: Element, place: Place) -> list[Entry]:
    """The sections of an ``oddHeader`` or the like, whose text has its formats in codes."""
    whole = _PageText(element)
    text = element.text or ""
    at = 0
    line = Line()
    start = 0

    def close(end: int) -> None:
        line.finish()
        whole.parts.append(_Section(whole, line, text[start:end]))

    for match in _CODE.finditer(text):
        code = match[0]
        line.add_text(text[at : match.start()])
        at = match.end()
        if code in _SECTIONS:
            close(match.start())
            whole.parts.append(code)
            line, start = Line(), at
        elif code == "&&":
            line.add_text("&")
        elif code in _NUMBERS:
            inline = line.open("single", code, literal=True)
            line.add_text(_NUMBERS[code])
            line.close(inline)
        else:
            line.anchor(code)
    line.add_text(text[at:])
    close(len(text))
    return [Entry([part], place) for part in whole.parts if isinstance(part, _Section)]
