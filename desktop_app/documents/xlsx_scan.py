"""What has to be known of a workbook before its texts may change: which of them formulas compare with."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from lxml import etree

from desktop_app.documents.office_xml import Element, parse, short
from desktop_app.documents.package import Package, damaged

_QUOTED = re.compile(r'"((?:[^"]|"")*)"')
_CELL = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
_FORMULAS = {"s:f", "s:formula1", "s:formula2", "s:formula"}
_READ = ("row", "c", "f", "formula1", "formula2", "formula", "filter", "customFilter")
_READ = ("row", "c", "f", "formula1", "formula2", "formula", "filter", "customFilter")
_WANTED = [f"{{*}}{local}" for local in _READ]


@dataclass(slots=True)
class Scan:
    """Of all sheets. Texts are in lower case, as formulas compare them."""

    used: dict[int, None] = field(default_factory=dict)
    """Shared strings, in the order of the cells."""

    kept: set[str] = field(default_factory=set)
    has_formulas: bool = False
    has_structure: bool = False
    """Whether formulas name a table's columns, by brackets."""

    inline: set[str] = field(default_factory=set)
    """Sheets with texts of their own in cells."""

    page_texts: set[str] = field(default_factory=set)
    headers: dict[tuple[str, str], int] = field(default_factory=dict)
    """Shared strings of (sheet, cell), of the cells that were asked for."""

    def formula(self, text: str) -> None:
        self.kept.update(found.replace('""', '"').lower() for found in _QUOTED.findall(text))
        self.has_structure = self.has_structure or "[" in text


def scan_sheet(scan: Scan, name: str, content: bytes, cells: Iterable[str]) -> None:
    """Go over a sheet once, without its tree: sheets can be large. ``cells`` are wanted for their strings."""
    wanted = set(cells)
    if b"eaderFooter" in content:
        scan.page_texts.add(name)
    try:
        events = etree.iterparse(
            io.BytesIO(content), tag=_WANTED, resolve_entities=False, no_network=True, huge_tree=False
        )
        for _event, element in events:
            _element(scan, name, element, short(element), wanted)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise damaged(f"{name} is no good XML: {error}") from error


def _element(scan: Scan, name: str, element: Element, kind: str, wanted: set[str]) -> None:
    if kind == "s:row":
        element.clear()
    elif kind == "s:c":
        cell_type = element.get("t")
        if cell_type == "inlineStr":
            scan.inline.add(name)
        elif cell_type == "s":
            value = next((each.text for each in element if short(each) == "s:v"), None) or ""
            if value.strip().isdecimal():
                scan.used[int(value)] = None
                if element.get("r") in wanted:
                    scan.headers[name, element.get("r") or ""] = int(value)
    elif kind in _FORMULAS:
        scan.has_formulas = scan.has_formulas or kind == "s:f"
        scan.formula(element.text or "")
    elif kind in ("s:filter", "s:customFilter"):
        scan.kept.add((element.get("val") or "").lower())


def header_cells(table: Element) -> list[str]:
    """The names of a table's header cells, in the order of its columns; none if it has no header."""
    corners = _CELL.findall(table.get("ref") or "")
    if not corners or table.get("headerRowCount") == "0":
        return []
    first, last = _number(corners[0][0]), _number(corners[-1][0])
    return [f"{_letters(column)}{corners[0][1]}" for column in range(first, last + 1)]


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def scan_pivot(scan: Scan, package: Package, name: str) -> None:
    """A pivot table finds its fields and items by the texts of its source."""
    root = parse(package.read(name), name)
    for element in root.iter("{*}cacheField"):
        scan.kept.add((element.get("name") or "").lower())
    for shared in root.iter("{*}sharedItems"):
        scan.kept.update((item.get("v") or "").lower() for item in shared if short(item) == "s:s")
