"""XLSX: SpreadsheetML in a package (ISO/IEC 29500-1, 18).

Texts of cells are translated; numbers, formulas and names of sheets are not, nor texts that a formula
compares with, that a filter or a pivot table looks for: the workbook would count otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from desktop_app.documents.document import Rendered
from desktop_app.documents.drawings import drawings, paragraphs
from desktop_app.documents.languages import Language
from desktop_app.documents.office import Entry, OfficeDocument, Part
from desktop_app.documents.office_xml import Element, child, parse, short, tag_like
from desktop_app.documents.opc import Relationship, main_part, relationships
from desktop_app.documents.package import Package, damaged
from desktop_app.documents.plain import plain_entries, properties
from desktop_app.documents.xlsx_scan import Scan, header_cells, scan_pivot, scan_sheet
from desktop_app.documents.xlsx_text import RichText, escaped, page_texts, rich_text, unescaped

_HEADERS = {"s:oddHeader", "s:evenHeader", "s:firstHeader"}
_FOOTERS = {"s:oddFooter", "s:evenFooter", "s:firstFooter"}
_THREADED = "[Threaded comment]"
"""How the note begins that older programs show in place of a conversation."""

_BEFORE_CALCULATION = {
    *("s:fileVersion", "s:fileSharing", "s:workbookPr", "s:workbookProtection", "s:bookViews", "s:sheets"),
    *("s:functionGroups", "s:externalReferences", "s:definedNames"),
}


def open_xlsx(path: Path) -> OfficeDocument:
    """Raises ``bad_file``."""
    return OfficeDocument(path, "xlsx", _read)


@dataclass(slots=True)
class _Columns:
    """The columns of tables, whose names are to be what their header cells say: Excel finds a file damaged
    where they are not."""

    trees: dict[str, Element] = field(default_factory=dict)
    cells: dict[tuple[str, str], Element] = field(default_factory=dict)
    """By sheet and cell."""

    seen: set[tuple[Element, str]] = field(default_factory=set)

    def rename(self, headers: list[tuple[Element, RichText]]) -> None:
        """After the header cells have changed. Each name is there once in its table."""
        for column, item in headers:
            if item.line.text != unescaped(column.get("name") or ""):
                continue
            table, said, number = column.getparent(), item.value, 2
            while (table, item.value.lower()) in self.seen:
                item.replace(Rendered(f"{said} {number}"), None)
                number += 1
            self.seen.add((table, item.value.lower()))
            column.set("name", escaped(item.value).replace("\n", "_x000a_"))


def _read(package: Package) -> Iterator[Part]:
    main = main_part(package)
    book = parse(package.read(main), main)
    if short(book) != "s:workbook":
        raise damaged(f"{main} is no workbook.")
    related = relationships(package, main)
    attributes = [attribute for sheet in book.iter("{*}sheet") for attribute in sheet.attrib.items()]
    keys = [value for key, value in attributes if key.endswith("}id")]
    by_key = {each.key: each.target for each in related if each.kind == "worksheet"}
    sheets = list(dict.fromkeys(by_key[key] for key in keys if key in by_key))
    belongings = {sheet: relationships(package, sheet) for sheet in sheets}

    scan, columns = Scan(), _Columns()
    contents = {}
    for sheet in sheets:
        for each in belongings[sheet]:
            if each.kind == "table":
                table = columns.trees[each.target] = parse(package.read(each.target), each.target)
                for cell, column in zip(header_cells(table), table.iter("{*}tableColumn"), strict=False):
                    columns.cells[sheet, cell] = column
        content = package.read(sheet)
        scan_sheet(scan, sheet, content, [cell for where, cell in columns.cells if where == sheet])
        if sheet in scan.inline or sheet in scan.page_texts:
            contents[sheet] = content
    for each in related:
        if each.kind == "pivotCacheDefinition":
            scan_pivot(scan, package, each.target)
    for name in book.iter("{*}definedName"):
        scan.formula(name.text or "")
    if scan.has_structure:
        scan.kept.update(unescaped(column.get("name") or "").lower() for column in columns.cells.values())

    yield from _strings(package, related, scan, {main: book}, columns)
    for sheet in sheets:
        if sheet in contents:
            yield _sheet(sheet, contents.pop(sheet), scan, {main: book}, columns)
        yield from _belongings(package, belongings[sheet])
    yield from properties(package)


def _strings(
    package: Package,
    related: tuple[Relationship, ...],
    scan: Scan,
    book: dict[str, Element],
    columns: _Columns,
) -> Iterator[Part]:
    """The strings that cells share."""
    name = next((each.target for each in related if each.kind == "sharedStrings"), None)
    if name is None:
        return
    root = parse(package.read(name), name)
    items = [rich_text(each) for each in root if short(each) == "s:si"]
    entries = [
        Entry([items[number]])
        for number in scan.used
        if number < len(items) and items[number].line.text.lower() not in scan.kept
    ]
    headers = [
        (columns.cells[cell], items[number]) for cell, number in scan.headers.items() if number < len(items)
    ]
    yield _cells({name: root}, entries, scan, book, columns, headers)


def _sheet(name: str, content: bytes, scan: Scan, book: dict[str, Element], columns: _Columns) -> Part:
    """The strings that stand in a sheet's own cells, and its page headers."""
    root = parse(content, name)
    entries, headers = [], []
    for cell in root.iter("{*}c"):
        inline = child(cell, "s:is") if cell.get("t") == "inlineStr" else None
        if inline is None or child(cell, "s:f") is not None:
            continue
        found = rich_text(inline)
        if found.line.text.lower() not in scan.kept:
            entries.append(Entry([found]))
            if (name, cell.get("r")) in columns.cells:
                headers.append((columns.cells[name, cell.get("r")], found))
    for element in root.iter("{*}headerFooter"):
        for each in element:
            if short(each) in _HEADERS:
                entries += page_texts(each, "header")
            elif short(each) in _FOOTERS:
                entries += page_texts(each, "footer")
    return _cells({name: root}, entries, scan, book, columns, headers)


