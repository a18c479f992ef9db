"""What a model's words are: between text and token ids."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.engine.template import ChatTemplate, make_template
from desktop_app.engine.tokenizer import Vocabulary


@dataclass(frozen=True, slots=True)
class Words:
    """What turns messages into ids and ids into text. ``chat_template`` None: the model has none of its
    own. ``context_length`` in tokens."""

    vocabulary: Vocabulary
    chat_template: str | None
    bos: str
    eos: str
    context_length: int

    def template(self) -> ChatTemplate:
        """A new template object: each thread needs its own."""
        return make_template(self.chat_template, self.bos, self.eos)
