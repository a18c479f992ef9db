"""Which format a file is, by what is in it, and by its name only where the content leaves it open."""

from __future__ import annotations

import mmap
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from desktop_app.core.errors import InkhornError, kind_of_os_error
from desktop_app.documents import text_formats as texts
from desktop_app.documents.document import Document

HEAD: Final = 1 << 16
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE: Final = "EncryptedPackage".encode("utf-16-le")
"""The stream that an encrypted Office file is in ([MS-OFFCRYPTO] 2.3.1)."""


@dataclass(frozen=True)
class Sample:
    """What formats are told apart by."""

    path: Path
    head: bytes
    """The first `HEAD` bytes."""

    @property
    def suffix(self) -> str:
        """In lower case, with its dot."""
        return self.path.suffix.lower()

    @property
    def is_zip(self) -> bool:
        return self.head.startswith((b"PK\3\4", b"PK\5\6"))

    @cached_property
    def kind(self) -> str:
        """Of a zip file the media type that it gives itself: OpenDocument and EPUB in their part
        ``mimetype``, Office in the content type of its main part. Empty for others. Raises ``bad_file``."""
        if not self.is_zip:
            return ""
        from desktop_app.documents.opc import main_content_type
        from desktop_app.documents.package import Package

        package = Package(self.path)
        if "mimetype" in package:
            return package.read("mimetype")[:200].decode("ascii", "replace").strip()
        return main_content_type(package)


@dataclass(frozen=True, slots=True)
class Format:
    """A row of `FORMATS`."""

    name: str
    suffixes: tuple[str, ...]
    open: Callable[[Path], Document]
    sure: Callable[[Sample], bool]
    """Whether the content alone tells that it is this. Of what no format is sure of, the name decides."""


def _docx(path: Path) -> Document:
    from desktop_app.documents.docx import open_docx

    return open_docx(path)


def _pptx(path: Path) -> Document:
    from desktop_app.documents.pptx import open_pptx

    return open_pptx(path)


def _xlsx(path: Path) -> Document:
    from desktop_app.documents.xlsx import open_xlsx

    return open_xlsx(path)


def _odf(name: str) -> Callable[[Path], Document]:
    def open_it(path: Path) -> Document:
        from desktop_app.documents.odf import open_odf

        return open_odf(path, name)

    return open_it


def _kind(*kinds: str) -> Callable[[Sample], bool]:
    return lambda sample: sample.kind in kinds


_OFFICE: Final = "application/vnd.openxmlformats-officedocument"
_WORD: Final = f"{_OFFICE}.wordprocessingml"
_OPEN: Final = "application/vnd.oasis.opendocument"
_SHEETS: Final = f"{_OFFICE}.spreadsheetml"
_SLIDES: Final = f"{_OFFICE}.presentationml"

_TEXTS: Final = (
    Format("epub", (".epub",), texts.epub, _kind("application/epub+zip")),
    Format("pdf", (".pdf",), texts.pdf, lambda sample: texts.is_pdf(sample.head)),
    Format("po", (".po", ".pot"), texts.catalogue, lambda sample: texts.is_catalogue(sample.head)),
    Format("srt", (".srt", ".vtt"), texts.subtitles, lambda sample: texts.is_subtitles(sample.head)),
    Format(
        "html", (".html", ".htm", ".xhtml", ".xht"), texts.html, lambda sample: texts.is_html(sample.head)
    ),
    Format("json", (".json", ".jsonl", ".ndjson", ".arb"), texts.json_strings, lambda _sample: False),
    Format("markdown", (".md", ".markdown", ".mdown", ".mkd"), texts.markdown, lambda _sample: False),
    Format("txt", (".txt", ".text", ""), texts.text, lambda _sample: False),
)

# The order matters among the formats that are sure, and among those with the same suffix. Each opens its
# module when it is wanted, so that a window starts without lxml.
FORMATS: tuple[Format, ...] = (
    *_TEXTS,
    Format(
        "docx",
        (".docx", ".docm", ".dotx", ".dotm"),
        _docx,
        _kind(
            f"{_WORD}.document.main+xml",
            f"{_WORD}.template.main+xml",
            "application/vnd.ms-word.document.macroEnabled.main+xml",
            "application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
        ),
    ),
    Format(
        "pptx",
        (".pptx", ".pptm", ".ppsx", ".ppsm", ".potx", ".potm"),
        _pptx,
        _kind(
            f"{_SLIDES}.presentation.main+xml",
            f"{_SLIDES}.slideshow.main+xml",
            f"{_SLIDES}.template.main+xml",
            "application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml",
            "application/vnd.ms-powerpoint.slideshow.macroEnabled.main+xml",
            "application/vnd.ms-powerpoint.template.macroEnabled.main+xml",
        ),
    ),
    Format(
        "xlsx",
        (".xlsx", ".xlsm", ".xltx", ".xltm"),
        _xlsx,
        _kind(
            f"{_SHEETS}.sheet.main+xml",
            f"{_SHEETS}.template.main+xml",
            "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
            "application/vnd.ms-excel.template.macroEnabled.main+xml",
        ),
    ),
    Format("odt", (".odt", ".ott"), _odf("odt"), _kind(f"{_OPEN}.text", f"{_OPEN}.text-template")),
    Format(
        "ods", (".ods", ".ots"), _odf("ods"), _kind(f"{_OPEN}.spreadsheet", f"{_OPEN}.spreadsheet-template")
    ),
    Format(
        "odp", (".odp", ".otp"), _odf("odp"), _kind(f"{_OPEN}.presentation", f"{_OPEN}.presentation-template")
    ),
)


def open_document(path: Path) -> Document:
    """Raises ``InkhornError("bad_file")`` with ``reason``: ``empty``, ``damaged``, ``encrypted``,
    ``too_large``, ``unknown_format``, ``no_text`` or ``scanned``; else what the system says."""
    try:
        with path.open("rb") as file:
            sample = Sample(path, file.read(HEAD))
    except OSError as error:
        raise InkhornError(kind_of_os_error(error), f"{path.name} cannot be read: {error}") from error
    if not sample.head:
        raise InkhornError("bad_file", "The file is empty.", reason="empty")
    if sample.head.startswith(_OLE):
        raise _refused_ole(path)
    found = next((entry for entry in FORMATS if entry.sure(sample)), None)
    found = found or next((entry for entry in FORMATS if sample.suffix in entry.suffixes), None)
    if found is None:
        raise InkhornError("bad_file", f"{path.name} is of no known format.", reason="unknown_format")
    return found.open(path)


def _refused_ole(path: Path) -> InkhornError:
    """Both Office's older formats and its encrypted files are OLE containers."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content.find(_ENCRYPTED_PACKAGE) >= 0:
            return InkhornError("bad_file", f"{path.name} is encrypted.", reason="encrypted")
    return InkhornError("bad_file", "This is an older Office file.", reason="unknown_format")
