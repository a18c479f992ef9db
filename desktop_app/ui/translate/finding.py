"""Which language a text is in, as the pane asks it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from desktop_app.core.errors import InkhornError
from desktop_app.translation.language import Detector

log = logging.getLogger(__name__)


class Finder:
    """``resources`` is the app's folder of that name. Safe for one thread."""

    def __init__(self, resources: Path) -> None:
        self._detector = Detector(resources)

    def find(self, text: str, likely: Sequence[str] = ()) -> str:
        """A code, or "" where the text does not tell yet; ``likely`` are the languages used lately."""
        if not text.strip():
            return ""
        try:
            guess = self._detector.guess(text, likely)
        except InkhornError as error:  # without its file the user can still choose
            log.error("the language cannot be found: %s", error.kind)
            return ""
        return guess.language if guess.sure else ""
