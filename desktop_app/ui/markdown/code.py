"""Colours for code: Pygments tokens as a few roles, and each role's colour in each theme."""

from __future__ import annotations

from collections.abc import Iterator

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
        self._lexers: dict[str, object | None] = {}
        self._roles: dict[object, str] = {}

    def ready(self, language: str) -> bool:
        """Whether `spans` can answer for ``language`` without loading anything."""
        if not language or language in self._lexers:
            return True
        if not self._warmup.ready("pygments.lexers"):
            return False
        module = _module_of(language)
        return not module or self._warmup.ready(module)

    def spans(self, text: str, language: str) -> Iterator[tuple[int, int, str]]:
        """(start, length, role) in order, in code points; what is missing is plain text."""
        lexer = self._lexer(language) if len(text) <= LONGEST else None
        if lexer is None:
            return
        for start, token, value in lexer.get_tokens_unprocessed(text):  # type: ignore[attr-defined]
            role = self._roles.get(token)
            if role is None:
                role = self._roles[token] = _role(str(token))
            if role and value.strip():
                yield start, len(value), role

    def _lexer(self, language: str) -> object | None:
        if language not in self._lexers:
            from pygments.lexers import get_lexer_by_name
            from pygments.util import ClassNotFound

            try:
                self._lexers[language] = get_lexer_by_name(language) if language else None
            except ClassNotFound:
                self._lexers[language] = None
        return self._lexers[language]


def _role(token: str) -> str:
    return next((role for prefix, role in _PREFIXES if token.startswith(prefix)), "")


def _module_of(language: str) -> str:
    from pygments.lexers._mapping import LEXERS

    name = language.lower()
    return next((entry[0] for entry in LEXERS.values() if name in entry[2]), "")
