"""SubRip and WebVTT: times and tags stay, sentences are shared out over their cues."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_app.core.errors import InkhornError
from desktop_app.documents.cue_shares import shares
from desktop_app.documents.document import Mark, Rendered
from desktop_app.documents.encodings import read
from desktop_app.documents.subtitles import Subtitles, open_subtitles
from tests.documents.text_samples import SRT, VTT


def subtitles(text: str) -> Subtitles:
    return Subtitles(read(text.encode()), text.startswith("WEBVTT"))


def upper(text: str, bilingual: bool = False) -> str:
    body = subtitles(text)
    new = {segment.key: Rendered(segment.text.upper(), segment.marks) for segment in body.segments}
    return body.content(new, bilingual, "de").decode()


def test_a_sentence_over_two_cues_is_one_segment() -> None:
    assert [segment.text for segment in subtitles(SRT).segments] == [
        "I have been told that you would come tomorrow, with all the money and the letters.",
        "Hello.",
        "Who is there?",
        "[door closes]",
    ]


def test_shared_out_again_with_tags() -> None:
    assert upper(SRT) == (
        "1\n00:00:01,000 --> 00:00:03,000\n{\\an8}<i>I HAVE BEEN TOLD THAT</i> YOU WOULD COME\n\n"
        "2\n00:00:03,100 --> 00:00:05,000 X1:40 X2:600\n"
        "TOMORROW, WITH ALL THE\nMONEY AND THE <b>LETTERS</b>.\n\n"
        "3\n00:00:06,000 --> 00:00:08,000\n- HELLO.\n- <i>WHO IS THERE?</i>\n\n"
        '4\n00:00:09,000 --> 00:00:10,000\n<font color="#ffff00">[DOOR CLOSES]</font>\n'
    )


def test_web_vtt() -> None:
    assert upper(VTT) == VTT.replace("We are in", "WE ARE IN").replace("New York", "NEW YORK").replace(
        "City", "CITY"
    ).replace("We <", "WE <").replace("actually are", "ACTUALLY ARE")
    body = subtitles(VTT)
    assert b"a <00:05.000>&lt;b&gt; &amp; c" in body.content(
        {body.segments[1].key: Rendered("a <b> & c")}, False, ""
    )


def test_both_languages_in_each_cue() -> None:
    text = upper(SRT, bilingual=True)
    assert (
        "{\\an8}<i>I have been told that</i>\nyou would come\n<i>I HAVE BEEN TOLD THAT</i> YOU WOULD COME\n"
        in text
    )
    assert "- Hello.\nHELLO.\n- <i>Who is there?\nWHO IS THERE?</i>\n" in text


def test_long_lines_are_balanced() -> None:
    cue = "1\n00:00:01,000 --> 00:00:03,000\nWords.\n"
    body = subtitles(cue)
    key = body.segments[0].key
    lines = body.content(
        {key: Rendered("one two three four five six seven eight nine ten eleven")}, False, ""
    )
    assert lines.decode().splitlines()[2:] == ["one two three four five six", "seven eight nine ten eleven"]
    chinese = body.content(
        {key: Rendered("人人生而自由，在尊严和权利上一律平等，他们赋有理性和良心。")}, False, ""
    )
    assert chinese.decode().splitlines()[2:] == [
        "人人生而自由，在尊严和权利上",
        "一律平等，他们赋有理性和良心。",
    ]


def test_cues_that_are_not_one_sentence() -> None:
    times = "00:00:0{0},000 --> 00:00:0{0},900"

    def cues(*texts: str) -> list[str]:
        text = "\n".join(f"{at}\n{times.format(at)}\n{each}\n" for at, each in enumerate(texts, 1))
        return [segment.text for segment in subtitles(text).segments]

    assert cues("He said", "that it rains,", "and left.") == ["He said that it rains, and left."]
    assert cues("It rains.", "he said") == ["It rains.", "he said"]
    assert cues("He said", "No, never") == ["He said", "No, never"]
    assert cues("he said", "- no", "♪ la la") == ["he said", "- no", "♪ la la"]
    assert cues("人人生而自由", "一律平等") == ["人人生而自由", "一律平等"]


def test_sentence_does_not_go_on_after_a_pause() -> None:
    text = "1\n00:00:01,000 --> 00:00:02,000\nHe said\n\n2\n00:00:09,000 --> 00:00:10,000\nthat it rains.\n"
    assert len(subtitles(text).segments) == 2


def test_shares_follow_length_pauses_and_alignment() -> None:
    text = "uno dos tres, cuatro cinco seis"
    assert shares(text, ["aaaa", "aaaa"], [-1]) == [13, 31]
    assert shares(text, ["a", "aaaaaaaa"], [-1])[0] == 3
    assert shares("uno dos tres cuatro cinco seis", ["aaaa", "aaaa"], [19]) == [19, 30]
    assert (
        shares("uno", ["a", "b", "c"], [-1, -1]) == [0, 0, 3]
        or shares("uno", ["a", "b", "c"], [-1, -1])[-1] == 3
    )
    assert shares("", ["a", "b"], [-1]) == [0, 0]


def test_break_of_the_alignment_is_heeded() -> None:
    body = subtitles(SRT)
    segment = body.segments[0]
    text = "Mir wurde gesagt, daß du kommen würdest morgen mit dem Geld und den Briefen."
    at = text.index(" morgen")
    marks = tuple(Mark(at, at, mark.key) if mark.start == mark.end else mark for mark in segment.marks)
    new = body.content({segment.key: Rendered(text, marks)}, False, "de").decode()
    assert new.split("\n\n")[1].splitlines()[2].startswith("morgen")


@pytest.mark.parametrize(
    "text",
    ["1\n00:00:01,000 --> 00:00:02,000\nOne\n2\n00:00:03,000 --> 00:00:04,000\nTwo\n",  # no empty lines
     "00:01,000 --> 00:02,000\nOne\n\n\n\n00:03.000-->00:04.000\nTwo",
     "7\n0:00:01,0 --> 0:00:02,5\nOne\n\nx\n00:00:03,000 --> 00:00:04,000\nTwo\n"],
)  # fmt: skip
def test_files_of_other_habits(text: str) -> None:
    assert [segment.text for segment in subtitles(text).segments] == ["One", "Two"]
    assert upper(text) == text.replace("One", "ONE").replace("Two", "TWO")


def test_no_times_is_no_subtitles(tmp_path: Path) -> None:
    path = tmp_path / "a.srt"
    path.write_text("Just words")
    with pytest.raises(InkhornError) as refused:
        open_subtitles(path)
    assert refused.value.values["reason"] == "damaged"


def test_nasty_cues() -> None:
    head = "1\n00:00:01,000 --> 00:00:02,000\n"
    for text in (
        "word " * 20_000,
        "<i>word " * 5_000,
        "<i>" * 5_000 + "w" + "</i>" * 5_000,
        "<i" * 20_000,
        "{\\" * 20_000 + " w",
    ):
        body = subtitles(head + text)
        new = {segment.key: Rendered(f"{segment.text} Wort", segment.marks) for segment in body.segments}
        assert b"Wort" in body.content(new, False, "")
