"""DOCX: WordprocessingML in a package (ISO/IEC 29500-1)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from desktop_app.documents.document import Place
from desktop_app.documents.docx_build import DocxParagraph
from desktop_app.documents.docx_lines import Fields, read_paragraph
from desktop_app.documents.drawings import drawings
from desktop_app.documents.office import Entry, OfficeDocument, Part, twins
from desktop_app.documents.office_xml import Element, ancestors, child, parse, short
from desktop_app.documents.opc import main_part, relationships
from desktop_app.documents.package import Package, damaged
from desktop_app.documents.plain import properties

_PLACES: dict[str, Place] = {
    "header": "header",
    "footer": "footer",
    "footnotes": "footnote",
    "endnotes": "footnote",
    "comments": "comment",
}
"""Kinds of parts beside the main one, in the order in which they are read."""

_ROOTS = {"w:document", "w:hdr", "w:ftr", "w:footnotes", "w:endnotes", "w:comments"}
_CONTAINERS = {
    *(
        "w:body",
        "w:footnote",
        "w:endnote",
        "w:comment",
        "w:tr",
        "w:tc",
        "w:sdt",
        "w:sdtContent",
        "w:customXml",
    ),
    *("w:ins", "w:moveTo", "mc:AlternateContent", "mc:Choice", "mc:Fallback"),
}


def open_docx(path: Path) -> OfficeDocument:
    """Raises ``bad_file``."""
    return OfficeDocument(path, "docx", _read)


def _read(package: Package) -> Iterator[Part]:
    main = main_part(package)
    yield _part(package, main, "")
    related = relationships(package, main)
    for kind, place in _PLACES.items():
        names = dict.fromkeys(each.target for each in related if each.kind == kind)
        for name in sorted(names):
            yield _part(package, name, place)
    yield from drawings(package, related)
    yield from properties(package)


def _part(package: Package, name: str, place: Place) -> Part:
    root = parse(package.read(name), name)
    if short(root) not in _ROOTS:
        raise damaged(f"{name} is no part of a Word document.")
    return Part({name: root}, _story(root, place, []))


def _story(container: Element, place: Place, fields: Fields) -> list[Entry]:
    """The paragraphs in ``container`` in reading order, each before the text boxes that hang on it."""
    entries: list[Entry] = []
    for element in container:
        name = short(element)
        if name == "w:p":
            line = read_paragraph(element, fields)
            entries.append(Entry([DocxParagraph(element, line)], place))
            entries += _boxes(element, place)
        elif name == "w:tbl":
            entries += _story(element, place or "table", fields)
        elif name in _CONTAINERS and not _is_deleted_row(element):
            entries += _story(element, place, fields)
    return entries


def _boxes(paragraph: Element, place: Place) -> list[Entry]:
    """The text boxes of a paragraph. A drawing for today's programs has one for older ones beside it, whose
    text says the same."""
    entries: list[Entry] = []
    by_drawing: dict[Element, tuple[list[Entry], list[Entry]]] = {}
    for box in paragraph.iter("{*}txbxContent"):
        above = ancestors(box, paragraph)
        if any(short(each) == "w:txbxContent" for each in above):
            continue  # in another box: found with that one's paragraphs
        found = _story(box, place, [])
        drawing = next((each for each in above if short(each) == "mc:AlternateContent"), None)
        if drawing is None:
            entries += found
            continue
        if drawing not in by_drawing:
            by_drawing[drawing] = [], []
        old = any(short(each) == "mc:Fallback" for each in above)
        by_drawing[drawing][old].extend(found)
    for today, older in by_drawing.values():
        entries += twins(today, older)
    return entries


def _is_deleted_row(element: Element) -> bool:
    properties = child(element, "w:trPr") if short(element) == "w:tr" else None
    return properties is not None and child(properties, "w:del") is not None
