"""Code's colours as Qt wants them: line by line, counted in UTF-16 units."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtGui import QTextCharFormat, QTextLayout

from desktop_app.ui.markdown.code import Highlighter
from desktop_app.ui.markdown.look import Look


def lines_of(
    text: str, highlighter: Highlighter, language: str, look: Look
) -> Iterator[list[QTextLayout.FormatRange]]:
    """The colours of each line of ``text``, each made when it is asked for."""
    formats: dict[str, QTextCharFormat] = {}
    lines = text.split("\n")
    number, line_start = 0, 0
    pieces: list[QTextLayout.FormatRange] = []
    for start, length, role in highlighter.spans(text, language):
        if role not in formats:
            formats[role] = look.code_role(role)
        end = start + length
        while start < end:
            while start > line_start + len(lines[number]):
                yield pieces
                pieces = []
                line_start += len(lines[number]) + 1
                number += 1
            line = lines[number]
            first, last = start - line_start, min(end - line_start, len(line))
            if last > first:
                piece = QTextLayout.FormatRange()
                piece.start = _units(line[:first])
                piece.length = _units(line[first:last])
                piece.format = formats[role]
                pieces.append(piece)
            start = line_start + len(line) + 1
    yield pieces
    for _ in range(number + 1, len(lines)):
        yield []


def _units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2
