"""A model that chats, as a translator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from desktop_app.core.messages import Event, Generate, Reply, StopReason, Text
from desktop_app.core.translation import Term, Translate, TranslateOptions
from desktop_app.engine.causal import Stopped
from desktop_app.engine.translation.chat import ChatTranslator
from desktop_app.engine.translation.pipeline import run
from desktop_app.engine.translation.translator import Decoding


@dataclass
class Says:
    """A session whose model answers what ``answers`` has for the user's message."""

    answers: dict[str, str]
    reason: StopReason = "end"
    context_length: int = 2000
    asked: list[Generate] = field(default_factory=list)

    def count(self, text: str) -> int:
        return len(text.split())

    def generate(
        self, command: Generate, emit: Callable[[Event], None], cancelled: Callable[[], bool]
    ) -> Reply:
        self.asked.append(command)
        if cancelled():
            return Reply("cancelled", 1, 0, 0, 0.0, 0.0, 0)
        for piece in self.answers[command.messages[-1].text]:
            emit(Text(command.id, piece))
        return Reply(self.reason, 1, 0, 1, 0.0, 0.0, 0)


def translate(session: Says, *sentences: str, **options: object) -> list[str]:
    wishes = TranslateOptions(**options)  # type: ignore[arg-type]
    translator = ChatTranslator(session, wishes)  # type: ignore[arg-type]
    command = Translate(1, sentences, "en", "pt", wishes)
    found = run(translator, command, lambda number, result: None, lambda: False)
    assert all(result.confidence is None for result in found)
    return [result.problem or result.text for result in found]


@pytest.mark.parametrize(
    "answer",
    [
        "O gato dorme.",
        '"O gato dorme."',
        "Translation: O gato dorme.",
        "  O gato dorme.\n\nThe word gato means cat.",
        "```\nO gato dorme.\n```",
    ],
)
def test_only_the_translation_is_taken(answer: str) -> None:
    assert translate(Says({"The cat sleeps.": answer}), "The cat sleeps.") == ["O gato dorme."]


def test_it_is_told_what_matters() -> None:
    session = Says({"The cat sleeps.": "O gato dorme.", "It dreams.": "Ele sonha."})
    options = {"tone": "formal", "context": "A story.", "terms": (Term("cat", "gato"), Term("dog", "cão"))}
    translate(session, "The cat sleeps.", "It dreams.", **options)
    first, second = (command.messages[0].text for command in session.asked)
    assert "from English to Portuguese" in " ".join(first.split()) or "English into Portuguese" in first
    assert "formal" in first
    assert "A story." in first
    assert "cat = gato" in first
    assert "dog" not in first
    assert "The cat sleeps." in second
    assert all(command.sampling.temperature == 0 for command in session.asked)


def test_a_refusal_or_chatter_is_marked() -> None:
    answer = "I am sorry, but I can not help you with the translation of this text into Portuguese today."
    assert translate(Says({"Yes, it is.": answer}), "Yes, it is.") == ["length"]
    cut = Says({"The cat sleeps.": "O gato"}, reason="length")
    cut.answers |= {"The cat": "O", "sleeps.": "dorme"}
    assert translate(cut, "The cat sleeps.") == ["unfinished"]


def test_alternatives_are_drawn_and_stopping_stops() -> None:
    session = Says({"Yes.": "Sim."})
    found = []
    translator = ChatTranslator(session, TranslateOptions())  # type: ignore[arg-type]
    wish = Decoding(alternatives=2)
    translator.decode(
        ["Yes."], "en", "pt", wish, lambda number, decoded: found.append(decoded), lambda: False
    )
    assert [one.text for one in found[0]] == ["Sim."]
    assert [command.sampling.seed for command in session.asked] == [None, 0, 1]
    with pytest.raises(Stopped):
        translator.decode(["Yes."], "en", "pt", wish, lambda number, decoded: None, lambda: True)
