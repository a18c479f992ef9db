"""The options of the settings dialog: one table, in the order and groups they are shown in."""

from __future__ import annotations

import os
from dataclasses import dataclass

from desktop_app.core.i18n import LANGUAGES, mark

GROUPS: tuple[tuple[str, str], ...] = (
    ("look", mark("Look")),
    ("writing", mark("Writing")),
    ("replies", mark("Replies")),
    ("engine", mark("Engine")),
    ("data", mark("Data")),
)


@dataclass(frozen=True, slots=True)
class Option:
    """``name`` is a field of `Settings`. With ``choices`` (value, words) it is a list, with ``limits``
    a number, with neither a switch or a text, by the type of its default."""

    name: str
    group: str
    title: str
    effect: str
    choices: tuple[tuple[object, str], ...] = ()
    limits: tuple[int, int, int] | None = None  # least, most, step
    unit: str = ""
    zero: str = ""  # what 0 means
    example: str = ""


OPTIONS: tuple[Option, ...] = (
    Option(
        "theme",
        "look",
        mark("Theme"),
        mark("Light, dark, or whatever the system has at the moment."),
        choices=(("system", mark("As the system")), ("light", mark("Light")), ("dark", mark("Dark"))),
    ),
    Option(
        "language",
        "look",
        mark("Language"),
        mark("Of the interface. The model answers in the language that you write in, as far as it knows it."),
        choices=(("system", mark("As the system")), *LANGUAGES.items()),
    ),
    Option(
        "text_size",
        "look",
        mark("Text size"),
        mark("Of everything that you read and write; the rest of the window stays as it is."),
        limits=(12, 28, 1),
        unit=mark("{number} px"),
    ),
    Option(
        "reading_font",
        "look",
        mark("Font for reading"),
        mark("A serif reads like a book; the system’s font looks like the rest of your computer."),
        choices=(("system", mark("The system’s")), ("serif", mark("Serif"))),
    ),
    Option(
        "send_with",
        "writing",
        mark("Send with"),
        mark("The other of the two begins a new line, as Shift+Enter always does."),
        choices=(("enter", mark("Enter")), ("ctrl_enter", mark("Ctrl+Enter"))),
    ),
    Option(
        "confirm_links",
        "writing",
        mark("Ask before a link opens"),
        mark("Shows the whole address first, because a link’s words may say something else."),
    ),
    Option(
        "reply_reserve",
        "replies",
        mark("Longest reply"),
        mark("A reply ends here at the latest, and so much of the model’s memory is kept free for it."),
        limits=(64, 8192, 64),
        unit=mark("{number} tokens"),
    ),
    Option(
        "system_prompt",
        "replies",
        mark("Standing instruction"),
        mark("Said to the model before every new conversation. Empty: the model’s own."),
        example=mark("For example: Answer briefly, in plain words."),
    ),
    Option(
        "threads",
        "engine",
        mark("Processor threads"),
        mark("More than the processor has cores makes it slower. Takes effect when a model is loaded."),
        limits=(0, max(1, os.cpu_count() or 1), 1),
        zero=mark("Automatic"),
    ),
)


def options_of(group: str) -> tuple[Option, ...]:
    return tuple(option for option in OPTIONS if option.group == group)


def names_of(group: str) -> tuple[str, ...]:
    """The fields of `Settings` that "Reset to defaults" of ``group`` puts back."""
    extra = ("preset", "custom_sampling") if group == "replies" else ()
    return tuple(option.name for option in options_of(group)) + extra
