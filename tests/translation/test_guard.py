"""Failures that others' users have met are seen, and what is right is let through."""

from __future__ import annotations

import pytest

from desktop_app.translation.guard import look

LAUGHTER = "(笑声) " + "(掌声) " * 50

FAILURES = [
    # Argos Translate 428: one word comes three times
    ("enrolled", "matriculados matriculados matriculados", "en", "pt", "loop"),
    # Argos Translate 444: applause for a sentence
    ("What It Is: Think of it like a trick to uncover stuff on the internet.", LAUGHTER, "en", "zh", "loop"),
    # Argos Translate 299: a note sign for a sentence
    ("буквально час два и все будет у вас)", "♪", "ru", "en", "empty"),
    ("да, я видел :)", "_", "ru", "en", "empty"),
    # Argos Translate 318, 212, LibreTranslate 167: loops of words and phrases
    ("never", "nunca jamás nunca jamás nunca jamás nunca jamás jamás nunca jamás", "en", "es", "loop"),
    ("increasingly", "cada vez cada vez cada vez cada vez cada vez cada vez más", "en", "es", "loop"),
    # LibreTranslate 183: a loop inside a word
    ("заранее", "pre-pre- pre-pre- pre-pre- pre-pre- pre- pre- pre-", "ru", "en", "loop"),
    # LibreTranslate 46
    ("salad", "salad " * 40, "es", "en", "loop"),
    # Argos Translate 197
    ("Hello World", "З З З З З З З З З З З З", "en", "ru", "loop"),
    ("Good to see you", "У! До! До! До! До! До! До! До!", "en", "ru", "loop"),
    # LibreTranslate 351, firefox-translations-models 210: said twice
    ("Breakfast", "Kahvaltı Kahvaltı", "en", "tr", "loop"),
    ("hallo", "Hello hello", "nl", "en", "loop"),
    # Argos Translate 383: only some words are translated
    (
        "Borrower will pay Bank the unpaid principal amount of all Credit Extensions and interest on the "
        "unpaid principal amount of the Credit Extensions .",
        "Borrower va payer Bank the unpaid principal amount of all Credit Extensions and interest on the "
        "unpaid principal amount of the Credit Extensions .",
        "en", "fr", "copied",
    ),
    # LibreTranslate 947, Argos Translate 363: the source comes back
    ("The report was written in the spring.", "The report was written in the spring.", "en", "de", "copied"),
    ("The report was written in spring.", "The report was written in spring.", "en", "zh", "wrong_script"),
    ("这份报告是春天写的。", "这份报告是春天写的。", "zh", "en", "wrong_script"),
    # Argos Translate 397: one word, whatever was asked
    ("Η έκθεση γράφτηκε την άνοιξη και κανείς δεν τη διάβασε μέχρι το τέλος.", "Home", "el", "en", "length"),
    # Argos Translate 312: a sentence that was never there
    ("Those who stay are at risk.", "© 2019 Màrqueting digital de BookingSuite. BookingSuite és una marca de "
     "Booking.com. Estaràs en bones mans: pots confiar en el servei.", "en", "ca", "length"),
    ("The rain has ended.", "Дождь закончился.", "en", "pt", "wrong_script"),
    ("她昨天回来了。", "", "zh", "en", "empty"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said", "source", "target", "problem"), FAILURES)
def test_failures_that_others_have_met(text: str, said: str, source: str, target: str, problem: str) -> None:
    assert look(text, said, source, target) == problem


RIGHT = [
    ("enrolled", "matriculado", "en", "pt"),
    ("No, no, no!", "Não, não, não!", "en", "pt"),
    ("Bye-bye.", "Tchau, tchau.", "en", "pt"),
    ("Thanks.", "谢谢。", "en", "zh"),
    ("He thought and thought and thought.", "Ele pensou e pensou e pensou.", "en", "pt"),
    ("Berlin", "Berlin", "en", "de"),
    ("OK", "OK", "en", "fr"),
    ("iPhone 15 Pro Max", "iPhone 15 Pro Max", "en", "zh"),
    ("Tom and Mary live in New York.", "Tom und Mary leben in New York.", "en", "de"),
    ("James Bond 007", "James Bond 007", "en", "fr"),
    ("Use npm.", "使用 npm。", "en", "zh"),
    ("我同意。", "I agree.", "zh", "en"),
    ("Yes.", "Sim.", "en", "pt"),
    ("马马虎虎", "So-so.", "zh", "en"),
    ("3.14", "3.14", "en", "zh"),
    ("…", "…", "en", "zh"),
    ("Ha ha ha ha ha!", "哈哈哈哈哈！", "en", "zh"),
    ("Sarah Palin cites Track Palin's PTSD at Donald Trump rally",
     "裴琳 (Sarah Palin) 在川普的造勢活動中談到其兒子雀克 (Track Palin) 的創傷症候群", "en", "zh-Hant"),
    ("The sum of the parts and the sum of the whole.", "A soma das partes e a soma do todo.", "en", "pt"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said", "source", "target"), RIGHT)
def test_what_is_right_goes_through(text: str, said: str, source: str, target: str) -> None:
    assert look(text, said, source, target) == ""
