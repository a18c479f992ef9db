"""Rows for the two lists, from what the shelf holds and what the engine and the downloads say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from desktop_app.core.i18n import tr
from desktop_app.core.messages import Failed
from desktop_app.library.catalogue import Model, Variant
from desktop_app.library.installed import Installed
from desktop_app.ui.models.download_row import state_words
from desktop_app.ui.models.offers import Offers, Wanted, is_recommended
from desktop_app.ui.models.row_model import Fact, Row, Tone
from desktop_app.ui.models.shelf import Shelf
from desktop_app.ui.models.sizes import installed_size, offered_size
from desktop_app.ui.models.words import (
    TASKS,
    bits_words,
    fit_words,
    origin_words,
    pair_words,
    precision_words,
    strength_words,
    summary_of,
    task_words,
)
from desktop_app.ui.numbers import bytes_text
from desktop_app.worker.download_state import DownloadState

PAIRS = "pairs"
"""Key of the row behind which the single directions of translation stand."""

_TONES: dict[str, Tone] = {"good": "quiet", "tight": "warning", "too_big": "danger"}
UNDER_WAY = ("waiting", "listing", "running", "checking", "paused", "failed")


@dataclass(frozen=True, slots=True)
class InUse:
    """``chosen`` is the id of the installed model that chat uses; ``loaded`` that it is in memory, with
    ``memory`` bytes at ``precision``; ``failure`` why the engine could not load it."""

    chosen: str = ""
    loaded: bool = False
    memory: int = 0
    precision: str = ""
    adapters: tuple[str, ...] = ()
    failure: Failed | None = None


def offer_rows(
    shelf: Shelf, offers: Offers, wanted: Wanted, downloads: Mapping[str, DownloadState]
) -> list[Row]:
    rows: list[Row] = []
    heading: str | None = None
    for model in offers.models:
        if wanted.task is None and not wanted.text.strip():
            title = task_words(model.tasks[:1])
            if title != heading:
                heading = title
                rows.append(Row("heading", "", title))
        rows.append(_offer_row(shelf, model, wanted, downloads.get(model.id)))
    if offers.pairs:
        rows.append(
            Row(
                "pairs",
                PAIRS,
                tr("{count} directions of translation", count=offers.pairs),
                line=tr("Small models for one pair of languages each. Choose the two languages."),
                icon="languages",
                button=tr("Choose…"),
            )
        )
    return rows


def hub_row(name: str) -> Row:
    """A model that nobody here has looked at: all that is known is its name."""
    return Row(
        "model",
        name,
        name.removeprefix("hub:"),
        line=tr("Not in the catalogue. What it can do, and its licence, stand on its page."),
        facts=((tr("from the model hub; fetched and checked like the others"), "quiet"),),
        button=tr("Get"),
    )


def installed_rows(
    shelf: Shelf, in_use: InUse, gone: Iterable[str] = (), checking: Mapping[str, float] | None = None
) -> list[Row]:
    """Grouped by task, adapters at the end; without those that are about to be removed."""
    there = [one for one in shelf.installed if one.id not in set(gone)]
    groups: list[tuple[str, list[Installed]]] = []
    for task, title in TASKS:
        members = [one for one in there if one.kind == "model" and one.tasks[:1] == (task,)]
        groups.append((tr(title), members))
    groups.append((tr("Other models"), [one for one in there if one.kind == "model" and not one.tasks]))
    groups.append((tr("Adapters"), [one for one in there if one.kind == "adapter"]))
    rows: list[Row] = []
    for title, members in groups:
        if members:
            rows.append(Row("heading", "", title))
            rows += [installed_row(shelf, one, in_use, (checking or {}).get(one.id)) for one in members]
    return rows


def installed_row(shelf: Shelf, one: Installed, in_use: InUse, checking: float | None = None) -> Row:
    facts: list[Fact] = []
    icon, button = "", ""
    chosen = one.id == in_use.chosen
    if one.state == "missing":
        icon = "circle-alert"
        facts.append((tr("not where it was"), "danger"))
    elif one.state == "damaged":
        icon = "circle-alert"
        facts.append((tr("damaged"), "danger"))
    elif chosen and in_use.failure is not None:
        icon = "circle-alert"
        facts.append((tr("could not be loaded"), "danger"))
    if chosen and in_use.loaded:  # also when its file was taken away under it
        icon = icon or "circle-check"
        facts.append((tr("in use · {size} in memory", size=bytes_text(in_use.memory)), "success"))
    elif facts:
        pass
    elif chosen:
        icon = "moon"
        facts.append((tr("in use, not in memory at the moment"), "success"))
    elif one.id in in_use.adapters:
        icon = "circle-check"
        facts.append((tr("on"), "success"))
    elif one.kind == "model" and "chat" in one.tasks:
        button = tr("Use")
    if checking is not None:
        facts.insert(0, (tr("checking {percent} %", percent=round(100 * checking)), "accent"))
    if size := installed_size(one):
        facts.append((size, "quiet"))
    if chosen and in_use.loaded and in_use.precision:
        facts.append((precision_words(in_use.precision), "quiet"))
    elif (variant := variant_of(one)) is not None:
        facts.append((bits_words(variant)[0], "quiet"))
    if len(one.tasks) > 1:
        facts.append((task_words(one.tasks), "quiet"))
    if one.origin != "download":
        facts.append((origin_words(one), "quiet"))
    return Row(
        "model",
        one.id,
        installed_title(one),
        aside=one.model.publisher if one.model is not None else "",
        facts=tuple(facts),
        icon=icon,
        icon_tone="danger" if icon == "circle-alert" else "success",
        button=button,
        progress=checking,
        indented=False,
    )


def installed_title(one: Installed) -> str:
    if one.model is not None and one.model.pair is not None:
        return pair_words(one.model.pair)
    return one.name


def variant_of(one: Installed) -> Variant | None:
    """Which form of a model of the catalogue this is."""
    variants = one.model.variants if one.model is not None else ()
    return next((variant for variant in variants if variant.id == one.variant), None)


def _offer_row(shelf: Shelf, model: Model, wanted: Wanted, download: DownloadState | None) -> Row:
    variant = shelf.best(model)
    fit = shelf.fit_of(model, variant)
    facts: list[Fact] = []
    icon, button, progress = "", tr("Get"), None
    here = shelf.installed_of(model.id)
    if download is not None and download.phase in UNDER_WAY:
        button = ""
        progress = download.done / download.total if download.total else 0.0
        facts.append(_download_fact(download, progress))
    elif here:
        icon, button = "circle-check", ""
        facts.append((tr("on this computer"), "success"))
    elif fit.state == "too_big":
        button = ""
    if progress is None:
        facts.append((installed_size(here[0]) if here else offered_size(model, variant), "quiet"))
    if not here:
        tone: Tone = _TONES[fit.state]
        facts.append((fit_words(fit), tone))
    facts.append((model.licence, "quiet"))
    if model.gated:
        facts.append((tr("access on request"), "quiet"))
    return Row(
        "model",
        model.id,
        pair_words(model.pair) if model.pair else model.name,
        aside=model.publisher,
        line=summary_of(model),
        facts=tuple(facts),
        mark=tr("Recommended") if is_recommended(model, wanted) else "",
        strengths=None if model.pair else (model.strengths.en, model.strengths.zh),
        icon=icon,
        icon_tone="success",
        button=button,
        progress=progress,
        spoken="" if model.pair else strength_words(model),
    )


def _download_fact(download: DownloadState, progress: float) -> Fact:
    if download.phase == "failed":
        return tr("the download failed"), "danger"
    if download.phase == "paused":
        return tr("paused at {percent} %", percent=round(100 * progress)), "quiet"
    if download.phase == "waiting":
        return tr("waits for its turn"), "quiet"
    if download.failure is not None or download.phase == "listing":
        return state_words(download), "quiet"
    return tr("downloading, {percent} %", percent=round(100 * progress)), "accent"
