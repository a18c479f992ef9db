"""Parts with DrawingML text that slides, pages and sheets show: charts and diagrams."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from desktop_app.documents.document import Place
from desktop_app.documents.drawing_lines import placeholder, read_paragraph
from desktop_app.documents.office import Entry, Part, twins
from desktop_app.documents.office_xml import Element, ancestors, parse, short
from desktop_app.documents.opc import Relationship
from desktop_app.documents.package import Package
from desktop_app.documents.plain import plain_entries


def paragraphs(root: Element, place: Place = "") -> list[Entry]:
    """All of a tree in reading order. What is there for older programs too is one segment with it."""
    entries: list[Entry] = []
    alternatives: dict[Element, tuple[list[Entry], list[Entry]]] = {}
    for paragraph in root.iter("{*}p"):
        if short(paragraph) != "a:p":
            continue
        above = ancestors(paragraph, None)
        names = [short(each) for each in above]
        here: Place = place
        if not place:
            title = placeholder(paragraph) in ("title", "ctrTitle")
            here = "table" if "a:tc" in names else "title" if title else ""
        entry = Entry([read_paragraph(paragraph)], here)
        if "mc:AlternateContent" in names:
            fork = above[names.index("mc:AlternateContent")]
            today, older = alternatives.setdefault(fork, ([], []))
            (older if "mc:Fallback" in names else today).append(entry)
        else:
            entries.append(entry)
    for today, older in alternatives.values():
        entries += twins(today, older)
    return entries


def drawings(package: Package, related: Iterable[Relationship], labels: bool = True) -> Iterator[Part]:
    """The charts and diagrams among ``related``. ``labels``: with the texts that a chart has copied from its
    table."""
    related = tuple(related)
    targets = {each.key: each.target for each in related}
    for name in dict.fromkeys(each.target for each in related if each.kind == "chart"):
        root = parse(package.read(name), name)
        values = [value for cache in root.iter("{*}strCache") if labels for value in cache.iter("{*}v")]
        yield Part({name: root}, paragraphs(root) + plain_entries(values))
    for name in dict.fromkeys(each.target for each in related if each.kind == "diagramData"):
        root = parse(package.read(name), name)
        trees, entries = {name: root}, paragraphs(root)
        # The diagram as it was last drawn, for programs that cannot lay it out.
        drawn = next((each.get("relId") for each in root.iter("{*}dataModelExt")), None)
        if drawn in targets:
            trees[targets[drawn]] = other = parse(package.read(targets[drawn]), targets[drawn])
            entries = _with_drawn(entries, paragraphs(other))
        yield Part(trees, entries)


def _with_drawn(entries: list[Entry], drawn: list[Entry]) -> list[Entry]:
    texts = {(entry.line.text, entry.line.marks): entry for entry in reversed(entries)}
    rest = []
    for entry in drawn:
        found = texts.get((entry.line.text, entry.line.marks))
        if found is None:
            rest.append(entry)
        else:
            found.paragraphs += entry.paragraphs
    return entries + rest
