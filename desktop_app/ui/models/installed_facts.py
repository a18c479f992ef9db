"""What there is to say about a model on this computer: its state, what is the matter, and its facts."""

from __future__ import annotations

from datetime import datetime

from desktop_app.core.i18n import tr
from desktop_app.library.catalogue import HubSource
from desktop_app.library.installed import Installed
from desktop_app.ui.failures import words
from desktop_app.ui.models.fact_grid import Fact
from desktop_app.ui.models.problems import Trouble, Way
from desktop_app.ui.models.rows import InUse, variant_of
from desktop_app.ui.models.sizes import disk_words
from desktop_app.ui.models.words import bits_words, count_words, origin_words, precision_words
from desktop_app.ui.numbers import bytes_text


def state_of(one: Installed, in_use: InUse) -> tuple[str, str]:
    """A sentence and its tone; "" where there is nothing to say."""
    if one.state == "missing" and one.origin == "bundled":
        return tr("Its file is not where it was. Put it back, or get it again."), "danger"
    if one.state == "missing" and one.model is not None:
        return tr("Its file is not where it was. Get it again, or remove it from the list."), "danger"
    if one.state == "missing":
        return tr("Its file is not where it was. Put it back, or remove it from the list."), "danger"
    if one.state == "damaged":
        return tr("Its files are not what they were when they came. It is not used."), "danger"
    if one.id == in_use.chosen and in_use.loaded:
        return tr("In use, {size} in memory", size=bytes_text(in_use.memory)), "success"
    if one.id == in_use.chosen and in_use.failure is None:
        return tr("In use. It is loaded with your next message."), "success"
    return "", "quiet"


def trouble_of(one: Installed, in_use: InUse) -> Trouble | None:
    """What the engine said of it, and the way out of what the disk says."""
    ways: tuple[Way, ...] = ("fetch",) if one.state != "present" else ()
    failure = in_use.failure if one.id == in_use.chosen else None
    if failure is None:
        return Trouble(lambda: "", ways) if ways else None
    if ways and failure.kind in ("model_missing", "model_damaged"):
        return Trouble(lambda: tr("It could not be loaded."), ways)

    def why() -> str:
        return tr("It could not be loaded. {reason}", reason=words(failure.kind, failure.values))

    return Trouble(why, ways)


def facts_of(one: Installed, in_use: InUse, prepared: int) -> list[Fact]:
    """``prepared`` are the bytes of its fast forms."""
    model, variant = one.model, variant_of(one)
    form = " · ".join((*bits_words(variant), variant.quantization)) if variant is not None else ""
    running = precision_words(in_use.precision) if one.id == in_use.chosen and in_use.loaded else ""
    source = variant.source if variant is not None else None
    address = source.repo if isinstance(source, HubSource) else source.requirement if source else ""
    added = f"{datetime.fromtimestamp(one.added):%Y-%m-%d}" if one.added else ""
    return [
        Fact(tr("On disk"), disk_words(one)),
        Fact(tr("Prepared for speed"), bytes_text(prepared) if prepared else ""),
        Fact(tr("Form"), form),
        Fact(tr("Runs with"), running),
        Fact(tr("Parameters"), count_words(model.parameters) if model is not None else ""),
        Fact(tr("Licence"), one.licence, link=model.licence_url if model is not None else ""),
        Fact(tr("From"), " · ".join(filter(None, (origin_words(one), address)))),
        Fact(tr("Made for"), one.base),
        Fact(tr("Since"), added),
        Fact(tr("Lies in"), str(one.path), whole=str(one.path)),
        Fact("SHA-256", one.sha256, whole=one.sha256),
    ]
