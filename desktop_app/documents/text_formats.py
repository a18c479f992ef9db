"""The formats that are text (EPUB and PDF with them): what their files begin with, and how they are opened.

Each opens its module when it is wanted."""

from __future__ import annotations

import re
from pathlib import Path

from desktop_app.documents.document import Document
from desktop_app.documents.encodings import MARKS

_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:(?><!--.*?-->)\s*)*+<(?:!doctype\s+html|html[\s>])", re.I | re.S
)
_CUE = re.compile(r"\s*(?:\d+\s*\n\s*)?(?:\d+:)?\d+:\d+[,.]\d+\s*-->\s*(?:\d+:)?\d+:\d+[,.]\d+")
_CATALOGUE = re.compile(r"(?:[ \t\r]*(?:#[^\n]*)?\n)*+[ \t]*(?:msgctxt\s+\"[^\n]*\n\s*)?msgid\s+\"")


def head_text(head: bytes) -> str:
    """The beginning of a file as text, as far as ASCII goes, lines ending in a line feed."""
    for mark, encoding in MARKS:
        if head.startswith(mark):
            return head[len(mark) :].decode(encoding, "replace").replace("\r\n", "\n")
    return head.decode("latin-1").replace("\r\n", "\n")


def is_html(head: bytes) -> bool:
    return _HTML.match(head_text(head)) is not None


def is_subtitles(head: bytes) -> bool:
    text = head_text(head)
    return re.match(r"WEBVTT(?=\s|\Z)", text) is not None or _CUE.match(text) is not None


def is_catalogue(head: bytes) -> bool:
    return _CATALOGUE.match(head_text(head)) is not None


def is_pdf(head: bytes) -> bool:
    """Readers take up to a kilobyte before it (PDF 1.7, Annex H.3.4.1)."""
    return b"%PDF-" in head[:1024]


def text(path: Path) -> Document:
    from desktop_app.documents.plain_text import open_text

    return open_text(path)


def markdown(path: Path) -> Document:
    from desktop_app.documents.markdown import open_markdown

    return open_markdown(path)


def html(path: Path) -> Document:
    from desktop_app.documents.html import open_html

    return open_html(path)


def epub(path: Path) -> Document:
    from desktop_app.documents.epub import open_epub

    return open_epub(path)


def subtitles(path: Path) -> Document:
    from desktop_app.documents.subtitles import open_subtitles

    return open_subtitles(path)


def catalogue(path: Path) -> Document:
    from desktop_app.documents.po import open_po

    return open_po(path)


def json_strings(path: Path) -> Document:
    from desktop_app.documents.json_strings import open_json

    return open_json(path)


def pdf(path: Path) -> Document:
    from desktop_app.documents.pdf import open_pdf

    return open_pdf(path)
