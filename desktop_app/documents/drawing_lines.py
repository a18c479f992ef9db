"""Paragraphs of DrawingML (ISO/IEC 29500-1, 21.1.2.2): the text of slides, shapes, charts and diagrams."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass, field

from lxml import etree

from desktop_app.documents.arrange import Anchor, Close, Open, Text, arrange
from desktop_app.documents.document import Rendered
from desktop_app.documents.inline import Line
from desktop_app.documents.languages import Language
from desktop_app.documents.office_xml import Element, ancestors, child, detach, short, tag_like

_TITLES = ("title", "ctrTitle", "subTitle")
_OTHER_SIDE = {"l": "r", "r": "l"}
_NOT_LOOKS = ("lang", "altLang", "dirty", "err", "noProof", "smtClean", "bmk")


@dataclass(slots=True)
class DrawingLine(Line):
    base: Element | None = None
    """The run properties (``a:rPr``) that most of the text has."""
    looks: list[tuple[int, int, bytes, Element | None]] = field(default_factory=list)


@dataclass(slots=True)
class DrawingParagraph:
    """An ``a:p``, a `desktop_app.documents.office.Paragraph`."""

    element: Element
    line: DrawingLine

    def replace(self, rendered: Rendered, language: Language | None) -> None:
        content = _build(self.element, self.line, rendered, language, whole=True)
        ends = [each for each in self.element if short(each) in ("a:pPr", "a:endParaRPr")]
        for each in list(self.element):
            if each not in ends:
                self.element.remove(each)
        self._put(content)
        _turn(self.element, language)

    def add(self, rendered: Rendered, language: Language | None) -> None:
        """A new line in the same paragraph, so that neither bullets nor numbers are there twice."""
        content = _build(self.element, self.line, rendered, language, whole=False)
        self._put([self.element.makeelement(tag_like(self.element, "br")), *content])

    def _put(self, content: list[Element]) -> None:
        last = child(self.element, "a:endParaRPr")
        place = len(self.element) if last is None else self.element.index(last)
        self.element[place:place] = content


def read_paragraph(paragraph: Element) -> DrawingParagraph:
    line = DrawingLine()
    for element in paragraph:
        name = short(element)
        properties = child(element, "a:rPr") if name in ("a:r", "a:br", "a:fld") else None
        start = line.position
        if name in ("a:pPr", "a:endParaRPr"):
            continue
        if name == "a:r":
            line.add_text(_text(element))
        elif name == "a:br":
            line.add_text("\n")
        elif name == "a:fld":
            inline = line.open("single", element, literal=True)
            line.add_text(_text(element))
            line.close(inline)
        else:
            line.anchor(element)
        if line.position > start:
            line.looks.append((start, line.position, look(properties), properties))
    line.finish()
    _styles(line)
    return DrawingParagraph(paragraph, line)


def _text(run: Element) -> str:
    element = child(run, "a:t")
    return "" if element is None else (element.text or "").replace("\x0b", "\n")


def _styles(line: DrawingLine) -> None:
    sizes: dict[bytes, int] = {}
    stretches: list[tuple[int, int, bytes, Element | None]] = []
    for start, end, seen, properties in line.looks:
        if not _has_link(properties):
            sizes[seen] = sizes.get(seen, 0) + len(line.text[start:end].strip()) + 1
        if stretches and stretches[-1][2] == seen:
            stretches[-1] = (stretches[-1][0], end, seen, stretches[-1][3])
        else:
            stretches.append((start, end, seen, properties))
    usual = max(sizes, key=lambda seen: sizes[seen]) if sizes else None
    for start, end, seen, properties in stretches:
        if _has_link(properties):
            inline = line.open("wrapper", properties)  # a link is a property of its runs, and not to be lost
            inline.start, inline.end = start, end
        elif seen != usual:
            line.style(start, end, properties)
        elif line.base is None:
            line.base = properties


def look(properties: Element | None) -> bytes:
    """Equal for run properties that look the same."""
    if properties is None:
        return b""
    kept = sorted((key, value) for key, value in properties.attrib.items() if key not in _NOT_LOOKS)
    parts = [f"{key}={value} ".encode() for key, value in kept]
    return b"".join(parts) + b"".join(etree.tostring(each, with_tail=False) for each in properties)


def _has_link(properties: Element | None) -> bool:
    return properties is not None and (
        child(properties, "a:hlinkClick") is not None or child(properties, "a:hlinkMouseOver") is not None
    )


def _build(
    paragraph: Element, line: DrawingLine, rendered: Rendered, language: Language | None, whole: bool
) -> list[Element]:
    content: list[Element] = []
    links: list[Element] = []
    shown = 0
    inside: Element | None = None  # a field, and what it says
    said = ""
    for token in arrange(line, rendered):
        if isinstance(token, Text):
            look = line.base if token.style is None else line.inlines[token.style].payload
            look = links[-1] if links else look
            if inside is not None:
                _set_text(inside, said := said + token.value)
            else:
                content += _runs(paragraph, token.value, look, language)
        elif isinstance(token, Anchor):
            payload: Element = line.inlines[token.key].payload
            if whole:
                content.append(detach(payload))
        elif isinstance(token, Open):
            payload = line.inlines[token.key].payload
            if short(payload) != "a:fld":
                links.append(payload)
                shown = len(content)
            elif whole:
                inside, said = detach(payload), ""
                content.append(inside)
        elif isinstance(token, Close):
            if short(line.inlines[token.key].payload) != "a:fld":
                link = links.pop()
                if len(content) == shown:  # no text is left for it
                    content.append(_run(paragraph, "", link, language))
            inside = None
    return content


def _set_text(run: Element, text: str) -> None:
    element = child(run, "a:t")
    if element is not None:
        element.text = text


def _runs(paragraph: Element, text: str, look: Element | None, language: Language | None) -> list[Element]:
    return [_run(paragraph, part, look, language) for part in re.split("(\n)", text) if part]


def _run(paragraph: Element, text: str, look: Element | None, language: Language | None) -> Element:
    """Of a line's text, or of a line break."""
    run = paragraph.makeelement(tag_like(paragraph, "br" if text == "\n" else "r"))
    properties = None if look is None else deepcopy(look)
    if language is not None:
        if properties is None:
            properties = run.makeelement(tag_like(run, "rPr"))
        for name in ("altLang", "err", "dirty"):
            properties.attrib.pop(name, None)
        properties.set("lang", language.tag)
    if properties is not None:
        run.append(properties)
    if text != "\n":
        element = run.makeelement(tag_like(run, "t"))
        element.text = text
        run.append(element)
    return run


def _turn(paragraph: Element, language: Language | None) -> None:
    """Right to left, and from the other side; or back. Titles are mostly in the middle, as their layout has
    it, and stay there."""
    if language is None:
        return
    properties = child(paragraph, "a:pPr")
    was = properties is not None and properties.get("rtl") in ("1", "true")
    if was == language.right_to_left:
        return
    if properties is None:
        properties = paragraph.makeelement(tag_like(paragraph, "pPr"))
        paragraph.insert(0, properties)
    properties.set("rtl", "1" if language.right_to_left else "0")
    side = properties.get("algn") or ("" if placeholder(paragraph) in _TITLES or was else "l")
    if side in _OTHER_SIDE:
        properties.set("algn", _OTHER_SIDE[side])


def placeholder(paragraph: Element) -> str:
    """The type of placeholder that a slide's paragraph is in, such as ``title``; empty if in none."""
    shape = next((each for each in ancestors(paragraph, None) if short(each) == "p:sp"), None)
    found = None if shape is None else next(shape.iter("{*}ph"), None)
    return "" if found is None else found.get("type") or "obj"
