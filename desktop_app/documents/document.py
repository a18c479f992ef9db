"""A file as segments of text, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from desktop_app.core.marked import Mark, Rendered

__all__ = ["Document", "Mark", "Place", "Rendered", "Segment"]

Place = Literal[
    "", "title", "header", "footer", "footnote", "comment", "table", "notes", "cue", "alternative", "metadata"
]


@dataclass(frozen=True, slots=True)
class Segment:
    """A paragraph, cell, title, cue or message."""

    key: int
    text: str
    marks: tuple[Mark, ...] = ()
    place: Place = ""


class Document(Protocol):
    @property
    def format(self) -> str:
        """A fixed key: ``docx``, ``html``, ``srt`` …"""
        ...

    @property
    def segments(self) -> tuple[Segment, ...]:
        """In the order in which they are read, each with a key of its own."""
        ...

    def write(
        self, rendered: Mapping[int, Rendered], target: Path, bilingual: bool = False, language: str = ""
    ) -> None:
        """Write the document to ``target`` with these segments in place of those with the same keys, beside
        them (after) if ``bilingual``. All else stays byte for byte where the format allows.
        ``language`` is the new text's. ``target`` appears whole or not at all. Raises InkhornError."""
        ...
