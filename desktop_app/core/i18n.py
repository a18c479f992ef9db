"""The interface's words. English is the source; other languages are one JSON file each.

``resources/i18n/zh_CN.json`` maps each English string, as written in the code, to its translation.
A test reads every `tr("…")` out of the source and fails when one has no entry, or an entry no use.
"""

from __future__ import annotations

import json
import locale
import os
from pathlib import Path

LANGUAGES = {"en": "English", "zh_CN": "简体中文"}

_catalogue: dict[str, str] = {}
_language = "en"


def tr(text: str, **values: object) -> str:
    """``text`` in the language of the interface, with ``{name}`` places filled from ``values``.

    The argument must be a literal, so that the catalogue can be checked against the code.
    """
    found = _catalogue.get(text) or text
    return found.format(**values) if values else found


def mark(text: str) -> str:
    """Mark a literal for translation where it stands in a table; `tr` is called with it later."""
    return text


def set_language(language: str, folder: Path) -> str:
    """Use ``language`` ("system" asks the environment) from now on. Returns the one in use."""
    global _catalogue, _language
    name = system_language() if language == "system" else language
    file = folder / f"{name}.json"
    _catalogue = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    _language = name if _catalogue else "en"
    return _language


def language() -> str:
    return _language


def system_language() -> str:
    """``zh_CN`` where the user's locale is any Chinese, else ``en``."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable)
        if value:
            return "zh_CN" if value.lower().startswith("zh") else "en"
    found = locale.getlocale()[0] or ""
    return "zh_CN" if found.lower().startswith(("zh", "chinese")) else "en"
