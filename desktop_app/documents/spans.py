"""Documents that are text: read whole, changed in spans, everything between them as it was."""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

from desktop_app.core.errors import InkhornError, kind_of_os_error
from desktop_app.core.files import write_atomically
from desktop_app.documents.document import Mark, Rendered, Segment
from desktop_app.documents.languages import language
from desktop_app.documents.package import is_same_file

LARGEST = 64 << 20
"""Bytes of a text file. Larger ones are data, which nobody translates in one piece."""

LONE = re.compile("[\ud800-\udfff]")


class Edit(NamedTuple):
    """``text[start:end]`` of the source becomes ``new``."""

    start: int
    end: int
    new: str


class Body(Protocol):
    """A format: its segments, and the file's bytes with some of them in another language."""

    @property
    def segments(self) -> tuple[Segment, ...]: ...

    def content(self, rendered: Mapping[int, Rendered], bilingual: bool, language: str) -> bytes:
        """The whole file. ``rendered`` has only segments that change."""
        ...


class SpanDocument:
    """A `desktop_app.documents.document.Document` of one file."""

    def __init__(self, path: Path, file_format: str, body: Body) -> None:
        if not body.segments:
            raise InkhornError("bad_file", "There is no text in the file.", reason="no_text")
        self._path = path
        self._body = body
        self.format = file_format

    @property
    def segments(self) -> tuple[Segment, ...]:
        return self._body.segments

    def write(
        self, rendered: Mapping[int, Rendered], target: Path, bilingual: bool = False, language: str = ""
    ) -> None:
        """As `Document.write`. A segment that comes out as it was is not touched at all, and a document in
        which all do is not said to be in another language."""
        new = changed(self.segments, rendered)
        content = self._body.content(new, bilingual, language if new else "")
        put(content, target, self._path)


def changed(segments: tuple[Segment, ...], rendered: Mapping[int, Rendered]) -> dict[int, Rendered]:
    """What of ``rendered`` differs from its segment."""
    return {
        segment.key: new
        for segment in segments
        if (new := rendered.get(segment.key)) is not None
        and (new.text, new.marks) != (segment.text, segment.marks)
    }


def load(path: Path, largest: int = LARGEST) -> bytes:
    """The file's bytes. Raises ``bad_file`` (``empty``, ``too_large``), or what the system says."""
    try:
        size = path.stat().st_size
        if size > largest:
            raise InkhornError("bad_file", f"The file has {size} bytes.", reason="too_large", size=size)
        data = path.read_bytes()
    except OSError as error:
        raise InkhornError(kind_of_os_error(error), f"{path.name} cannot be read: {error}") from error
    if not data:
        raise InkhornError("bad_file", "The file is empty.", reason="empty")
    return data


def put(content: bytes, target: Path, source: Path) -> None:
    """Write ``target`` whole or not at all; never over the source."""
    try:
        if is_same_file(source, target):
            raise InkhornError("read_only", "A translation is never written over its source.")
        write_atomically(target, content)
        target.chmod(stat.S_IMODE(source.stat().st_mode) | stat.S_IWUSR)  # who reads one reads both
    except OSError as error:
        raise InkhornError(kind_of_os_error(error), f"{target.name} cannot be written: {error}") from error


def direction(code: str) -> str:
    """``rtl`` or ``ltr``, of a language's code."""
    found = language(code)
    return "rtl" if found is not None and found.right_to_left else "ltr"


def shown(text: str) -> str:
    """Text from a file as a model may see it: bytes that are no characters become U+FFFD."""
    return text if text.isascii() else LONE.sub("\ufffd", text)


def clipped(marks: tuple[Mark, ...], length: int) -> tuple[Mark, ...]:
    """``marks`` with positions within a text of ``length`` characters."""
    return tuple(
        Mark(min(max(mark.start, 0), length), min(max(mark.end, mark.start, 0), length), mark.key)
        for mark in marks
    )
