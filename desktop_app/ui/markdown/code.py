"""Colours for code: Pygments tokens as a few roles, and each role's colour in each theme."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, cast

from desktop_app.ui.markdown.warmup import Warmup

LONGEST = 60_000  # characters that are coloured; longer code is shown plain
ROLES = ("keyword", "string", "comment", "number", "name", "type", "added", "removed")

# Light, dark; at least 4.5:1 on every theme's code paper, high contrast included (a test).
_COLOURS: dict[str, tuple[str, str]] = {
    "keyword": ("#75366F", "#D3A6DB"),
    "string": ("#2C6335", "#9CCB9F"),
    "comment": ("#66645C", "#969AA2"),
    "number": ("#8A4200", "#E2AE80"),
    "name": ("#2F4B7C", "#8FB1E8"),
    "type": ("#175F69", "#82C6D1"),
    "added": ("#2A6440", "#89C99D"),
    "removed": ("#A1302B", "#F0978E"),
}

# The first prefix that fits a token's name decides.
_PREFIXES: tuple[tuple[str, str], ...] = (
    ("Token.Comment", "comment"),
    ("Token.Keyword.Type", "type"),
    ("Token.Keyword", "keyword"),
    ("Token.Operator.Word", "keyword"),
    ("Token.Literal.String.Doc", "comment"),
    ("Token.Literal.String", "string"),
    ("Token.Literal.Number", "number"),
    ("Token.Name.Function", "name"),
    ("Token.Name.Class", "type"),
    ("Token.Name.Decorator", "number"),
    ("Token.Name.Builtin", "type"),
    ("Token.Name.Exception", "type"),
    ("Token.Name.Tag", "keyword"),
    ("Token.Name.Attribute", "name"),
    ("Token.Generic.Inserted", "added"),
    ("Token.Generic.Deleted", "removed"),
    ("Token.Generic.Heading", "name"),
    ("Token.Generic.Subheading", "name"),
)


def colour(role: str, dark: bool) -> str:
    """``#RRGGBB`` of ``role``."""
    return _COLOURS[role][1 if dark else 0]


class Highlighter:
    """Finds the lexer for a language's name and splits code into coloured spans."""

    def __init__(self, warmup: Warmup) -> None:
        self._warmup = warmup
        self._roles: dict[object, str] = {}

    def ready(self, language: str) -> bool:
        """Whether `spans` can answer for ``language``; if not, it soon can."""
        return self._warmup.ready(_key(language), partial(_lexer, language))

    def spans(self, text: str, language: str) -> Iterator[tuple[int, int, str]]:
        """(start, length, role) in order, in code points; what is missing is plain text. ``language``
        must be `ready`."""
        lexer = self._warmup.answer(_key(language))
        if lexer is None or len(text) > LONGEST:
            return
        for start, token, value in lexer.get_tokens_unprocessed(text):  # type: ignore[attr-defined]
            role = self._roles.get(token)
            if role is None:
                role = self._roles[token] = _role(str(token))
            if role and value.strip():
                yield start, len(value), role


def _key(language: str) -> str:
    return f"lexer {language.lower()}"


def _lexer(language: str) -> object | None:
    """A lexer that has compiled its rules, or None for a language that nobody knows."""
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer: Any = get_lexer_by_name(language)
    except (ClassNotFound, ImportError):
        return None
    list(lexer.get_tokens_unprocessed("x"))
    return cast(object, lexer)


def _role(token: str) -> str:
    return next((role for prefix, role in _PREFIXES if token.startswith(prefix)), "")
