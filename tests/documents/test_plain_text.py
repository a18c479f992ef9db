"""Paragraphs of plain text: wrapped by hand, one on a line, in Chinese, in columns."""

from __future__ import annotations

from desktop_app.documents.document import Rendered
from desktop_app.documents.encodings import read
from desktop_app.documents.plain_text import PlainText
from desktop_app.documents.wrapping import balanced, columns, wrap
from tests.documents.text_samples import TXT


def test_paragraphs() -> None:
    assert [segment.text for segment in PlainText(read(TXT.encode())).segments] == [
        "Notes on a journey",
        "This is a paragraph that has been wrapped by hand at sixty columns, as people do in mail and in "
        "read-me files, so that it fits.",
        "a list item that is also longer than one line and hence is wrapped with a hanging indent",
        "short",
        "one",
        "Name",
        "Age",
        "City",
        "Ann",
        "Rome",
        "Set in by four",
    ]


def test_wrapped_again_at_the_same_width_with_the_same_indents() -> None:
    body = PlainText(read(TXT.encode()))
    new = body.content({1: Rendered("Wort " * 30), 2: Rendered("Punkt " * 20)}, False, "de").decode()
    lines = new.splitlines()
    assert lines[:3] == ["Notes on a journey", "==================", ""]
    assert all(len(line) <= 59 for line in lines)
    assert lines[3] == " ".join(["Wort"] * 12)
    first = next(at for at, line in enumerate(lines) if line.startswith("- Punkt"))
    assert lines[first + 1].startswith("  Punkt")


def test_chinese_lines_are_joined_without_spaces() -> None:
    line = "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心"
    text = f"{line}，\n{line}。\n\n　　短。\n"
    body = PlainText(read(text.encode()))
    assert [segment.text for segment in body.segments] == [f"{line}，{line}。", "短。"]
    new = body.content({0: Rendered("相对待" * 30)}, False, "zh").decode()
    assert all(columns(each) <= columns(line) + 2 for each in new.splitlines())
    assert new.endswith("\n\n　　短。\n")


def test_lines_of_their_own_stay_so() -> None:
    poem = "Roses are red\nViolets are blue\nSugar is sweet\nAnd so are you\n"
    assert len(PlainText(read(poem.encode())).segments) == 4
    long = "\n".join("A whole paragraph on one line, as programs write it. " * 5 for _ in range(4))
    assert len(PlainText(read(long.encode())).segments) == 4


def test_both_languages_below_each_other() -> None:
    body = PlainText(read(b"One.\n\nTwo.\n\nName\tAge\n"))
    new = {segment.key: Rendered(segment.text.upper()) for segment in body.segments}
    assert body.content(new, True, "de") == b"One.\nONE.\n\nTwo.\n\nTWO.\n\nName / NAME\tAge / AGE\n"


def test_no_closing_mark_begins_a_line() -> None:
    lines = wrap("人人生而自由，在尊严和权利上一律平等。" * 5, 20)
    assert all(line[0] not in "，。" for line in lines)
    assert "".join(lines) == "人人生而自由，在尊严和权利上一律平等。" * 5


def test_balanced_lines() -> None:
    lines = balanced("one two three four five six seven eight nine ten", 42)
    assert [len(line) for line in lines] == [23, 24]
