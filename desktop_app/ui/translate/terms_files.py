"""Glossaries out of files and into files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from desktop_app.core.errors import InkhornError, kind_of_os_error
from desktop_app.core.glossary_records import GlossaryTerm, NewTerm
from desktop_app.core.translation import Term
from desktop_app.store.store import Store
from desktop_app.translation.glossary_files import GlossaryFile, read_glossary_file, write_glossary

Directed = tuple[str, str, GlossaryFile]


def read_both_ways(path: Path, source: str, target: str) -> list[Directed]:
    """What the file has for this direction, and for the way back where it says which language is which.
    Raises InkhornError ``bad_file``."""
    there = read_glossary_file(path, source, target)
    found = [(source, target, there)]
    if there.names_languages:
        found.append((target, source, read_glossary_file(path, target, source)))
    return found


def store_glossary(store: Store, name: str, found: Sequence[Directed]) -> int:
    """As a glossary called ``name``, in place of what one of that name said; returns how many terms there are
    for the first direction."""
    with store.together():
        same = (one for one in store.glossaries.all() if one.name == name)
        glossary = next(same, None) or store.glossaries.create(name)
        counts = []
        for source, target, file in found:
            both = zip(file.terms, file.notes, strict=True)
            terms = (NewTerm(term.source, term.target, term.exact, note) for term, note in both)
            counts.append(store.glossaries.put_many(glossary.id, source, target, terms))
    return counts[0]


def write_terms(path: Path, terms: Sequence[GlossaryTerm], source: str, target: str) -> int:
    """Raises InkhornError where the file cannot be written."""
    try:
        values = [Term(one.source, one.target, one.exact) for one in terms]
        return write_glossary(path, values, [one.note for one in terms], source, target)
    except OSError as error:
        message = f"{path.name} could not be written: {error.strerror or error}"
        raise InkhornError(kind_of_os_error(error), message) from error
