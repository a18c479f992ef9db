"""XML that strangers wrote: no entities of its own, nothing fetched, no expansion."""

from __future__ import annotations

from typing import Any

from lxml import etree

from desktop_app.core.errors import InkhornError

_MOST_BYTES = 512 << 20


def read_xml(data: bytes) -> Any:
    """The root element. Raises InkhornError ``bad_file`` with ``reason`` ``damaged``, ``empty`` or
    ``too_large``; a document that declares entities is damaged: none that is honest needs them."""
    if not data.strip():
        raise _bad("empty", "The file is empty.")
    if len(data) > _MOST_BYTES:
        raise _bad("too_large", "The file is too large.")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _bad("damaged", "The file is not well-formed XML.") from error
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise _bad("damaged", "The file declares entities.")
    return root


def name_of(element: Any) -> str:
    """Its tag without a namespace; "" of what is no element."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _bad(reason: str, message: str) -> InkhornError:
    return InkhornError("bad_file", message, reason=reason)
