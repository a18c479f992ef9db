"""``inkhorn translate``: texts line for line, or a document to a document, without a window."""

from __future__ import annotations

import argparse
import queue
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from desktop_app.cli_output import LiveLine, WrongUseError, print_failure, print_json
from desktop_app.cli_score import score
from desktop_app.core.errors import InkhornError
from desktop_app.core.messages import Done, Event, Failed
from desktop_app.core.paths import Paths, make_paths
from desktop_app.core.settings import load_settings
from desktop_app.core.translation import Term, Translate, Translated, TranslateOptions, Translation
from desktop_app.core.translation_records import JobSegment
from desktop_app.core.translation_routes import Route
from desktop_app.documents.opening import open_document
from desktop_app.library.catalogue import load_catalogue
from desktop_app.translation.glossary_files import read_glossary
from desktop_app.translation.language import Detector
from desktop_app.translation.sentences import Split, split
from desktop_app.translation_choice import route_for
from desktop_app.worker.document_work import chunks, rendered, renderings, target_path
from desktop_app.worker.engine_state import EngineState
from desktop_app.worker.engine_thread import EngineThread

COMMAND = "translate"
LINES_AT_ONCE = 256
"""Lines that are asked for together: what comes through a pipe comes out again while more is read."""


def translate(arguments: argparse.Namespace) -> int:
    """Run ``inkhorn translate``; returns the exit status: 1 also where something was not translated."""
    paths = make_paths(arguments.data_dir)
    try:
        if arguments.score:
            return score(arguments, paths, _Engine)
        if len(arguments.model) > 1:
            raise WrongUseError("two models are for --score")
        if arguments.output is not None:
            return _document(arguments, paths)
        return _texts(arguments, paths)
    except InkhornError as error:
        return print_failure(COMMAND, error.kind, error.message, arguments.json)


class _Engine:
    """One engine process for one route. ``ask`` waits for its answer."""

    def __init__(self, route: Route, options: TranslateOptions, line: LiveLine) -> None:
        self._route, self._options, self._line = route, options, line
        self._events: queue.SimpleQueue[Event | EngineState] = queue.SimpleQueue()
        self._thread = EngineThread(self._events.put, self._events.put, on_demand=True)
        self._thread.start()

    def ask(self, sentences: Sequence[str]) -> tuple[Translation, ...]:
        """Raises InkhornError."""
        if not sentences:
            return ()
        route = self._route
        command = Translate(
            self._thread.next_id(), tuple(sentences), route.source, route.target, self._options
        )
        self._thread.submit(command, load=route.load)
        ready = 0
        while True:
            event = self._events.get()
            if isinstance(event, EngineState):
                if event.phase == "loading":
                    percent = "" if event.fraction is None else f" {event.fraction:.0%}"
                    self._line.show(f"{event.stage}…{percent}", always=True)
            elif isinstance(event, Translated):
                ready += 1
                self._line.show(f"{ready} of {len(sentences)} sentences")
            elif isinstance(event, Failed):
                raise InkhornError(event.kind, event.message, **event.values)
            elif isinstance(event, Done):
                self._line.clear()
                results: tuple[Translation, ...] = event.result
                return results

    def stop(self) -> None:
        self._line.clear()
        self._thread.stop()


def _texts(arguments: argparse.Namespace, paths: Paths) -> int:
    lines = _given_lines(arguments)
    if not any(line.strip() for line in lines):  # an empty file has an empty translation
        if not arguments.json:
            print("\n".join(lines), end="\n" if lines else "")
        return 0
    source = arguments.source or _found(paths, "\n".join(lines))
    route = _route(arguments, paths, source)
    line = LiveLine(quiet=True)
    engine = _Engine(route, _options(arguments, source), line)
    failed = 0
    try:
        for start in range(0, len(lines), LINES_AT_ONCE):
            part = lines[start : start + LINES_AT_ONCE]
            cuts = [split(text, source) for text in part]
            results = iter(engine.ask([sentence for cut in cuts for sentence in cut.sentences]))
            for text, cut in zip(part, cuts, strict=True):
                mine = [next(results) for _ in cut.sentences]
                failed += sum(bool(one.problem) for one in mine)
                _print_line(arguments, route, text, cut, mine)
    finally:
        engine.stop()
    if failed:
        count = "1 sentence was" if failed == 1 else f"{failed} sentences were"
        print(f"inkhorn {COMMAND}: {count} not translated and stand in the original", file=sys.stderr)
    return 1 if failed else 0


