"""Which language a text is in, as the pane asks it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from desktop_app.core.errors import InkhornError
from desktop_app.translation.language import NOTHING, Detector, Guess

log = logging.getLogger(__name__)


class Finder:
    """``resources`` is the app's folder of that name. Safe for one thread at a time."""

    def __init__(self, resources: Path) -> None:
        self._detector = Detector(resources)

    def find(self, text: str, likely: Sequence[str] = ()) -> tuple[str, bool]:
        """A code, or "" where there is nothing to go by, and whether the text tells it for sure; ``likely``
        are the languages used lately."""
        guess = self._guess(text, likely)
        return guess.language, guess.sure

    def _guess(self, text: str, likely: Sequence[str]) -> Guess:
        if not text.strip():
            return NOTHING
        try:
            return self._detector.guess(text, likely)
        except InkhornError as error:  # without its file the user can still choose
            log.error("the language cannot be found: %s", error.kind)
            return NOTHING
