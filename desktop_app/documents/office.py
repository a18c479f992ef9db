"""An office file as a document: its parts are read to segments, and read again to be written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from desktop_app.core.errors import InkhornError
from desktop_app.documents.document import Place, Rendered, Segment
from desktop_app.documents.inline import Line
from desktop_app.documents.languages import Language, language
from desktop_app.documents.office_xml import Element, serialise
from desktop_app.documents.package import Package, damaged


class Paragraph(Protocol):
    """A place in a part's tree that text stands in."""

    @property
    def line(self) -> Line: ...

    def replace(self, rendered: Rendered, language: Language | None) -> None:
        """Put ``rendered`` in place of what is there."""
        ...

    def add(self, rendered: Rendered, language: Language | None) -> None:
        """Put ``rendered`` after what is there, and keep that."""
        ...


@dataclass(slots=True)
class Entry:
    """A segment, and all the places that show it: a text box is there twice, for older programs too."""

    paragraphs: list[Paragraph]
    place: Place = ""

    @property
    def line(self) -> Line:
        return self.paragraphs[0].line

    def says_the_same_as(self, other: Entry) -> bool:
        return self.line.text == other.line.text and self.line.marks == other.line.marks


@dataclass(slots=True)
class Part:
    """A part that was read, or several that say the same, with the roots of their trees. ``finish`` is called
    after paragraphs were changed, before the trees are written."""

    trees: dict[str, Element]
    entries: Iterable[Entry]
    finish: Callable[[Language | None], None] = field(default=lambda _language: None)


Read = Callable[[Package], Iterator[Part]]
"""All parts with text, in reading order, each a fresh tree; the same ones for the same file."""


class OfficeDocument:
    """A `desktop_app.documents.document.Document`. Holds its segments; the trees are there only while the
    file is read or written."""

    def __init__(self, path: Path, name: str, read: Read) -> None:
        """Raises ``bad_file``."""
        self.format = name
        self._read = read
        package = Package(path)
        self._path = path
        self._identity = package.identity
        self.segments: tuple[Segment, ...] = tuple(
            Segment(key, entry.line.text, entry.line.marks, entry.place)
            for key, (_part, entry) in enumerate(_entries(read(package)))
        )
        if not self.segments:
            raise InkhornError("bad_file", f"{path.name} has no text.", reason="no_text")

    def write(
        self, rendered: Mapping[int, Rendered], target: Path, bilingual: bool = False, language: str = ""
    ) -> None:
        """As `Document.write`."""
        package = Package(self._path)
        if package.identity != self._identity:
            raise damaged(f"{self._path.name} has changed since it was opened.")
        package.write(self._changed(package, rendered, bilingual, language), target)

    def _changed(
        self, package: Package, rendered: Mapping[int, Rendered], bilingual: bool, code: str
    ) -> dict[str, bytes]:
        spoken = language(code)
        contents: dict[str, bytes] = {}
        key = 0
        for part in self._read(package):
            # All are read before the first is changed: changing moves elements.
            touched = False
            for entry in [entry for entry in part.entries if entry.line.has_words]:
                new, old = rendered.get(key), self.segments[key]
                key += 1
                if new is None or (new.text, new.marks) == (old.text, old.marks):
                    continue
                touched = True
                for paragraph in entry.paragraphs:
                    if bilingual:
                        paragraph.add(new, spoken)
                    else:
                        paragraph.replace(new, spoken)
            if touched:
                part.finish(spoken)
                contents |= {name: serialise(root) for name, root in part.trees.items()}
        return contents


def _entries(parts: Iterable[Part]) -> Iterator[tuple[Part, Entry]]:
    for part in parts:
        for entry in part.entries:
            if entry.line.has_words:
                yield part, entry


def twins(entries: list[Entry], others: list[Entry]) -> list[Entry]:
    """``entries`` that also stand for ``others`` if those say the same one by one; else all of both."""
    if len(entries) == len(others) and all(
        one.says_the_same_as(two) for one, two in zip(entries, others, strict=True)
    ):
        for one, two in zip(entries, others, strict=True):
            one.paragraphs += two.paragraphs
        return entries
    return entries + others
