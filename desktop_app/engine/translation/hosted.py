"""Encoder-decoder models that transformers runs (Marian, NLLB, M2M-100, mBART, T5, MADLAD-400) as
translators."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from desktop_app.engine.hosted.search import Found
from desktop_app.engine.hosted.text_to_text import HostedTextToText
from desktop_app.engine.translation.translator import Decoded, Decoding

_ROOM, _TIMES = 24, 3
"""A translation has at most so many tokens more than so many times its source's: what goes on longer has lost
its way, and each of its tokens costs as much as one of a good one."""
_LONGEST = 512


class HostedTranslator:
    """`Translator` over the loaded model."""

    def __init__(self, model: HostedTextToText) -> None:
        self._model = model

    @property
    def languages(self) -> tuple[str, ...]:
        """The codes that the model knows."""
        return self._model.languages

    @property
    def longest(self) -> int:
        return min(_LONGEST, self._model.context_length) - 8  # special tokens and a task's words

    def count(self, sentence: str) -> int:
        return self._model.count(sentence)

    def decode(
        self,
        sentences: Sequence[str],
        source: str,
        target: str,
        wish: Decoding,
        finished: Callable[[int, list[Decoded]], None],
        cancelled: Callable[[], bool],
    ) -> None:
        model = self._model
        limits = [_ROOM + _TIMES * self.count(sentence) for sentence in sentences]
        beams = max(wish.beams, wish.alternatives + 1 if wish.alternatives else 1)
        required = [[model.target_ids(word) for word in words] for words in wish.required]

        def done(number: int, found: list[Found]) -> None:
            decoded = [Decoded(model.text(one.ids), one.logprobs, (), one.ended) for one in found]
            finished(number, _different(decoded)[: 1 + wish.alternatives])

        model.decode(sentences, source, target, beams, limits, done, cancelled, required)
        for number, sentence in enumerate(sentences):
            if not sentence.strip():
                finished(number, [Decoded("")])


def _different(found: list[Decoded]) -> list[Decoded]:
    seen: dict[str, Decoded] = {}
    for decoded in found:
        seen.setdefault(decoded.text, decoded)
    return list(seen.values())
