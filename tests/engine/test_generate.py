"""How a reply begins, with the vocabularies that write a space before every first word."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch

from desktop_app.core.messages import ChatMessage, Event, Generate, Text
from desktop_app.core.sampling import Sampling
from desktop_app.engine.session import Session
from desktop_app.engine.tokenizer import Vocabulary, make_vocabulary
from desktop_app.engine.words import Words
from tests.engine.fake_causal import FakeCausal
from tests.engine.small_decoders import never
from tests.engine.tiny_tokenizers import gguf_of_sentencepiece, sentencepiece_model

TEMPLATE = "{% for m in messages %}{{ m.content }}{% if not loop.last %}\n{% endif %}{% endfor %}"


@pytest.fixture(scope="module")
def pieces() -> Vocabulary:
    return make_vocabulary(gguf_of_sentencepiece(sentencepiece_model("bpe"), "llama"))


class Saying:
    """Scores by which a model says ``reply`` after whatever its prompt was, then ends."""

    def __init__(self, vocabulary: Vocabulary, reply: Sequence[int]) -> None:
        self._size, self._reply = vocabulary.size, [*reply, min(vocabulary.stop_ids)]
        self.prompt = 0  # tokens

    def __call__(self, ids: Sequence[int]) -> torch.Tensor:
        scores = torch.zeros(self._size)
        at = len(ids) - self.prompt
        if 0 <= at < len(self._reply):
            scores[self._reply[at]] = 100.0
        return scores


def said(vocabulary: Vocabulary, reply: Sequence[int], continue_last: bool) -> str:
    messages = [ChatMessage("user", "Hello")]
    if continue_last:
        messages.append(ChatMessage("assistant", "the quick"))
    words = Words(vocabulary, TEMPLATE, "<s>", "</s>", 1024)
    scores = Saying(vocabulary, reply)
    scores.prompt = len(words.template().ids(vocabulary, messages, continue_last))
    session = Session(FakeCausal(scores), words, 1 << 20)
    events: list[Event] = []
    command = Generate(1, tuple(messages), Sampling(temperature=0.0, max_tokens=20), continue_last)
    session.generate(command, events.append, never)
    return "".join(event.text for event in events if isinstance(event, Text))


@pytest.mark.parametrize("text", ["brown fox jumps", "你好 世界", "  def(x):"])
def test_a_reply_does_not_begin_with_the_space_that_nobody_meant(pieces: Vocabulary, text: str) -> None:
    ids = pieces.encode(text)
    assert pieces.bytes_of(ids[0]).startswith(b" ")  # or there would be nothing to see
    assert said(pieces, ids, continue_last=False) == text


@pytest.mark.parametrize("text", ["brown fox jumps", "你好 世界"])
def test_what_continues_a_reply_keeps_the_space_before_its_first_word(pieces: Vocabulary, text: str) -> None:
    assert said(pieces, pieces.encode(text), continue_last=True) == f" {text}"


@pytest.mark.parametrize("text", [" brown fox", "brown fox", " 你好"])
def test_a_vocabulary_that_writes_no_space_leaves_the_one_that_the_model_wrote(text: str) -> None:
    """As Gemma's is."""
    held = gguf_of_sentencepiece(sentencepiece_model("bpe", space_first=False), "llama")
    vocabulary = make_vocabulary(held | {"tokenizer.ggml.add_space_prefix": False})
    assert said(vocabulary, vocabulary.encode(text), continue_last=False) == text
