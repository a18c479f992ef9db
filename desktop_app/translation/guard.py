"""Does a translation look like one? What models do when they fail: they repeat themselves, give the source
back, stop early, run on, or answer in another script."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from desktop_app.core.translation import Problem
from desktop_app.translation.untouchable import Part, find

_WORDS = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*|\d+|[^\w\s]")
_LETTERS = re.compile(r"[^\W\d_]+")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_LOOKED_AT = 300
_LONGEST_UNIT = 40
"""Words of the longest phrase that is looked for."""

_WEIGHT = 2.9
"""Letters of English for a Chinese character (NTREX-128: 1 English character for 0.343 of zh)."""
_LENGTHS = {"de": 1.19, "fr": 1.18, "es": 1.16, "pt": 1.08, "it": 1.13, "th": 0.95, "he": 0.8, "ar": 0.88}
"""Characters of a text that has 1 in English. de, fr, es, pt: means over NTREX-128; the others are near
enough for the wide bounds below."""
_MOST, _LEAST, _ROOM = 2.2, 0.4, 12
"""Bounds of the length against the expected one, with so many characters of English besides."""

_SCRIPTS = {
    "zh": "CJK", "yue": "CJK", "ja": "CJK HIRAGANA KATAKANA", "ko": "HANGUL CJK", "ru": "CYRILLIC",
    "uk": "CYRILLIC", "bg": "CYRILLIC", "be": "CYRILLIC", "mk": "CYRILLIC", "el": "GREEK", "he": "HEBREW",
    "ar": "ARABIC", "fa": "ARABIC", "ur": "ARABIC", "hi": "DEVANAGARI", "mr": "DEVANAGARI",
    "ne": "DEVANAGARI", "bn": "BENGALI", "ta": "TAMIL", "te": "TELUGU", "kn": "KANNADA", "ml": "MALAYALAM",
    "gu": "GUJARATI", "pa": "GURMUKHI", "si": "SINHALA", "th": "THAI", "lo": "LAO", "km": "KHMER",
    "my": "MYANMAR", "ka": "GEORGIAN", "hy": "ARMENIAN", "am": "ETHIOPIC",
}  # fmt: skip


def look(
    text: str, translation: str, source: str, target: str, parts: Sequence[Part] | None = None
) -> Problem:
    """What is wrong with ``translation`` of the sentence ``text``, "" where nothing is seen. ``parts``: what
    `find` finds in ``text``."""
    parts = find(text) if parts is None else parts
    said = without(text, parts)
    if not _LETTERS.search(said):
        return ""
    if not translation.strip() or not _LETTERS.search(translation):
        return "empty"
    if repeats(text, translation):
        return "loop"
    out = without(translation, find(translation))
    if not same_language(source, target) and is_copy(said, out):
        return "copied" if script_of(source) == script_of(target) else "wrong_script"
    if other_script(said, out, target):
        return "wrong_script"
    if out_of_proportion(text, translation, source, target):
        return "length"
    return ""


def without(text: str, parts: Sequence[Part]) -> str:
    pieces, at = [], 0
    for part in parts:
        pieces.append(text[at : part.start])
        at = part.end
    return " ".join([*pieces, text[at:]])


def same_language(source: str, target: str) -> bool:
    return source.partition("-")[0] == target.partition("-")[0]


# --- repetition -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Run:
    """A phrase of ``unit`` words said ``times`` times, one after the other."""

    unit: int
    times: int


def words_of(text: str) -> list[str]:
    """Words in lower case, and characters of scripts without spaces."""
    spaced = _WIDE.sub(lambda found: f" {found.group()} ", text.lower().replace("-", " "))
    return _WORDS.findall(spaced)


def runs(words: Sequence[str]) -> list[Run]:
    """For each length of a phrase the longest run, where there is one of two or more."""
    found: list[Run] = []
    for unit in range(1, min(_LONGEST_UNIT, len(words) // 2) + 1):
        best = same = 0
        for at in range(unit, len(words)):
            same = same + 1 if words[at] == words[at - unit] else 0
            best = max(best, same)
        if best >= unit:
            found.append(Run(unit, best // unit + 1))
    return found


def repeats(text: str, translation: str) -> bool:
    """Whether ``translation`` says a phrase again and again, and ``text`` does not as often."""
    words = [word for word in words_of(translation) if word[0].isalnum()]
    own = max((run.times for run in runs([w for w in words_of(text) if w[0].isalnum()])), default=1)
    wide = bool(_WIDE.search(translation))
    for run in runs(words):
        letters = run.unit * run.times
        if run.times <= own * (1 + (own > 1)) or (run.times == 2 and run.unit * 2 < len(words)):
            continue
        if run.times == 2 and (wide and run.unit < 2):
            continue  # 谢谢
        if run.times >= (4 if wide and run.unit == 1 else 3) or (run.times == 2 and letters >= len(words)):
            return True
    if _inner(translation) and not _inner(text):
        return True
    return _scattered(words) and not _scattered(words_of(text))


_INNER = re.compile(r"(\w{2,12}?[\-\s.,!]*)\1{5,}|([^\W\d_])\2{9,}")


def _inner(text: str) -> bool:
    """Loops inside a word: "pre-pre-pre-pre-pre-pre-"."""
    return _INNER.search(text) is not None


def _scattered(words: Sequence[str]) -> bool:
    """Many of the same three words, not one after the other."""
    count = len(words) - 2
    if count < 12:
        return False
    most = Counter(zip(words, words[1:], words[2:], strict=False)).most_common(1)[0][1]
    return most >= 4 and most * 3 > 0.45 * len(words)


# --- the source again -----------------------------------------------------------------------------


def is_copy(said: str, out: str) -> bool:
    """Whether ``out`` is ``said`` again, or has a long stretch of it. Names are the same in many languages:
    what counts are words in lower case, four at least."""
    ours = [word for word in _LETTERS.findall(said) if len(word) > 1 or _WIDE.match(word)]
    small = {word for word in ours if not word[0].isupper()}
    if any(_WIDE.match(word) for word in small):
        mine, theirs = _wide(said), _wide(out)
        return len(mine) >= 4 and _longest_shared(mine, theirs) >= max(4, 0.6 * min(len(mine), _LOOKED_AT))
    if len(small) < 4:
        return False
    theirs_words = _LETTERS.findall(out)
    held = Counter(theirs_words)
    kept = sum(1 for word in small if held[word] > 0)
    if kept >= 0.8 * len(small):
        return True
    return _longest_shared(ours, theirs_words) >= max(6, 0.4 * min(len(ours), _LOOKED_AT)) and kept >= 4


def _wide(text: str) -> list[str]:
    return _WIDE.findall(text)


def _longest_shared(first: Sequence[str], second: Sequence[str]) -> int:
    """The longest run of words that is in both, of their first ones: it takes the product of the lengths."""
    first, second = first[:_LOOKED_AT], second[:_LOOKED_AT]
    best = 0
    before: dict[int, int] = {}
    places: dict[str, list[int]] = {}
    for at, word in enumerate(second):
        places.setdefault(word, []).append(at)
    for word in first:
        now = {at: before.get(at - 1, 0) + 1 for at in places.get(word, ())}
        best = max(best, max(now.values(), default=0))
        before = now
    return best


# --- script and length ----------------------------------------------------------------------------


def script_of(language: str) -> str:
    """Its scripts as Unicode's character names begin, LATIN for those that are not known."""
    return _SCRIPTS.get(language.partition("-")[0], "LATIN")


def other_script(said: str, out: str, target: str) -> bool:
    """Whether most letters are of another script than the target's. A sentence of names and acronyms only
    may stay as it is."""
    own = tuple(script_of(target).split())
    letters = [char for char in out if char.isalpha()]
    mine = sum(1 for char in letters if unicodedata.name(char, "").startswith(own))
    if own == ("LATIN",):
        return mine < 0.5 * len(letters)
    small = [word for word in _LETTERS.findall(said) if len(word) > 1 and not word[0].isupper()]
    return mine < 0.25 * len(letters) and mine < len(small) and len(small) >= 2


def out_of_proportion(text: str, translation: str, source: str, target: str) -> bool:
    expected, got = _as_english(text, source), _as_english(translation, target)
    return got > _MOST * expected + 2 * _ROOM or got < _LEAST * expected - _ROOM


def _as_english(text: str, language: str) -> float:
    """Characters that the text would have in English, roughly."""
    wide = len(_WIDE.findall(text)) + len(_HANGUL.findall(text))
    return _WEIGHT * wide + (len(text) - wide) / _LENGTHS.get(
        language.partition("-")[0], 1.1 if language[:2] != "en" else 1.0
    )
