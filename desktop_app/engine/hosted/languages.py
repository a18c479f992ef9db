"""How each family of translation models is told the languages: a token before the text, behind it, or as
the first that the decoder writes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from desktop_app.core.errors import InkhornError

Manner = Literal["none", "target_first", "source_first", "source_last", "task"]
"""Where tokens stand: ``target_first`` (multilingual Marian, MADLAD-400) before the text; ``source_first``
(NLLB, M2M-100, mBART-50) with the target as the decoder's first; ``source_last`` (mBART-25) behind the
text, with the target as the decoder's start; ``task`` (T5) in words."""

_TASK = re.compile(r"translation_([a-z]+)_to_([a-z]+)")
_NAMES: Mapping[str, tuple[re.Pattern[str], Manner]] = {
    "marian": (re.compile(r">>(.+)<<"), "target_first"),
    "t5": (re.compile(r"<2(.+)>"), "target_first"),
    "mt5": (re.compile(r"<2(.+)>"), "target_first"),
    "umt5": (re.compile(r"<2(.+)>"), "target_first"),
    "m2m_100": (re.compile(r"__([a-z]+)__|([a-z]{3}_[A-Z][a-z]{3})"), "source_first"),
    "mbart": (re.compile(r"()([a-z]{2}_[A-Z]{2})"), "source_first"),
}
_NOTHING = re.compile(r"(?!)")
_FIRST_MBART = 25


@dataclass(frozen=True, slots=True)
class Languages:
    """``tokens`` are the languages' ids by their codes. ``before``/``after`` stand around each text."""

    manner: Manner
    tokens: Mapping[str, int]
    before: tuple[int, ...]
    after: tuple[int, ...]
    tasks: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @property
    def codes(self) -> tuple[str, ...]:
        """As the model's own tokenizer writes them, sorted."""
        if self.manner == "task":
            return tuple(sorted({code for pair in self.tasks for code in pair}))
        return tuple(sorted(self.tokens))

    def source_ids(self, ids: Callable[[str], list[int]], text: str, source: str, target: str) -> list[int]:
        """What the encoder reads for ``text``. Raises InkhornError ``model_unsupported``."""
        if self.manner == "task" and (source or target):
            prefix = self.tasks.get((source, target))
            if prefix is None:
                raise _unknown(f"{source} → {target}")
            text = prefix + text
        first, last = self.before, self.after
        if self.manner == "target_first" and target:
            first = (self._token(target), *first)
        elif self.manner == "source_first":
            first = (self._token(source), *first)
        elif self.manner == "source_last":
            last = (*last, self._token(source))
        return [*first, *ids(text), *last]

    def start(self, target: str, usual: int | None) -> int:
        """The decoder's first id."""
        if self.manner == "source_last":
            return self._token(target)
        if usual is None:
            raise InkhornError("model_damaged", "The model does not say how its answers begin.")
        return usual

    def forced(self, target: str, usual: int | None) -> tuple[int, ...]:
        """What follows it in any case."""
        if self.manner == "source_first":
            return (self._token(target),)
        return () if usual is None or self.manner == "source_last" else (usual,)

    def _token(self, code: str) -> int:
        if code not in self.tokens:
            raise _unknown(code)
        return self.tokens[code]


def _unknown(code: str) -> InkhornError:
    return InkhornError(
        "model_unsupported", f"The model does not know this language: {code or '(none given)'}", language=code
    )


def read_languages(family: str, names: Mapping[str, int], config: Mapping[str, Any]) -> Languages:
    """From the names of the tokenizer's tokens, and T5's ``task_specific_params``."""
    end = names.get("</s>")
    after = () if end is None else (end,)
    before = (names["<s>"],) if family == "bart" and "<s>" in names else ()
    pattern, manner = _NAMES.get(family, (_NOTHING, "none"))
    tokens: dict[str, int] = {}
    for name, number in names.items():
        if found := pattern.fullmatch(name):
            tokens[found.group(found.lastindex or 1)] = number
    tasks = _tasks(config) if family in ("t5", "mt5", "umt5") and not tokens else {}
    if tasks:
        return Languages("task", {}, before, after, tasks)
    if not tokens:
        return Languages("none", {}, before, after)
    if family == "mbart" and len(tokens) <= _FIRST_MBART:
        manner = "source_last"
    return Languages(manner, tokens, before, after)


def _tasks(config: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    held = config.get("task_specific_params")
    tasks: dict[tuple[str, str], str] = {}
    for name, values in (held or {}).items() if isinstance(held, dict) else ():
        found = _TASK.fullmatch(name)
        if found and isinstance(values, dict) and isinstance(values.get("prefix"), str):
            tasks[found.group(1), found.group(2)] = values["prefix"]
    return tasks
