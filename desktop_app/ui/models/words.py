"""What models are, in words that need no glossary."""

from __future__ import annotations

import re

from PySide6.QtCore import QLocale

from desktop_app.core.i18n import language, mark, tr
from desktop_app.core.languages import LANGUAGES
from desktop_app.library.catalogue import Model, Task, Variant
from desktop_app.library.installed import Installed
from desktop_app.library.memory import Fit
from desktop_app.ui.numbers import bytes_text

TASKS: tuple[tuple[Task, str], ...] = (
    ("chat", mark("Chat")),
    ("writing", mark("Writing")),
    ("translation", mark("Translation")),
    ("classification", mark("Sorting")),
    ("search", mark("Search")),
)
"""Every task with its word, in the order of the filter."""

_BITS: tuple[tuple[float, str, str], ...] = (
    (3.9, mark("3 bits"), mark("smallest, and clearly less exact")),
    (5.2, mark("4 bits"), mark("small and fast, a little less exact")),
    (6.2, mark("5 bits"), mark("close to the original")),
    (7.2, mark("6 bits"), mark("very close to the original")),
    (11.0, mark("8 bits"), mark("hardly to be told from the original")),
    (20.0, mark("16 bits"), mark("the original, as its makers published it")),
)
"""Up to how many bits a weight (scales of the blocks included), what that is called, what it means."""

_PRECISIONS = {
    "packed4": mark("4 bits"),
    "packed8": mark("8 bits"),
    "bfloat16": mark("16 bits"),
    "float16": mark("16 bits"),
    "float32": mark("32 bits"),
}


def task_words(tasks: tuple[Task, ...]) -> str:
    """``Chat, writing``"""
    words = [tr(text) for task, text in TASKS if task in tasks]
    if language() == "en":
        words[1:] = [word.lower() for word in words[1:]]
    return tr(", ").join(words)


def precision_words(precision: str) -> str:
    return tr(_PRECISIONS[precision]) if precision in _PRECISIONS else precision


def bits_words(variant: Variant) -> tuple[str, str]:
    """``("4 bits", "small and fast, a little less exact")``"""
    named = re.match(r"(?:IQ|Q)([2-8])", variant.quantization)  # as the format calls it: Q4_1 has 5.0 bits
    bits = float(named[1]) if named else variant.bits
    for most, name, meaning in _BITS:
        if bits <= most:
            return tr(name), tr(meaning)
    return tr("32 bits"), tr("the original, as its makers published it")


def summary_of(model: Model) -> str:
    """In the language of the interface."""
    return model.summary_zh if language() == "zh_CN" else model.summary_en


def fit_words(fit: Fit) -> str:
    """``needs 2.3 GB, 9.8 GB free``"""
    needed = bytes_text(fit.needed)
    if fit.free is None:
        return tr("needs {needed} of memory", needed=needed)
    free = bytes_text(max(0, fit.free))
    if fit.state == "too_big":
        return tr("too big: needs {needed}, {free} free", needed=needed, free=free)
    if fit.state == "tight":
        return tr("just fits: needs {needed}, {free} free", needed=needed, free=free)
    return tr("needs {needed}, {free} free", needed=needed, free=free)


def strength_words(model: Model) -> str:
    """For those who listen: ``English: good; Chinese: weak``"""
    levels = (tr("none"), tr("weak"), tr("good"), tr("strong"))
    return tr(
        "English: {en}; Chinese: {zh}",
        en=levels[max(0, min(3, model.strengths.en))],
        zh=levels[max(0, min(3, model.strengths.zh))],
    )


def count_words(parameters: int) -> str:
    """``1.7 billion``, ``17 亿``: large numbers as each language counts."""
    if language() == "zh_CN" and parameters >= 100_000_000:
        return tr("{number} hundred million", number=f"{parameters / 1e8:.1f}".removesuffix(".0"))
    if parameters >= 1_000_000_000:
        return tr("{number} billion", number=f"{parameters / 1e9:.1f}")
    if parameters >= 1_000_000:
        return tr("{number} million", number=f"{parameters / 1e6:.0f}")
    return f"{parameters:,}"


def language_words(code: str) -> str:
    """A language's name in the language of the interface, its own where that is not known."""
    name = _LANGUAGES.get(code.lower().replace("_", "-"))
    if name is not None:
        return tr(name)
    locale = QLocale(code.replace("-", "_"))
    return locale.nativeLanguageName() or code


def languages_words(codes: tuple[str, ...]) -> list[str]:
    """The names of many: first the two of the interface, then those that it has a word for."""

    def place(code: str) -> tuple[bool, bool, str]:
        plain = code.lower().replace("_", "-")
        return plain.split("-")[0] not in ("en", "zh"), plain not in _LANGUAGES, language_words(code)

    return [language_words(code) for code in sorted(codes, key=place)]


def pair_words(pair: tuple[str, str]) -> str:
    """``English → Chinese``"""
    return f"{language_words(pair[0])} → {language_words(pair[1])}"


def origin_words(installed: Installed) -> str:
    return {
        "bundled": tr("came with Inkhorn"),
        "download": tr("downloaded"),
        "import": tr("added by you"),
        "link": tr("used where it lies"),
    }[installed.origin]


_LANGUAGES = {code.lower(): name for code, name in LANGUAGES.items()} | {"zh-hans": LANGUAGES["zh"]}
