"""Markdown: only words change, and they read back as they were meant."""

from __future__ import annotations

import pytest

from desktop_app.documents.document import Mark, Rendered
from desktop_app.documents.encodings import read
from desktop_app.documents.markdown import Markdown
from tests.documents.text_samples import MARKDOWN


def markdown(text: str) -> Markdown:
    return Markdown(read(text.encode()))


def translated(text: str, *new: str) -> str:
    body = markdown(text)
    changed = {s.key: Rendered(each, s.marks) for s, each in zip(body.segments, new, strict=True)}
    return body.content(changed, False, "").decode()


def test_segments() -> None:
    assert [(segment.text, segment.place) for segment in markdown(MARKDOWN).segments] == [
        ("Heading one", ""),
        ("alt text", "alternative"),
        (
            "Para with code x, a link it, and bold text, wrapped by hand; see ref and other http://auto.x "
            "or snake_case $x_1$ note.",
            "",
        ),
        ("quote line one line two\nafter break", ""),
        ("item one continues", ""),
        ("task * star", ""),
        ("A", "table"),
        ("B | c", "table"),
        ("cell x", "table"),
        ("text", "table"),
        ("Setext", ""),
        ("The footnote text.", ""),
    ]


def test_all_translated() -> None:
    body = markdown(MARKDOWN)
    new = {segment.key: Rendered(segment.text.upper(), segment.marks) for segment in body.segments}
    text = body.content(new, False, "de").decode()
    assert text.startswith('---\ntitle: "Front matter"\n---\n\n# HEADING *ONE* #\n')
    assert 'PARA WITH `code x`, A [LINK *IT*](http://x.y/a_b "T"), ![ALT TEXT](i.png)' in text.replace(
        "\n", " "
    )
    assert "SEE [REF][ref] AND [OTHER][ref] <http://auto.x>" in text.replace("\n", " ")
    assert "SNAKE_CASE $x_1$ NOTE[^1]." in text.replace("\n", " ")
    assert "> QUOTE LINE ONE LINE TWO  \n> AFTER BREAK\n" in text
    assert "- [ ] TASK * STAR\n" in text
    assert "| A | B \\| C |\n|---|---|\n| CELL *X* | 12 |\n| `a` | TEXT |\n" in text
    assert '```py\ncode = "stays"\n```\n\n<div>html stays</div>\n\nSETEXT\n======\n' in text
    assert text.endswith("[ref]: http://r.x\n[^1]: THE FOOTNOTE TEXT.\n")


@pytest.mark.parametrize(
    "text",
    [
        "1. first",
        "# no heading",
        "> no quote",
        "- no item",
        "a * b * c",
        "*so*",
        "[x](y)",
        "![x](y)",
        "<b>x",
        "a_b_c",
        "`code`",
        "a\\*b",
        "&amp; so",
        "+ x",
        "=== x",
        "~~x~~",
        "[x]",
        "$5 and $6",
        "[^1] x",
        "AT&T",
        "***",
        "\\",
    ],
)
def test_what_looks_like_markdown_stays_text(text: str) -> None:
    for source in (
        "Words here\n",
        "- Words here\n",
        "> Words here\n",
        "# Words here\n",
        "Words here\n===\n",
        "| Words here |\n|-|\n",
    ):
        again = markdown(translated(source, f"{text} x"))
        assert [segment.text for segment in again.segments] == [f"{text} x"]


def test_no_escapes_without_need() -> None:
    for text in (
        "snake_case_name",
        "5 * 3 - 2",
        "a [b] c",
        "C# and F#!",
        "50 % (so)",
        "R&D",
        "1.5 (2)",
        "a < b > c",
    ):
        assert translated("Words here\n", text) == f"{text}\n"


def test_emphasis_beside_chinese_punctuation() -> None:
    """CommonMark does not read `**“x”**y` as bold."""
    body = markdown("He said **this word** now\n")
    segment = body.segments[0]
    text = body.content(
        {segment.key: Rendered("他说“你好”了", (Mark(2, 6, segment.marks[0].key),))}, False, ""
    )
    again = markdown(text.decode()).segments[0]
    assert again.text == "他说“你好”了"
    assert [(mark.start, mark.end) for mark in again.marks] == [(2, 6)]
    assert text.decode() == "他说<strong>“你好”</strong>了\n"


def test_wrapped_lines_begin_no_block() -> None:
    source = "> A paragraph that is wrapped by hand at a width\n> of some fifty columns, in a quote.\n"
    text = translated(source, "Wort " * 9 + "1. Wort " + "Wort " * 8 + "- Wort # " + "Wort " * 20)
    assert all(line.startswith("> ") for line in text.splitlines())
    assert len(markdown(text).segments) == 1
    assert max(map(len, text.splitlines())) < 64


def test_both_languages() -> None:
    source = "# Head\n\nText *one*.\n\n- item\n\n> - deep\n\n| a | b |\n|---|---|\n| c | d |\n"
    body = markdown(source)
    new = {segment.key: Rendered(segment.text.upper(), segment.marks) for segment in body.segments}
    assert body.content(new, True, "de").decode() == (
        "# Head / HEAD\n\nText *one*.\\\nTEXT *ONE*.\n\n- item\\\n  ITEM\n\n> - deep\\\n>   DEEP\n\n"
        "| a / A | b / B |\n|---|---|\n| c / C | d / D |\n"
    )


def test_nasty_texts() -> None:
    for source in (
        "[" * 5_000 + "text",
        "*a _b " * 3_000,
        "> " * 2_000 + "text",
        "- " * 2_000 + "text",
        "`" * 5_000 + "text",
        "<b>" * 5_000 + "text",
        "[a](" * 3_000 + "text",
        "|" + "a|" * 500 + "\n|" + "-|" * 500 + "\n" + ("|" + "cell|" * 500 + "\n") * 20,
        "word " * 200_000,
    ):
        body = markdown(source)
        new = {segment.key: Rendered(f"{segment.text} Wort", segment.marks) for segment in body.segments}
        assert body.content(new, False, "").count(b"Wort") >= len(body.segments)
