"""What is written opens in LibreOffice, with all that was there. Needs ``soffice``."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from desktop_app.documents.document import Mark, Rendered, Segment
from desktop_app.documents.opening import open_document
from tests.documents.making import FIXTURES, OFFICE, shouted

SOFFICE = shutil.which("soffice")
OWN_FORMATS = [("book.xlsx", "ods"), ("talk.pptx", "odp"), ("report.docx", "odt")]
PDFTOTEXT = shutil.which("pdftotext")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed"),
]


def converted(path: Path, kind: str, folder: Path) -> Path:
    """By LibreOffice with settings of its own. It says nothing of a file that it had to mend, but a file that
    it cannot read it does not convert."""
    assert SOFFICE is not None
    profile = (folder / "profile").as_uri()
    done = subprocess.run(
        [
            *(SOFFICE, f"-env:UserInstallation={profile}", "--headless", "--convert-to", kind),
            *("--outdir", str(folder / "out"), str(path)),
        ],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    target = folder / "out" / f"{path.stem}.{kind}"
    assert target.is_file(), done.stderr
    return target


def arabic(segment: Segment) -> Rendered:
    text = "الماء دافئ في الصيف والجليد يأتي في الشتاء"
    share = len(text) / max(1, len(segment.text))
    marks = (Mark(int(each.start * share), int(each.end * share), each.key) for each in segment.marks)
    return Rendered(text, tuple(marks))


@pytest.mark.parametrize("name", OFFICE)
@pytest.mark.parametrize("bilingual", [False, True])
def test_it_opens_with_all_its_text(name: str, bilingual: bool, tmp_path: Path) -> None:
    if PDFTOTEXT is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    document = open_document(FIXTURES / name)
    target = tmp_path / name
    document.write({each.key: shouted(each) for each in document.segments}, target, bilingual, "pt")
    pdf = converted(target, "pdf", tmp_path)
    shown = subprocess.run([PDFTOTEXT, str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    squeezed = re.sub(r"\s", "", shown)
    for segment in document.segments:
        hidden = segment.place in ("metadata", "comment", "notes", "alternative")
        cut = segment.text in ("Water level", "Month", "First line\nsecond line")  # narrow columns cut them
        numbered = any(each.isdigit() for each in segment.text)  # pages are counted again
        if not (hidden or cut or numbered):
            words = re.sub(r"\s", "", shouted(segment).text)
            # A note's number stands in the text.
            assert words in squeezed or segment.marks, segment.text


@pytest.mark.parametrize("name", [each for each in OFFICE if not each.startswith("book")])
def test_right_to_left_opens(name: str, tmp_path: Path) -> None:
    document = open_document(FIXTURES / name)
    document.write({each.key: arabic(each) for each in document.segments}, tmp_path / name, language="ar")
    converted(tmp_path / name, "pdf", tmp_path)


@pytest.mark.parametrize(
    ("name", "kind"), [("book.xlsx", "ods"), ("talk.pptx", "odp"), ("report.docx", "odt")]
)
def test_its_own_formats_are_read_and_written(name: str, kind: str, tmp_path: Path) -> None:
    source = converted(FIXTURES / name, kind, tmp_path)
    document = open_document(source)
    assert document.format == kind
    target = tmp_path / f"translated.{kind}"
    document.write({each.key: shouted(each) for each in document.segments}, target, language="pt")
    again = open_document(converted(target, name[-4:], tmp_path))
    for text in ("NOTES FROM THE NORTHERN LAKE", "SAY GOOD MORNING TO EVERYBODY.", "MONTHS WITH ICE"):
        if any(each.text.upper() == text for each in open_document(FIXTURES / name).segments):
            assert text in [each.text for each in again.segments]
