"""Failures in the user's words: a sentence or two for every kind, and a better one where the reason is known.

The messages that errors carry are English, for the terminal and the log; none of them is shown in the window.
Everything here is said in the language of the moment, so a sentence that stays on the screen keeps the kind
and the values, and is asked for again when the language changes.
"""

from __future__ import annotations

from typing import Any

from desktop_app.core.i18n import tr
from desktop_app.ui.numbers import bytes_text


def words(kind: str, values: dict[str, Any] | None = None) -> str:
    """What went wrong, from an error's ``kind`` (one of `KINDS`) and the ``values`` it was made from."""
    values = values or {}
    return reason_words(kind, values) or _figures(kind, values) or _kind_words(kind, values)


def reason_words(kind: str, values: dict[str, Any]) -> str:
    """The sentence for ``values["reason"]``, "" where there is none or the kind's own says it well enough."""
    reason = values.get("reason", "")
    if kind == "network":  # which has reasons of the same names
        return _network_reasons().get(reason, "")
    texts = ("name", "parts", "few", "family", "line")
    named = {key: str(values.get(key, "")) for key in texts}
    return (_model_reasons(named) | _other_reasons(named)).get(reason, "")


def disk_words(values: dict[str, Any]) -> str:
    """What is needed, free and kept back: without the last the first two seem to contradict each other."""
    needed, free, reserve = (values.get(key) for key in ("needed", "free", "reserve"))
    if not (isinstance(needed, int) and isinstance(free, int)):
        return tr("The disk is full. Make room, then try again.")
    if not isinstance(reserve, int):
        return tr(
            "Not enough room on the disk: {needed} more are needed, {free} is free.",
            needed=bytes_text(needed),
            free=bytes_text(free),
        )
    return tr(
        "Not enough room on the disk: {needed} more are needed, and {free} is free, of which {reserve} has "
        "to stay free for your conversations and the system.",
        needed=bytes_text(needed),
        free=bytes_text(free),
        reserve=bytes_text(reserve),
    )


def _figures(kind: str, values: dict[str, Any]) -> str:
    """For the kinds that know how much was needed."""
    if kind == "memory" and "needed_bytes" in values:
        return tr(
            "Not enough memory for this model: it needs about {needed}, {free} is free. "
            "Close other programs, or choose a smaller model.",
            needed=_gigabytes(values["needed_bytes"]),
            free=_gigabytes(values.get("free_bytes", 0)),
        )
    if kind == "context_overflow" and "prompt_tokens" in values:
        return tr(
            "This is longer than the model can read: {tokens} tokens, and it reads {limit} at most. "
            "Your text is kept; shorten it, or split it into several messages.",
            tokens=f"{values['prompt_tokens']:,}",
            limit=f"{values.get('context_length', 0):,}",
        )
    return disk_words(values) if kind == "disk_full" and "needed" in values else ""


def _kind_words(kind: str, values: dict[str, Any]) -> str:
    """Events are told as such ("it stopped"), not as what goes on: the sentence is read later, too."""
    known = {
        "cancelled": tr("Stopped before the model began."),
        "engine_died": tr("The engine stopped unexpectedly. Your words are safe."),
        "engine_unavailable": tr("The engine stopped several times in a row and was not started again."),
        "no_model": tr("No model is loaded."),
        "model_missing": tr("The model’s file is not where it was. Put it back, or fetch it again."),
        "model_damaged": tr("The model’s file is damaged. Fetch it again."),
        "model_unsupported": tr("This version of Inkhorn cannot run this model."),
        "memory": tr("There was not enough memory. Close other programs, or choose a smaller model."),
        "context_overflow": tr("This is longer than the model can read."),
        "template": tr("The model’s chat template refuses these messages."),
        "schema": tr("This model’s reply cannot be held to the form that was asked for."),
        "wrong_kind": tr("The model that is loaded is made for other work."),
        "disk_full": tr("The disk is full, so nothing more can be kept. Free some space and try again."),
        "read_only": tr("The folder with your data cannot be written to."),
        "newer_data": tr(
            "These conversations were written by a newer version of Inkhorn and can only be read."
        ),
        "damaged_data": tr(
            "The file with your conversations is damaged. Close Inkhorn and start it again: it then repairs "
            "what can be read, and keeps the damaged file."
        ),
        "bad_file": tr("This file is not what it should be, so it was not taken."),
        "network": tr("The connection broke, or there is none."),
        "offline": tr("The offline lock is on, so nothing is fetched. What is here already stays."),
        "not_found": tr("What was asked for is not there."),
        "unauthorized": tr("The server wants an access token, or does not take the one that is kept."),
        "gated": tr("The makers let in only who has asked. Ask on the model’s page, then try again."),
        "rate_limited": tr("The server asks to wait a little: too much was fetched in a short time."),
        "licence": tr("The licence has to be accepted before the download."),
    }
    code = str(values.get("code") or values.get("sqlite") or "")
    if kind in known:
        return known[kind]
    if code:
        return tr("Something went wrong that Inkhorn did not expect ({code}). The log says more.", code=code)
    return tr("Something went wrong that Inkhorn did not expect. The log says more.")