def _print_line(
    arguments: argparse.Namespace, route: Route, text: str, cut: Split, results: Sequence[Translation]
) -> None:
    joined = cut.joined([one.text for one in results], route.source, route.target)
    if not arguments.json:
        print(joined, flush=True)
        return
    values: dict[str, Any] = {
        "text": text,
        "translation": joined,
        "from": route.source,
        "to": route.target,
        "model": route.key,
        "problems": [
            {"sentence": sentence, "problem": one.problem}
            for sentence, one in zip(cut.sentences, results, strict=True)
            if one.problem
        ],
    }
    if asked := sum(one.terms_asked for one in results):
        values |= {"terms": asked, "terms_kept": sum(one.terms_kept for one in results)}
    print_json(values)


def _document(arguments: argparse.Namespace, paths: Paths) -> int:
    if len(arguments.text) != 1:
        raise WrongUseError("give one document with -o")
    path, output = Path(arguments.text[0]), Path(arguments.output)
    if not path.is_file():
        raise WrongUseError(f"there is no file {path}")
    document = open_document(path)
    source = arguments.source or _found(paths, " ".join(one.text for one in document.segments[:200]))
    route = _route(arguments, paths, source)
    target = target_path(path, route.target, arguments.bilingual, output) if output.is_dir() else output
    if target.exists() and path.samefile(target):
        raise WrongUseError("the translation cannot take the place of the document")
    line = LiveLine(quiet=arguments.json)
    engine = _Engine(route, _options(arguments, source), LiveLine(quiet=True))
    known: dict[str, Translation] = {}
    made: list[JobSegment] = []
    try:
        for chunk in chunks(document.segments, (), source):
            wanted = [sentence for sentence in chunk.sentences if sentence not in known]
            known |= dict(zip(wanted, engine.ask(wanted), strict=True))
            made += rendered(chunk, known, source, route.target)
            line.show(f"{len(made)} of {len(document.segments)} segments")
        document.write(renderings(made), target, arguments.bilingual, route.target)
    finally:
        line.clear()
        engine.stop()
    problems = [one for one in made if one.problem]
    counts = {"segments": len(document.segments), "translated": len(made) - len(problems)}
    if arguments.json:
        facts = {"file": str(target), "from": source, "to": route.target, "model": route.key}
        print_json({**facts, **counts, "problems": [one.problem for one in problems]})
    else:
        print(target)
        print(f"{counts['translated']} of {counts['segments']} segments", file=sys.stderr)
    return 1 if problems else 0


def _given_lines(arguments: argparse.Namespace) -> list[str]:
    """Each argument is a text; one that is a file is read; without any, standard input is."""
    texts: list[str] = arguments.text
    if not texts:
        if sys.stdin is None or sys.stdin.isatty():
            raise WrongUseError("give a text or a file, or pipe one in")
        try:
            return sys.stdin.read().splitlines()
        except UnicodeDecodeError:
            raise WrongUseError("standard input is not text in UTF-8") from None
    if len(texts) == 1 and _is_file(texts[0]):
        try:
            return Path(texts[0]).read_text(encoding="utf-8-sig").splitlines()
        except UnicodeDecodeError:
            hint = "give -o to translate it as a document"
            raise WrongUseError(f"{texts[0]} is not text in UTF-8; {hint}") from None
    return [line for text in texts for line in text.splitlines() or [""]]


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except (OSError, ValueError):  # a text that no file could be called
        return False


def _found(paths: Paths, text: str) -> str:
    guess = Detector(paths.resources).guess(text)
    if not guess.language:
        raise WrongUseError("say with --from which language the text is in")
    return guess.language


def _route(arguments: argparse.Namespace, paths: Paths, source: str) -> Route:
    target: str = arguments.target
    if source == target:
        raise WrongUseError(f"the text is in {target} already; say with --from if it is not")
    settings = load_settings(paths.settings)
    wanted = next(iter(arguments.model), "")
    return route_for(paths, settings, load_catalogue(paths.models), source, target, wanted)


def _options(arguments: argparse.Namespace, source: str) -> TranslateOptions:
    terms: tuple[Term, ...] = ()
    if arguments.glossary is not None:
        terms = read_glossary(arguments.glossary, source, arguments.target)
    return TranslateOptions(
        beams=arguments.beams, terms=terms, script=arguments.script, address=arguments.address
    )
