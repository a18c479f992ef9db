"""A translator that says what a test tells it to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from desktop_app.core.translation import Translate, TranslateOptions, Translation
from desktop_app.engine.causal import Stopped
from desktop_app.engine.translation.pipeline import run
from desktop_app.engine.translation.translator import Decoded, Decoding


@dataclass
class Scripted:
    """``says`` by the sentence, or a function of it. ``asked`` is all that came, call by call."""

    says: Mapping[str, str | Decoded] | Callable[[str], str | Decoded]
    longest: int = 100
    languages: tuple[str, ...] = ()
    asked: list[list[str]] = field(default_factory=list)
    wishes: list[Decoding] = field(default_factory=list)

    def count(self, sentence: str) -> int:
        return len(sentence.split()) if " " in sentence else max(1, len(sentence) // 2)

    def decode(
        self,
        sentences: Sequence[str],
        source: str,
        target: str,
        wish: Decoding,
        finished: Callable[[int, list[Decoded]], None],
        cancelled: Callable[[], bool],
    ) -> None:
        self.asked.append(list(sentences))
        self.wishes.append(wish)
        for number in reversed(range(len(sentences))):
            if cancelled():
                raise Stopped
            sentence = sentences[number]
            said = self.says(sentence) if callable(self.says) else self.says[sentence]
            finished(number, [Decoded(said, (-0.1, -0.3)) if isinstance(said, str) else said])


def translate(
    translator: Scripted,
    *sentences: str,
    source: str = "en",
    target: str = "pt",
    options: TranslateOptions = TranslateOptions(),  # noqa: B008 (frozen)
    cancelled: Callable[[], bool] = lambda: False,
) -> list[Translation]:
    told: dict[int, Translation] = {}
    command = Translate(1, sentences, source, target, options)
    results = run(translator, command, lambda number, result: told.__setitem__(number, result), cancelled)
    assert told == dict(enumerate(results))
    return list(results)