def _cells(
    trees: dict[str, Element],
    entries: list[Entry],
    scan: Scan,
    book: dict[str, Element],
    columns: _Columns,
    headers: list[tuple[Element, RichText]],
) -> Part:
    """With the cells change the names of table columns, and the values that formulas made of them."""

    def finish(language: Language | None) -> None:
        columns.rename(headers)
        if scan.has_formulas:
            _calculate(next(iter(book.values())))

    return Part(
        trees | (columns.trees if headers else {}) | (book if scan.has_formulas else {}), entries, finish
    )


def _calculate(book: Element) -> None:
    """Have all formulas calculated when the file is opened."""
    settings = child(book, "s:calcPr")
    if settings is None:
        settings = book.makeelement(tag_like(book, "calcPr"))
        place = 0
        for index, each in enumerate(book):
            if short(each) in _BEFORE_CALCULATION:
                place = index + 1
        book.insert(place, settings)
    settings.set("fullCalcOnLoad", "1")


def _belongings(package: Package, related: tuple[Relationship, ...]) -> Iterator[Part]:
    """Comments, conversations, shapes and charts of a sheet."""
    for each in related:
        if each.kind not in ("comments", "threadedComment", "drawing"):
            continue
        root = parse(package.read(each.target), each.target)
        if each.kind == "comments":
            texts = [rich_text(text) for text in root.iter("{*}text") if short(text) == "s:text"]
            entries = [Entry([text], "comment") for text in texts if not text.line.text.startswith(_THREADED)]
            yield Part({each.target: root}, entries)
        elif each.kind == "threadedComment":
            yield Part({each.target: root}, plain_entries(root.iter("{*}text"), "comment"))
        else:
            yield Part({each.target: root}, paragraphs(root))
            # What a chart has copied from cells it copies again.
            yield from drawings(package, relationships(package, each.target), labels=False)
