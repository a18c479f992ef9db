"""What can go wrong with a model, in plain words, and the ways out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from desktop_app.core.i18n import tr
from desktop_app.ui.numbers import bytes_text

Way = Literal["retry", "unlock", "token", "page", "mirror", "manage", "licence", "smaller", "unload", "fetch"]
"""``unlock`` leads to the offline lock, ``token`` and ``mirror`` to their settings, ``page`` to the model's
page, ``manage`` to what is on this computer, ``smaller`` to what fits, ``fetch`` gets the model anew."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A sentence or two, and at most three ways out, the best one first."""

    text: str
    ways: tuple[Way, ...]


def way_words(way: Way) -> str:
    return {
        "retry": tr("Try again"),
        "unlock": tr("Offline lock…"),
        "token": tr("Enter a token…"),
        "page": tr("Open the model’s page"),
        "mirror": tr("Use a mirror…"),
        "manage": tr("Make room…"),
        "licence": tr("Read the licence…"),
        "smaller": tr("Show what fits"),
        "unload": tr("Unload the model"),
        "fetch": tr("Get it again"),
    }[way]


def download_trouble(kind: str, message: str, values: dict[str, Any] | None = None) -> Trouble:
    """Why a download did not go on."""
    values = values or {}
    if kind == "disk_full":
        return Trouble(_disk_words(values), ("manage", "retry"))
    if refused := _refusal(values):
        return Trouble(refused, ())
    known: dict[str, Trouble] = {
        "offline": Trouble(
            tr("The offline lock is on, so nothing is fetched. What is here already stays."),
            ("unlock", "retry"),
        ),
        "network": Trouble(
            tr("The connection broke. What was fetched is kept, and goes on from there."),
            ("retry", "mirror"),
        ),
        "gated": Trouble(
            tr("The makers let in only who has asked. Ask on the model’s page, then try again."),
            ("page", "token", "retry"),
        ),
        "unauthorized": Trouble(
            tr("The server wants an access token, or does not take the one that is kept."),
            ("token", "page", "retry"),
        ),
        "licence": Trouble(tr("The licence has to be accepted before the download."), ("licence",)),
        "not_found": Trouble(
            tr("The server does not have this model any more, or not at this address."),
            ("mirror", "page", "retry"),
        ),
        "rate_limited": Trouble(
            tr("The server asks to wait a little: too much was fetched in a short time."),
            ("retry", "mirror"),
        ),
        "model_damaged": Trouble(
            tr("What came is not what it should be, and was thrown away. Nothing damaged is ever used."),
            ("retry", "mirror"),
        ),
        "read_only": Trouble(tr("The folder with your models cannot be written to."), ("retry",)),
    }
    return known.get(kind) or Trouble(tr("Something went wrong: {reason}", reason=message), ("retry",))


def library_trouble(kind: str, message: str, values: dict[str, Any] | None = None) -> Trouble:
    """Why an import, a check or a removal did not work."""
    values = values or {}
    if kind == "disk_full":
        return Trouble(_disk_words(values), ("manage",))
    if refused := _refusal(values):
        return Trouble(refused, ())
    if kind == "model_damaged":
        return Trouble(tr("This model is damaged: {reason}", reason=message), ("fetch",))
    if kind == "model_missing":
        return Trouble(
            tr("The model’s file is not where it was. Put it back, or fetch it again."), ("fetch",)
        )
    if kind == "read_only":
        return Trouble(tr("The folder with your models cannot be written to."), ())
    return Trouble(tr("That did not work: {reason}", reason=message), ())


def _refusal(values: dict[str, Any]) -> str:
    """Why something is not taken in, where its ``reason`` is one that has words here."""
    name, parts, few, family = (values.get(key, "") for key in ("name", "parts", "few", "family"))
    return {
        "link_loop": tr("{name} is a link that leads in a circle, so it is not taken.", name=name),
        "link_gone": tr("{name} is a link to a file that is not there.", name=name),
        "link_elsewhere": tr("{name} is a link to a folder or a device, and not to a file.", name=name),
        "not_a_file": tr("{name} is not a file that can be read.", name=name),
        "linked": tr("This folder is made of links, so it cannot be used where it is. Copy it instead."),
        "cut": tr("{name} is cut off: its end is missing. Copy or fetch it once more.", name=name),
        "no_model": tr("There is no model in {name}: neither a config.json nor a GGUF file.", name=name),
        "several": tr("There are several models in {name}. Add the file that you want.", name=name),
        "pickle": tr(
            "This is pickle, which can run code when it is opened, so it is not taken. Look for the same "
            "model as safetensors or GGUF."
        ),
        "family": tr("This version of Inkhorn cannot run models of the kind “{family}”.", family=family),
        "family_gguf": tr(
            "This version of Inkhorn does not read models of the kind “{family}” from GGUF files. "
            "Look for the same model as safetensors.",
            family=family,
        ),
        "parts_missing": tr(
            "This model is in {parts} files, and some are missing: {few}. "
            "Get them too, and put them beside it.",
            parts=parts,
            few=few,
        ),
        "part_name": tr(
            "This is one of {parts} files of a model and has another name than its makers gave it. "
            "Put all of them in one folder, under the names that they were published with.",
            parts=parts,
        ),
    }.get(values.get("reason", ""), "")


def memory_trouble(name: str, needed: int, free: int, loaded: bool) -> Trouble:
    """Before a model is loaded that cannot fit."""
    text = tr(
        "{name} does not fit: it needs about {needed} of memory, and {free} is free. "
        "Close other programs, or choose a smaller one.",
        name=name,
        needed=bytes_text(needed),
        free=bytes_text(max(0, free)),
    )
    return Trouble(text, ("smaller", "unload") if loaded else ("smaller",))


def _disk_words(values: dict[str, Any]) -> str:
    needed, free = values.get("needed"), values.get("free")
    if isinstance(needed, int) and isinstance(free, int):
        return tr(
            "Not enough room on the disk: {needed} more are needed, {free} is free.",
            needed=bytes_text(needed),
            free=bytes_text(free),
        )
    return tr("The disk is full. Make room, then try again.")
