"""Which models of the catalogue are shown, and in which order."""

from __future__ import annotations

import re
from dataclasses import dataclass

from desktop_app.core.i18n import language
from desktop_app.library.catalogue import TASKS, Model, Task
from desktop_app.ui.models.shelf import Shelf
from desktop_app.ui.models.words import pair_words, summary_of, task_words

_HUB = re.compile(r"(?:hub:|https?://[\w.-]+(?::\d+)?/)?([\w-][\w.-]*/[\w-][\w.-]*?)(?:/tree/.*|/)?")
_STATES = {"good": 0, "tight": 1, "too_big": 2}


@dataclass(frozen=True, slots=True)
class Wanted:
    """``speaks`` is ``en``, ``zh`` or "" for any; ``source`` and ``target`` are languages of a translation,
    "" for any."""

    task: Task | None = None
    speaks: str = ""
    fits_only: bool = True
    text: str = ""
    source: str = ""
    target: str = ""

    @property
    def has_pair(self) -> bool:
        return bool(self.source or self.target)


@dataclass(frozen=True, slots=True)
class Offers:
    """``pairs`` counts the directions of translation that stand behind one row; ``too_big`` what only
    the switch "fits this computer" leaves out."""

    models: tuple[Model, ...]
    pairs: int
    too_big: int


def find_offers(shelf: Shelf, wanted: Wanted) -> Offers:
    """Single directions of translation are gathered in one row until a language or a word is asked for;
    a hundred of them would hide everything else."""
    matching = [model for model in shelf.catalogue.models if _matches(model, wanted)]
    folded = 0
    if not wanted.has_pair and not wanted.text.strip():
        shown = [model for model in matching if model.pair is None or model.recommended]
        folded = len(matching) - len(shown)
        matching = shown
    fitting = [model for model in matching if _state(shelf, model) < 2]
    too_big = len(matching) - len(fitting)
    if wanted.fits_only:
        matching = fitting
    matching.sort(key=lambda model: _rank(shelf, model, wanted))
    return Offers(tuple(matching), folded, too_big if wanted.fits_only else 0)


def hub_name(text: str) -> str:
    """``hub:owner/name`` where somebody typed or pasted what names a model of the hub, else ""."""
    found = _HUB.fullmatch(text.strip())
    return f"hub:{found[1]}" if found else ""


def pair_languages(shelf: Shelf, wanted: Wanted) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The languages that can be translated from and into, each with the other side as it is chosen."""
    pairs = [model.pair for model in shelf.catalogue.models if model.pair is not None]
    sources = {source for source, target in pairs if wanted.target in ("", target)}
    targets = {target for source, target in pairs if wanted.source in ("", source)}
    return tuple(sorted(sources)), tuple(sorted(targets))


def is_recommended(model: Model, wanted: Wanted) -> bool:
    return wanted.task in model.recommended if wanted.task else bool(model.recommended)


def _matches(model: Model, wanted: Wanted) -> bool:
    if wanted.task is not None and wanted.task not in model.tasks:
        return False
    if wanted.speaks == "en" and not model.strengths.en:
        return False
    if wanted.speaks == "zh" and not model.strengths.zh:
        return False
    if wanted.has_pair:
        if model.pair is None:
            known = set(model.languages)
            return "translation" in model.tasks and {wanted.source, wanted.target} - {""} <= known
        if wanted.source not in ("", model.pair[0]) or wanted.target not in ("", model.pair[1]):
            return False
    words = wanted.text.lower().split()
    if not words:
        return True
    pair = pair_words(model.pair) if model.pair else ""
    looked_at = (model.name, model.publisher, model.family, model.licence, summary_of(model), pair)
    text = " ".join((*looked_at, task_words(model.tasks))).lower()
    return all(word in text for word in words)


def _state(shelf: Shelf, model: Model) -> int:
    return min(_STATES[shelf.fit_of(model, variant).state] for variant in model.variants)


def _rank(shelf: Shelf, model: Model, wanted: Wanted) -> tuple[object, ...]:
    """Task by task where all are shown; what fits before what does not, then what is recommended, then
    what knows the user's language, then the larger: within what fits it is the better one."""
    strength = model.strengths.zh if (wanted.speaks or language()[:2]) == "zh" else model.strengths.en
    grouped = wanted.task is None and not wanted.text.strip()
    return (
        TASKS.index(model.tasks[0]) if grouped and model.tasks else 0,
        _state(shelf, model),
        not is_recommended(model, wanted),
        (model.pair is None) == wanted.has_pair,
        pair_words(model.pair) if model.pair else "",
        -strength,
        -model.parameters,
        model.name,
    )
