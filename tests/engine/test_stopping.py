"""Stop texts and whole characters, however the pieces are cut."""

from __future__ import annotations

import random

import pytest

from desktop_app.engine.stopping import StopTexts, TextAssembler


def shown(pieces: list[str], stops: list[str]) -> tuple[str, bool]:
    cutter, out = StopTexts(stops), ""
    for piece in pieces:
        out += cutter.add(piece)
        if cutter.found:
            break
    return out + cutter.rest(), cutter.found


def cut(text: str, rng: random.Random) -> list[str]:
    points = sorted(rng.choices(range(len(text) + 1), k=rng.randrange(6)))
    return [text[a:b] for a, b in zip([0, *points], [*points, len(text)], strict=True)]


@pytest.mark.parametrize(
    ("text", "stops", "expected"),
    [
        ("one END two", ["END"], "one "),
        ("aab", ["ab"], "a"),
        ("ababac", ["abac"], "ab"),
        ("你好。世界", ["。"], "你好"),
        ("x\n\ny", ["\n\n"], "x"),
        ("abcd", ["cd", "bc"], "a"),
        ("END", ["END"], ""),
    ],
)
def test_the_text_ends_before_the_first_stop_text(text: str, stops: list[str], expected: str) -> None:
    rng = random.Random(1)
    for _ in range(200):
        assert shown(cut(text, rng), stops) == (expected, True)


@pytest.mark.parametrize(
    ("text", "stops"), [("aEN", ["END"]), ("abc", []), ("abc", [""]), ("E E E", ["END"])]
)
def test_without_a_stop_text_nothing_is_lost(text: str, stops: list[str]) -> None:
    assert shown(list(text), stops) == (text, False)


def test_what_may_begin_a_stop_text_is_held_back_and_no_more() -> None:
    cutter = StopTexts(["END"])
    assert cutter.add("an E") == "an "
    assert cutter.add("N") == ""
    assert cutter.add("tE") == "ENt"
    assert cutter.rest() == "E"


@pytest.mark.parametrize("text", ["é", "墨池", "👩‍👩‍👧 ok 😀", "a\u0301"])
def test_characters_come_whole(text: str) -> None:
    assembler = TextAssembler()
    pieces = [assembler.add(bytes([byte])) for byte in text.encode()]
    assert [piece for piece in pieces if piece] == list(text)


def test_bytes_that_are_no_character_become_a_mark_and_unfinished_ones_nothing() -> None:
    assembler = TextAssembler()
    assert assembler.add(b"a\xffb") == "a\ufffdb"
    assert assembler.add("墨".encode()[:2]) == ""
