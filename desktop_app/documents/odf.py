"""ODT, ODS and ODP: OpenDocument in a package (ODF 1.3, parts 2 and 3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from desktop_app.core.errors import InkhornError
from desktop_app.documents.document import Place
from desktop_app.documents.odf_lines import read_paragraph
from desktop_app.documents.odf_styles import Styles
from desktop_app.documents.office import Entry, OfficeDocument, Part
from desktop_app.documents.office_xml import Element, attribute, child, full_name, parse, short
from desktop_app.documents.package import Package
from desktop_app.documents.plain import plain, plain_entries

_SKIPPED = {
    *("text:tracked-changes", "office:forms", "table:tracked-changes", "text:sequence-decls"),
    *("text:table-of-content-source", "text:illustration-index-source", "text:table-index-source"),
    *("text:object-index-source", "text:user-index-source", "text:alphabetical-index-source"),
    *("text:bibliography-source", "table:content-validations", "text:hidden-paragraph"),
}
_PLACES: dict[str, Place] = {
    "table:table": "table",
    "text:note": "footnote",
    "office:annotation": "comment",
    "presentation:notes": "notes",
    "style:header": "header",
    "style:header-left": "header",
    "style:header-first": "header",
    "style:footer": "footer",
    "style:footer-left": "footer",
    "style:footer-first": "footer",
}
_META = {"dc:title", "dc:subject", "dc:description", "meta:keyword"}
_OBJECT = re.compile(r"(?:\./)?Object [^/]+/content\.xml")
_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_VALUE_TYPE = full_name("office:value-type")
_FORMULA = full_name("table:formula")
_CLASS = full_name("presentation:class")


def open_odf(path: Path, name: str) -> OfficeDocument:
    """``name`` is ``odt``, ``ods`` or ``odp``. Raises ``bad_file``."""
    return OfficeDocument(path, name, lambda package: _read(package, name))


def _read(package: Package, name: str) -> Iterator[Part]:
    _refuse_encrypted(package)
    root = parse(package.read("content.xml"), "content.xml")
    sheets = name == "ods"
    walk = _Walk(Styles(root), not sheets, sheets, _kept(root) if sheets else set())
    body = child(root, "office:body")
    if body is not None:
        walk.story(body, "")
    yield Part({"content.xml": root}, walk.entries)
    if "styles.xml" in package:
        root = parse(package.read("styles.xml"), "styles.xml")
        walk = _Walk(Styles(root), speaks=name == "odt")
        masters = child(root, "office:master-styles")
        for master in () if masters is None else masters:
            # On slides, masters say what is for who edits them; headers and footers are on every page.
            if short(master) == "style:master-page":
                for each in master:
                    if short(each) in _PLACES:
                        walk.story(each, _PLACES[short(each)])
        yield Part({"styles.xml": root}, walk.entries)
    for part in package.names:
        if _OBJECT.fullmatch(part):
            root = parse(package.read(part), part)
            walk = _Walk(Styles(root), speaks=False)
            walk.story(root, "")
            yield Part({part: root}, walk.entries)
    if "meta.xml" in package:
        root = parse(package.read("meta.xml"), "meta.xml")
        yield Part(
            {"meta.xml": root},
            plain_entries([each for each in root.iter() if short(each) in _META], "metadata"),
        )


@dataclass(slots=True)
class _Walk:
    """Gathers the paragraphs of a tree. ``kept`` are texts of cells that formulas compare with."""

    styles: Styles
    speaks: bool
    sheets: bool = False
    kept: set[str] = field(default_factory=set)
    entries: list[Entry] = field(default_factory=list)

    def story(self, container: Element, place: Place, value: bool = False) -> None:
        """``value``: whether the container is a cell whose text is made from a number or a formula."""
        for element in container:
            name = short(element)
            if name in _SKIPPED:
                continue
            if name in ("text:p", "text:h"):
                paragraph = read_paragraph(element, self.styles, self.speaks)
                if not value and paragraph.line.text not in self.kept:
                    self.entries.append(Entry([paragraph], place))
                self.story(element, place)
            elif name in ("svg:title", "svg:desc"):
                self.entries.append(Entry([plain(element)], "alternative"))
            elif name in ("table:table-cell", "table:covered-table-cell"):
                kind = element.get(_VALUE_TYPE, "string")
                self.story(element, place, kind != "string" or _FORMULA in element.attrib)
            else:
                inner = _PLACES.get(name, place)
                if inner == "table" and (place or self.sheets):
                    inner = place
                if element.get(_CLASS) == "title":
                    inner = "title"
                self.story(element, inner, value and name not in ("office:annotation", "table:shapes"))


def _kept(root: Element) -> set[str]:
    """Texts that formulas and pivot tables of a sheet look for."""
    found: set[str] = set()
    for element in root.iter():
        formula = element.get(_FORMULA) if isinstance(element.tag, str) else None
        if formula:
            found.update(text.replace('""', '"') for text in _QUOTED.findall(formula))
        if short(element) == "table:data-pilot-field":
            found.add(attribute(element, "source-field-name"))
    return found


def _refuse_encrypted(package: Package) -> None:
    """A package with a password has its parts in it as encrypted data (ODF 1.3 part 2, 3.4)."""
    name = "META-INF/manifest.xml"
    if name in package:
        root = parse(package.read(name), name)
        if (
            next((each for each in root.iter() if short(each) == "manifest:encryption-data"), None)
            is not None
        ):
            raise InkhornError("bad_file", f"{package.path.name} is encrypted.", reason="encrypted")
