"""The personas that come with the app: names and system prompts in the interface's language."""

from __future__ import annotations

import json
from pathlib import Path

from desktop_app.core.chat import Persona


def built_in_personas(resources: Path, language: str) -> tuple[Persona, ...]:
    """Read ``prompts/personas.json`` below ``resources`` in ``language`` ("en" where it has no other).

    Ids are −1, −2, … in the file's order. Raises OSError, or ValueError for a damaged file.
    """
    entries = json.loads((resources / "prompts" / "personas.json").read_text(encoding="utf-8"))
    made = []
    for number, entry in enumerate(entries, start=1):
        words = entry.get(language, entry["en"])
        made.append(Persona(-number, words["name"], words["prompt"]))
    return tuple(made)
