"""What stands beside a reply that failed or waits, each with its ways out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from desktop_app.core.i18n import tr
from desktop_app.ui.conversation.items import Problem
from desktop_app.ui.failures import words

RETRY = "retry"
CONTINUE = "continue"
RESTART = "restart"
SEND_ANYWAY = "send_anyway"
SUMMARISE = "summarise"
SHORTEN = "shorten"
STORE_AGAIN = "store_again"


def reply_problem(kind: str, values: dict[str, Any] | None, has_text: bool) -> Problem:
    """What stands beside a reply that failed."""
    again: tuple[str, Callable[[], str]] = (
        (CONTINUE, lambda: tr("Continue")) if has_text else (RETRY, lambda: tr("Try again"))
    )
    if kind == "context_overflow":
        return Problem(lambda: words(kind, values), ((SHORTEN, lambda: tr("Edit my message")),), "warning")
    if kind in ("engine_unavailable", "model_missing", "model_damaged", "memory", "no_model"):
        return Problem(lambda: words(kind, values), ((RESTART, lambda: tr("Start the engine again")), again))
    return Problem(lambda: words(kind, values), (again,))


def left_out_problem(count: int) -> Problem:
    """What stands where the reply will be, while the user decides about messages that do not fit."""

    def text() -> str:
        if count == 1:
            return tr(
                "To answer this, the model could no longer see one earlier message. It is marked above."
            )
        return tr(
            "To answer this, the model could no longer see {count} earlier messages. They are marked above.",
            count=f"{count:,}",
        )

    ways_out = ((SEND_ANYWAY, lambda: tr("Answer without them")), (SUMMARISE, lambda: tr("Summarise them")))
    return Problem(text, ways_out, "info")


def not_stored_problem(kind: str, values: dict[str, Any]) -> Problem:
    """What stands beside a reply that is on the screen and not on the disk."""

    def text() -> str:
        return tr(
            "This reply is on the screen only, it could not be stored. {reason}", reason=words(kind, values)
        )

    return Problem(text, ((STORE_AGAIN, lambda: tr("Store it now")),))
