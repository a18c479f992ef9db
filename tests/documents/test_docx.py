"""Word documents: what is read from them, and what is still there after writing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from desktop_app.documents.document import Mark, Rendered, Segment
from desktop_app.documents.opening import open_document
from tests.documents.making import (
    FIXTURES,
    W,
    at,
    changed,
    complex_field,
    docx,
    marked,
    part,
    run,
    shouted,
    texts,
)

REPORT = FIXTURES / "report.docx"
ONCE = (
    *("footnoteReference", "endnoteReference", "commentReference", "footnoteRef", "drawing", "txbxContent"),
    *("bookmarkStart", "bookmarkEnd", "commentRangeStart", "commentRangeEnd", "fldChar", "instrText"),
    *("del", "tbl", "br", "tab", "sectPr"),
)


def tags(path: Path, name: str = "word/document.xml") -> Counter[str]:
    return Counter(element.tag.rpartition("}")[2] for element in part(path, name).iter())


def one(path: Path, body: str) -> Segment:
    (segment,) = open_document(docx(path, f"<w:p>{body}</w:p>")).segments
    return segment


def written(
    tmp_path: Path, body: str, change: Callable[[Segment], Rendered] = shouted, language: str = "pt"
) -> str:
    """The XML of the paragraph that ``body`` becomes."""
    document = open_document(docx(tmp_path / "in.docx", f"<w:p>{body}</w:p>"))
    changed(document, tmp_path / "out.docx", change, language=language)
    paragraph = next(part(tmp_path / "out.docx", "word/document.xml").iter(f"{{{W}}}p"))
    for each in paragraph.iter(f"{{{W}}}lang"):
        each.getparent().remove(each)
    content = "".join(etree.tostring(each, encoding="unicode") for each in paragraph)
    content = re.sub(r' xmlns:\w+="[^"]*"', "", content)
    return content.replace(' xml:space="preserve"', "").replace("<w:rPr/>", "")


def test_all_the_text_of_a_real_document_is_read() -> None:
    document = open_document(REPORT)
    assert document.format == "docx"
    places = {each.text: each.place for each in document.segments}
    assert places["Notes from the northern lake"] == "header"
    assert places["Page 1 of 2, for friends only"] == "footer"
    assert places["Measured every morning at the old pier."] == "footnote"
    assert places["Please check this rule."] == "comment"
    assert places["Thickness of the ice"] == "table"
    assert places["A year at the lake"] == "metadata"
    assert texts(document).count("A box beside the text with strong words.") == 1
    ice = at(document, "The ice")
    assert {"late November", "the first warm week", "the weather office"} <= marked(ice)
    assert "removed words" not in "".join(texts(document))


def test_nothing_is_missing_after_writing(tmp_path: Path) -> None:
    before = tags(REPORT)
    document = changed(open_document(REPORT), tmp_path / "out.docx")
    after = tags(tmp_path / "out.docx")
    assert {name: after[name] for name in ONCE} == {name: before[name] for name in ONCE}
    assert texts(document) == [shouted(each).text for each in open_document(REPORT).segments]
    boxes = list(part(tmp_path / "out.docx", "word/document.xml").iter(f"{{{W}}}txbxContent"))
    assert ["".join(box.itertext()) for box in boxes] == ["A BOX BESIDE THE TEXT WITH STRONG WORDS."] * 2


def test_there_and_back_is_the_same_document(tmp_path: Path) -> None:
    """Every paragraph is taken apart and put together twice."""
    first = open_document(REPORT)
    second = changed(first, tmp_path / "there.docx")
    old = {each.key: each.text for each in first.segments}
    third = changed(second, tmp_path / "back.docx", lambda each: Rendered(old[each.key], each.marks))
    for one, two in zip(first.segments, third.segments, strict=True):
        assert one.text == two.text
        assert one.place == two.place
        assert Counter((each.start, each.end) for each in one.marks) == Counter(
            (each.start, each.end) for each in two.marks
        )


def test_a_field_keeps_its_instruction_and_a_page_number_its_number(tmp_path: Path) -> None:
    body = run("Page ") + complex_field(" PAGE ", run("1")) + run(" of ")
    body += complex_field(" NUMPAGES ", run("12"))
    assert one(tmp_path / "a.docx", body).text == "Page 1 of 12"

    def chinese(segment: Segment) -> Rendered:
        return Rendered("第 1 页，共 12 页", tuple(Mark(0, 1, each.key) for each in segment.marks))

    assert written(tmp_path, body, chinese, "zh").count("<w:t>1</w:t>") == 1
    lost = written(tmp_path, body, lambda segment: Rendered("页", ()))
    assert '<w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>12</w:t></w:r>' in lost
    assert lost.count("<w:fldChar ") == 6
    assert "<w:instrText> PAGE </w:instrText>" in lost


def test_the_result_of_a_text_field_is_translated(tmp_path: Path) -> None:
    body = run("See ") + complex_field(' HYPERLINK "https://example.org" ', run("our page", "<w:u/>"))
    segment = one(tmp_path / "a.docx", body)
    assert segment.text == "See our page"
    assert "our page" in marked(segment)
    new = written(tmp_path, body)
    assert 'HYPERLINK "https://example.org"' in new
    assert "<w:t>OUR PAGE</w:t>" in new


def test_a_field_over_several_paragraphs_keeps_its_ends(tmp_path: Path) -> None:
    char = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    begin = char.format("begin") + "<w:r><w:instrText>TOC</w:instrText></w:r>" + char.format("separate")
    body = f"<w:p>{begin}{run('First')}</w:p><w:p>{run('Second')}{char.format('end')}</w:p>"
    document = open_document(docx(tmp_path / "in.docx", body))
    assert texts(document) == ["First", "Second"]
    changed(document, tmp_path / "out.docx")
    kinds = [
        each.get(f"{{{W}}}fldCharType")
        for each in part(tmp_path / "out.docx", "word/document.xml").iter(f"{{{W}}}fldChar")
    ]
    assert kinds == ["begin", "separate", "end"]


def test_instructions_with_fields_in_them_are_no_text(tmp_path: Path) -> None:
    char = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
    inner = complex_field(" MERGEFIELD sex ", run("Female"))
    body = char.format("begin") + "<w:r><w:instrText>IF </w:instrText></w:r>" + inner
    body += '<w:r><w:instrText> = "Female" "Dear Madam" "Dear Sir" </w:instrText></w:r>'
    body += char.format("separate") + run("Dear Madam") + char.format("end") + run(", hello")
    assert one(tmp_path / "a.docx", body).text == "Dear Madam, hello"
    new = written(tmp_path, body)
    assert new.count("<w:t>Female</w:t>") == 1
    assert new.count("<w:fldChar ") == 6


def test_tracked_changes(tmp_path: Path) -> None:
    body = run("I ") + f'<w:ins w:id="1" w:author="A">{run("really ")}</w:ins>'
    body += '<w:del w:id="2" w:author="A"><w:r><w:delText>do not </w:delText></w:r></w:del>' + run("like it")
    segment = one(tmp_path / "a.docx", body)
    assert segment.text == "I really like it"
    new = written(tmp_path, body)
    assert '<w:ins w:id="1" w:author="A"><w:r><w:t>REALLY </w:t></w:r></w:ins>' in new
    assert "<w:delText>do not </w:delText>" in new


def test_runs_that_look_the_same_are_one_stretch(tmp_path: Path) -> None:
    body = run("Un", '<w:lang w:val="en-US"/>') + "<w:proofErr w:type='spellStart'/>" + run("broken")
    body += run(" bo", "<w:b/>") + run("ld", '<w:b/><w:lang w:val="de-DE"/>') + run(" and more plain text")
    segment = one(tmp_path / "a.docx", body)
    assert [(each.start, each.end) for each in segment.marks] == [(8, 13)]
    assert written(tmp_path, body) == (
        "<w:r><w:t>UNBROKEN</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t> BOLD</w:t></w:r>"
        "<w:r><w:t> AND MORE PLAIN TEXT</w:t></w:r>"
    )


@pytest.mark.parametrize(
    ("name", "body", "text"),
    [
        ("tab and break", "<w:r><w:t>a</w:t><w:tab/><w:t>b</w:t><w:br/><w:t>c</w:t></w:r>", "a\tb\nc"),
        (
            "hyphens",
            "<w:r><w:t>a</w:t><w:noBreakHyphen/><w:t>b</w:t><w:softHyphen/><w:t>c</w:t></w:r>",
            "a‑bc",
        ),
        (
            "smart tag",
            f"<w:smartTag w:uri='u' w:element='e'>{run('Lisbon')}</w:smartTag>{run(' x')}",
            "Lisbon x",
        ),
        ("control", f"<w:sdt><w:sdtPr/><w:sdtContent>{run('a name')}</w:sdtContent></w:sdt>", "a name"),
        ("hidden", run("seen") + run("unseen", "<w:vanish/>"), "seen"),
        ("formula", run("a ") + "<m:oMath><m:r><m:t>x</m:t></m:r></m:oMath>" + run("b"), "a b"),
        ("simple field", f"<w:fldSimple w:instr='TITLE'>{run('The lake')}</w:fldSimple>", "The lake"),
        ("moved here", f"<w:moveTo w:id='1'>{run('moved')}</w:moveTo>", "moved"),
        ("moved away", f"{run('a')}<w:moveFrom w:id='1'>{run('gone')}</w:moveFrom>", "a"),
    ],
)
def test_what_stands_in_a_paragraph(name: str, body: str, text: str, tmp_path: Path) -> None:
    assert one(tmp_path / "a.docx", body).text == text
    document = open_document(tmp_path / "a.docx")
    before = tags(tmp_path / "a.docx")
    again = changed(document, tmp_path / "b.docx")
    assert texts(again) == [text.upper()]
    after = tags(tmp_path / "b.docx")
    ignored = {"r", "t", "rPr", "lang", "softHyphen", "p"}
    assert {key: after[key] for key in before if key not in ignored} == {
        key: before[key] for key in before if key not in ignored
    }


def test_a_control_is_never_cut_in_two(tmp_path: Path) -> None:
    body = run("one ") + f"<w:sdt><w:sdtPr><w:id w:val='7'/></w:sdtPr><w:sdtContent>{run('two')}"
    body += f"</w:sdtContent></w:sdt><w:hyperlink r:id='rId9'>{run(' three')}</w:hyperlink>"

    def crossing(segment: Segment) -> Rendered:
        control, link = segment.marks
        return Rendered("abcdef", (Mark(1, 4, control.key), Mark(2, 6, link.key)))

    new = written(tmp_path, body, crossing)
    assert new.count("<w:sdt>") == 1
    assert new.count("<w:hyperlink ") == 2


def test_right_to_left(tmp_path: Path) -> None:
    body = run("Hello ", "<w:b/>") + run("you all")
    document = open_document(
        docx(tmp_path / "in.docx", f"<w:p><w:pPr><w:jc w:val='left'/></w:pPr>{body}</w:p>")
    )
    document.write({0: Rendered("مرحبا بكم", (Mark(0, 6, 0),))}, tmp_path / "ar.docx", language="ar")
    paragraph = next(part(tmp_path / "ar.docx", "word/document.xml").iter(f"{{{W}}}p"))
    assert [each.tag.rpartition("}")[2] for each in paragraph[0]] == ["bidi", "jc"]
    names = [[each.tag.rpartition("}")[2] for each in looks] for looks in paragraph.iter(f"{{{W}}}rPr")]
    assert names == [["b", "bCs", "rtl", "lang"], ["rtl", "lang"]]
    assert {each.get(f"{{{W}}}bidi") for each in paragraph.iter(f"{{{W}}}lang")} == {"ar-SA"}
    back = open_document(tmp_path / "ar.docx")
    back.write({0: Rendered("Hello", ())}, tmp_path / "en.docx", language="en")
    paragraph = next(part(tmp_path / "en.docx", "word/document.xml").iter(f"{{{W}}}p"))
    assert not list(paragraph.iter(f"{{{W}}}bidi", f"{{{W}}}rtl"))


def test_bilingual(tmp_path: Path) -> None:
    body = f"<w:p><w:pPr><w:numPr><w:numId w:val='3'/></w:numPr></w:pPr>{run('one')}"
    body += "<w:r><w:footnoteReference w:id='2'/></w:r></w:p>"
    body += f"<w:p><w:pPr><w:sectPr/></w:pPr>{run('two')}</w:p>"
    document = open_document(docx(tmp_path / "in.docx", body))
    again = changed(document, tmp_path / "out.docx", bilingual=True)
    assert texts(again) == ["one", "ONE", "two", "TWO"]
    first, second, third, fourth = part(tmp_path / "out.docx", "word/document.xml").iter(f"{{{W}}}p")
    assert first.find(f".//{{{W}}}footnoteReference") is not None
    assert second.find(f".//{{{W}}}footnoteReference") is None
    assert second.find(f".//{{{W}}}numId").get(f"{{{W}}}val") == "0"
    assert third.find(f".//{{{W}}}sectPr") is None
    assert fourth.find(f".//{{{W}}}sectPr") is not None


def test_a_document_of_the_strict_kind(tmp_path: Path) -> None:
    strict = "http://purl.oclc.org/ooxml/wordprocessingml/main"
    xml = f'<w:document xmlns:w="{strict}"><w:body><w:p>{run("Hello")}</w:p></w:body></w:document>'
    document = open_document(docx(tmp_path / "in.docx", "", **{"word/document.xml": xml}))
    again = changed(document, tmp_path / "out.docx")
    assert texts(again) == ["HELLO"]
    tree = part(tmp_path / "out.docx", "word/document.xml")
    assert {etree.QName(each).namespace for each in tree.iter()} == {strict}


def test_the_language_is_said(tmp_path: Path) -> None:
    document = open_document(docx(tmp_path / "in.docx", f"<w:p>{run('“Hello”')}</w:p>"))
    document.write({0: Rendered("“你好”", ())}, tmp_path / "zh.docx", language="zh-Hant")
    looks = next(part(tmp_path / "zh.docx", "word/document.xml").iter(f"{{{W}}}rPr"))
    assert looks.find(f"{{{W}}}lang").get(f"{{{W}}}eastAsia") == "zh-TW"
    assert looks.find(f"{{{W}}}rFonts").get(f"{{{W}}}hint") == "eastAsia"
