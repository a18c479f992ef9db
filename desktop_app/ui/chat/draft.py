"""What stands in the composer, as one value that can be stored and put back."""

from __future__ import annotations

import json
from dataclasses import dataclass

_MARK = "\x00inkhorn-draft\x00"


@dataclass(frozen=True, slots=True)
class Draft:
    """Typed text, and long texts that were pasted and stand beside it as blocks."""

    typed: str = ""
    blocks: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        """The message as it is sent: what was typed, then the blocks."""
        parts = [self.typed.strip("\n")] if self.typed.strip() else []
        return "\n\n".join([*parts, *self.blocks])

    def encode(self) -> str:
        """Plain text where there are no blocks, so that a draft stays readable in the database."""
        if not self.blocks:
            return self.typed
        return _MARK + json.dumps([self.typed, *self.blocks], ensure_ascii=False)

    @staticmethod
    def decode(stored: str) -> Draft:
        if not stored.startswith(_MARK):
            return Draft(stored)
        typed, *blocks = json.loads(stored[len(_MARK) :])
        return Draft(typed, tuple(blocks))
