"""Glossaries as people have them: tables (CSV, TSV) and TBX (ISO 30042, both the 2008 and the 2019 form)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop_app.core.errors import InkhornError
from desktop_app.core.files import write_atomically
from desktop_app.core.languages import LANGUAGES
from desktop_app.core.translation import Term
from desktop_app.translation.hostile import name_of, read_xml

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_HEADERS = re.compile(r"source|target|term|translation|src|tgt|from|to|原文|译文|譯文", re.I)
_YES = ("1", "x", "yes", "true", "exact", "是")
_MOST = 100_000


@dataclass(frozen=True, slots=True)
class GlossaryFile:
    """``notes`` are beside ``terms``, "" where there is none. ``names_languages``: the file says which
    language each word is in, so that it can be read in other directions too."""

    terms: tuple[Term, ...]
    notes: tuple[str, ...]
    names_languages: bool


def read_glossary(path: Path, source: str, target: str) -> tuple[Term, ...]:
    """The terms of `read_glossary_file`."""
    return read_glossary_file(path, source, target).terms


def read_glossary_file(path: Path, source: str, target: str) -> GlossaryFile:
    """What the file has for this direction, each source once. A table's first two columns count, in the
    order that its header says where that has the languages' codes; a third with a yes in it makes a term
    exact, any other text beside is its note. Raises InkhornError ``bad_file`` with a ``reason``."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InkhornError("bad_file", f"The file cannot be read: {path.name}", reason="damaged") from error
    if data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        named, found = True, _of_tbx(read_xml(data), source, target)
    else:
        named, found = _of_table(_decoded(data), source, target)
    terms: dict[str, tuple[Term, str]] = {}
    for term, note in found:
        if term.source and term.target and len(terms) < _MOST:
            terms.setdefault(term.source, (term, note))
    if not terms:
        raise InkhornError("bad_file", f"There are no terms in {path.name}.", reason="no_text")
    return GlossaryFile(
        tuple(term for term, _ in terms.values()), tuple(note for _, note in terms.values()), named
    )


def write_glossary(path: Path, terms: Iterable[Term], notes: Iterable[str], source: str, target: str) -> int:
    """As a table (CSV) that `read_glossary_file` and spreadsheets read, with the languages' codes in its
    header; returns how many terms. It appears whole or not at all. Raises OSError."""
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow((source, target, "exact", "note"))
    count = 0
    for term, note in zip(terms, notes, strict=True):
        writer.writerow((term.source, term.target, "1" if term.exact else "", note))
        count += 1
    # With the mark, without which spreadsheets take UTF-8 for their system's encoding.
    write_atomically(path, table.getvalue().encode("utf-8-sig", "replace"))
    return count


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


def _of_table(text: str, source: str, target: str) -> tuple[bool, Iterator[tuple[Term, str]]]:
    """Whether a header names the languages, and the terms with their notes."""
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
    ours, theirs, named = 0, 1, False
    if rows and all(_HEADERS.fullmatch(cell) or _language(cell) in LANGUAGES for cell in rows[0][:2]):
        header = [_language(cell) for cell in rows.pop(0)]
        if _language(source) in header and _language(target) in header:
            ours, theirs = header.index(_language(source)), header.index(_language(target))
            named = ours != theirs
    return named, (_row(row, ours, theirs) for row in rows if len(row) > max(ours, theirs))


def _row(row: list[str], ours: int, theirs: int) -> tuple[Term, str]:
    beside = [cell for n, cell in enumerate(row) if n not in (ours, theirs)]
    exact = bool(beside) and beside[0].lower() in _YES
    note = next((cell for cell in beside[1 if exact else 0 :] if cell), "")
    return Term(row[ours], row[theirs], exact), note


def _language(code: str) -> str:
    return code.strip().replace("_", "-").partition("-")[0].lower()


def _of_tbx(root: Any, source: str, target: str) -> Iterator[tuple[Term, str]]:
    for entry in root.iter():
        if name_of(entry) not in ("termEntry", "conceptEntry"):
            continue
        said: dict[str, list[str]] = {}
        for section in entry:
            if name_of(section) in ("langSet", "langSec"):
                terms = ["".join(e.itertext()).strip() for e in section.iter() if name_of(e) == "term"]
                said.setdefault(_language(section.get(_LANG, "")), []).extend(filter(None, terms))
        note = next((_words(e) for e in entry.iter() if _is_note(e) and _words(e)), "")
        into = said.get(_language(target), [])
        for term in said.get(_language(source), []) if into else ():
            yield Term(term, into[0]), note


def _is_note(element: Any) -> bool:
    return name_of(element) == "note" or (
        name_of(element) == "descrip" and element.get("type") in ("definition", "subjectField", "context")
    )


def _words(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())
