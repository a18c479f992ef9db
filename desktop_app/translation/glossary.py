"""Words that a translation has to use."""

from __future__ import annotations

import re
from collections.abc import Sequence

from desktop_app.core.translation import Term
from desktop_app.translation.sentences import spaceless


def asked_terms(terms: Sequence[Term], text: str, source: str) -> tuple[Term, ...]:
    """Those of ``terms`` whose source is in ``text``, the longest first; what stands inside a longer one
    does not count by itself."""
    found: list[tuple[int, int, Term]] = []
    for term in sorted(terms, key=lambda term: -len(term.source)):
        for start, end in _places(term, text, source):
            if not any(start < other_end and other_start < end for other_start, other_end, _ in found):
                found.append((start, end, term))
    return tuple(dict.fromkeys(term for _, _, term in sorted(found, key=lambda entry: entry[:2])))


def kept_terms(terms: Sequence[Term], translation: str) -> int:
    """How many of ``terms`` are in ``translation``."""
    lower = translation.casefold()
    return sum(
        1
        for term in terms
        if term.target in translation or (not term.exact and term.target.casefold() in lower)
    )


def _places(term: Term, text: str, source: str) -> list[tuple[int, int]]:
    pattern = re.escape(term.source.strip())
    if not pattern:
        return []
    if not spaceless(source):
        if source[:2] == "en" and not term.exact and term.source[-1:].isalpha():
            pattern = _inflected(term.source.strip())
        pattern = rf"(?<!\w){pattern}(?!\w)"
    flags = 0 if term.exact else re.IGNORECASE
    return [found.span() for found in re.finditer(pattern, text, flags)]


def _inflected(word: str) -> str:
    """English: the last word's plural, possessive, past and -ing."""
    base = re.escape(word)
    ends = r"(?:s|es|'s|’s|s'|s’|d|ed|ing)?"
    lower = word.lower()
    if lower.endswith("y") and lower[-2:-1] not in "aeiou":
        return rf"(?:{base}{ends}|{re.escape(word[:-1])}(?:ies|ied))"
    if lower.endswith("e"):
        return rf"(?:{base}{ends}|{re.escape(word[:-1])}ing)"
    return rf"{base}(?:{re.escape(word[-1])}(?:ed|ing))?{ends}"
