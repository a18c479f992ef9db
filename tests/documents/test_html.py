"""HTML: what is translated, what is not, and what becomes of tags."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.documents.document import Mark, Rendered
from desktop_app.documents.html import Html, open_html, read_html
from tests.documents.text_samples import HTML


def html(text: str | bytes, xml: bool = False) -> Html:
    return Html(read_html(text if isinstance(text, bytes) else text.encode()), xml)


def texts(text: str, xml: bool = False) -> list[str]:
    return [segment.text for segment in html(text, xml).segments]


def translated(text: str, new: list[str | Rendered], language: str = "", xml: bool = False) -> str:
    body = html(text, xml)
    rendered = [each if isinstance(each, Rendered) else Rendered(each) for each in new]
    changed = {segment.key: each for segment, each in zip(body.segments, rendered, strict=True)}
    return body.content(changed, False, language).decode()


def test_segments() -> None:
    assert [(segment.text, segment.place) for segment in html(HTML).segments] == [
        ("My & page", "title"),
        ("A page about cats", "metadata"),
        ("Hello big world", ""),
        ("All bold", ""),
        ("A link", "alternative"),
        ("A cat", "alternative"),
        ("Run npm install and see the docs, ok\nsecond line end", ""),
        ("Keep Brand X here", ""),
        ("One", ""),
        ("Two \xa0 3 < 4", ""),
        ("Cell", "table"),
        ("Send", "alternative"),
        ("unclosed bold text", ""),
        ("new para", ""),
    ]


def test_all_translated() -> None:
    body = html(HTML)
    new = {segment.key: Rendered(segment.text.upper(), segment.marks) for segment in body.segments}
    page = body.content(new, False, "ar").decode()
    assert '<html dir="rtl" lang="ar">' in page
    assert "<title>MY &amp; PAGE</title>" in page
    assert '<script>var a = "<p>no</p>";</script>' in page
    assert "<P CLASS = x><b>ALL BOLD</b></P>" in page
    assert (
        'RUN <code>npm install</code> AND SEE <a href="x?a=1&amp;b=2" title="A LINK">THE <i>DOCS</i></a>, '
        "OK<br>SECOND LINE <img src=a.png alt='A CAT'> END</p>"
    ) in page
    assert '<p translate=no>Foo</p><p>KEEP <span class="notranslate">Brand X</span> HERE</p>' in page
    assert "<pre>code here</pre><ul><li>ONE<li>TWO &nbsp; 3 &lt; 4</ul>" in page
    assert '<input type=submit value="SEND">' in page


def test_crossing_marks_are_nested() -> None:
    body = html("<p><b>one</b> <i>two</i> three</p>")
    bold, italic = (mark.key for mark in body.segments[0].marks)
    new = Rendered("one two three", (Mark(0, 7, bold), Mark(4, 13, italic)))
    page = body.content({body.segments[0].key: new}, False, "").decode()
    assert page == "<p><b>one <i>two</i></b><i> three</i></p>"


def test_names_do_not_come_twice() -> None:
    body = html('<p><a id="x" href="y">one</a> <i>two</i> three</p>')
    link, italic = (mark.key for mark in body.segments[0].marks)
    new = Rendered("one two three", (Mark(4, 13, link), Mark(0, 7, italic)))
    assert body.content({body.segments[0].key: new}, False, "").decode().count("id=") == 1
    both = body.content({body.segments[0].key: Rendered("EINS")}, True, "de").decode()
    assert both.count("id=") == 1


def test_lost_marks_find_a_place() -> None:
    page = translated(
        '<p>See <a href="x">the docs</a> and <code>ls -l</code><img src=i> now</p>',
        ["Siehe die Seite ls -l dazu"],
    )
    assert page.count('<a href="x">') == page.count("</a>") == page.count("<img src=i>") == 1
    assert "<code>ls -l</code>" in page
    assert page.count("ls -l") == 1


def test_entities() -> None:
    assert texts("<p>a &lt; b &amp; c&nbsp;d &eacute; &#20013; &#x4e2d; &amp;lt; AT&T &copy</p>") == [
        "a < b & c\xa0d é 中 中 &lt; AT&T ©"
    ]
    assert translated("<p>x</p>", ['a < b & "c" > d']) == '<p>a &lt; b &amp; "c" &gt; d</p>'
    assert translated('<img alt="x">', ['a < "b" & c']) == '<img alt="a &lt; &quot;b&quot; &amp; c">'
    assert translated("<img alt='x'>", ["it's"]) == "<img alt='it&#39;s'>"


def test_what_the_encoding_lacks_comes_as_numbers() -> None:
    page = '<meta charset="windows-1252"><p>Größe</p>'.encode("cp1252")
    body = html(page)
    new = body.content({body.segments[0].key: Rendered("大小 é")}, False, "")
    assert new == page.replace("Größe".encode("cp1252"), b"&#22823;&#23567; \xe9")
    assert html(new).segments[0].text == "大小 é"


def test_a_page_in_ascii_says_that_it_is_utf8_now() -> None:
    page = "<html><head><title>x</title></head><p>y"
    assert translated(page, ["x", "é"]) == '<html><head><meta charset="utf-8"><title>x</title></head><p>é'
    assert translated(page, ["x", "z"]) == page.replace("y", "z")
    declared = '<html><head><meta charset="latin1"></head><p>y'
    assert (
        html(declared)
        .content({html(declared).segments[0].key: Rendered("é大")}, False, "")
        .endswith(b"\xe9&#22823;")
    )


def test_declared_encoding() -> None:
    head = '<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"></head>'
    page = f"{head}<p>你好，世界</p>"
    assert html(page.encode("gbk")).segments[0].text == "你好，世界"


@pytest.mark.parametrize(
    ("page", "language", "begins"),
    [
        ("<html><p>x", "he", '<html lang="he" dir="rtl"><p>'),
        ('<html lang=en dir="ltr"><p>x', "fa", '<html lang="fa" dir="rtl"><p>'),
        ('<html dir="rtl" lang="ar"><p>x', "en", '<html dir="ltr" lang="en"><p>'),
        ("<p>x", "he", "<p>"),
    ],
)
def test_language_and_direction(page: str, language: str, begins: str) -> None:
    assert translated(page, ["y"], language) == begins + "y"


def test_xhtml() -> None:
    page = (
        '<?xml version="1.0"?><html xml:lang="en"><body><p>One<br/>two <a id="n"/>three</p><script src="x"/>'
        "<p>Four</p></body></html>"
    )
    assert texts(page, xml=True) == ["One\ntwo three", "Four"]
    body = html(page, xml=True)
    new = {segment.key: Rendered(segment.text.upper(), segment.marks) for segment in body.segments}
    assert body.content(new, False, "de").decode() == page.replace("One", "ONE").replace(
        "two", "TWO"
    ).replace("three", "THREE").replace("Four", "FOUR").replace('"en"', '"de"')


def test_white_space_between_chinese_lines_is_none() -> None:
    assert texts("<p>你好\n   世界 and\nmore</p>") == ["你好世界 and more"]


@pytest.mark.parametrize(
    "page",
    [
        "<p>text <b",
        '<p>text <a href="',
        "<p>text <!-- x",
        "<p>text </",
        "<p>text <",
        "<p>text <script>a < b",
        "<p>text &am",
    ],
)
def test_pages_that_break_off(page: str) -> None:
    assert texts(page)[0].startswith("text")
    assert translated(page, ["Wort"]).startswith("<p>Wort")


def test_page_of_libreoffice(tmp_path: Path) -> None:
    path = Path(__file__).parent / "fixtures" / "book.html"
    document = open_html(path)
    found = [segment.text for segment in document.segments]
    assert "Chapter one" in found
    assert any(text.endswith("Bold words and a link.1") for text in found)
    target = tmp_path / "new.html"
    new = {segment.key: Rendered(segment.text.upper(), segment.marks) for segment in document.segments}
    document.write(new, target, language="de")
    assert [segment.text for segment in open_html(target).segments] == [text.upper() for text in found]


def test_nasty_pages() -> None:
    """These take the square of their size where each tag looks at all before or after it."""
    size = 20_000
    for page in (
        "<b>" * size + "text" + "</b>" * size,
        "<p>" + "<b>word " * size + "text" + "</b>" * size,
        "<div>" * size + "text" + "</div>" * size,
        "<p>text" + "<" * size * 20,
        "<p>text" + "<a " * size * 5,
        "<p>text" + "<!--" * size * 5,
        "<p>text " + "word " * size * 10,
        "<p>text" + "<i><b>a</i>b</b>" * size,
        '<p title="' + "text" * size * 5 + '">x',
    ):
        body = html(page)
        assert body.segments
        new = {segment.key: Rendered(segment.text + "!", segment.marks) for segment in body.segments}
        assert b"!" in body.content(new, False, "de")
