"""Translation memories as other programs keep them: TMX 1.4b (LISA OSCAR, 2005) in and out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from desktop_app import __version__
from desktop_app.core.errors import InkhornError
from desktop_app.translation.hostile import name_of, read_xml

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_CODES = {"bpt", "ept", "it", "ph", "ut"}
"""Inline elements that hold another program's codes, no text."""


@dataclass(frozen=True, slots=True)
class Pair:
    """``source`` in the language ``source_language`` is ``target`` in ``target_language``. ``changed`` as
    TMX writes times (``20261125T130000Z``), "" where it is not known."""

    source: str
    target: str
    source_language: str
    target_language: str
    changed: str = ""


def read_tmx(path: Path) -> Iterator[Pair]:
    """Each unit's source with each of its other languages. Raises InkhornError ``bad_file`` with a
    ``reason``."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InkhornError("bad_file", f"The file cannot be read: {path.name}", reason="damaged") from error
    root = read_xml(data)
    if name_of(root) != "tmx":
        raise InkhornError("bad_file", f"This is no TMX file: {path.name}", reason="unknown_format")
    header = next((child for child in root if name_of(child) == "header"), None)
    main = header.get("srclang", "*all*") if header is not None else "*all*"
    return _pairs(root, main)


def _pairs(root: Any, main: str) -> Iterator[Pair]:
    for unit in root.iter():
        if name_of(unit) != "tu":
            continue
        said: dict[str, tuple[str, str]] = {}
        for variant in unit:
            if name_of(variant) != "tuv":
                continue
            language = variant.get(_LANG) or variant.get("lang") or ""
            segment = next((child for child in variant if name_of(child) == "seg"), None)
            if language and segment is not None:
                said[language] = _text(segment), variant.get("changedate") or unit.get("changedate") or ""
        wanted = unit.get("srclang", main).lower()
        source = next((code for code in said if code.lower() == wanted), None)
        if source is None:  # the region may be left out in the header
            source = next(
                (code for code in said if code.lower().partition("-")[0] == wanted.partition("-")[0]), None
            )
        source = source or next(iter(said), None)
        for language, (text, changed) in said.items():
            if source is not None and language != source and text.strip() and said[source][0].strip():
                yield Pair(said[source][0], text, source, language, changed or said[source][1])


def _text(segment: Any) -> str:
    """Without the codes in it, but with the text that stands between them and in highlights."""
    pieces = [segment.text or ""]
    for child in segment:
        if name_of(child) not in _CODES:
            pieces.append(_text(child))
        else:
            pieces += [_text(part) for part in child if name_of(part) == "sub"]
        pieces.append(child.tail or "")
    return "".join(pieces)


def write_tmx(path: Path, pairs: Iterable[Pair], source_language: str) -> int:
    """Write ``pairs`` to ``path``, which appears whole or not at all; returns how many. Characters that XML
    does not have are left out. Raises OSError."""
    beside = path.with_name(f".{path.name}.new")
    count = 0
    try:
        with beside.open("wb") as file, etree.xmlfile(file, encoding="utf-8") as xml:
            xml.write_declaration()
            xml.write_doctype('<!DOCTYPE tmx SYSTEM "tmx14.dtd">')
            with xml.element("tmx", version="1.4"):
                header = {
                    "creationtool": "Inkhorn",
                    "creationtoolversion": __version__,
                    "segtype": "sentence",
                    "o-tmf": "Inkhorn",
                    "adminlang": "en",
                    "srclang": source_language or "*all*",
                    "datatype": "plaintext",
                }
                xml.write(etree.Element("header", header))
                with xml.element("body"):
                    for pair in pairs:
                        xml.write(_unit(pair))
                        xml.write("\n")
                        count += 1
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    return count


def _unit(pair: Pair) -> Any:
    unit = etree.Element("tu")
    if pair.changed:
        unit.set("changedate", pair.changed)
    for language, text in ((pair.source_language, pair.source), (pair.target_language, pair.target)):
        variant = etree.SubElement(unit, "tuv", {_LANG: language})
        etree.SubElement(variant, "seg").text = "".join(filter(_is_xml, text))
    return unit


def _is_xml(char: str) -> bool:
    """Whether XML 1.0 has the character."""
    return char in "\t\n\r" or " " <= char <= "\ud7ff" or "\ue000" <= char <= "\ufffd" or char >= "\U00010000"
