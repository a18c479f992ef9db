"""A model that chats as a translator: it is asked in words, a sentence at a time, with what stands before
it, the tone and the terms."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from desktop_app.core.messages import ChatMessage, Event, Generate, Text
from desktop_app.core.sampling import Sampling
from desktop_app.core.translation import TranslateOptions
from desktop_app.engine.causal import Stopped
from desktop_app.engine.session import Session
from desktop_app.engine.translation.translator import Decoded, Decoding
from desktop_app.translation.glossary import asked_terms
from desktop_app.translation.names import english_name

_LONGEST = 400
"""Tokens of a sentence: what small models keep to."""
_ROOM, _TIMES = 48, 4
_CONTEXT_CHARACTERS = 600
_LABEL = re.compile(r"^(?:translation|translated text|译文|翻译)\s*[:：]\s*", re.IGNORECASE)
_PAIRS = {'"': '"', "“": "”", "'": "'", "「": "」", "«": "»", "`": "`"}


class ChatTranslator:
    """`Translator` over a session. Its tokens' probabilities are not known."""

    def __init__(self, session: Session, options: TranslateOptions) -> None:
        self._session, self._options = session, options

    @property
    def longest(self) -> int:
        return max(16, min(_LONGEST, self._session.context_length // 6))

    def count(self, sentence: str) -> int:
        return self._session.count(sentence)

    def decode(
        self,
        sentences: Sequence[str],
        source: str,
        target: str,
        wish: Decoding,
        finished: Callable[[int, list[Decoded]], None],
        cancelled: Callable[[], bool],
    ) -> None:
        before = self._options.context
        for number, sentence in enumerate(sentences):
            required = wish.required[number] if wish.required else ()
            messages = self._messages(sentence, source, target, before, required)
            found = [self._ask(messages, sentence, 0.0, None, cancelled)]
            for seed in range(wish.alternatives if found[0].text else 0):
                found.append(self._ask(messages, sentence, 0.8, seed, cancelled))
            finished(number, list({decoded.text: decoded for decoded in reversed(found)}.values())[::-1])
            before = f"{before} {sentence}"[-_CONTEXT_CHARACTERS:]

    def _messages(
        self, sentence: str, source: str, target: str, before: str, required: Sequence[str]
    ) -> tuple[ChatMessage, ...]:
        into = english_name(target)
        lines = [
            f"You are a translator. Translate what the user writes from {english_name(source)} into {into}.",
            f"Answer with the translation into {into} only: no explanation, no quotation marks around it.",
            "Leave web addresses, numbers, code and names in braces as they are.",
        ]
        if self._options.tone:
            lines.append(f"Tone: {self._options.tone}.")
        terms = [f"{t.source} = {t.target}" for t in asked_terms(self._options.terms, sentence, source)]
        if terms:
            lines.append("Use these words: " + "; ".join(terms) + ".")
        if required:
            lines.append("These words must be in the translation: " + "; ".join(required) + ".")
        if before.strip():
            lines.append(f"Before it stood (do not translate this): {before.strip()}")
        return ChatMessage("system", "\n".join(lines)), ChatMessage("user", sentence)

    def _ask(
        self,
        messages: tuple[ChatMessage, ...],
        sentence: str,
        temperature: float,
        seed: int | None,
        cancelled: Callable[[], bool],
    ) -> Decoded:
        pieces: list[str] = []

        def take(event: Event) -> None:
            if isinstance(event, Text):
                pieces.append(event.text)

        tokens = _ROOM + _TIMES * self.count(sentence)
        sampling = Sampling(
            temperature=temperature, top_p=0.95, repetition_penalty=1.0, max_tokens=tokens, seed=seed
        )
        reply = self._session.generate(Generate(0, messages, sampling), take, cancelled)
        if reply.stop_reason == "cancelled":
            raise Stopped
        return Decoded(_bare("".join(pieces), sentence), ended=reply.stop_reason == "end")


def _bare(answer: str, sentence: str) -> str:
    """The translation alone, out of what a model says about it."""
    lines = [line.strip() for line in answer.strip().strip("`").splitlines() if line.strip()]
    text = _LABEL.sub("", lines[0]) if lines else ""
    if not text and len(lines) > 1:
        text = lines[1]
    closing = _PAIRS.get(text[:1])
    if closing and len(text) > 2 and text.endswith(closing) and sentence[:1] not in _PAIRS:
        text = text[1:-1]
    return text.strip()
