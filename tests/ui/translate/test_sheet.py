"""Sentences and their translations as plain values."""

from __future__ import annotations

from desktop_app.core.translation import Translation
from desktop_app.core.translation_records import Span, TranslationRecord
from desktop_app.ui.translate.sheet import EMPTY, WAITING, Line, Sheet, make_sheet, sheet_of
from desktop_app.ui.translate.utf16 import Places, qt_length


def known(sentence: str) -> Line | None:
    return Line(sentence, Translation(sentence.upper())) if sentence.islower() else None


def sheet(text: str, before: Sheet = EMPTY) -> Sheet:
    return make_sheet(text, "en", "pt", known, before)


def test_the_space_between_sentences_stays() -> None:
    assert sheet("one two.\n\n  three four!\tfive.  ").text == "ONE TWO.\n\n  THREE FOUR!\tFIVE.  "


def test_what_waits_shows_what_stood_there() -> None:
    first = sheet("one.\ntwo.\nthree.")
    changed = sheet("one.\nTwo, longer.\nthree.", first)
    assert [line.shown for line in changed.lines] == ["ONE.", "TWO.", "THREE."]
    assert [line.is_ready for line in changed.lines] == [True, False, True]


def test_a_sentence_put_in_between_moves_nothing_else() -> None:
    first = sheet("one.\nthree.")
    assert [line.shown for line in sheet("one.\nNEW.\nthree.", first).lines] == ["ONE.", WAITING, "THREE."]
    assert [line.shown for line in sheet("NEW.\none.\nthree.", first).lines] == [WAITING, "ONE.", "THREE."]
    assert [line.shown for line in sheet("three.", first).lines] == ["THREE."]
    assert sheet("", first).text == ""


def test_spans_say_which_became_which() -> None:
    made = sheet("one.\ntwo.")
    made = made.with_line(1, Line("two.", Translation("two.", problem="loop")))
    assert made.spans() == (Span(0, 4, 0, 4), Span(5, 9, 5, 9, "loop"))
    assert (made.problems, made.terms) == (1, (0, 0))


def test_a_stored_translation_comes_back() -> None:
    made = sheet("one.\ntwo.").with_line(1, Line("two.", Translation("TWO."), own="dois"))
    record = TranslationRecord(
        1, 0.0, 0.0, "en", False, "pt", "m", made.spans(), made.source.text(), made.text
    )
    lines = sheet_of(record).lines
    assert [(line.sentence, line.shown, line.own) for line in lines] == [
        ("one.", "ONE.", None),
        ("two.", "dois", "dois"),
    ]


def test_what_the_user_wrote_is_no_problem_any_more() -> None:
    line = Line("x", Translation("x", problem="copied", terms_asked=2), own="y")
    assert (line.problem, line.shown) == ("", "y")


def test_places_count_as_qt_does() -> None:
    text = "a😀b😀"
    places = Places(text)
    assert [places.to_qt(at) for at in range(5)] == [0, 1, 3, 4, 6]
    assert [places.from_qt(at) for at in (0, 1, 3, 4, 6)] == [0, 1, 2, 3, 4]
    assert qt_length(text) == 6
