"""Sentences through any translator, each looked at before it goes out.

A sentence is decoded with stand-ins for what must stay but numbers, which models copy well. What fails the
checks is decoded again: with stand-ins for the numbers that were lost, around what has to stay, in smaller
pieces. What fails then, too, is marked with its problem and its
text is the source: never a wrong one that looks right.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from desktop_app.core.text import whole as whole_characters
from desktop_app.core.translation import Problem, Term, Translate, TranslateOptions, Translation
from desktop_app.engine.causal import Stopped
from desktop_app.engine.translation.attempts import (
    Attempt,
    Put,
    around,
    first,
    fitting,
    in_pieces,
    put_together,
)
from desktop_app.engine.translation.codes import model_code
from desktop_app.engine.translation.long_sentences import Pieces
from desktop_app.engine.translation.translator import Decoded, Decoding, Translator
from desktop_app.translation.chinese import Chinese
from desktop_app.translation.glossary import asked_terms, kept_terms
from desktop_app.translation.guard import look, same_language, without
from desktop_app.translation.untouchable import Part, check, find

_AT_ONCE = 256
"""Sentences that are begun at once: enough to be sorted by length, and the first are soon there."""


@dataclass(slots=True)
class _Job:
    """A sentence, for all its places."""

    text: str
    places: list[tuple[int, str, str]]  # its number, and the space before and after it
    parts: tuple[Part, ...]
    terms: tuple[Term, ...]
    firm: tuple[Part, ...] = ()  # all of them but numbers
    attempt: Attempt = ()
    tried: set[str] = field(default_factory=set)
    lost: tuple[Part, ...] = ()
    problem: Problem = ""
    good: Translation | None = None  # but for its terms
    results: dict[int, list[Decoded]] = field(default_factory=dict)
    required: tuple[str, ...] = ()


def run(
    translator: Translator,
    command: Translate,
    told: Callable[[int, Translation], None],
    cancelled: Callable[[], bool],
) -> tuple[Translation, ...]:
    """One translation for each sentence of ``command``, in its order; ``told`` of each as soon as it is
    known. Raises InkhornError ``model_unsupported`` for a language that the model does not know, and
    `Stopped`."""
    longest = max(8, translator.longest)
    pieces = Pieces(command.sentences, command.target, longest, translator.count, told)
    pipeline = _Pipeline(translator, replace(command, sentences=tuple(pieces.pieces)), pieces.take, cancelled)
    for start in range(0, len(pieces.pieces), _AT_ONCE):
        pipeline.translate(range(start, min(start + _AT_ONCE, len(pieces.pieces))))
    return tuple(pieces.results[number] for number in range(len(command.sentences)))


class _Pipeline:
    def __init__(
        self,
        translator: Translator,
        command: Translate,
        told: Callable[[int, Translation], None],
        cancelled: Callable[[], bool],
    ) -> None:
        self._translator, self._told, self._cancelled = translator, told, cancelled
        self._sentences, self._source, self._target = command.sentences, command.source, command.target
        self._options: TranslateOptions = command.options
        self._chinese = Chinese(command.target, command.options.script, command.options.address)
        self._longest = max(8, translator.longest)
        known = tuple(getattr(translator, "languages", ()))
        self._from, self._into = model_code(command.source, known), model_code(command.target, known)
        # A model for "zh" alone has learnt from Simplified characters.
        only_simplified = command.source.startswith("zh-") and self._from == "zh"
        self._read = Chinese("zh", "Hans").finished if only_simplified else str
        self._known: dict[str, Translation] = {}

    def translate(self, numbers: Sequence[int]) -> None:
        jobs: dict[str, _Job] = {}
        for number in numbers:
            self._stop_if_cancelled()
            given = self._sentences[number]
            text = whole_characters(given).strip()
            left = given[: len(given) - len(given.lstrip())]
            place = (number, left, given[len(given.rstrip()) :] if text else "")
            if text in self._known:
                self._emit(place, self._known[text])
            elif text in jobs:
                jobs[text].places.append(place)
            else:
                parts = find(text)
                job = _Job(text, [place], parts, asked_terms(self._options.terms, text, self._source))
                job.firm = tuple(part for part in parts if part.kind != "number")
                if done := self._without_a_model(job):
                    self._done(job, done)
                else:
                    job.attempt = first(text, job.firm)
                    jobs[text] = job
        waiting = list(jobs.values())
        while waiting:
            waiting = self._decode(waiting)

    def _without_a_model(self, job: _Job) -> Translation | None:
        """Of nothing comes nothing, and what has no word in it is the same in all languages."""
        count = len(job.parts)
        if not any(char.isalpha() for char in without(job.text, job.parts)):
            return Translation(job.text, untouchable_asked=count, untouchable_kept=count)
        if same_language(self._source, self._target):
            text = self._chinese.finished(job.text)
            return Translation(text, untouchable_asked=count, untouchable_kept=count)
        return None

    # --- decoding ---------------------------------------------------------------------------------

    def _decode(self, jobs: list[_Job]) -> list[_Job]:
        """Decode each job's attempt; returns the jobs that have another to be tried."""
        self._stop_if_cancelled()
        texts: list[str] = []
        required: list[tuple[str, ...]] = []
        owners: list[tuple[_Job, int]] = []
        for job in jobs:
            job.results = {}
            job.attempt = fitting(job.attempt, self._longest, self._translator.count)
            for place, unit in enumerate(job.attempt):
                if not unit.kept:
                    owners.append((job, place))
                    texts.append(self._read(unit.text))
                    required.append(job.required)
        again: list[_Job] = []

        def finished(number: int, decoded: list[Decoded]) -> None:
            job, place = owners[number]
            job.results[place] = decoded
            if len(job.results) == sum(1 for unit in job.attempt if not unit.kept) and not self._take(job):
                again.append(job)

        wish = Decoding(
            self._options.beams,
            self._options.alternatives,
            tuple(required) if any(required) else (),
        )
        if texts:
            self._translator.decode(texts, self._from, self._into, wish, finished, self._cancelled)
        return again

    def _take(self, job: _Job) -> bool:
        """Look at what came. Returns whether the job is done; else its next attempt is set."""
        decoded = [job.results[place] for place, unit in enumerate(job.attempt) if not unit.kept]
        put = put_together(
            job.attempt, [found[0] if found else Decoded("") for found in decoded], self._target
        )
        translation = self._looked_at(job, put)
        if not translation.problem:
            if len(decoded) == 1:
                translation = replace(translation, alternatives=self._alternatives(job, decoded[0][1:]))
            missing = translation.terms_asked - translation.terms_kept
            if not missing or "terms" in job.tried or len(decoded) > 1:
                if job.good is not None and job.good.terms_kept >= translation.terms_kept:
                    translation = job.good
                self._done(job, translation)
                return True
            job.good = translation
            job.tried.add("terms")
            job.required = tuple(term.target for term in job.terms)
            return False
        if job.good is not None:
            self._done(job, job.good)
            return True
        job.problem = job.problem or translation.problem
        return not self._next_attempt(job, translation.problem)

    def _next_attempt(self, job: _Job, problem: Problem) -> bool:
        """Whether there is another way. If not, the job is done, with its problem."""
        count = self._translator.count
        marked = [part for part in job.parts if part.kind != "number" or part in job.lost]
        ways: dict[str, Callable[[], Attempt]] = {
            "stand-ins": lambda: first(job.text, marked) if job.lost else (),
            "around": lambda: around(job.text, job.firm),
            "pieces": lambda: in_pieces(job.text, job.firm, count, 2),
            "small pieces": lambda: in_pieces(job.text, job.firm, count, 4),
        }
        order = ["stand-ins", "around", "pieces", "small pieces"]
        if problem != "untouchable":
            order = ["pieces", "small pieces", "around"]
        for name in order:
            if name not in job.tried:
                job.tried.add(name)
                job.attempt = ways[name]()
                if any(not unit.kept for unit in job.attempt):
                    return True
        kept = len(job.parts)
        failed = Translation(job.text, job.problem, untouchable_asked=kept, untouchable_kept=kept)
        self._done(job, replace(failed, terms_asked=len(job.terms)))
        return False

    # --- looking ----------------------------------------------------------------------------------

    def _looked_at(self, job: _Job, put: Put) -> Translation:
        text = put.text
        if text is None:
            return Translation(job.text, "untouchable")
        seen = check(job.text, text, self._source, self._target, job.parts)
        job.lost = tuple({*job.lost, *seen.lost}) if seen.lost else job.lost
        problem: Problem = "" if put.ended else "unfinished"
        problem = look(job.text, text, self._source, self._target, job.parts) or problem
        if not problem and not seen.good:
            problem = "untouchable"
        text = self._chinese.finished(text)
        return Translation(
            text=text,
            problem=problem,
            confidence=_confidence(put.logprobs),
            alignment=put.alignment if len(text) == len(put.text or "") else (),
            terms_asked=len(job.terms),
            terms_kept=kept_terms(job.terms, text),
            untouchable_asked=seen.asked,
            untouchable_kept=seen.kept,
        )

    def _alternatives(self, job: _Job, others: Sequence[Decoded]) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for other in others:
            put = put_together(job.attempt, [other], self._target)
            translation = self._looked_at(job, put)
            if not translation.problem:
                found[translation.text] = None
        return tuple(found)

    def _done(self, job: _Job, translation: Translation) -> None:
        self._known[job.text] = translation
        for place in job.places:
            self._emit(place, translation)

    def _emit(self, place: tuple[int, str, str], translation: Translation) -> None:
        number, left, right = place
        if left or right:
            moved = tuple(
                a._replace(
                    start=a.start + len(left),
                    end=a.end + len(left),
                    target_start=a.target_start + len(left),
                    target_end=a.target_end + len(left),
                )
                for a in translation.alignment
            )
            translation = replace(translation, text=left + translation.text + right, alignment=moved)
        self._told(number, translation)

    def _stop_if_cancelled(self) -> None:
        if self._cancelled():
            raise Stopped


def _confidence(logprobs: Sequence[float]) -> float | None:
    """The geometric mean of the probabilities."""
    return math.exp(math.fsum(logprobs) / len(logprobs)) if logprobs else None
