"""A line with its inlines as the content of a WordprocessingML paragraph again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from functools import cache

from desktop_app.documents.arrange import Anchor, Close, Open, Text, arrange
from desktop_app.documents.document import Rendered
from desktop_app.documents.docx_lines import HYPHEN, WRAPPERS, Bit, DocxLine, FieldNodes, Node, RangeNodes
from desktop_app.documents.languages import Language
from desktop_app.documents.office_xml import Element, child, detach, short, tag_like

_RUN_ORDER = """
rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof snapToGrid
vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText vertAlign rtl cs em
lang eastAsianLayout specVanish oMath rPrChange
"""
"""CT_RPr: the order that the schema wants."""

_PARAGRAPH_ORDER = """
pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs
suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd
snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment
textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange
"""
"""CT_PPr, likewise."""

_SPLIT = re.compile(f"([\t\n{HYPHEN}])")
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_COMPLEX_SCRIPT = {"b": "bCs", "i": "iCs", "sz": "szCs"}
"""Properties of right-to-left text stand beside the others."""


@dataclass(slots=True)
class DocxParagraph:
    """A ``w:p``, a `desktop_app.documents.office.Paragraph`."""

    element: Element
    line: DocxLine

    def replace(self, rendered: Rendered, language: Language | None) -> None:
        properties = child(self.element, "w:pPr")
        content = _Builder(self.element, self.line, language, whole=True).build(rendered)
        for each in list(self.element):
            if each is not properties:
                self.element.remove(each)
        self.element.extend(content)
        turn(self.element, language)

    def add(self, rendered: Rendered, language: Language | None) -> None:
        """The new paragraph has the text, its looks and its links; all else is in the one before it."""
        new = self.element.makeelement(self.element.tag, {}, self.element.nsmap)
        properties = child(self.element, "w:pPr")
        if properties is not None:
            new.append(deepcopy(properties))
            _unnumber(new[0])
            for each in list(properties):  # a section ends with its last paragraph
                if short(each) == "w:sectPr":
                    properties.remove(each)
        new.extend(_Builder(self.element, self.line, language, whole=False).build(rendered))
        self.element.addnext(new)
        turn(new, language)


class _Builder:
    """``whole``: with what is there once; else only text, looks and links, all of them copies."""

    def __init__(self, paragraph: Element, line: DocxLine, language: Language | None, whole: bool) -> None:
        self.paragraph = paragraph
        self.line = line
        self.language = language
        self.whole = whole
        self.tabs = list(line.tabs)

    def make(self, local: str) -> Element:
        return self.paragraph.makeelement(tag_like(self.paragraph, local))

    def build(self, rendered: Rendered) -> list[Element]:
        top = self.make("p")
        stack = [top]
        opened: set[int] = set()
        for token in arrange(self.line, rendered):
            if isinstance(token, Text):
                payload = self.line.base if token.style is None else self.line.inlines[token.style].payload
                assert payload is None or not isinstance(payload, list)
                stack[-1].append(self._text_run(token.value, payload))
            elif isinstance(token, Anchor):
                self._anchor(token, stack[-1])
            elif isinstance(token, Open):
                stack.append(self._open(token.key, stack[-1], first=token.key not in opened))
                opened.add(token.key)
            else:
                self._close(token, stack)
        return list(top)

    def _anchor(self, token: Anchor, parent: Element) -> None:
        payload = self.line.inlines[token.key].payload
        if not self.whole:
            return
        if isinstance(payload, RangeNodes):
            element = payload.end if token.at_end else payload.start
            if element is not None:
                parent.append(detach(element))
        elif isinstance(payload, list):
            self._nodes(payload, parent)

    def _open(self, key: int, parent: Element, first: bool) -> Element:
        """The element that what follows goes into."""
        payload = self.line.inlines[key].payload
        if isinstance(payload, FieldNodes):
            if self.whole:
                self._nodes(payload.before, parent)
            return parent
        wrapper: Element = payload
        name = short(wrapper)
        if not self.whole and name != "w:hyperlink":
            return parent
        shell = wrapper.makeelement(wrapper.tag, dict(wrapper.attrib), wrapper.nsmap)
        parent.append(shell)
        if WRAPPERS[name] == name:
            return shell
        inner = child(wrapper, WRAPPERS[name])
        for each in list(wrapper):
            if each is not inner:
                shell.append(detach(each) if first else deepcopy(each))
                continue
            made = inner.makeelement(inner.tag, dict(inner.attrib))
            shell.append(made)
        found = child(shell, WRAPPERS[name])
        return shell if found is None else found

    def _close(self, token: Close, stack: list[Element]) -> None:
        stack.pop()
        payload = self.line.inlines[token.key].payload
        if isinstance(payload, FieldNodes) and self.whole:
            self._nodes(payload.after, stack[-1])

    def _nodes(self, nodes: Iterable[Node], parent: Element) -> None:
        last: Bit | None = None
        run: Element | None = None
        for node in nodes:
            if not isinstance(node, Bit):
                parent.append(detach(node))
                last = None
                continue
            if run is None or last is None or last.run is not node.run:
                place = parent
                for shell in node.shells:
                    wrapper = shell.makeelement(shell.tag, dict(shell.attrib))
                    place.append(wrapper)
                    place = wrapper
                run = self.make("r")
                properties = child(node.run, "w:rPr")
                if properties is not None:
                    run.append(deepcopy(properties))
                place.append(run)
            run.append(detach(node.element))
            last = node

    def _text_run(self, text: str, look: Element | None) -> Element:
        run = self.make("r")
        properties = self.make("rPr") if look is None else deepcopy(look)
        speak(properties, self.language)
        if len(properties):
            run.append(properties)
        for part in _SPLIT.split(text):
            if part == "\t":
                tab = self.tabs.pop(0) if self.tabs else self.make("tab")
                run.append(deepcopy(tab))
            elif part == "\n":
                run.append(self.make("br"))
            elif part == HYPHEN:
                run.append(self.make("noBreakHyphen"))
            elif part:
                element = self.make("t")
                element.text = part
                if part != part.strip() or "  " in part:
                    element.set(_SPACE, "preserve")
                run.append(element)
        return run


def speak(properties: Element, language: Language | None) -> None:
    """Say in run properties which language the text is in, and whether it goes from right to left."""
    for each in list(properties):
        if short(each) in ("w:lang", "w:rtl", "w:noProof"):
            properties.remove(each)
    if language is None:
        return
    spoken = properties.makeelement(tag_like(properties, "lang"))
    kinds = {"western": "val", "asian": "eastAsia", "complex": "bidi"}
    spoken.set(tag_like(properties, kinds[language.kind]), language.tag)
    insert(properties, spoken, _RUN_ORDER)
    fonts = child(properties, "w:rFonts")
    hint = tag_like(properties, "hint")
    if language.kind == "asian":
        # Quotes and dashes are in Asian fonts as in others: this says that they are meant wide.
        if fonts is None:
            fonts = properties.makeelement(tag_like(properties, "rFonts"))
            insert(properties, fonts, _RUN_ORDER)
        fonts.set(hint, "eastAsia")
    elif fonts is not None and hint in fonts.attrib:
        del fonts.attrib[hint]
    if language.right_to_left:
        insert(properties, properties.makeelement(tag_like(properties, "rtl")), _RUN_ORDER)
        for plain, complex_script in _COMPLEX_SCRIPT.items():
            found = child(properties, f"w:{plain}")
            if found is not None and child(properties, f"w:{complex_script}") is None:
                twin = found.makeelement(tag_like(found, complex_script), dict(found.attrib))
                insert(properties, twin, _RUN_ORDER)


def turn(paragraph: Element, language: Language | None) -> None:
    """Make a paragraph go in its language's direction."""
    if language is None:
        return
    properties = child(paragraph, "w:pPr")
    if properties is not None:
        for each in list(properties):
            if short(each) == "w:bidi":
                properties.remove(each)
    if language.right_to_left:
        if properties is None:
            properties = paragraph.makeelement(tag_like(paragraph, "pPr"))
            paragraph.insert(0, properties)
        insert(properties, properties.makeelement(tag_like(properties, "bidi")), _PARAGRAPH_ORDER)


