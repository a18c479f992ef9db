"""One reply on its way: what has come, what was shown of it, what was stored of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class ReplyRun:
    """``text`` is the whole message so far, with what stood there before a Continue."""

    command_id: int
    conversation_id: int
    message_id: int
    text: str
    shown: int = 0  # characters of `text` that the view has
    stored: int = 0  # characters of `text` that the database has
    asked_to_stop: bool = False

    def take_unshown(self) -> str:
        piece, self.shown = self.text[self.shown :], len(self.text)
        return piece

    def take_unstored(self) -> str:
        piece, self.stored = self.text[self.stored :], len(self.text)
        return piece
