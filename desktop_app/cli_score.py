"""``inkhorn translate --score``: how good models are on the user's own pairs."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import Protocol

from desktop_app.cli_output import LiveLine, WrongUseError, print_json
from desktop_app.core.errors import InkhornError
from desktop_app.core.paths import Paths
from desktop_app.core.settings import load_settings
from desktop_app.core.translation import TranslateOptions, Translation
from desktop_app.core.translation_routes import Route
from desktop_app.library.catalogue import load_catalogue
from desktop_app.translation.language import Detector
from desktop_app.translation.scores import Score
from desktop_app.translation_choice import route_for
from desktop_app.worker.bilingual import Bilingual, read_bilingual
from desktop_app.worker.scoring import Comparison, Trial, batches, compare, facts

SHOWN = 5
"""Sentences that are printed below the figures."""


class Engine(Protocol):
    def ask(self, sentences: Sequence[str]) -> tuple[Translation, ...]: ...

    def stop(self) -> None: ...


MakeEngine = Callable[[Route, TranslateOptions, LiveLine], Engine]


def score(arguments: argparse.Namespace, paths: Paths, make_engine: MakeEngine) -> int:
    """Run the command; returns the exit status. Raises InkhornError, WrongUseError."""
    models: list[str] = arguments.model or [""]
    if len(models) > 2:
        raise WrongUseError("compare two models at most")
    if arguments.text:
        raise WrongUseError("give the pairs after --score, and no texts")
    file = _pairs(arguments, paths)
    settings, catalogue = load_settings(paths.settings), load_catalogue(paths.models)
    routes = [route_for(paths, settings, catalogue, file.source, file.target, name) for name in models]
    options = TranslateOptions(beams=arguments.beams, script=arguments.script, address=arguments.address)
    line = LiveLine(quiet=arguments.json)
    trials = [_trial(route, file, options, make_engine, line) for route in routes]
    found = compare(file.source, file.target, file.pairs, trials)
    if arguments.json:
        print_json(facts(found) | {"left_out": file.left_out, "sentences": _sentences(found)})
    else:
        print("\n".join(_lines(found)))
    return 0


def _pairs(arguments: argparse.Namespace, paths: Paths) -> Bilingual:
    """In the direction that was asked for, whatever the file holds besides."""
    for path in arguments.score:
        if not path.is_file():
            raise WrongUseError(f"there is no file {path}")
    detector = Detector(paths.resources)

    def find(text: str) -> str:
        guess = detector.guess(text)
        return guess.language if guess.sure else ""

    source, target = arguments.source, arguments.target
    file = read_bilingual(arguments.score, source or "", target, find)
    if source and {file.source, file.target} != {source, target}:
        if file.sure:
            held = f"{file.source} and {file.target}"
            raise InkhornError("bad_file", f"The pairs are in {held}.", reason="other_languages")
    elif file.source == target:
        turned = tuple((theirs, ours) for ours, theirs in file.pairs)
        return Bilingual(file.target, file.source, turned, file.left_out, file.sure)
    if not file.source:
        raise WrongUseError("say with --from which language the sentences are in")
    return file


def _trial(
    route: Route, file: Bilingual, options: TranslateOptions, make_engine: MakeEngine, line: LiveLine
) -> Trial:
    engine = make_engine(route, options, LiveLine(quiet=True))
    made: list[tuple[str, bool]] = []
    try:
        for batch in batches(file.pairs, file.source):
            made += batch.joined(engine.ask(batch.sentences), file.source, file.target)
            line.show(f"{route.key}: {len(made)} of {len(file.pairs)} pairs")
    finally:
        line.clear()
        engine.stop()
    texts = tuple(text for text, _ in made)
    return Trial(route.key, route.key, texts, sum(problem for _, problem in made))


def _lines(found: Comparison) -> list[str]:
    lines = [f"{len(found.pairs)} pairs, {found.source} to {found.target}"]
    for trial, scores in zip(found.trials, found.scores, strict=True):
        left = f", {trial.problems} not translated" if trial.problems else ""
        lines.append(f"{trial.name}: chrF {_figure(scores.chrf)}, BLEU {_figure(scores.bleu)}{left}")
    if found.wins is not None:
        first, second = found.trials
        lines.append(
            {
                "first": f"{first.name} is closer to the references, by more than chance",
                "second": f"{second.name} is closer to the references, by more than chance",
            }.get(found.verdict, "no difference that chance alone could not make")
        )
    for index in found.order[:SHOWN]:
        source, reference = found.pairs[index]
        lines += ["", f"source: {source}", f"reference: {reference}"]
        lines += [f"{trial.name}: {trial.translations[index]}" for trial in found.trials]
    return lines


def _sentences(found: Comparison) -> list[dict[str, object]]:
    """Those where two models differ most, or those where one is furthest from the reference."""
    return [
        {
            "source": found.pairs[index][0],
            "reference": found.pairs[index][1],
            "translations": {trial.name: trial.translations[index] for trial in found.trials},
            "chrf": [round(scores.sentences[index], 1) for scores in found.scores],
        }
        for index in found.order
    ]


def _figure(score: Score) -> str:
    return f"{score.value:.1f} ({score.low:.1f} to {score.high:.1f})"
