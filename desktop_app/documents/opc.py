"""Open Packaging Conventions (ECMA-376 part 2): which parts there are, and which belongs to which."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from urllib.parse import unquote

from desktop_app.documents.office_xml import parse
from desktop_app.documents.package import Package, damaged

_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


@dataclass(frozen=True, slots=True)
class Relationship:
    key: str
    kind: str
    """The last step of the type's address, such as ``header``: the same in strict and transitional files."""
    target: str
    """The part's name."""


def relationships(package: Package, part: str = "") -> tuple[Relationship, ...]:
    """Of a part, or of the package itself, to parts that are in the package."""
    folder, name = posixpath.split(part)
    listing = posixpath.join(folder, "_rels", f"{name}.rels")
    if listing not in package:
        return ()
    found = []
    for entry in parse(package.read(listing), listing).iter(_RELATIONSHIP):
        if entry.get("TargetMode") == "External":
            continue
        target = unquote(entry.get("Target") or "").partition("#")[0]
        target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        if target in package:
            kind = (entry.get("Type") or "").rstrip("/").rpartition("/")[2]
            found.append(Relationship(entry.get("Id") or "", kind, target))
    return tuple(found)


def main_part(package: Package) -> str:
    """Raises ``bad_file``, ``damaged`` where there is none."""
    for relationship in relationships(package):
        if relationship.kind == "officeDocument":
            return relationship.target
    raise damaged("The file has no main part.")


def main_content_type(package: Package) -> str:
    """Empty where this is no package of Open Packaging."""
    if "[Content_Types].xml" not in package:
        return ""
    part = "/" + main_part(package).lower()
    root = parse(package.read("[Content_Types].xml"), "[Content_Types].xml")
    for entry in root.iter(f"{_TYPES}Override"):
        if (entry.get("PartName") or "").lower() == part:
            return entry.get("ContentType") or ""
    for entry in root.iter(f"{_TYPES}Default"):
        if part.endswith("." + (entry.get("Extension") or "?").lower()):
            return entry.get("ContentType") or ""
    return ""
