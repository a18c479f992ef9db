"""EPUB: a book of LibreOffice, books made by hand, locked ones."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.documents.document import Rendered
from desktop_app.documents.epub import open_epub
from desktop_app.documents.opening import open_document

BOOK = Path(__file__).parent / "fixtures" / "book.epub"
ENCRYPTION = (
    '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><enc:EncryptedData '
    'xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptionMethod Algorithm="{}"/></enc:EncryptedData>'
    "</encryption>"
)


def with_parts(target: Path, **parts: str | None) -> Path:
    """The book with parts of these names (``__`` for a slash) put in, or taken out."""
    named = {name.replace("__", "/").replace("_x", ".x"): content for name, content in parts.items()}
    with zipfile.ZipFile(BOOK) as source, zipfile.ZipFile(target, "w") as new:
        for info in source.infolist():
            if info.filename not in named:
                new.writestr(info, source.read(info))
        for name, content in named.items():
            if content is not None:
                new.writestr(name, content)
    return target


def test_what_is_read() -> None:
    segments = open_epub(BOOK).segments
    found = [(segment.text, segment.place) for segment in segments]
    assert found[0] == ("Human rights", "title")
    assert ("Chapter one", "") in found
    assert ("Cell two", "table") in found
    assert ("A note below.", "") in found or any("A note below." in text for text, _place in found)
    assert [text for text, place in found if place == "title"][-2:] == ["Chapter one", "Chapter two"]
    assert len({segment.key for segment in segments}) == len(segments)


def test_nothing_translated_is_the_same_file(tmp_path: Path) -> None:
    open_document(BOOK).write({}, tmp_path / "same.epub")
    assert (tmp_path / "same.epub").read_bytes() == BOOK.read_bytes()


def test_translated(tmp_path: Path) -> None:
    target = tmp_path / "new.epub"
    document = open_document(BOOK)
    new = {segment.key: Rendered(segment.text.upper(), segment.marks) for segment in document.segments}
    document.write(new, target, language="ar")
    assert [each.text for each in open_document(target).segments] == [
        each.text.upper() for each in document.segments
    ]
    with zipfile.ZipFile(target) as book, zipfile.ZipFile(BOOK) as source:
        assert book.testzip() is None
        first = book.infolist()[0]
        assert (first.filename, first.compress_type, first.extra) == ("mimetype", zipfile.ZIP_STORED, b"")
        assert book.namelist() == source.namelist()
        package = book.read("OEBPS/content.opf").decode()
        assert "<dc:title>HUMAN RIGHTS</dc:title>" in package
        assert "<dc:language>ar</dc:language>" in package
        assert 'page-progression-direction="rtl"' in package
        assert "<text>CHAPTER ONE</text>" in book.read("OEBPS/toc.ncx").decode()
        chapter = book.read("OEBPS/sections/section0001.xhtml").decode()
        assert 'xml:lang="ar" dir="rtl"' in chapter
        assert 'href="https://www.un.org/"' in chapter
        assert book.read("OEBPS/styles/stylesheet.css") == source.read("OEBPS/styles/stylesheet.css")


def test_one_chapter_changes_one_part(tmp_path: Path) -> None:
    target = tmp_path / "new.epub"
    document = open_epub(BOOK)
    key = next(segment.key for segment in document.segments if segment.text.startswith("Everyone has"))
    document.write({key: Rendered("Jeder")}, target)
    with zipfile.ZipFile(target) as book, zipfile.ZipFile(BOOK) as source:
        differ = [name for name in book.namelist() if book.read(name) != source.read(name)]
    assert differ == ["OEBPS/sections/section0002.xhtml"]


def test_locked_books(tmp_path: Path) -> None:
    locked = with_parts(
        tmp_path / "locked.epub",
        **{"META-INF__encryption_xml": ENCRYPTION.format("http://www.w3.org/2001/04/xmlenc#aes128-cbc")},
    )
    with pytest.raises(InkhornError) as refused:
        open_document(locked)
    assert refused.value.values["reason"] == "encrypted"
    fonts = with_parts(
        tmp_path / "fonts.epub",
        **{"META-INF__encryption_xml": ENCRYPTION.format("http://www.idpf.org/2008/embedding")},
    )
    assert open_document(fonts).segments


def test_parts_that_are_missing(tmp_path: Path) -> None:
    short = with_parts(tmp_path / "short.epub", OEBPS__sections__section0002_xhtml=None)
    assert any(segment.text == "First item" for segment in open_document(short).segments)
    for name in ("META-INF__container_xml", "OEBPS__content.opf"):
        broken = with_parts(tmp_path / "broken.epub", **{name: None})
        with pytest.raises(InkhornError) as refused:
            open_document(broken)
        assert refused.value.values["reason"] == "damaged"
