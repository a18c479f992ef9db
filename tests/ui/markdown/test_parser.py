"""What Markdown becomes: pure values, no window."""

from __future__ import annotations

import pytest

from desktop_app.ui.markdown.blocks import Block, Code, Formula, Paragraph, Rule, Table, is_rtl
from desktop_app.ui.markdown.parser import Parser, safe_address


def read(source: str, plain: bool = False) -> list[Block]:
    return [block for group in Parser(plain).parse(source) for block in group.blocks]


def text_of(block: Block) -> str:
    assert isinstance(block, Paragraph)
    return "".join(run.text for run in block.runs)


def test_raw_html_is_text() -> None:
    (block,) = read("<script>alert(1)</script> and <b>bold</b>")
    assert text_of(block) == "<script>alert(1)</script> and <b>bold</b>"


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "JaVaScRiPt:x", "relative/path", ""],
)
def test_other_links_are_plain_text(address: str) -> None:
    assert safe_address(address) == ""
    (block,) = read(f"[words]({address})")
    assert isinstance(block, Paragraph)
    assert [run.style.href for run in block.runs] == [""]
    assert text_of(block) == "words"


@pytest.mark.parametrize("address", ["https://a.b/c?d=1", "http://a.b", "mailto:a@b.c"])
def test_three_schemes_are_links(address: str) -> None:
    (block,) = read(f"[words]({address})")
    assert isinstance(block, Paragraph)
    assert block.runs[0].style.href == address


def test_an_image_is_its_words_and_address() -> None:
    (block,) = read("![a cat](https://a.b/cat.png)")
    assert isinstance(block, Paragraph)
    assert (block.runs[0].text, block.runs[0].style.href) == ("a cat", "https://a.b/cat.png")
    (block,) = read("![a cat](file:///x.png)")
    assert isinstance(block, Paragraph)
    assert (block.runs[0].text, block.runs[0].style.href) == ("a cat", "")


def test_lists_keep_numbers_depth_and_tasks() -> None:
    blocks = read("3. three\n4. four\n   - inner\n\n- [ ] open\n- [x] done")
    found = [(b.place.path, b.place.marker, text_of(b)) for b in blocks]
    assert found == [
        ("i", "3.", "three"),
        ("i", "4.", "four"),
        ("ii", "•", "inner"),
        ("i", "[ ]", "open"),
        ("i", "[x]", "done"),
    ]


def test_code_in_a_quote_in_a_list() -> None:
    blocks = read("- a\n  > ```py\n  > x = 1\n  > ```")
    assert isinstance(blocks[1], Code)
    assert (blocks[1].text, blocks[1].language, blocks[1].place.path) == ("x = 1", "py", "iq")


def test_a_table_has_alignments_and_full_rows() -> None:
    (table,) = read("| 模型 | n |\n|:--|--:|\n| 小 |\n| a | b |")
    assert isinstance(table, Table)
    assert table.alignments == ("left", "right")
    assert [len(row) for row in table.rows] == [2, 2, 2]
    assert table.rows[0][0][0].text == "模型"


@pytest.mark.parametrize(
    ("source", "formulas"),
    [
        ("It costs $5 and $10.", []),
        ("US$5 and CA$6", []),
        ("$x$ is 5", ["x"]),
        ("$E=mc^2$, then", ["E=mc^2"]),
        (r"so \(a+b\) holds", ["a+b"]),
        (r"\$x\$", []),
        ("`$x$`", []),
        ("5 $ and 6 $", []),
        ("键 $K$、值 $V$", ["K", "V"]),
    ],
)
def test_inline_formulas(source: str, formulas: list[str]) -> None:
    (block,) = read(source)
    assert isinstance(block, Paragraph)
    assert [run.latex for run in block.runs if run.latex] == formulas


@pytest.mark.parametrize(
    "source",
    ["$$\n\\frac12\n$$", "$$\\frac12$$", "\\[\\frac12\\]", "\\[\n\\frac12\n\\]", "- a\n\n  $$\\frac12$$"],
)
def test_formulas_on_their_own_lines(source: str) -> None:
    block = read(source)[-1]
    assert isinstance(block, Formula)
    assert block.latex == "\\frac12"


def test_what_a_person_typed_stays_as_typed() -> None:
    source = "# not a heading\n2 * 3 * 4 and _x_\n- no list\n    indented\n\n```py\na*b\n```\n`c`"
    first, code, last = read(source, plain=True)
    assert text_of(first) == "# not a heading\n2 * 3 * 4 and _x_\n- no list\n    indented"
    assert isinstance(code, Code)
    assert isinstance(last, Paragraph)
    assert last.runs[0].style.code


def test_rules_headings_and_direction() -> None:
    heading, rule, arabic, hebrew = read("## Two\n\n---\n\n1 هذه فقرة with English\n\n`x` שלום")
    assert isinstance(heading, Paragraph)
    assert heading.heading == 2
    assert isinstance(rule, Rule)
    assert is_rtl(arabic)
    assert not is_rtl(heading)
    assert isinstance(hebrew, Paragraph)
