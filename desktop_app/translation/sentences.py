"""Text to sentences and back, with every character between them.

Rules and no model: what they do can be seen, and is the same on every computer. A boundary that is missed
costs little, since models read two sentences at once; a wrong one tears a sentence apart. So where it is
not clear, the text stays together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_ENDS = ".!?。！？｡｟؟।॥։។။"
_FULL = "。！？｡"
_CLOSERS = "\"'”’»)]}」』）】》〉〕］"
_OPENERS = "\"'“‘«([{「『（【《〈〔［¿¡"
_QUOTES = '"”’」』'
_TOKENS = re.compile(rf"[{_ENDS}…]+(?:[{re.escape(_CLOSERS)}]|[\u00a0\u202f]»|\s»(?=[\s,.;:]|$))*")
_LINES = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029\t]\s*")
_MARKER = re.compile(
    r"\s*(?:[-*+•‣◦▪·–—]|\(?\d{1,3}[.)]|\(?[A-Za-z]\)|[(（]?[一二三四五六七八九十]{1,3}[、）)]|\d{1,3}、|[①-⑳])"
    r"[ \t\u3000]+"
    r"|\s*(?:[(（][一二三四五六七八九十\d]{1,3}[)）]|[一二三四五六七八九十]{1,3}、|\d{1,3}、|[①-⑳])(?=\S)"
)
_SAYS = re.compile(r"[^。！？，]{0,8}(?:[说說问問喊叫想]道?|[回应應]?答?道)[着著了]?[。！？，：]")
_WORD = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]?$|[^\W_]+$")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_TITLES = _set(
    """
    mr mrs ms dr det ee prof st sr sra srs sras dra drs jr rev hon gen col capt lt sgt cmdr maj gov sen rep
    pres messrs mme mlle mm hr fr herr frau mag dipl ing exmo exma eng av avda pág págs depto d dna vv
    aa vs cf al approx ca bzw usw ggf evtl inkl vgl bspw sog geb gest pág art arts e.g i.e p.ex p.e z.b
    d.h u.a o.g s.o v.a viz resp
    """
)
"""After these a sentence goes on. In lower case, without their last stop."""
_BEFORE_NUMBERS = _set(
    """
    no nos nr núm num n fig figs p pp pg vol vols art sec sect ch cap eq ed nº tab abs kap s bd § tel
    """
)
_OFTEN_LAST = _set(
    """
    etc inc ltd co corp bros ave blvd rd jan feb mar apr jun jul aug sep sept oct nov dec
    """
)
"""Abbreviations that end a sentence where a capital follows."""
_STARTERS = _set(
    """
    the a an it he she we they i you this that these those in on at but and so if when while there
    however its his her their our my for from with after before as by o os as um uma ele ela eles elas
    isso este esta não em no na mas e se quando der die das es er sie ein eine und aber in le la les un
    une il elle ils et mais el los las y pero
    """
)
"""Words that begin a sentence after a dotted acronym ("in the U.S. The …")."""
_SPACELESS = frozenset({"zh", "ja", "th", "lo", "km", "my", "yue", "wuu"})


@dataclass(frozen=True, slots=True)
class Split:
    """``between[0] + sentences[0] + between[1] + …`` is the text. No sentence is empty or has space at its
    ends; ``between`` is one longer."""

    sentences: tuple[str, ...]
    between: tuple[str, ...]

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """Where each sentence stands in the text."""
        found: list[tuple[int, int]] = []
        at = 0
        for gap, sentence in zip(self.between, self.sentences, strict=False):
            at += len(gap)
            found.append((at, at + len(sentence)))
            at += len(sentence)
        return tuple(found)

    def text(self) -> str:
        return self.joined(self.sentences)

    def joined(self, sentences: Sequence[str], source: str = "", target: str = "") -> str:
        """The text with ``sentences`` in place of its own. Between two on one line there is a space or none
        as the language ``target`` has it, where it is not written as ``source`` is."""
        gaps = self.gaps(source, target)
        pairs = zip(gaps, sentences, strict=False)
        return "".join(part for pair in pairs for part in pair) + gaps[-1]

    def gaps(self, source: str = "", target: str = "") -> tuple[str, ...]:
        """`between` as it stands in a text in ``target``."""
        if spaceless(source) == spaceless(target) or not target:
            return self.between
        inner = (_gap(gap, target) for gap in self.between[1:-1])
        return (self.between[0], *inner, self.between[-1]) if self.sentences else self.between


def spaceless(language: str) -> bool:
    """Whether ``language`` is written without spaces between words."""
    return language.partition("-")[0].lower() in _SPACELESS


def _gap(gap: str, target: str) -> str:
    if gap == "":
        return "" if spaceless(target) else " "
    return "" if spaceless(target) and not gap.strip(" \u3000") else gap


def split(text: str, language: str = "") -> Split:
    """``text`` in sentences. Lines, cells between tabs and the markers of lists stand for themselves.
    ``language`` (a code, if it is known) matters for what a stop after a number means."""
    sentences: list[str] = []
    between: list[str] = [""]

    def add(start: int, end: int) -> None:
        part = text[start:end]
        bare = part.strip()
        if not bare:
            between[-1] += part
            return
        left = len(part) - len(part.lstrip())
        between[-1] += part[:left]
        sentences.append(bare)
        between.append(part[left + len(bare) :])

    at = 0
    for found in _LINES.finditer(text):
        _split_line(text, at, found.start(), language, add, between)
        between[-1] += found.group()
        at = found.end()
    _split_line(text, at, len(text), language, add, between)
    return Split(tuple(sentences), tuple(between))


def _split_line(
    text: str, start: int, end: int, language: str, add: Callable[[int, int], None], between: list[str]
) -> None:
    marker = _MARKER.match(text, start, end)
    if marker and marker.end() < end and not (language[:2] == "de" and "." in marker.group()):
        between[-1] += marker.group()
        start = marker.end()
    last = end
    while last > start and not text[last - 1].isalnum():
        last -= 1
    for found in _TOKENS.finditer(text, start, last):  # what has no word in it belongs to the sentence before
        if _is_boundary(text, start, found.start(), found.end(), end, language):
            add(start, found.end())
            start = found.end()
    add(start, end)


def _is_boundary(text: str, start: int, at: int, after: int, end: int, language: str) -> bool:
    """Whether the sentence that began at ``start`` ends with ``text[at:after]``, stops and closers."""
    if after >= end:
        return False
    stops = text[at:after].rstrip(_CLOSERS + "\u00a0\u202f \t")
    closers = text[at + len(stops) : after]
    if any(stop in _FULL for stop in stops):
        return not (any(c in _QUOTES for c in closers) and _SAYS.match(text, after, end))
    if not text[after].isspace():
        return False
    rest = text[after : min(end, after + 40)].lstrip()
    first = rest.lstrip(_OPENERS)[:1]
    if not first or first.islower() or (first in ",;:-–—/&" and not rest.startswith(("—", "–"))):
        return False
    if stops != "." or closers:
        return True
    return not _is_abbreviation(text[start:at], rest, language)


def _is_abbreviation(before: str, rest: str, language: str) -> bool:
    """Whether the stop after ``before`` belongs to a word, and what follows is not a new sentence."""
    found = _WORD.search(before[-40:])
    if found is None:
        return False
    word = found.group()
    lower = word.lower()
    following = re.match(r"[^\W\d_]+", rest)
    first = following.group() if following else ""
    starts = first.lower() in _STARTERS and (len(first) == 1 or first[1:].islower())
    if lower in _TITLES:
        return True
    if lower in _BEFORE_NUMBERS and rest[:1].isdigit():
        return True
    if lower in _OFTEN_LAST:
        return rest[:1].isdigit() and lower not in ("etc", "inc", "ltd")
    if "." in word or (len(word) == 1 and word.isalpha() and word.isupper() and word.isascii()):
        return not starts or word == "J"
    if language[:2] == "de" and word.isdigit() and len(word) <= 2:
        return True
    return word.isdigit() and len(word) <= 3 and not before[: found.start()][-30:].strip()


_CLAUSES = (
    re.compile(r"[;；:：](?=\s)|[；：]|\s[—–]\s|——"),
    re.compile(r",(?=\s)|[，、]"),
    re.compile(r"\s"),
)


def split_long(text: str, limit: int, count: Callable[[str], int]) -> list[str]:
    """``text`` in pieces that ``count`` finds to have at most ``limit`` tokens each, cut at clauses, else
    at spaces, else anywhere between two characters. Joined they are ``text``; a single character may be over
    the limit."""
    waiting, done = [text], []
    while waiting:
        part = waiting.pop()
        if len(part) < 2 or count(part) <= limit:
            done.append(part)
            continue
        cut = _cut(part)
        waiting += [part[cut:], part[:cut]]
    return done


def _cut(text: str) -> int:
    """The best place near the middle, never 0 nor the end."""
    size = len(text)
    for pattern in _CLAUSES:
        places = [found.end() for found in pattern.finditer(text) if 0 < found.end() < size]
        if places:
            best = min(places, key=lambda place: abs(2 * place - size))
            if size // 5 <= best <= size - size // 5:
                return best
    middle = size // 2
    while middle > 1 and _joins(text[middle]):
        middle -= 1
    return middle


def _joins(char: str) -> bool:
    """Whether ``char`` belongs to the one before it: marks, joiners, variation selectors."""
    return (
        "\u0300" <= char <= "\u036f" or char in "\u200d\ufe0e\ufe0f" or "\U0001f3fb" <= char <= "\U0001f3ff"
    )
