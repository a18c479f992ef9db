"""Marks (styles, links, references to notes) from a text over to its translation.

They never go through a model. Where the model tells what it aligned, they follow that; else they follow words
that are equal on both sides; else their share of the sentence. They fall on the borders of words, every one
comes out, and what was nested stays so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from desktop_app.core.marked import Mark, Rendered
from desktop_app.core.translation import Aligned, Translation
from desktop_app.translation.sentences import Split

_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]|[^\W_]+(?:['’.\-][^\W_]+)*|[^\w\s]|_+")
_SAME = re.compile(r"\d|[^\W\d_]{3,}")


def carry(
    segment_text: str,
    marks: Sequence[Mark],
    sentences: Split,
    translations: Sequence[Translation],
    source: str = "",
    target: str = "",
) -> Rendered:
    """``segment_text`` with its marks in the other language. ``sentences`` is `split` of it,
    ``translations`` one for each."""
    gaps = sentences.gaps(source, target)
    text = sentences.joined([one.text for one in translations], source, target)
    if not marks:
        return Rendered(text)
    anchors = _anchors(segment_text, sentences, gaps, translations)
    carried = [_carried(mark, segment_text, text, anchors) for mark in marks]
    return Rendered(text, tuple(_nested(list(marks), carried)))


Anchor = tuple[int, int, int, int]
"""A stretch of the source and the stretch of the target that says it."""


def _anchors(
    text: str, sentences: Split, gaps: Sequence[str], translations: Sequence[Translation]
) -> list[list[Anchor]]:
    """For each sentence: itself first, then its words, in order of the source."""
    found: list[list[Anchor]] = []
    at = 0
    for gap, (start, end), one in zip(gaps, sentences.spans, translations, strict=False):
        at += len(gap)
        said = one.text
        words = [
            (a.start + start, a.end + start, a.target_start + at, a.target_end + at)
            for a in one.alignment or _equal_words(text[start:end], said)
            if 0 <= a.start < a.end <= end - start and 0 <= a.target_start < a.target_end <= len(said)
        ]
        found.append([(start, end, at, at + len(said)), *sorted(words)])
        at += len(said)
    return found


def _equal_words(source: str, target: str) -> list[Aligned]:
    """Names, numbers and terms that are the same on both sides, and are there once on both."""
    ours, theirs = (_once(text) for text in (source, target))
    return [Aligned(*ours[word], *theirs[word]) for word in ours if word in theirs]


def _once(text: str) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    twice: set[str] = set()
    for match in _WORD.finditer(text):
        word = match.group()
        if not _SAME.search(word):
            continue
        if word in found:
            twice.add(word)
        found[word] = match.span()
    return {word: span for word, span in found.items() if word not in twice}


def _carried(mark: Mark, source: str, target: str, anchors: list[list[Anchor]]) -> Mark:
    if mark.start <= 0 and mark.end >= len(source) and source:
        return Mark(0, len(target), mark.key)
    if mark.start >= mark.end:
        place = _point(mark.start, source, target, anchors)
        return Mark(place, place, mark.key)
    start, end = mark.start, mark.end
    while start < end and source[start].isspace():
        start += 1
    while end > start and source[end - 1].isspace():
        end -= 1
    spans = [
        _span(max(start, a[0]), min(end, a[1]), a, words)
        for a, *words in anchors
        if a[0] < end and start < a[1]
    ]
    if not spans:  # between two sentences
        place = _point(mark.start, source, target, anchors)
        return Mark(place, place, mark.key)
    left, right = _at_borders(min(s for s, _ in spans), max(e for _, e in spans), target)
    return Mark(left, right, mark.key)


def _span(start: int, end: int, sentence: Anchor, words: Sequence[Anchor]) -> tuple[int, int]:
    """What says ``source[start:end]``, a part of the sentence."""
    if start <= sentence[0] and end >= sentence[1]:
        return sentence[2], sentence[3]
    inside = [(max(start, a), min(end, b), a, b, c, d) for a, b, c, d in words if a < end and start < b]
    covered = sum(b - a for a, b, *_ in inside)
    if inside and covered >= 0.5 * (end - start):
        left, right = min(entry[4] for entry in inside), max(entry[5] for entry in inside)
        share = (end - start) / max(1, sentence[1] - sentence[0])
        if (
            right - left <= 3 * share * (sentence[3] - sentence[2]) + 12
        ):  # words that are far apart say little
            return left, right
    return _proportional(start, sentence, words, False), _proportional(end, sentence, words, True)


def _proportional(place: int, sentence: Anchor, words: Sequence[Anchor], is_end: bool) -> int:
    """The place in the target between the nearest words that are known, in the order of both."""
    before, after = (sentence[0], sentence[2]), (sentence[1], sentence[3])
    for _, end, _, said in words:
        if end <= place and before[1] <= said <= after[1]:
            before = end, said
    for start, _, said, _ in reversed(words):
        if start >= place and before[1] <= said <= after[1]:
            after = start, said
    share = (place - before[0]) / (after[0] - before[0]) if after[0] > before[0] else float(is_end)
    return before[1] + round(share * (after[1] - before[1]))


def _point(place: int, source: str, target: str, anchors: list[list[Anchor]]) -> int:
    """Where an anchor goes: behind what it stands behind."""
    if place >= len(source):
        return len(target)
    for sentence, *words in anchors:
        if sentence[0] < place <= sentence[1]:
            if place == sentence[1]:
                return sentence[3]
            behind = [(a, b, c, d) for a, b, c, d in words if a < place <= b]
            to = max(d for *_, d in behind) if behind else _proportional(place, sentence, words, True)
            borders = [0, *(match.end() for match in _WORD.finditer(target)), len(target)]
            if 0 < place < len(source) and not (source[place - 1].isalnum() and source[place].isalnum()):
                return min(borders, key=lambda border: abs(border - to))
            return min(borders, key=lambda border: abs(border - to))
        if place <= sentence[0]:
            return (
                sentence[2] - (sentence[0] - place) if place == sentence[0] else min(sentence[2], len(target))
            )
    return len(target)


def _at_borders(start: int, end: int, target: str) -> tuple[int, int]:
    """Out to the borders of the words that are cut; one word at least where there is one."""
    words = [match.span() for match in _WORD.finditer(target)]
    if not words:
        return start, max(start, end)
    touched = [
        (a, b)
        for a, b in words
        if min(b, end) - max(a, start) >= min((b - a) / 2, 1 if end - start < 2 else (b - a) / 2)
    ]
    if not touched:
        middle = (start + end) / 2
        touched = [min(words, key=lambda word: abs((word[0] + word[1]) / 2 - middle))]
    return touched[0][0], touched[-1][1]


def _nested(marks: list[Mark], carried: list[Mark]) -> list[Mark]:
    """What was inside another one stays inside; what overlaps and did not is cut at the other's end."""
    order = sorted(range(len(marks)), key=lambda n: (marks[n].start, -marks[n].end, n))
    found: dict[int, Mark] = {}
    for number in order:
        mark, now = marks[number], carried[number]
        start, end = now.start, now.end
        for other in order:
            if other == number or other not in found:
                continue
            outer, placed = marks[other], found[other]
            if outer.start <= mark.start and mark.end <= outer.end and outer.end > outer.start:
                if mark.start == mark.end and mark.start in (outer.start, outer.end):
                    continue  # an anchor at the edge belongs to neither
                start, end = (min(max(place, placed.start), placed.end) for place in (start, end))
            elif start < placed.end < end and placed.start < start:
                start = placed.end
            elif placed.start < end < placed.end and start < placed.start:
                end = placed.start
        found[number] = Mark(start, max(start, end), now.key)
    return [found[number] for number in range(len(marks))]
