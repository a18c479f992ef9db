"""What stands on both sides, sentence by sentence: plain values, without a widget."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import get_args

from desktop_app.core.translation import Problem, Translation
from desktop_app.core.translation_records import Span, TranslationRecord
from desktop_app.translation.sentences import Split, split

WAITING = "…"


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence. ``result`` is None as long as nothing came; ``stale`` is then what stood in its place
    before. ``own`` is what the user wrote instead, None where nothing; ``remembered`` that it came out of
    the translation memory."""

    sentence: str
    result: Translation | None = None
    stale: str = ""
    own: str | None = None
    remembered: bool = False

    @property
    def is_ready(self) -> bool:
        return self.own is not None or self.result is not None

    @property
    def shown(self) -> str:
        if self.own is not None:
            return self.own
        return self.result.text if self.result is not None else self.stale or WAITING

    @property
    def problem(self) -> Problem:
        return self.result.problem if self.result is not None and self.own is None else ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """``lines`` one for each of ``source.sentences``; ``gaps`` is what stands between them in the
    translation, one more than there are lines."""

    source: Split
    lines: tuple[Line, ...] = ()
    gaps: tuple[str, ...] = ("",)

    @property
    def text(self) -> str:
        """The whole translation as it is shown."""
        return (
            "".join(
                part
                for pair in zip(self.gaps, (line.shown for line in self.lines), strict=False)
                for part in pair
            )
            + (self.gaps[-1])
        )

    @property
    def is_ready(self) -> bool:
        return all(line.is_ready for line in self.lines)

    @property
    def problems(self) -> int:
        return sum(bool(line.problem) for line in self.lines)

    @property
    def terms(self) -> tuple[int, int]:
        """Glossary terms that were kept, and asked for."""
        results = [line.result for line in self.lines if line.result is not None and line.own is None]
        return sum(one.terms_kept for one in results), sum(one.terms_asked for one in results)

    def target_spans(self) -> list[tuple[int, int]]:
        """Where each line's translation stands in `text`."""
        found: list[tuple[int, int]] = []
        at = 0
        for gap, line in zip(self.gaps, self.lines, strict=False):
            at += len(gap)
            found.append((at, at + len(line.shown)))
            at += len(line.shown)
        return found

    def spans(self) -> tuple[Span, ...]:
        """For the store."""
        return tuple(
            Span(start, end, target_start, target_end, line.problem, line.own is not None)
            for line, (start, end), (target_start, target_end) in zip(
                self.lines, self.source.spans, self.target_spans(), strict=True
            )
        )

    def with_line(self, index: int, line: Line) -> Sheet:
        return replace(self, lines=(*self.lines[:index], line, *self.lines[index + 1 :]))


EMPTY = Sheet(split(""))


def make_sheet(
    text: str, source: str, target: str, known: Callable[[str], Line | None], before: Sheet = EMPTY
) -> Sheet:
    """``text`` cut into sentences, with what is ``known`` of each. What is not keeps showing what stood in
    its place ``before``, so that nothing jumps while it is being translated."""
    cut = _cut(text, source)
    lines = [known(sentence) or Line(sentence) for sentence in cut.sentences]
    stale = _in_place_of(cut.sentences, before)
    lines = [line if line.is_ready else replace(line, stale=stale[index]) for index, line in enumerate(lines)]
    return Sheet(cut, tuple(lines), cut.gaps(source, target))


@functools.lru_cache(maxsize=4)
def _cut(text: str, source: str) -> Split:
    """The same text is asked for again with every sentence that comes."""
    return split(text, source)


def _in_place_of(sentences: Sequence[str], before: Sheet) -> list[str]:
    """What is shown for each sentence while it waits: what the sentence at its place, counted from the
    nearer end of what did not change, was shown as."""
    old = [line.sentence for line in before.lines]
    head = 0
    while head < min(len(old), len(sentences)) and old[head] == sentences[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(sentences)) - head and old[-1 - tail] == sentences[-1 - tail]:
        tail += 1
    shown = ["" if line.shown == WAITING else line.shown for line in before.lines]
    middle = len(sentences) - head - tail
    old_middle = shown[head : len(old) - tail]
    filled = [*old_middle[:middle], *[""] * (middle - len(old_middle))]
    return [*shown[:head], *filled, *(shown[len(old) - tail :] if tail else [])]


def sheet_of(record: TranslationRecord) -> Sheet:
    """What an entry of the history was, as far as its sentences are still cut in the same way."""
    lines = []
    for span in record.spans:
        sentence = record.text[span.start : span.end]
        text = record.translation[span.target_start : span.target_end]
        if span.own:
            lines.append(Line(sentence, own=text))
        else:
            lines.append(Line(sentence, Translation(text, problem=_problem(span.problem))))
    return Sheet(split(record.text, record.source), tuple(lines), ("",) * (len(lines) + 1))


def _problem(key: str) -> Problem:
    known: tuple[Problem, ...] = get_args(Problem)
    return next((one for one in known if one == key), "")
