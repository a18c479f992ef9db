"""Glossaries as people have them: tables (CSV, TSV) and TBX (ISO 30042, both the 2008 and the 2019 form)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from desktop_app.core.errors import InkhornError
from desktop_app.core.translation import Term
from desktop_app.translation.hostile import name_of, read_xml

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_HEADERS = re.compile(
    r"source|target|term|translation|src|tgt|from|to|原文|译文|譯文|[a-z]{2,3}(?:[-_][A-Za-z]{2,4})?", re.I
)
_MOST = 100_000


def read_glossary(path: Path, source: str, target: str) -> tuple[Term, ...]:
    """The terms of the file for this direction, each source once. A table's first two columns count, in the
    order that its header says where that has the languages' codes; a third with anything in it makes a term
    exact. Raises InkhornError ``bad_file`` with a ``reason``."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InkhornError("bad_file", f"The file cannot be read: {path.name}", reason="damaged") from error
    if data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        found = _of_tbx(read_xml(data), source, target)
    else:
        found = _of_table(_decoded(data), source, target)
    terms: dict[str, Term] = {}
    for term in found:
        if term.source and term.target and len(terms) < _MOST:
            terms.setdefault(term.source, term)
    if not terms:
        raise InkhornError("bad_file", f"There are no terms in {path.name}.", reason="no_text")
    return tuple(terms.values())


def _decoded(data: bytes) -> str:
    """UTF-8, UTF-16 with a mark, or GB 18030, which Chinese spreadsheets write."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def _of_table(text: str, source: str, target: str) -> Iterator[Term]:
    first = text.partition("\n")[0]
    delimiter = max("\t;,", key=first.count)
    try:
        rows = [
            [cell.strip() for cell in row]
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        ]
    except csv.Error as error:
        raise InkhornError("bad_file", "The table cannot be read.", reason="damaged") from error
    rows = [row for row in rows if len(row) >= 2]
    ours, theirs = 0, 1
    if rows and all(_HEADERS.fullmatch(cell) for cell in rows[0][:2]):
        header = [_language(cell) for cell in rows.pop(0)]
        if _language(source) in header and _language(target) in header:
            ours, theirs = header.index(_language(source)), header.index(_language(target))
    for row in rows:
        if len(row) > max(ours, theirs):
            third = next((cell for n, cell in enumerate(row) if n not in (ours, theirs)), "")
            yield Term(row[ours], row[theirs], third.lower() in ("1", "x", "yes", "true", "exact", "是"))


def _language(code: str) -> str:
    return code.strip().replace("_", "-").partition("-")[0].lower()


def _of_tbx(root: Any, source: str, target: str) -> Iterator[Term]:
    for entry in root.iter():
        if name_of(entry) not in ("termEntry", "conceptEntry"):
            continue
        said: dict[str, list[str]] = {}
        for section in entry:
            if name_of(section) in ("langSet", "langSec"):
                terms = ["".join(e.itertext()).strip() for e in section.iter() if name_of(e) == "term"]
                said.setdefault(_language(section.get(_LANG, "")), []).extend(filter(None, terms))
        into = said.get(_language(target), [])
        for term in said.get(_language(source), []) if into else ():
            yield Term(term, into[0])
