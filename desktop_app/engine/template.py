"""Chat templates: messages to the token ids that the model was trained on.

What users wrote is data. Where it looks like a control token, a guard character is put inside before
rendering, so that `Vocabulary.encode_markup` sees ordinary text; the guard is taken out again before
tokenizing. The text around it is tokenized in one piece with the template's own, as in training.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import Template, TemplateError
from jinja2.exceptions import SecurityError

from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import ChatMessage
from desktop_app.engine.template_budget import Budget
from desktop_app.engine.template_sandbox import MAX_SOURCE, TemplateSandbox
from desktop_app.engine.tokenizer import Vocabulary

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] "
    "+ '<|im_end|>' + '\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}"
    "{% endif %}"
)
_FREE_CHARACTERS = 1 << 20  # what a template may write beyond four times what it is given


@dataclass(frozen=True, slots=True)
class ChatTemplate:
    """A compiled template. Not safe for two threads at once: each takes its own."""

    sandbox: TemplateSandbox
    template: Template
    bos: str
    eos: str

    def ids(
        self, vocabulary: Vocabulary, messages: Sequence[ChatMessage], continue_last: bool = False
    ) -> list[int]:
        """Token ids of ``messages`` with the opening of the reply; with ``continue_last`` the last
        message, the assistant's, stays open instead. Raises InkhornError of kind ``template``."""
        guard, end = _unused_characters(messages)
        look = _Look(vocabulary.control)
        texts = [look.guarded(message.text, guard) for message in messages]
        given = [{"role": m.role, "content": text} for m, text in zip(messages, texts, strict=True)]
        if not continue_last:
            markup = self.render(given, add_generation_prompt=True)
        elif not messages or messages[-1].role != "assistant":
            raise InkhornError("template", "Only the assistant's own message can be continued.")
        else:
            # A template may trim what it is given, so the end is marked and all after it cut off.
            given[-1]["content"] += end
            markup, found, _ = self.render(given, add_generation_prompt=False).rpartition(end)
            if not found:
                raise InkhornError("template", "The model's chat template leaves the last message out.")
        ids = vocabulary.encode_markup(markup, guard)
        if vocabulary.bos_id is not None and ids[:1] != [vocabulary.bos_id]:
            ids.insert(0, vocabulary.bos_id)
        return ids

    def render(self, messages: list[dict[str, str]], *, add_generation_prompt: bool) -> str:
        """The template's text for ``messages`` (``role``, ``content``)."""
        size = sum(len(message["content"]) for message in messages) + 100 * len(messages)
        self.sandbox.budget = Budget(4 * size + _FREE_CHARACTERS)
        try:
            return self.template.render(
                messages=messages,
                add_generation_prompt=add_generation_prompt,
                tools=None,
                documents=None,
                bos_token=self.bos,
                eos_token=self.eos,
            )
        except SecurityError as error:
            raise InkhornError("template", f"The model's chat template was stopped: {error}") from None
        except TemplateError as error:
            raise InkhornError(
                "template", f"The model's chat template refuses these messages: {error}"
            ) from None
        except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
            name = type(error).__name__
            raise InkhornError("template", f"The model's chat template fails ({name}).") from None


def make_template(source: str | None, bos: str = "", eos: str = "") -> ChatTemplate:
    """Compile a model's template; None stands for ChatML. Raises InkhornError: ``template``."""
    source = CHATML if source is None else source
    if len(source) > MAX_SOURCE:
        raise InkhornError("template", "The model's chat template is too long.")
    sandbox = TemplateSandbox()
    try:
        return ChatTemplate(sandbox, sandbox.from_string(source), bos, eos)
    except (TemplateError, RecursionError, SyntaxError, MemoryError, ValueError, OverflowError) as error:
        name = type(error).__name__
        raise InkhornError("template", f"The model's chat template cannot be read ({name}).") from None


def _unused_characters(messages: Sequence[ChatMessage]) -> tuple[str, str]:
    """Two private-use characters that no message holds."""
    used: set[str] = set()
    for message in messages:
        used.update(re.findall("[\ue000-\uf8ff]", message.text))
    free = (chr(code) for code in range(0xE000, 0xF900) if chr(code) not in used)
    found = next(free, ""), next(free, "")
    if not all(found):
        raise InkhornError("template", "The messages hold every private-use character there is.")
    return found


class _Look:
    """Finds what could be taken for a control token. Llama 3 has 256 of them, and each message of a long
    conversation is looked at while somebody types: most have nothing, which a few set look-ups tell."""

    def __init__(self, control: Iterable[str]) -> None:
        self._control = tuple(control)
        self._inside, self._begins, self._ends, self._longest = _parts(self._control)

    def guarded(self, text: str, guard: str) -> str:
        """``text`` with ``guard`` inside everything that is a control token, or could become one together
        with what the template puts before or after it."""
        core = text.strip()
        if core == text:
            return self._guarded(text, guard)
        # A template may trim what it is given.
        before, after = text[: text.find(core)], text[text.find(core) + len(core) :]
        return self._guarded(before + self._guarded(core, guard) + after, guard)

    def _guarded(self, text: str, guard: str) -> str:
        return _guarded(text, self._control, guard) if self._may_matter(text) else text

    def _may_matter(self, text: str) -> bool:
        if self._inside is None:
            return False
        lengths = range(1, min(self._longest, len(text) + 1))
        return (
            any(text[-length:] in self._begins or text[:length] in self._ends for length in lengths)
            or self._inside.search(text) is not None
        )


@lru_cache(maxsize=2)
def _parts(
    control: tuple[str, ...],
) -> tuple[re.Pattern[str] | None, frozenset[str], frozenset[str], int]:
    """Of all tokens: a pattern that finds them, their beginnings, their ends, and the longest's length."""
    cuts = [(token, cut) for token in control for cut in range(1, len(token))]
    return (
        re.compile("|".join(map(re.escape, control))) if control else None,
        frozenset(token[:cut] for token, cut in cuts),
        frozenset(token[cut:] for token, cut in cuts),
        max(map(len, control), default=0),
    )


def _guarded(text: str, control: Iterable[str], guard: str) -> str:
    for token in control:
        broken = token[0] + guard + token[1:]
        if token in text:
            text = text.replace(token, broken)
        for cut in range(1, len(token)):
            if text.endswith(token[:cut]):
                text = text[: len(text) - cut + 1] + guard + text[len(text) - cut + 1 :]
            if text.startswith(token[cut:]):
                at = len(token) - cut - 1
                text = text[:at] + guard + text[at:]
    return text
