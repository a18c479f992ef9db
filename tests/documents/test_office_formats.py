"""Slides, workbooks and OpenDocument: what is read, and what is there after writing."""

from __future__ import annotations

import zipfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from desktop_app.documents.document import Mark, Rendered
from desktop_app.documents.office_xml import allowed
from desktop_app.documents.opening import open_document
from tests.documents.making import FIXTURES, OFFICE, at, changed, marked, part, shouted, texts

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
NEVER_LOST = {
    *("fldChar", "instrText", "footnoteReference", "endnoteReference", "commentReference", "drawing", "del"),
    *("bookmarkStart", "bookmarkEnd", "commentRangeStart", "commentRangeEnd", "txbxContent", "hlinkClick"),
    *("tbl", "tc", "graphicFrame", "grpSp", "note", "annotation", "frame", "text-box", "change", "f", "v"),
    *(
        "bookmark-start",
        "bookmark-end",
        "change-start",
        "change-end",
        "page-number",
        "page-count",
        "table-cell",
    ),
    *("tableColumn", "headerFooter", "sheetData"),
}


def elements(path: Path) -> Counter[str]:
    """How many of each kind there are in all parts."""
    found: Counter[str] = Counter()
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(".xml") and archive.read(name):
                found.update(
                    etree.QName(each).localname
                    for each in etree.fromstring(archive.read(name)).iter()
                    if isinstance(each.tag, str)
                )
    return Counter({name: count for name, count in found.items() if name in NEVER_LOST})


ODD = "ab <&>\t\n\x00\x0b\ufffe\ud83d漢🙂אا&_x0041_"
ANYTHING = st.text(max_size=30) | st.text(alphabet=ODD, max_size=20)
LANGUAGES = st.sampled_from(["", "pt", "ar", "zh", "he-IL", "xx"])


@pytest.mark.parametrize("name", OFFICE)
@given(data=st.data())
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_with_any_marks(name: str, data: st.DataObject, tmp_path: Path) -> None:
    source, target = FIXTURES / name, tmp_path / f"out{Path(name).suffix}"
    document = open_document(source)
    rendered = {}
    for segment in document.segments:
        text = data.draw(ANYTHING)
        place = st.integers(-1, len(text) + 1)
        keys = st.sampled_from([-1, *(each.key for each in segment.marks)])
        marks = st.lists(st.builds(Mark, place, place, keys), max_size=6)
        rendered[segment.key] = Rendered(text, tuple(data.draw(marks)))
    bilingual = data.draw(st.booleans())
    document.write(rendered, target, bilingual, data.draw(LANGUAGES))
    before, after = elements(source), elements(target)
    assert {key: after[key] for key in before if after[key] < before[key]} == {}
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        everything = "".join(
            "".join(etree.fromstring(archive.read(each)).itertext())
            for each in archive.namelist()
            if each.endswith(".xml") and archive.read(each)
        )
    if not bilingual and not name.startswith("book"):
        for segment in document.segments:
            if not segment.marks:  # with marks, its text is in several elements, with numbers between them
                for word in allowed(rendered[segment.key].text).split():
                    assert word in everything


@pytest.mark.parametrize("name", OFFICE)
@pytest.mark.parametrize("bilingual", [False, True])
def test_every_segment_is_written(name: str, bilingual: bool, tmp_path: Path) -> None:
    document = open_document(FIXTURES / name)
    again = changed(document, tmp_path / name, bilingual=bilingual)
    found = "\n".join(texts(again))
    assert all(shouted(segment).text in found for segment in document.segments)
    assert all(segment.text in found for segment in document.segments) or not bilingual
    assert [each.key for each in document.segments] == list(range(len(document.segments)))


@pytest.mark.parametrize("name", OFFICE)
def test_there_and_back(name: str, tmp_path: Path) -> None:
    first = open_document(FIXTURES / name)
    second = changed(first, tmp_path / f"1_{name}", language="")
    old = {each.key: each.text for each in first.segments}
    third = changed(
        second, tmp_path / f"2_{name}", lambda each: Rendered(old[each.key], each.marks), language=""
    )
    for one, two in zip(first.segments, third.segments, strict=True):
        assert (one.text, one.place) == (two.text, two.place)
        assert Counter((m.start, m.end) for m in one.marks) == Counter((m.start, m.end) for m in two.marks)
    assert elements(FIXTURES / name) == elements(tmp_path / f"2_{name}")


