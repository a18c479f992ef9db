"""The XML of office files: read without entities, files or network, and written as it came."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TypeAlias

from lxml import etree

from desktop_app.documents.package import damaged

Element: TypeAlias = etree._Element

PREFIXES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",
    "http://schemas.openxmlformats.org/drawingml/2006/main": "a",
    "http://purl.oclc.org/ooxml/drawingml/main": "a",
    "http://schemas.openxmlformats.org/presentationml/2006/main": "p",
    "http://purl.oclc.org/ooxml/presentationml/main": "p",
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main": "s",
    "http://purl.oclc.org/ooxml/spreadsheetml/main": "s",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
    "urn:oasis:names:tc:opendocument:xmlns:office:1.0": "office",
    "urn:oasis:names:tc:opendocument:xmlns:text:1.0": "text",
    "urn:oasis:names:tc:opendocument:xmlns:table:1.0": "table",
    "urn:oasis:names:tc:opendocument:xmlns:style:1.0": "style",
    "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0": "draw",
    "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0": "fo",
    "urn:oasis:names:tc:opendocument:xmlns:presentation:1.0": "presentation",
    "urn:oasis:names:tc:opendocument:xmlns:meta:1.0": "meta",
    "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0": "svg",
    "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0": "manifest",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://schemas.openxmlformats.org/drawingml/2006/chart": "c",
    "http://purl.oclc.org/ooxml/drawingml/chart": "c",
    "http://schemas.openxmlformats.org/package/2006/metadata/core-properties": "cp",
}
"""The names that code uses, the same for the transitional and the strict namespaces of ISO/IEC 29500."""

_NAMESPACES = {prefix: namespace for namespace, prefix in reversed(PREFIXES.items())}

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NEWLINES = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


@lru_cache(maxsize=4096)
def short_name(tag: str) -> str:
    """``w:p`` for ``{http://…/main}p``; as it is where the namespace is none of `PREFIXES`."""
    namespace, closed, local = tag[1:].partition("}")
    prefix = PREFIXES.get(namespace) if closed else None
    return f"{prefix}:{local}" if prefix else tag


def full_name(name: str) -> str:
    """The tag or attribute that `short_name` calls ``name``, in the transitional namespace."""
    prefix, _colon, local = name.partition(":")
    return f"{{{_NAMESPACES[prefix]}}}{local}"


def short(element: Element) -> str:
    """`short_name` of an element; empty for comments and processing instructions."""
    return short_name(element.tag) if isinstance(element.tag, str) else ""


def tag_like(element: Element, local: str) -> str:
    """The tag ``local`` in the namespace of ``element``."""
    tag = element.tag
    return f"{tag[: tag.index('}') + 1]}{local}" if isinstance(tag, str) and tag[:1] == "{" else local


def attribute(element: Element, local: str, default: str = "") -> str:
    """An attribute in the element's own namespace."""
    return element.get(tag_like(element, local)) or default


def child(element: Element, name: str) -> Element | None:
    """The first child with this short name."""
    return next((each for each in element if short(each) == name), None)


def parse(content: bytes, name: str) -> Element:
    """The root of a part. Raises ``bad_file``, ``damaged``: also for declared entities, which office files
    have none of, and attacks do."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise damaged(f"{name} is no good XML: {error}") from error
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise damaged(f"{name} declares entities.")
    return root


def serialise(root: Element) -> bytes:
    """A part's bytes, in UTF-8, with the declaration as it was."""
    tree = root.getroottree()
    content: bytes = etree.tostring(
        tree, xml_declaration=True, encoding="UTF-8", standalone=tree.docinfo.standalone
    )
    return content


def allowed(text: str) -> str:
    """``text`` less the characters that XML cannot have, with every line end as a line feed."""
    return _FORBIDDEN.sub("", _NEWLINES.sub("\n", text))


def ancestors(element: Element, top: Element) -> list[Element]:
    """From the parent of ``element`` up to below ``top``."""
    found = []
    above = element.getparent()
    while above is not None and above is not top:
        found.append(above)
        above = above.getparent()
    return found


def detach(element: Element) -> Element:
    """Take ``element`` out of its parent, and leave the text behind it there."""
    parent = element.getparent()
    if parent is not None:
        if element.tail:
            before = element.getprevious()
            if before is not None:
                before.tail = (before.tail or "") + element.tail
            else:
                parent.text = (parent.text or "") + element.tail
            element.tail = None
        parent.remove(element)
    return element
