"""What is the matter with a sentence or a document, in the user's words."""

from __future__ import annotations

from typing import Any

from desktop_app.core.i18n import tr
from desktop_app.core.translation import Problem
from desktop_app.core.translation_records import DocumentJob
from desktop_app.ui.failures import words


def problem_words(problem: Problem) -> str:
    """Why a sentence stands there in its own language."""
    why = {
        "": "",
        "loop": tr("the model repeated itself"),
        "copied": tr("the model only copied it"),
        "length": tr("what came is far too short or too long"),
        "untouchable": tr("a number, an address or a placeholder was lost"),
        "unfinished": tr("the model came to no end"),
        "wrong_script": tr("what came is in another script"),
        "empty": tr("nothing came"),
    }[problem]
    return tr("Not translated: {reason}.", reason=why) if why else ""


def file_words(reason: str) -> str:
    """Why a document cannot be read, "" for a reason that is not known."""
    return {
        "empty": tr("The file is empty."),
        "damaged": tr("The file is damaged, or not what its name says."),
        "encrypted": tr("The file is protected by a password. Save it without one, and add it again."),
        "too_large": tr("The file is too large."),
        "unknown_format": tr("Inkhorn cannot read this kind of file."),
        "no_text": tr("There is no text in the file."),
        "scanned": tr("The file holds pictures of pages and no text, so there is nothing to translate."),
        "changed": tr("The file was changed since it was added. Remove it, and add it again."),
        "unreadable": tr("The file is not there any more, or cannot be read."),
    }.get(reason, "")


def failure_words(kind: str, values: dict[str, Any]) -> str:
    """What went wrong with a translation, or with a file of the pane."""
    named = file_words(str(values.get("reason", ""))) if kind == "bad_file" else ""
    return named or words(kind, values)


def job_words(job: DocumentJob) -> str:
    """Why a document was not translated."""
    if job.error_kind == "no_model" and job.error_message == "same":
        return tr("The document is in the language that it was to be translated into.")
    if job.error_kind == "no_model":
        return tr("No model here translates this document’s language. Choose the language, or get a model.")
    return failure_words(job.error_kind, {"reason": job.error_message})