def test_slides(tmp_path: Path) -> None:
    document = open_document(FIXTURES / "talk.pptx")
    places = {each.text: each.place for each in document.segments}
    assert places["Ice and water"] == "title"
    assert places["Thickness"] == "table"
    assert places["Then show the map."] == "notes"
    assert {"A box in a group", "How high the water is", "Winter", "Water level"} <= set(places)
    assert marked(at(document, "Ask the")) == {"weather office"}
    assert at(document, "Two lines").text == "Two lines\nin one bullet"
    changed(document, tmp_path / "ar.pptx", lambda each: Rendered("مرحبا", ()), language="ar")
    slide = part(tmp_path / "ar.pptx", "ppt/slides/slide1.xml")
    title, *bullets = slide.iter(f"{A}pPr")
    assert (title.get("rtl"), title.get("algn")) == ("1", None)
    assert [(each.get("rtl"), each.get("algn")) for each in bullets] == [("1", "r")] * 3
    assert {each.get("lang") for each in slide.iter(f"{A}rPr")} == {"ar-SA"}
    assert len(list(slide.iter(f"{A}hlinkClick"))) == 1, "a link that has no mark any more is kept"


@pytest.mark.parametrize("name", ["book.xlsx", "book_own_strings.xlsx"])
def test_a_workbook_counts_as_before(name: str, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    document = open_document(FIXTURES / name)
    assert "frozen" not in texts(document), "a formula compares with it"
    assert not [each for each in texts(document) if "Water levels" in each and "year" not in each]
    changed(document, tmp_path / "out.xlsx")
    old, new = (openpyxl.load_workbook(path) for path in (FIXTURES / name, tmp_path / "out.xlsx"))
    assert new.sheetnames == old.sheetnames
    sheet = new["Water levels"]
    for row in old["Water levels"].iter_rows():
        for cell in row:
            value = sheet[cell.coordinate].value
            if isinstance(cell.value, str) and not cell.value.startswith("=") and cell.value != "frozen":
                assert value == cell.value.upper()
            else:
                assert value == cell.value
    assert [column.name for column in sheet.tables["Levels"].tableColumns] == [
        cell.value for cell in sheet["A1:C1"][0]
    ]
    assert sheet["A6"].comment.text.strip() == "PLEASE CHECK THIS NUMBER."
    assert sheet.oddFooter.center.text == "PAGE &P OF &N, R&&D ONLY"
    assert new.calculation.fullCalcOnLoad


def test_names_of_table_columns_stay_different(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    for name in ("book.xlsx", "book_own_strings.xlsx"):
        document = open_document(FIXTURES / name)
        changed(document, tmp_path / name, lambda each: Rendered("Água", ()))
        sheet = openpyxl.load_workbook(tmp_path / name)["Water levels"]
        names = [column.name for column in sheet.tables["Levels"].tableColumns]
        assert names == ["Água", "Água 2", "Água 3"] == [cell.value for cell in sheet["A1:C1"][0]]


def test_headers_stay_where_formulas_name_columns(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(FIXTURES / "book.xlsx")
    book["Water levels"]["B9"] = "=SUM(Levels[Water level])"
    book.save(tmp_path / "in.xlsx")
    assert not {"Month", "Water level", "State"} & set(texts(open_document(tmp_path / "in.xlsx")))


def test_opendocument(tmp_path: Path) -> None:
    document = open_document(FIXTURES / "report.odt")
    assert document.format == "odt"
    places = {each.text: each.place for each in document.segments}
    assert places["Notes from the northern lake"] == "header"
    assert places["Measured every morning at the old pier."] == "footnote"
    assert places["Please check this rule."] == "comment"
    assert places["Month"] == "table"
    assert "In summer the water is warm. Three spaces,   kept.\tAnd a tab." in places
    assert "removed words" not in "".join(places)
    assert {"late November", "the weather office"} <= marked(at(document, "The ice"))


def test_opendocument_in_another_direction(tmp_path: Path) -> None:
    document = open_document(FIXTURES / "report.odt")
    changed(document, tmp_path / "ar.odt", lambda each: Rendered("مرحبا", ()), language="ar")
    root = part(tmp_path / "ar.odt", "content.xml")
    used = {each.get(f"{TEXT}style-name") for each in root.iter(f"{TEXT}h", f"{TEXT}p")}
    styles = {each.get(f"{STYLE}name"): each for each in root.iter(f"{STYLE}style")}
    made = [name for name in used if name in styles and name.endswith("_ar-SA")]
    assert made
    for name in made:
        (paragraph,) = styles[name].findall(f"{STYLE}paragraph-properties")
        (words,) = styles[name].findall(f"{STYLE}text-properties")
        assert paragraph.get(f"{STYLE}writing-mode") == "rl-tb"
        assert words.get(f"{STYLE}language-complex") == "ar"


def test_spaces_of_opendocument_come_back(tmp_path: Path) -> None:
    document = open_document(FIXTURES / "report.odt")
    text = "  two before,   three between,\ttab, \n line, one after "
    key = at(document, "In summer").key
    document.write({key: Rendered(text, ())}, tmp_path / "out.odt")
    assert open_document(tmp_path / "out.odt").segments[key].text == text
