"""Text without anything in it: labels, comments, what a file says about itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from desktop_app.documents.document import Place, Rendered
from desktop_app.documents.inline import Line
from desktop_app.documents.languages import Language
from desktop_app.documents.office import Entry, Part
from desktop_app.documents.office_xml import Element, allowed, parse, short
from desktop_app.documents.opc import relationships
from desktop_app.documents.package import Package

_PROPERTIES = {"dc:title", "dc:subject", "dc:description", "cp:keywords", "cp:category"}


@dataclass(slots=True)
class PlainText:
    """A `desktop_app.documents.office.Paragraph`: an element's text, or its ``attribute``."""

    element: Element
    line: Line
    attribute: str = ""

    def replace(self, rendered: Rendered, language: Language | None) -> None:
        if self.attribute:
            self.element.set(self.attribute, allowed(rendered.text))
        else:
            self.element.text = allowed(rendered.text)

    def add(self, rendered: Rendered, language: Language | None) -> None:
        between = "\n" if "\n" in self.line.text or self.attribute else " / "
        self.replace(Rendered(f"{self.line.text}{between}{rendered.text}"), language)


def plain(element: Element, attribute: str = "") -> PlainText:
    return PlainText(
        element, Line(element.get(attribute, "") if attribute else element.text or ""), attribute
    )


def plain_entries(elements: Iterable[Element], place: Place = "") -> list[Entry]:
    """Elements with the same text are one segment."""
    by_text: dict[str, Entry] = {}
    for element in elements:
        found = plain(element)
        if found.line.text in by_text:
            by_text[found.line.text].paragraphs.append(found)
        else:
            by_text[found.line.text] = Entry([found], place)
    return list(by_text.values())


def properties(package: Package) -> Iterator[Part]:
    """What an Open Packaging file says about itself (ECMA-376 part 2, 11): its title, subject and so on."""
    for name in [each.target for each in relationships(package) if each.kind == "core-properties"][:1]:
        root = parse(package.read(name), name)
        yield Part(
            {name: root}, plain_entries((each for each in root if short(each) in _PROPERTIES), "metadata")
        )
