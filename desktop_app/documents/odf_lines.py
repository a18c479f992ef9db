"""Paragraphs of OpenDocument (ODF 1.3 part 3, 5.1 and 6.1) as lines of text with inlines, and back."""

from __future__ import annotations

import re
from dataclasses import dataclass

from desktop_app.documents.arrange import Anchor, Open, Text, arrange
from desktop_app.documents.document import Rendered
from desktop_app.documents.inline import Inline, Line
from desktop_app.documents.languages import Language
from desktop_app.documents.odf_styles import Styles
from desktop_app.documents.office_xml import Element, attribute, child, detach, full_name, short

_SPACES = re.compile("[ \t\r\n]+")
_CUTTABLE = {"text:span", "text:a"}
_SINGLE = {"text:meta", "text:meta-field"}
_TEXT_FIELDS = {
    *(
        "text:bookmark-ref",
        "text:reference-ref",
        "text:chapter",
        "text:title",
        "text:subject",
        "text:keywords",
    ),
    *("text:description", "text:text-input"),
}
"""Fields whose result is text of the document; that of others is a number, a date or a name."""

_OPAQUE = {"text:hidden-text", "text:hidden-paragraph", "text:conditional-text", "text:script", "text:note"}
_FORGOTTEN = {"text:soft-page-break"}
_RANGE_NAMES = {
    "text:bookmark": "text:name",
    "text:reference-mark": "text:name",
    "text:change": "text:change-id",
}
_CELL_VALUE = full_name("office:string-value")
_STYLE = full_name("text:style-name")
_COUNT = full_name("text:c")
_HEADER = full_name("text:is-list-header")


@dataclass(slots=True)
class _Range:
    start: Element
    end: Element | None = None


class _Reader:
    def __init__(self, styles: Styles) -> None:
        self.line = Line()
        self.styles = styles
        self.path: tuple[int, ...] = ()
        self.after_space = True
        self.ranges: dict[tuple[str, str], Inline] = {}
        self.last_span: tuple[Inline, int] | None = None

    def text(self, text: str | None) -> None:
        """Character data: white space counts once, and not at the start."""
        if not text:
            return
        text = _SPACES.sub(" ", text)
        if self.after_space and text[0] == " ":
            text = text[1:]
        if text:
            self.after_space = text[-1] == " "
            self.line.add_text(text)

    def characters(self, text: str) -> None:
        self.line.add_text(text)
        self.after_space = False

    def content(self, element: Element) -> None:
        self.text(element.text)
        for each in element:
            self._element(each, short(each))
            self.text(each.tail)

    def _element(self, element: Element, name: str) -> None:
        if name == "text:s":
            count = element.get(_COUNT, "1")
            self.characters(" " * min(int(count) if count.isdecimal() else 1, 1000))
        elif name == "text:tab":
            self.characters("\t")
        elif name == "text:line-break":
            self.characters("\n")
        elif name in _FORGOTTEN:
            pass
        elif name == "text:ruby":
            base = child(element, "text:ruby-base")
            if base is not None:
                self.content(base)
        elif name == "text:span" and not self.styles.look(attribute(element, "style-name")):
            self.content(element)
        elif name in _CUTTABLE or name in _SINGLE:
            self._wrapper(element, name)
        elif name.startswith("text:") and name not in _OPAQUE and not len(element) and element.text:
            inline = self.line.open("single", element, self.path, literal=name not in _TEXT_FIELDS)
            self.content(element)
            self.line.close(inline)
        elif not self._range(element, name):
            self.line.anchor(element, self.path)

    def _wrapper(self, element: Element, name: str) -> None:
        before = self.path
        inline = self._goes_on(element) if name == "text:span" else None
        if inline is None:
            inline = self.line.open("wrapper" if name in _CUTTABLE else "single", element, self.path)
        self.path += (inline.key,)
        self.content(element)
        self.line.close(inline)
        self.path = before
        if name == "text:span":
            self.last_span = inline, len(self.line.inlines)

    def _goes_on(self, element: Element) -> Inline | None:
        """The span just before, if it looks the same."""
        if self.last_span is None:
            return None
        inline, count = self.last_span
        same = (
            inline.end == self.line.position
            and inline.inside == self.path
            and count == len(self.line.inlines)
        )
        looks = [self.styles.look(attribute(each, "style-name")) for each in (element, inline.payload)]
        return inline if same and looks[0] == looks[1] else None

    def _range(self, element: Element, name: str) -> bool:
        kind = name.removesuffix("-start").removesuffix("-end")
        if (name == "office:annotation" and attribute(element, "name")) or name == "office:annotation-end":
            key = kind, attribute(element, "name")
        elif kind != name and name.startswith("text:"):
            key = kind, element.get(full_name(_RANGE_NAMES.get(kind, "text:id"))) or ""
        else:
            return False
        if name.endswith("-end"):
            inline = self.ranges.pop(key, None)
            if inline is None:
                self.line.anchor(element, self.path, half=True)
            else:
                assert isinstance(inline.payload, _Range)
                inline.payload.end = element
                self.line.close(inline)
        else:
            self.ranges[key] = self.line.open("range", _Range(element), self.path)
        return True

    def finish(self) -> Line:
        for inline in self.ranges.values():
            assert isinstance(inline.payload, _Range)
            inline.role, inline.end, inline.payload = "half", inline.start, inline.payload.start
        line = self.line
        line.finish()
        if self.after_space and line.text:  # white space at the end does not count either
            line.text = line.text[:-1]
            for inline in line.inlines:
                inline.start, inline.end = (min(at, len(line.text)) for at in (inline.start, inline.end))
        return line


