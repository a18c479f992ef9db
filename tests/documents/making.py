"""Small office files made part by part, and looks into what was written."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

from lxml import etree

from desktop_app.documents.document import Document, Mark, Rendered, Segment
from desktop_app.documents.opening import open_document

FIXTURES = Path(__file__).parent / "fixtures"
OFFICE = ("report.docx", "report.odt", "talk.pptx", "book.xlsx", "book_own_strings.xlsx")
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OPENING = (
    f'<w:document xmlns:w="{W}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">'
)
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_TYPES = f"""<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/word/document.xml" ContentType="{_MAIN}"/></Types>"""
_RELATIONS = """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Target="word/document.xml"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>"""


def docx(path: Path, body: str, **more: str) -> Path:
    """A DOCX with this content of ``w:body``; ``more`` are further parts in place of those that are here."""
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELATIONS,
        "word/document.xml": f"{_OPENING}<w:body>{body}</w:body></w:document>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (parts | more).items():
            archive.writestr(name, content)
    return path


def run(text: str, properties: str = "") -> str:
    looks = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{looks}<w:t xml:space="preserve">{text}</w:t></w:r>'


def complex_field(code: str, result: str) -> str:
    char = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    instruction = f"<w:r><w:instrText>{code}</w:instrText></w:r>"
    return char.format("begin") + instruction + char.format("separate") + result + char.format("end")


def shouted(segment: Segment) -> Rendered:
    """The same in capitals, as long as before, so that marks stay where they are."""
    text = "".join(each.upper() if len(each.upper()) == 1 else each for each in segment.text)
    return Rendered(text, segment.marks)


def changed(
    document: Document,
    target: Path,
    change: Callable[[Segment], Rendered] = shouted,
    bilingual: bool = False,
    language: str = "pt",
) -> Document:
    """Write every segment changed, and open what came out."""
    document.write({each.key: change(each) for each in document.segments}, target, bilingual, language)
    return open_document(target)


def part(path: Path, name: str) -> etree._Element:
    with zipfile.ZipFile(path) as archive:
        return etree.fromstring(archive.read(name))


def texts(document: Document) -> list[str]:
    return [each.text for each in document.segments]


def at(document: Document, text: str) -> Segment:
    """The segment that begins so."""
    return next(each for each in document.segments if each.text.startswith(text))


def span(segment: Segment, words: str) -> tuple[int, int]:
    start = segment.text.index(words)
    return start, start + len(words)


def marked(segment: Segment) -> set[str]:
    return {segment.text[each.start : each.end] for each in segment.marks}


def moved(marks: tuple[Mark, ...], places: dict[int, tuple[int, int]]) -> tuple[Mark, ...]:
    return tuple(Mark(*places[each.key], each.key) if each.key in places else each for each in marks)