def insert(parent: Element, new: Element, order: str) -> None:
    """Put ``new`` among the children of ``parent`` where the schema's ``order`` of local names has it."""
    ranks = _ranks(order)
    rank = ranks[short(new)]
    for index, each in enumerate(parent):
        if ranks.get(short(each), len(ranks)) > rank:
            parent.insert(index, new)
            return
    parent.append(new)


@cache
def _ranks(order: str) -> dict[str, int]:
    return {f"w:{local}": rank for rank, local in enumerate(order.split())}


def _unnumber(properties: Element) -> None:
    """No second number for the translation of a numbered paragraph, nor a second page break, nor what tracks
    changes."""
    for each in list(properties):
        if short(each) in ("w:numPr", "w:pageBreakBefore", "w:pPrChange", "w:framePr"):
            properties.remove(each)
        elif short(each) == "w:rPr":
            for mark in list(each):
                if short(mark) in ("w:ins", "w:del", "w:moveFrom", "w:moveTo", "w:rPrChange"):
                    each.remove(mark)
    numbering = properties.makeelement(tag_like(properties, "numPr"))
    number = numbering.makeelement(tag_like(properties, "numId"))
    number.set(tag_like(properties, "val"), "0")
    numbering.append(number)
    insert(properties, numbering, _PARAGRAPH_ORDER)
