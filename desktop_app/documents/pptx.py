"""PPTX: PresentationML in a package (ISO/IEC 29500-1, 19)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from desktop_app.documents.drawings import drawings, paragraphs
from desktop_app.documents.office import OfficeDocument, Part
from desktop_app.documents.office_xml import parse, short
from desktop_app.documents.opc import main_part, relationships
from desktop_app.documents.package import Package, damaged
from desktop_app.documents.plain import plain_entries, properties

_RELATIONSHIPS = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}id",
)


def open_pptx(path: Path) -> OfficeDocument:
    """Raises ``bad_file``."""
    return OfficeDocument(path, "pptx", _read)


def _read(package: Package) -> Iterator[Part]:
    """Slides as they are shown, each with what belongs to it. Masters and layouts stay as they are: what they
    say is for who edits them, or is on the slides."""
    done: set[str] = set()
    for slide in _slides(package):
        if slide in done:
            continue
        done.add(slide)
        root = parse(package.read(slide), slide)
        if short(root) != "p:sld":
            raise damaged(f"{slide} is no slide.")
        yield Part({slide: root}, paragraphs(root))
        related = relationships(package, slide)
        yield from drawings(package, related)
        for each in related:
            if each.kind in ("notesSlide", "comments") and each.target not in done:
                done.add(each.target)
                root = parse(package.read(each.target), each.target)
                comment = each.kind == "comments"
                texts = (text for text in root.iter("{*}text") if short(text) == "p:text")
                yield Part(
                    {each.target: root},
                    paragraphs(root, "comment" if comment else "notes") + plain_entries(texts, "comment"),
                )
    yield from properties(package)


def _slides(package: Package) -> list[str]:
    main = main_part(package)
    root = parse(package.read(main), main)
    if short(root) != "p:presentation":
        raise damaged(f"{main} is no presentation.")
    targets = {each.key: each.target for each in relationships(package, main)}
    keys = [
        each.get(name)
        for each in root.iter("{*}sldId")
        if short(each) == "p:sldId"
        for name in _RELATIONSHIPS
    ]
    return [targets[key] for key in keys if key in targets]
