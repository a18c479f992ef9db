"""What goes out is looked at first: never a wrong translation that looks right."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.core.translation import Aligned, Term, TranslateOptions
from desktop_app.engine.causal import Stopped
from desktop_app.engine.translation.translator import Decoded
from tests.engine.translation.scripted import Scripted, translate


def test_a_good_translation_goes_through() -> None:
    translator = Scripted({"The cat sleeps.": "O gato dorme.", "It rains.": "Chove."})
    cat, rain = translate(translator, "The cat sleeps.", "It rains.")
    assert (cat.text, cat.problem) == ("O gato dorme.", "")
    assert rain.text == "Chove."
    assert cat.confidence == pytest.approx(math.exp(-0.2))


def test_what_has_no_words_never_meets_the_model() -> None:
    sentences = ("", "  \n", "3.14", "https://example.org/a?b=c", "— … !", "🙂 :smile:", "{name}")
    translator = Scripted({})
    results = translate(translator, *sentences)
    assert [result.text for result in results] == list(sentences)
    assert not any(result.problem for result in results)
    assert translator.asked == []
    assert results[3].untouchable_asked == results[3].untouchable_kept == 1


def test_the_same_sentence_is_decoded_once_and_space_stays() -> None:
    translator = Scripted({"Yes.": "Sim."})
    assert [r.text for r in translate(translator, "Yes.", " Yes.\n", "Yes.")] == ["Sim.", " Sim.\n", "Sim."]
    assert translator.asked == [["Yes."]]


def test_a_loop_is_decoded_in_smaller_pieces() -> None:
    said = {
        "When it rains, we stay at home and read.": "sim sim sim sim sim sim",
        "When it rains,": "Quando chove,",
        "we stay at home and read.": "ficamos em casa e lemos.",
    }
    translator = Scripted(said)
    (result,) = translate(translator, "When it rains, we stay at home and read.")
    assert (result.text, result.problem) == ("Quando chove, ficamos em casa e lemos.", "")


def test_what_fails_in_every_way_is_marked_and_is_the_source() -> None:
    translator = Scripted(lambda sentence: "não não não não não não não não")
    text = "When it rains, we stay at home and read the papers of the week."
    (result,) = translate(translator, text)
    assert (result.text, result.problem) == (text, "loop")
    assert result.confidence is None
    assert len(translator.asked) > 1


def test_an_address_that_is_changed_gets_a_stand_in() -> None:
    def says(sentence: str) -> str:
        return sentence.replace("Look at", "Veja").replace("and call us", "e ligue").replace(".org", ".com")

    translator = Scripted(says)
    (result,) = translate(translator, "Look at https://example.org/docs and call us.")
    assert result.text == "Veja https://example.org/docs e ligue."
    assert (result.untouchable_asked, result.untouchable_kept) == (1, 1)


def test_where_stand_ins_are_lost_too_it_goes_around() -> None:
    said = {"Look at": "Veja", "and call us.": "e ligue."}
    translator = Scripted(lambda sentence: said.get(sentence, "Veja aqui e ligue."))
    (result,) = translate(translator, "Look at https://example.org/docs and call us.")
    assert result.text == "Veja https://example.org/docs e ligue."
    assert not result.problem


def test_a_number_that_is_changed_is_never_let_through() -> None:
    translator = Scripted(lambda sentence: "Chegaram 218 cartas para nós esta semana.")
    (result,) = translate(translator, "This week 281 letters came for us.")
    assert result.problem == "untouchable"
    assert result.text == "This week 281 letters came for us."


def test_no_end_is_a_problem() -> None:
    translator = Scripted(lambda sentence: Decoded("O gato", (-1.0,), ended=False))
    (result,) = translate(translator, "The cat sleeps.")
    assert result.problem == "unfinished"


def test_long_sentences_are_split_and_nothing_is_lost() -> None:
    words = [f"wort{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}" for n in range(2000)]
    translator = Scripted(lambda sentence: sentence.upper().replace("WORT", "pal"), longest=40)
    (result,) = translate(translator, " ".join(words))
    assert result.text.split() == [word.upper().replace("WORT", "pal") for word in words]
    assert all(translator.count(sentence) <= 40 for call in translator.asked for sentence in call)


def test_chinese_pieces_are_joined_without_spaces() -> None:
    translator = Scripted(lambda sentence: "墨水和纸，", longest=6)
    (result,) = translate(translator, "ink and paper everywhere, " * 3, target="zh")
    assert " " not in result.text.strip()


def test_alignment_is_in_characters_of_the_whole_sentence() -> None:
    said = {
        "One two three, four five.": Decoded("Um um um um um um um", (-1.0,)),
        "One two three,": Decoded("Um dois três,", (-1.0,), (Aligned(4, 7, 3, 7),)),
        "four five.": Decoded("quatro cinco.", (-1.0,), (Aligned(0, 4, 0, 6),)),
    }
    (result,) = translate(Scripted(said), "  One two three, four five.")
    source, target = "  One two three, four five.", result.text
    assert [(source[a.start : a.end], target[a.target_start : a.target_end]) for a in result.alignment] == [
        ("two", "dois"),
        ("four", "quatro"),
    ]


def test_terms_are_asked_for_again_and_reported() -> None:
    terms = (Term("ink", "tinta"), Term("quill", "pena"))
    options = TranslateOptions(terms=terms)
    calls = itertools.count()
    translator = Scripted(lambda sentence: "A caneta seca." if next(calls) == 0 else "A tinta seca.")
    (result,) = translate(translator, "The ink dries.", options=options)
    assert (result.text, result.terms_asked, result.terms_kept) == ("A tinta seca.", 1, 1)
    assert translator.wishes[1].required == (("tinta",),)


def test_a_missing_term_does_not_make_a_translation_worse() -> None:
    options = TranslateOptions(terms=(Term("ink", "tinta"),))
    calls = itertools.count()
    translator = Scripted(
        lambda sentence: "A caneta seca." if next(calls) == 0 else "tinta tinta tinta tinta"
    )
    (result,) = translate(translator, "The ink dries.", options=options)
    assert (result.text, result.terms_asked, result.terms_kept) == ("A caneta seca.", 1, 0)


def test_emoji_and_tags_at_the_ends_stay_outside() -> None:
    translator = Scripted({"The ink dries.": "A tinta seca."})
    options = TranslateOptions(terms=(Term("ink", "tinta"),))
    (result,) = translate(translator, "<b>The ink dries.</b> \U0001f642", options=options)
    assert result.text == "<b>A tinta seca.</b> \U0001f642"
    assert (result.untouchable_asked, result.untouchable_kept, result.terms_kept) == (3, 3, 1)


def test_one_chinese_into_the_other_needs_no_model() -> None:
    translator = Scripted({})
    (result,) = translate(
        translator, "软件在 https://软件.example.com/软 里。", source="zh", target="zh-Hant"
    )
    assert result.text.startswith("軟")
    assert translator.asked == []


def test_script_and_address_of_chinese_output() -> None:
    translator = Scripted(lambda sentence: "你的计算机在哪里？")
    options = TranslateOptions(script="Hant", address="nin")
    (result,) = translate(translator, "Where is your computer?", target="zh", options=options)
    assert result.text == "您的計算機在哪裡？"


def test_a_model_for_chinese_reads_simplified_characters() -> None:
    translator = Scripted(lambda sentence: "This software is good.")
    translator.languages = ("zh", "en")
    (result,) = translate(translator, "這個軟件很好。", source="zh-Hant", target="en")
    assert result.text == "This software is good."
    assert translator.asked == [["这个软件很好。"]]


@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_cancelled_at_every_step(at: int) -> None:
    asked = itertools.count(1)
    translator = Scripted(lambda sentence: "não não não não não não")
    with pytest.raises(Stopped):
        translate(
            translator,
            "When it rains, we stay at home and read.",
            "The day ended, and nobody came back to it.",
            cancelled=lambda: next(asked) >= at,
        )


@given(
    st.lists(st.text(max_size=40), max_size=8), st.sampled_from(["copy", "empty", "upper", "loop", "same"])
)
def test_there_is_one_answer_for_each_whatever_the_model_says(sentences: list[str], manner: str) -> None:
    says = {
        "copy": lambda text: text,
        "empty": lambda text: "",
        "upper": lambda text: text.upper(),
        "loop": lambda text: "a b " * 20,
        "same": lambda text: "Sim.",
    }[manner]
    results = translate(Scripted(says), *sentences)
    assert len(results) == len(sentences)
    for sentence, result in zip(sentences, results, strict=True):
        if result.problem:
            assert result.text.strip() == "".join(result.text.strip())
        assert bool(result.text.strip()) == bool(
            sentence.encode("utf-16", "surrogatepass").decode("utf-16", "replace").strip()
        )
