"""The options of the settings dialog: one table, in the order and groups they are shown in."""

from __future__ import annotations

import os
from dataclasses import dataclass

from desktop_app.core.i18n import LANGUAGES, mark

GROUPS: tuple[tuple[str, str], ...] = (
    ("look", mark("Look")),
    ("writing", mark("Writing")),
    ("replies", mark("Replies")),
    ("engine", mark("Models and computer")),
    ("internet", mark("Internet")),
    ("data", mark("Data")),
)


ADDRESSES = ("hub_endpoint", "proxy", "package_index")
"""Fields of `Settings` that ``internet_page`` asks for."""


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
        "device",
        "engine",
        mark("Where models run"),
        mark("Automatic takes the fastest that has room for the model. One that fails gives way to the CPU."),
        choices=(("auto", mark("Automatic")), ("cpu", mark("CPU"))),  # the engine tells what else there is
    ),
    Option(
        "precision",
        "engine",
        mark("Precision"),
        mark("Fewer bits take less memory and are faster; more are closer to the model as it was made."),
        choices=(
            ("auto", mark("Automatic")),
            ("packed4", mark("4 bits")),
            ("packed8", mark("8 bits")),
            ("bfloat16", mark("16 bits (bfloat16)")),
            ("float16", mark("16 bits (float16)")),
            ("float32", mark("32 bits")),
        ),
    ),
    Option(
        "threads",
        "engine",
        mark("Processor threads"),
        mark("More than the processor has cores makes it slower. Takes effect when a model is loaded."),
        limits=(0, max(1, os.cpu_count() or 1), 1),
        zero=mark("Automatic"),
    ),
    Option(
        "idle_minutes",
        "engine",
        mark("Give memory back after"),
        mark("So long without use, and the model rests. It comes back with your next message."),
        limits=(0, 240, 5),
        unit=mark("{number} minutes"),
        zero=mark("Never"),
    ),
    Option(
        "cache_megabytes",
        "engine",
        mark("Memory for conversations"),
        mark("What the model remembers of your last conversations, so that it need not read them again."),
        limits=(0, 16384, 256),
        unit=mark("{number} MB"),
        zero=mark("Automatic"),
    ),
    Option(
        "offline",
        "internet",
        mark("Offline lock"),
        mark(
            "While it is on, Inkhorn connects to nothing at all, and downloads wait. Chatting, writing and "
            "everything else on your computer goes on as usual."
        ),
    ),
)


def options_of(group: str) -> tuple[Option, ...]:
    return tuple(option for option in OPTIONS if option.group == group)


def names_of(group: str) -> tuple[str, ...]:
    """The fields of `Settings` that "Reset to defaults" of ``group`` puts back."""
    extra = {"replies": ("preset", "custom_sampling"), "internet": ADDRESSES}.get(group, ())
    return tuple(option.name for option in options_of(group)) + extra
