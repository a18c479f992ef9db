"""Prompts of an exact number of tokens, as our engine's own template renders them."""

from __future__ import annotations

from pathlib import Path

from desktop_app.core.messages import ChatMessage, Load
from desktop_app.engine.model import open_model
from desktop_app.engine.words import Words

STORY = ChatMessage("user", "Tell a long story about an old ink maker, a river and a bridge.")
_SENTENCES = (
    "The river was high that spring and the bridge shook when the carts went over it. ",
    "He ground the soot with oil in a stone bowl, as his mother had shown him. ",
    "Nobody in the town could say how old the house by the water was. ",
    "A traveller asked for two sticks of black ink and paid with a silver button. ",
    "In the evening the lamps were lit one after another along the bank. ",
    "She wrote three letters, sealed them, and gave them to the boatman. ",
    "The rain came from the hills and washed the red earth into the fields. ",
    "When the paper was dry he hung it up to look at it from afar. ",
)


def open_words(model: Path, place: Path) -> Words:
    """Tokenizer and template, without torch and without the weights."""
    return open_model(Load(0, str(model), str(place)), lambda _stage, _done: None).words


def token_ids(words: Words, messages: tuple[ChatMessage, ...], continue_last: bool = False) -> list[int]:
    return words.template().ids(words.vocabulary, messages, continue_last)


def prompt_of(words: Words, length: int, name: str) -> tuple[ChatMessage, ...]:
    """A prompt of exactly ``length`` tokens to be continued by the assistant, that has nothing in common
    with one of another ``name``, but for the template's first words."""

    def ids(text: str) -> list[int]:
        return token_ids(words, make(text), continue_last=True)

    def make(text: str) -> tuple[ChatMessage, ...]:
        return (ChatMessage("system", f"{name}."), STORY, ChatMessage("assistant", text))

    sentences = [_SENTENCES[(n * n + n // 3) % len(_SENTENCES)] for n in range(length // 8)]
    low, high = 0, len(sentences)  # as many whole sentences as fit
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if len(ids("".join(sentences[:middle]))) <= length else (low, middle - 1)
    text = "".join(sentences[:low]).rstrip()
    while (missing := length - len(ids(text))) > 0:
        text += " and" * missing
    if missing:
        raise ValueError(f"no prompt of exactly {length} tokens: {length - missing}")
    return make(text)
