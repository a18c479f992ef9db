"""Marks come over, all of them, nested as they were."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.core.marked import Mark
from desktop_app.core.translation import Aligned, Translation
from desktop_app.translation.marks import carry
from desktop_app.translation.sentences import split


def carried(
    text: str, marks: list[Mark], *said: Translation | str, source: str = "en", target: str = "pt"
) -> list[str | int]:
    translations = [Translation(one) if isinstance(one, str) else one for one in said]
    found = carry(text, marks, split(text), translations, source, target)
    return [found.text[m.start : m.end] or m.start for m in found.marks]


def test_by_alignment() -> None:
    said = Translation("O gato preto dorme.", alignment=(Aligned(4, 9, 7, 12), Aligned(10, 13, 2, 6)))
    assert carried("The black cat sleeps.", [Mark(4, 9, 1)], said) == ["preto"]
    assert carried("The black cat sleeps.", [Mark(10, 13, 1)], said) == ["gato"]


def test_by_words_that_are_equal() -> None:
    text = "Open Inkhorn and press Enter."
    assert carried(text, [Mark(5, 12, 1), Mark(23, 28, 2)], "Abra o Inkhorn e aperte Enter.") == [
        "Inkhorn",
        "Enter",
    ]


def test_by_share_at_the_borders_of_words() -> None:
    (found,) = carried("The old bridge was closed.", [Mark(8, 14, 1)], "A ponte velha estava fechada.")
    assert isinstance(found, str)
    assert found == found.strip()
    assert found in ["A", "ponte", "velha", "estava", "fechada."] or " " in found


def test_whole_sentences_and_segments() -> None:
    text = "It rained. We stayed."
    assert carried(text, [Mark(0, len(text), 1)], "Choveu.", "Ficamos.") == ["Choveu. Ficamos."]
    assert carried(text, [Mark(0, 10, 1), Mark(11, 21, 2)], "Choveu.", "Ficamos.") == ["Choveu.", "Ficamos."]


def test_an_anchor_stays_behind_its_word_and_its_sentence() -> None:
    text = "It rained. We stayed."
    first, last = carried(text, [Mark(10, 10, 1), Mark(21, 21, 2)], "Choveu.", "Ficamos.")
    assert (first, last) == (7, 16)
    assert carried("Inkhorn is new.", [Mark(7, 7, 1)], "O Inkhorn é novo.") == [9]


def test_chinese_has_words_of_one_character() -> None:
    text = "The ink is black."
    said = Translation("墨是黑的。", alignment=(Aligned(4, 7, 0, 1), Aligned(11, 16, 2, 3)))
    assert carried(text, [Mark(4, 7, 1), Mark(11, 16, 2)], said, target="zh") == ["墨", "黑"]


def test_a_sentence_that_failed_keeps_its_marks_where_they_are() -> None:
    text = "The ink is black."
    same = Translation(text, "loop")
    assert carried(text, [Mark(4, 7, 1), Mark(11, 16, 2)], same) == ["ink", "black"]


@st.composite
def marked(draw: st.DrawFn) -> tuple[str, list[Mark], list[str]]:
    words = st.sampled_from(["ink", "Tom", "the", "cat.", "42", "墨", "it,", "Yes!", "a"])
    text = " ".join(draw(st.lists(words, min_size=1, max_size=12)))
    marks: list[Mark] = []

    def nest(start: int, end: int, depth: int) -> None:
        for _ in range(draw(st.integers(0, 2))):
            if depth < 3:
                a = draw(st.integers(start, end))
                b = draw(st.integers(a, end))
                marks.append(Mark(a, b, len(marks)))
                nest(a, b, depth + 1)
                start = b

    nest(0, len(text), 0)
    said = [" ".join(draw(st.lists(words, min_size=0, max_size=8))) for _ in split(text).sentences]
    return text, marks, said


@given(marked(), st.sampled_from(["pt", "zh"]))
def test_none_is_lost_and_all_are_nested(case: tuple[str, list[Mark], list[str]], target: str) -> None:
    text, marks, said = case
    found = carry(text, marks, split(text), [Translation(one) for one in said], "en", target)
    assert [mark.key for mark in found.marks] == [mark.key for mark in marks]
    for mark in found.marks:
        assert 0 <= mark.start <= mark.end <= len(found.text)
    for n, one in enumerate(found.marks):
        for other in found.marks[n + 1 :]:
            crossing = (
                one.start < other.start < one.end < other.end or other.start < one.start < other.end < one.end
            )
            assert not crossing


def test_marks_need_sentences() -> None:
    assert carry("", [Mark(0, 0, 1)], split(""), []).marks == (Mark(0, 0, 1),)
    assert carry(" \n", [Mark(1, 1, 1)], split(" \n"), []).text == " \n"


@pytest.mark.parametrize("text", ["a. B", "  a"])
def test_without_marks_it_is_the_text(text: str) -> None:
    found = split(text)
    assert carry(text, [], found, [Translation(s) for s in found.sentences]).text == text