def _network_reasons() -> dict[str, str]:
    return {
        "certificate": tr(
            "The server could not prove who it is: its certificate is not trusted here. A proxy or a virus "
            "scanner in between, or a wrong clock, are the usual causes."
        ),
        "proxy": tr("The proxy did not let this through, or cannot be used. Its address is in the settings."),
        "protocol": tr("The server does not answer as a model hub does. Check the mirror in the settings."),
    }


def _model_reasons(named: dict[str, str]) -> dict[str, str]:
    """Why a model is not taken in."""
    name = named["name"]
    return {
        "already": tr("{name} lies in Inkhorn’s own folder of models: it is here already.", name=name),
        "link_loop": tr("{name} is a link that leads in a circle, so it is not taken.", name=name),
        "link_gone": tr("{name} is a link to a file that is not there.", name=name),
        "link_elsewhere": tr("{name} is a link to a folder or a device, and not to a file.", name=name),
        "not_a_file": tr("{name} is not a file that can be read.", name=name),
        "linked": tr("This folder is made of links, so it cannot be used where it is. Copy it instead."),
        "cut": tr("{name} is cut off: its end is missing. Copy or fetch it once more.", name=name),
        "damaged": tr("{name} is damaged and cannot be read. Copy or fetch it once more.", name=name),
        "no_model": tr("There is no model in {name}: neither a config.json nor a GGUF file.", name=name),
        "not_a_model": tr(
            "{name} is not a model. A GGUF file is one, or a folder with config.json and safetensors.",
            name=name,
        ),
        "not_gguf": tr("{name} is not a GGUF file, though its name says so.", name=name),
        "gguf_version": tr("{name} is a GGUF file of a version that Inkhorn cannot read.", name=name),
        "several": tr("There are several models in {name}. Add the file that you want.", name=name),
        "several_forms": tr(
            "The page holds several forms of this model as GGUF. Fetch the one that you want in your "
            "browser, and drop it on this window."
        ),
        "no_weights": tr("There are no weights there as safetensors or GGUF."),
        "pickle": tr(
            "This is pickle, which can run code when it is opened, so it is not taken. Look for the same "
            "model as safetensors or GGUF."
        ),
        "family": tr(
            "This version of Inkhorn cannot run models of the kind “{family}”.", family=named["family"]
        ),
        "family_gguf": tr(
            "This version of Inkhorn does not read models of the kind “{family}” from GGUF files. "
            "Look for the same model as safetensors.",
            family=named["family"],
        ),
        "parts_missing": tr(
            "This model is in {parts} files, and some are missing: {few}. "
            "Get them too, and put them beside it.",
            parts=named["parts"],
            few=named["few"],
        ),
        "part_name": tr(
            "This is one of {parts} files of a model and has another name than its makers gave it. "
            "Put all of them in one folder, under the names that they were published with.",
            parts=named["parts"],
        ),
        "part_strange": tr("{name} does not belong to the other files of this model.", name=name),
        "adapter_parts": tr("The adapter {name} is not whole. Copy or fetch it once more.", name=name),
        "adapter_kind": tr(
            "{name} is a kind of adapter that Inkhorn does not know: only LoRA is.", name=name
        ),
        "adapter_misfit": tr("This adapter does not fit the model."),
    }


def _other_reasons(named: dict[str, str]) -> dict[str, str]:
    """Of downloads, tokens, and chats from elsewhere."""
    return {
        "no_pairs": tr("There are no pairs of sentences in the file."),
        "no_columns": tr("There are no two columns in the file."),
        "lines": tr("The two texts have not as many lines."),
        "other_languages": tr("The file is in other languages."),
        "form": tr("A model of the hub is named by its maker and its name, like “maker/model”."),
        "no_hash": tr("The server does not say what the files have to be like, so they cannot be checked."),
        "elsewhere": tr("Another Inkhorn that is open fetches this already."),
        "environment": tr("HF_HUB_OFFLINE is set on this computer, so nothing is fetched."),
        "busy": tr("Another program is using your conversations. Close it, then try again."),
        "not_a_token": tr("That is not an access token: it has no spaces, and looks like hf_…."),
        "no_keyring": tr(
            "This system has no keyring, so the access token cannot be kept safely. "
            "Set it for one start instead, in the environment variable HF_TOKEN."
        ),
        "keyring": tr("The system’s keyring refused. Unlock it, then try again."),
        "unreadable": tr("The file cannot be read."),
        "export_strange": tr("This is not an export of Inkhorn."),
        "export_newer": tr("This export was written by a newer version of Inkhorn."),
        "export_empty": tr("This export of Inkhorn holds no list of conversations."),
        "zip_empty": tr("There is no conversations.json in this zip file."),
        "zip_damaged": tr("This zip file is damaged or locked."),
        "too_big": tr("This file is too big to be an export of chats."),
        "not_utf8": tr("This is not a text file in UTF-8."),
        "too_deep": tr("The JSON in this file is nested too deeply."),
        "not_json": tr("This is not JSON: line {line} is wrong.", line=named["line"]),
        "json_strange": tr("This JSON is neither an export of Inkhorn nor of ChatGPT."),
    }


def _gigabytes(count: float) -> str:
    return f"{count / 1e9:.1f} GB"
