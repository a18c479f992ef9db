"""PDF: the text out of it. A PDF is a picture of a document; the translation is a text of its own, written as
plain text, Markdown or Word, by the target's name."""

from __future__ import annotations

import io
import logging
import struct
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from pypdf import PageObject, PdfReader
from pypdf.errors import DependencyError, PyPdfError

from desktop_app.core.errors import InkhornError
from desktop_app.documents.document import Rendered, Segment
from desktop_app.documents.package import damaged
from desktop_app.documents.pdf_lines import Line, Paragraph, Piece, lines_of, paragraphs, without_edges
from desktop_app.documents.spans import load, put, shown

LARGEST = 256 << 20
MOST_PAGES = 5_000
SPARSE = 12
"""Letters on a page; pages with fewer and a picture are scans."""
_ERRORS = (
    PyPdfError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError, OverflowError,
    AssertionError, ZeroDivisionError, NotImplementedError, EOFError, struct.error, zlib.error, OSError,
)  # fmt: skip
"""What pypdf raises for files that are no good PDF: it follows the file's structure and checks it late."""

logging.getLogger("pypdf").setLevel(logging.ERROR)  # it warns of every oddity that it got over


class Pdf:
    """A `desktop_app.documents.document.Document`."""

    format = "pdf"

    def __init__(self, path: Path, found: list[Paragraph]) -> None:
        self._path = path
        self._paragraphs = found
        self.segments = tuple(
            Segment(key, shown(paragraph.text), place="title" if paragraph.heading else "")
            for key, paragraph in enumerate(found)
            if any(map(str.isalpha, paragraph.text))
        )

    def write(
        self, rendered: Mapping[int, Rendered], target: Path, bilingual: bool = False, language: str = ""
    ) -> None:
        """A text, not a PDF: Word for ``.docx``, Markdown for ``.md``, plain text for all others."""
        lines = list(self._texts(rendered, bilingual))
        suffix = target.suffix.lower()
        if suffix == ".docx":
            content = _word(lines)
        elif suffix in (".md", ".markdown"):
            content = "".join(
                f"{'## ' if heading else ''}{_plain(text)}\n\n" for text, heading in lines
            ).encode()
        else:
            content = "".join(f"{text}\n\n" for text, _heading in lines).encode("utf-8", "replace")
        put(content, target, self._path)

    def _texts(self, rendered: Mapping[int, Rendered], bilingual: bool) -> Iterator[tuple[str, bool]]:
        for key, paragraph in enumerate(self._paragraphs):
            new = rendered.get(key)
            if new is None or bilingual:
                yield paragraph.text, paragraph.heading
            if new is not None:
                yield " ".join(new.text.split()), paragraph.heading


def open_pdf(path: Path) -> Pdf:
    """Raises ``bad_file``; ``scanned`` where pages are pictures only, ``encrypted`` where a password is
    needed to read them."""
    data = load(path, LARGEST)
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise InkhornError("bad_file", "The file needs a password.", reason="encrypted")
        if len(reader.pages) > MOST_PAGES:
            raise InkhornError("bad_file", f"The file has {len(reader.pages)} pages.", reason="too_large")
        pages = [lines_of(_pieces(page)) for page in reader.pages]
        letters = sum(len(line.text) for page in pages for line in page)
        if letters < SPARSE * len(pages) and any(_has_picture(page) for page in reader.pages):
            raise InkhornError("bad_file", "The pages are pictures.", reason="scanned")
    except DependencyError as error:
        raise InkhornError("bad_file", f"The file is encrypted: {error}", reason="encrypted") from error
    except _ERRORS as error:
        raise damaged(f"{path.name} is no good PDF: {error}") from error
    return _document(path, pages)


def _document(path: Path, pages: list[list[Line]]) -> Pdf:
    document = Pdf(path, paragraphs(without_edges(pages)))
    if not document.segments:
        raise InkhornError("bad_file", "There is no text in the file.", reason="no_text")
    return document


def _pieces(page: PageObject) -> list[Piece]:
    found: list[Piece] = []

    def piece(text: str, cm: list[float], tm: list[float], _font: object, size: float) -> None:
        if not text or text == "\n":
            return
        x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        scale = abs(tm[3] * cm[3]) or abs(tm[1] * cm[1]) or 1.0
        found.append(Piece(text.replace("\n", " "), x, y, max(1.0, size * scale)))

    page.extract_text(visitor_text=piece)
    return found


def _has_picture(page: PageObject) -> bool:
    resources = page.get("/Resources")
    objects = resources.get_object().get("/XObject") if resources is not None else None
    if objects is None:
        return False
    return any(each.get_object().get("/Subtype") == "/Image" for each in objects.get_object().values())


def _plain(text: str) -> str:
    """As Markdown reads it as text."""
    from desktop_app.documents.markdown_inline import escaped

    return escaped(text, 1, begins=True)


def _word(lines: list[tuple[str, bool]]) -> bytes:
    from docx import Document

    document = Document()
    for text, heading in lines:
        if heading:
            document.add_heading(text, level=1)
        else:
            document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
