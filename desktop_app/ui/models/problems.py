"""What can go wrong with a model, in plain words, and the ways out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from desktop_app.core.i18n import tr
from desktop_app.ui.failures import disk_words, reason_words, words
from desktop_app.ui.numbers import bytes_text

Way = Literal["retry", "unlock", "token", "page", "mirror", "manage", "licence", "smaller", "unload", "fetch"]
"""``unlock`` leads to the offline lock, ``token`` and ``mirror`` to their settings, ``page`` to the model's
page, ``manage`` to what is on this computer, ``smaller`` to what fits, ``fetch`` gets the model anew."""

_DOWNLOAD_WAYS: dict[str, tuple[Way, ...]] = {
    "disk_full": ("manage", "retry"),
    "offline": ("unlock", "retry"),
    "network": ("retry", "mirror"),
    "gated": ("page", "token", "retry"),
    "unauthorized": ("token", "page", "retry"),
    "licence": ("licence",),
    "not_found": ("mirror", "page", "retry"),
    "rate_limited": ("retry", "mirror"),
    "model_damaged": ("retry", "mirror"),
}
_LIBRARY_WAYS: dict[str, tuple[Way, ...]] = {
    "disk_full": ("manage",),
    "model_damaged": ("fetch",),
    "model_missing": ("fetch",),
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """A sentence or two, in the language of the moment, and at most three ways out, the best one first."""

    words: Callable[[], str]
    ways: tuple[Way, ...] = ()

    @property
    def text(self) -> str:
        return self.words()


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


def download_trouble(kind: str, values: dict[str, Any] | None = None) -> Trouble:
    """Why a download did not go on."""
    given = values or {}
    final = kind not in ("network", "internal", "model_damaged") and bool(reason_words(kind, given))
    ways = () if final else _DOWNLOAD_WAYS.get(kind, ("retry",))
    return Trouble(lambda: _download_words(kind, given), ways)


def library_trouble(kind: str, values: dict[str, Any] | None = None) -> Trouble:
    """Why an import, a check or a removal did not work."""
    given = values or {}
    ways = () if reason_words(kind, given) else _LIBRARY_WAYS.get(kind, ())
    return Trouble(lambda: _library_words(kind, given), ways)


def memory_trouble(name: str, needed: int, free: int, loaded: bool) -> Trouble:
    """Before a model is loaded that cannot fit."""

    def text() -> str:
        return tr(
            "{name} does not fit: it needs about {needed} of memory, and {free} is free. "
            "Close other programs, or choose a smaller one.",
            name=name,
            needed=bytes_text(needed),
            free=bytes_text(max(0, free)),
        )

    return Trouble(text, ("smaller", "unload") if loaded else ("smaller",))


def _download_words(kind: str, values: dict[str, Any]) -> str:
    own = {
        "disk_full": disk_words(values),
        "network": tr("The connection broke. What was fetched is kept, and goes on from there."),
        "not_found": tr("The server does not have this model any more, or not at this address."),
        "model_damaged": tr(
            "What came is not what it should be, and was thrown away. Nothing damaged is ever used."
        ),
        "read_only": tr("The folder with your models cannot be written to."),
    }
    reason = (
        "" if kind == "model_damaged" else reason_words(kind, values)
    )  # it is fetched anew, whatever it was
    return reason or own.get(kind) or words(kind, values)


def _library_words(kind: str, values: dict[str, Any]) -> str:
    own = {
        "disk_full": disk_words(values),
        "model_damaged": tr("This model is damaged: some of its bytes are not what they should be."),
        "read_only": tr("The folder with your models cannot be written to."),
    }
    return reason_words(kind, values) or own.get(kind) or words(kind, values)
