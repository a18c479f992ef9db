"""PDF: paragraphs out of real files, and files that have none."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, NumberObject

from desktop_app.core.errors import InkhornError
from desktop_app.documents.document import Rendered
from desktop_app.documents.opening import open_document
from desktop_app.documents.pdf_lines import Line, Paragraph, Piece, lines_of, paragraphs, without_edges
from tests.documents.fixtures.make_texts import ARTICLES, HEADING

FIXTURES = Path(__file__).parent / "fixtures"


@pytest.mark.parametrize("name", ["paper.pdf", "columns.pdf"])
def test_paragraphs_as_they_were_written(name: str) -> None:
    """Lines joined, hyphens at their ends undone, over pages and columns, without headers and footers."""
    segments = open_document(FIXTURES / name).segments
    assert [segment.text for segment in segments] == [HEADING, *ARTICLES, *ARTICLES]
    assert segments[0].place == "title"


def test_written_as_text(tmp_path: Path) -> None:
    document = open_document(FIXTURES / "paper.pdf")
    new = {segment.key: Rendered(segment.text.upper()) for segment in document.segments}
    document.write(new, tmp_path / "new.txt")
    text = (tmp_path / "new.txt").read_text(encoding="utf-8")
    assert text.split("\n\n")[:2] == [HEADING.upper(), ARTICLES[0].upper()]
    document.write(new, tmp_path / "new.md", bilingual=True)
    text = (tmp_path / "new.md").read_text(encoding="utf-8")
    assert text.startswith(
        f"## {HEADING}\n\n## {HEADING.upper()}\n\n{ARTICLES[0]}\n\n{ARTICLES[0].upper()}\n"
    )
    document.write(new, tmp_path / "new.docx")
    found = [paragraph.text for paragraph in docx.Document(str(tmp_path / "new.docx")).paragraphs]
    assert found[:2] == [HEADING.upper(), ARTICLES[0].upper()]


def test_password(tmp_path: Path) -> None:
    writer = PdfWriter(clone_from=FIXTURES / "paper.pdf")
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(tmp_path / "locked.pdf")
    with pytest.raises(InkhornError) as refused:
        open_document(tmp_path / "locked.pdf")
    assert refused.value.values["reason"] == "encrypted"
    writer = PdfWriter(clone_from=FIXTURES / "paper.pdf")
    writer.encrypt("", "owner", algorithm="RC4-128")  # may be read by everybody, not changed
    writer.write(tmp_path / "open.pdf")
    assert len(open_document(tmp_path / "open.pdf").segments) == 21


def test_scans_and_empty_pages(tmp_path: Path) -> None:
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    writer.write(tmp_path / "blank.pdf")
    with pytest.raises(InkhornError) as refused:
        open_document(tmp_path / "blank.pdf")
    assert refused.value.values["reason"] == "no_text"
    image = DecodedStreamObject()
    image.set_data(b"\x80")
    image.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Image"),
            NameObject("/Width"): NumberObject(1),
            NameObject("/Height"): NumberObject(1),
            NameObject("/BitsPerComponent"): NumberObject(8),
            NameObject("/ColorSpace"): NameObject("/DeviceGray"),
        }
    )
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/XObject"): DictionaryObject({NameObject("/I"): writer._add_object(image)})}
    )
    writer.write(tmp_path / "scan.pdf")
    assert len(PdfReader(tmp_path / "scan.pdf").pages) == 1
    with pytest.raises(InkhornError) as refused:
        open_document(tmp_path / "scan.pdf")
    assert refused.value.values["reason"] == "scanned"


def line(text: str, y: float, x: float = 50, size: float = 10) -> Line:
    return Line(text, x, y, x + 5 * len(text), size)


def texts(*lines: Line) -> list[str]:
    return [paragraph.text for paragraph in paragraphs([list(lines)])]


def test_hyphens() -> None:
    assert texts(line("the transla-", 100), line("tion of a non-", 88), line("governing body of", 76)) == [
        "the translation of a nongoverning body of"
    ]
    assert texts(
        line("A non-governing body and a non-", 100), line("governing one, East-", 88), line("West", 76)
    ) == ["A non-governing body and a non-governing one, East- West"]


def test_first_lines_that_are_set_in() -> None:
    found = texts(
        line("The end of one.", 100), line("Another begins here", 88, x=65), line("and goes on", 76)
    )
    assert found == ["The end of one.", "Another begins here and goes on"]


def test_two_columns_row_by_row() -> None:
    """As programs that write by height do; reading order is by column."""
    rows = []
    for number in range(6):
        rows.append(Piece(f"left words {number}", 50, 700 - 12 * number, 10))
        rows.append(Piece(f"right words {number}", 320, 700 - 12 * number, 10))
    found = [each.text for each in lines_of(rows)]
    assert found == [f"left words {n}" for n in range(6)] + [f"right words {n}" for n in range(6)]


def test_page_numbers_and_running_heads() -> None:
    pages = [
        [
            line("My book", 800),
            line(f"Text of page {name}", 700),
            line(f"more text {name}", 690),
            line(f"and more {name}", 680),
            line(f"and yet more {name}", 670),
            line(f"to the end {name}", 660),
            line(f"of it {name}", 650),
            line(f"– {number} –", 20),
        ]
        for number, name in enumerate(("one", "two", "three", "four"), 1)
    ]
    kept = [[each.text for each in page] for page in without_edges(pages)]
    assert all("My book" not in page and len(page) == 6 for page in kept)


def test_headings() -> None:
    body = [line("Body text that goes on for a while", 600 - 12 * n) for n in range(5)]
    found = paragraphs([[line("A heading", 640, size=16), *body]])
    assert found[0] == Paragraph("A heading", True)
    assert len(found) == 2
