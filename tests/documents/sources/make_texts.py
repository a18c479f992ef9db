"""Writes the flat OpenDocument files that LibreOffice makes the fixtures of the text formats from (see
``fixtures/TEXTS.md``). The words are the Universal Declaration of Human Rights, United Nations, 1948."""

from __future__ import annotations

from pathlib import Path

HEADING = "Universal Declaration of Human Rights"
ARTICLES = [
    "All human beings are born free and equal in dignity and rights. They are endowed with reason and conscience "
    "and should act towards one another in a spirit of brotherhood.",
    "Everyone is entitled to all the rights and freedoms set forth in this Declaration, without distinction of any "
    "kind, such as race, colour, sex, language, religion, political or other opinion, national or social origin, "
    "property, birth or other status. Furthermore, no distinction shall be made on the basis of the political, "
    "jurisdictional or international status of the country or territory to which a person belongs, whether it be "
    "independent, trust, non-self-governing or under any other limitation of sovereignty.",
    "Everyone has the right to life, liberty and security of person.",
    "No one shall be held in slavery or servitude; slavery and the slave trade shall be prohibited in all their "
    "forms.",
    "No one shall be subjected to torture or to cruel, inhuman or degrading treatment or punishment.",
    "Everyone has the right to recognition everywhere as a person before the law.",
    "All are equal before the law and are entitled without any discrimination to equal protection of the law. All "
    "are entitled to equal protection against any discrimination in violation of this Declaration and against any "
    "incitement to such discrimination.",
    "Everyone has the right to an effective remedy by the competent national tribunals for acts violating the "
    "fundamental rights granted him by the constitution or by law.",
    "No one shall be subjected to arbitrary arrest, detention or exile.",
    "Everyone is entitled in full equality to a fair and public hearing by an independent and impartial tribunal, "
    "in the determination of his rights and obligations and of any criminal charge against him.",
]

_OPEN = """<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" office:version="1.2"
 office:mimetype="application/vnd.oasis.opendocument.text">
<office:meta><dc:title>Human rights</dc:title></office:meta>
<office:styles>
<style:style style:name="P" style:family="paragraph">
<style:paragraph-properties fo:margin-bottom="0.2cm" fo:text-align="justify"/>
<style:text-properties fo:language="en" fo:country="US" fo:hyphenate="true" fo:font-size="11pt"/></style:style>
<style:style style:name="H" style:family="paragraph"><style:text-properties fo:font-size="18pt"/></style:style>
</office:styles>
<office:automatic-styles>
<style:style style:name="B" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style>
<style:page-layout style:name="L"><style:page-layout-properties fo:page-width="14.8cm" fo:page-height="15cm"
 fo:margin="1.5cm"/><style:header-style/><style:footer-style/></style:page-layout>
<style:style style:name="S" style:family="section"><style:section-properties>
<style:columns fo:column-count="2" fo:column-gap="0.6cm"/></style:section-properties></style:style>
</office:automatic-styles>
<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="L">
<style:header><text:p>United Nations, Paris 1948</text:p></style:header>
<style:footer><text:p>Page <text:page-number/></text:p></style:footer></style:master-page></office:master-styles>
<office:body><office:text>"""
_CLOSE = "</office:text></office:body></office:document>\n"


def paragraphs() -> str:
    return "".join(f'<text:p text:style-name="P">{article}</text:p>' for article in ARTICLES)


def write(folder: Path) -> None:
    heading = f'<text:p text:style-name="H">{HEADING}</text:p>'
    (folder / "paper.fodt").write_text(_OPEN + heading + paragraphs() * 2 + _CLOSE)
    section = f'<text:section text:style-name="S" text:name="S">{paragraphs() * 2}</text:section>'
    (folder / "columns.fodt").write_text(_OPEN + heading + section + _CLOSE)
    book = (
        f'<text:h text:outline-level="1">Chapter one</text:h><text:p text:style-name="P">{ARTICLES[0]} '
        '<text:span text:style-name="B">Bold words</text:span> and <text:a xlink:href="https://www.un.org/">a link'
        '</text:a>.<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body>'
        "<text:p>A note below.</text:p></text:note-body></text:note></text:p>"
        "<text:list><text:list-item><text:p>First item</text:p></text:list-item><text:list-item><text:p>Second item"
        "</text:p></text:list-item></text:list><table:table><table:table-column/><table:table-column/>"
        "<table:table-row><table:table-cell><text:p>Cell one</text:p></table:table-cell><table:table-cell>"
        "<text:p>Cell two</text:p></table:table-cell></table:table-row></table:table>"
        f'<text:h text:outline-level="1">Chapter two</text:h><text:p text:style-name="P">{ARTICLES[2]}</text:p>'
    )
    (folder / "book.fodt").write_text(_OPEN + book + _CLOSE)


if __name__ == "__main__":
    write(Path("."))
