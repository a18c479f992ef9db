"""Failures in the user's words, each with its way out."""

from __future__ import annotations

from typing import Any

from desktop_app.core.i18n import tr
from desktop_app.ui.conversation.items import Problem

RETRY = "retry"
CONTINUE = "continue"
RESTART = "restart"
SEND_ANYWAY = "send_anyway"
SUMMARISE = "summarise"
SHORTEN = "shorten"
STORE_AGAIN = "store_again"


def gigabytes(count: float) -> str:
    return f"{count / 1e9:.1f} GB"


def words(kind: str, message: str, values: dict[str, Any] | None = None) -> str:
    """One or two plain sentences for an error's ``kind``; ``message`` where there is nothing better."""
    values = values or {}
    if kind == "memory" and "needed_bytes" in values:
        return tr(
            "Not enough memory for this model: it needs about {needed}, {free} is free. "
            "Close other programs, or choose a smaller model.",
            needed=gigabytes(values["needed_bytes"]),
            free=gigabytes(values.get("free_bytes", 0)),
        )
    if kind == "context_overflow" and "prompt_tokens" in values:
        return tr(
            "This is longer than the model can read: {tokens} tokens, and it reads {limit} at most. "
            "Your text is kept; shorten it, or split it into several messages.",
            tokens=f"{values['prompt_tokens']:,}",
            limit=f"{values.get('context_length', 0):,}",
        )
    known = {
        "cancelled": tr("Stopped before the model began."),
        "engine_died": tr("The engine stopped unexpectedly. It is being started again; your words are safe."),
        "engine_unavailable": tr("The engine stopped several times in a row and was not started again."),
        "no_model": tr("No model is loaded."),
        "model_missing": tr("The model’s file is not where it was. Put it back, or fetch it again."),
        "model_damaged": tr("The model’s file is damaged. Fetch it again."),
        "model_unsupported": tr("This version of Inkhorn cannot run this model."),
        "memory": tr("There was not enough memory. Close other programs, or choose a smaller model."),
        "context_overflow": tr("This is longer than the model can read."),
        "template": tr("The model’s chat template refuses these messages."),
        "disk_full": tr("The disk is full, so nothing more can be kept. Free some space and try again."),
        "read_only": tr("The folder with your data cannot be written to."),
        "newer_data": tr(
            "These conversations were written by a newer version of Inkhorn and can only be read."
        ),
        "damaged_data": tr(
            "The file with your conversations is damaged. Close Inkhorn and start it again: it then repairs "
            "what can be read, and keeps the damaged file."
        ),
    }
    return known.get(kind) or tr("Something went wrong: {reason}", reason=message)


def reply_problem(kind: str, message: str, values: dict[str, Any] | None, has_text: bool) -> Problem:
    """What stands beside a reply that failed."""
    again = (CONTINUE, tr("Continue")) if has_text else (RETRY, tr("Try again"))
    actions: tuple[tuple[str, str], ...]
    if kind == "context_overflow":
        return Problem(words(kind, message, values), ((SHORTEN, tr("Edit my message")),), "warning")
    if kind in ("engine_unavailable", "model_missing", "model_damaged", "memory", "no_model"):
        actions = ((RESTART, tr("Start the engine again")), again)
    else:
        actions = (again,)
    return Problem(words(kind, message, values), actions)


def left_out_problem(count: int) -> Problem:
    """What stands where the reply will be, while the user decides about messages that do not fit."""
    text = (
        tr("To answer this, the model could no longer see one earlier message. It is marked above.")
        if count == 1
        else tr(
            "To answer this, the model could no longer see {count} earlier messages. They are marked above.",
            count=f"{count:,}",
        )
    )
    ways_out = ((SEND_ANYWAY, tr("Answer without them")), (SUMMARISE, tr("Summarise them")))
    return Problem(text, ways_out, "info")


def not_stored_problem(kind: str, message: str) -> Problem:
    """What stands beside a reply that is on the screen and not on the disk."""
    text = tr(
        "This reply is on the screen only, it could not be stored. {reason}", reason=words(kind, message)
    )
    return Problem(text, ((STORE_AGAIN, tr("Store it now")),))