@dataclass(slots=True)
class OdfParagraph:
    """A ``text:p`` or ``text:h``, a `desktop_app.documents.office.Paragraph`. ``speaks``: whether its style
    is to say which language it is in."""

    element: Element
    line: Line
    styles: Styles
    speaks: bool

    def replace(self, rendered: Rendered, language: Language | None) -> None:
        new = self._built(rendered, language, whole=True)
        self.element.text = new.text
        self.element[:] = list(new)
        self._speak(self.element, language)
        cell = self.element.getparent()
        if cell is not None:  # else the old text would go before the new one
            cell.attrib.pop(_CELL_VALUE, None)

    def add(self, rendered: Rendered, language: Language | None) -> None:
        """The new paragraph has the text, its looks and its links, and no number."""
        new = self._built(rendered, language, whole=False)
        new.attrib.update(
            {key: value for key, value in self.element.attrib.items() if not str(key).endswith("}id")}
        )
        if short(new) == "text:h":
            new.set(_HEADER, "true")
        new.tail, self.element.tail = self.element.tail, None
        self.element.addnext(new)
        self._speak(new, language)

    def _speak(self, element: Element, language: Language | None) -> None:
        if language is not None and self.speaks:
            element.set(_STYLE, self.styles.spoken(element.get(_STYLE, "Standard"), "paragraph", language))

    def _built(self, rendered: Rendered, language: Language | None, whole: bool) -> Element:
        top = self.element.makeelement(self.element.tag, {}, self.element.nsmap)
        tokens = arrange(self.line, rendered)
        writer = _Writer(top, sum(len(token.value) for token in tokens if isinstance(token, Text)))
        for token in tokens:
            if isinstance(token, Text):
                writer.text(token.value)
                continue
            payload = self.line.inlines[token.key].payload
            if isinstance(token, Anchor):
                element = payload
                if isinstance(payload, _Range):
                    element = payload.end if token.at_end else payload.start
                if whole and element is not None:
                    writer.put(detach(element))
            elif not whole and short(payload) not in _CUTTABLE:
                continue
            elif isinstance(token, Open):
                writer.open(self._shell(payload, language))
            else:
                writer.close()
        return top

    def _shell(self, element: Element, language: Language | None) -> Element:
        shell = element.makeelement(element.tag, dict(element.attrib), element.nsmap)
        if short(element) == "text:span" and language is not None:
            shell.set(_STYLE, self.styles.spoken(element.get(_STYLE, ""), "text", language))
        return shell


class _Writer:
    """Appends to an element of text and elements. ``size`` is how many characters come."""

    def __init__(self, top: Element, size: int) -> None:
        self.stack = [top]
        self.left = size
        self.after_space = True

    def put(self, element: Element) -> None:
        self.stack[-1].append(element)

    def open(self, element: Element) -> None:
        self.put(element)
        self.stack.append(element)

    def close(self) -> None:
        self.stack.pop()

    def text(self, text: str) -> None:
        for part in re.split("([\t\n]| +)", text):
            self.left -= len(part)
            if part in ("\t", "\n"):
                self._make("text:tab" if part == "\t" else "text:line-break")
                self.after_space = False
            elif part and not part.strip(" "):
                self._spaces(len(part))
            elif part:
                self._characters(part)
                self.after_space = False

    def _spaces(self, count: int) -> None:
        """One as it is where it counts, the others as an element."""
        if not self.after_space and (self.left or count > 1):
            self._characters(" ")
            count -= 1
        if count:
            self._make("text:s", {_COUNT: str(count)} if count > 1 else {})
        self.after_space = True

    def _make(self, name: str, attributes: dict[str, str] | None = None) -> None:
        self.put(self.stack[-1].makeelement(full_name(name), attributes or {}))

    def _characters(self, text: str) -> None:
        parent = self.stack[-1]
        if len(parent):
            parent[-1].tail = (parent[-1].tail or "") + text
        else:
            parent.text = (parent.text or "") + text


def read_paragraph(paragraph: Element, styles: Styles, speaks: bool) -> OdfParagraph:
    reader = _Reader(styles)
    reader.content(paragraph)
    return OdfParagraph(paragraph, reader.finish(), styles, speaks)
