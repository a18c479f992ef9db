"""The lines of a PDF's pages, as far as a PDF has lines: pieces of text at places, put together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from desktop_app.documents.wrapping import ALL_CJK

EDGE_LINES = 3
"""Lines at the top and at the foot of a page that can be headers or footers."""
REPEATED_SHARE = 0.4
"""Of the pages: what is at the edge of that many (three at least) is a header or footer."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Text at ``x``, ``y`` (points from the left and the bottom), of the size ``size``."""

    text: str
    x: float
    y: float
    size: float

    @property
    def end(self) -> float:
        """About where it ends: pypdf does not give the widths of letters."""
        wide = len(ALL_CJK.findall(self.text))
        return self.x + self.size * (0.5 * (len(self.text) - wide) + wide)


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    x: float
    y: float
    end: float
    size: float


def lines_of(pieces: Sequence[Piece]) -> list[Line]:
    """In reading order: as the page's content has them, which is how programs write pages, except where that
    goes to and fro between two columns."""
    rows: list[list[Piece]] = []
    for piece in pieces:
        last = rows[-1] if rows else None
        if last is None or not _same_line(last, piece):
            if piece.text.strip():
                rows.append([piece])
        else:
            last.append(piece)
    lines = [_joined(row) for row in rows]
    return _columns([line for line in lines if line.text])


def _same_line(row: list[Piece], piece: Piece) -> bool:
    if not piece.text.strip():
        return abs(piece.y - row[-1].y) < 1
    size = max(row[0].size, piece.size)
    if abs(piece.y - row[0].y) > 0.5 * size:  # small letters above or below the line are within
        return False
    # Far to the right: another column. To the left: another line over this one.
    return (
        -size < piece.x - row[-1].end + 0.3 * (row[-1].end - row[-1].x) and piece.x - row[-1].end < 3 * size
    )


def _joined(row: list[Piece]) -> Line:
    text = row[0].text
    for before, piece in pairwise(row):
        gap = piece.x - before.end > 0.6 * piece.size and before.end > before.x
        if gap and text[-1:].strip() and piece.text[:1].strip() and not ALL_CJK.match(piece.text[:1]):
            text += " "
        text += piece.text
    size = max(row, key=lambda piece: len(piece.text.strip())).size
    return Line(" ".join(text.split()), row[0].x, row[0].y, max(piece.end for piece in row), size)


def _columns(lines: list[Line]) -> list[Line]:
    """Two columns one after the other, if the page has them and its content goes to and fro between them."""
    if len(lines) < 8:
        return lines
    left, right = min(line.x for line in lines), max(line.end for line in lines)
    middle = (left + right) / 2
    sides = ["L" if line.end <= middle + 9 else "R" if line.x >= middle - 9 else "-" for line in lines]
    if min(sides.count("L"), sides.count("R")) < 3 or sides.count("-") > len(lines) // 3:
        return lines
    changes = sum(one != other for one, other in pairwise(sides) if "-" not in (one, other))
    if changes < min(sides.count("L"), sides.count("R")) // 2:
        return lines
    ordered: list[Line] = []
    column: dict[str, list[Line]] = {"L": [], "R": []}
    for line, side in [*zip(lines, sides, strict=True), (None, "-")]:
        if side != "-" and line is not None:
            column[side].append(line)
            continue
        for name in ("L", "R"):
            ordered += sorted(column[name], key=lambda each: -each.y)
            column[name] = []
        if line is not None:
            ordered.append(line)
    return ordered


def without_edges(pages: list[list[Line]]) -> list[list[Line]]:
    """The pages less what repeats at their tops and feet (numbers in it may differ) and page numbers."""
    seen: Counter[tuple[str, int]] = Counter()
    for page in pages:
        seen.update({_edge_key(line) for line in _edges(page)})
    enough = max(3, int(len(pages) * REPEATED_SHARE))
    kept = []
    for page in pages:
        edges = {
            id(line) for line in _edges(page) if seen[_edge_key(line)] >= enough or _is_number(line.text)
        }
        kept.append([line for line in page if id(line) not in edges])
    return kept


def _edges(page: list[Line]) -> list[Line]:
    by_height = sorted(page, key=lambda line: -line.y)
    return by_height if len(page) <= EDGE_LINES else [*by_height[:EDGE_LINES], *by_height[-EDGE_LINES:]]


def _edge_key(line: Line) -> tuple[str, int]:
    return re.sub(r"\d+|\b[ivxlc]+\b", "#", line.text.lower()), round(line.y / 8)


PAGE_NUMBER = re.compile(
    r"(?i)[-–—\s]*(?:page|seite|p\.|第)?\s*\d{1,4}(?:\s*(?:/|of|von|sur|de|共)\s*\d{1,4})?\s*[页頁]?[-–—\s]*"
)


def _is_number(text: str) -> bool:
    return PAGE_NUMBER.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    heading: bool


def paragraphs(pages: list[list[Line]]) -> list[Paragraph]:
    """Lines put together, also over the end of a page and column, and hyphens at their ends undone."""
    lines = [line for page in pages for line in page]
    if not lines:
        return []
    body = median(size for line in lines for size in [line.size] * len(line.text))
    gaps = [
        before.y - after.y
        for page in pages
        for before, after in pairwise(page)
        if 0 < before.y - after.y < 3 * body
    ]
    usual = median(gaps) if gaps else 1.2 * body
    words = Counter(
        word.lower() for line in lines for word in re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", line.text)
    )
    found: list[list[Line]] = []
    for line in lines:
        if found and _goes_on(found[-1], line, usual):
            found[-1].append(line)
        else:
            found.append([line])
    return [Paragraph(_text(each, words), each[0].size > 1.15 * body and len(each) < 5) for each in found]


BULLET = re.compile(r"(?:[•◦‣▪–—*·-]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s")


def _goes_on(taken: list[Line], line: Line, usual: float) -> bool:
    before = taken[-1]
    if abs(line.size - before.size) > 0.1 * before.size or BULLET.match(line.text):
        return False
    if len(taken) > 1 or line.x > before.x:
        hanging = BULLET.match(taken[0].text) is not None
        edge = taken[-1].x if len(taken) > 1 else before.x
        if line.x - edge > 0.8 * line.size and not (hanging and len(taken) == 1) and line.y < before.y:
            return False  # set in: the next paragraph's first line
    down = before.y - line.y
    if 0 < down <= 1.35 * max(usual, 1.2 * line.size):
        # A line that ends well before the others, with a full stop, is the last of its paragraph.
        reach = max(each.end for each in [*taken, line])
        short = before.end < before.x + 0.6 * (reach - before.x)
        return not (short and re.search(r"[.!?:。！？：]['\"”’）)]*$", before.text))
    if down <= 0 or down > 20 * usual:  # the next column or page
        return not re.search(r"[.!?:。！？：]['\"”’）)]*$", before.text)
    return False


def _text(lines: list[Line], words: Counter[str]) -> str:
    text = lines[0].text
    for line in lines[1:]:
        first = re.match(r"[^\W\d_]+", line.text)
        last = re.search(r"([^\W\d_]+)[-\u00ad‐]$", text)
        if first and last and first[0][0].islower():
            whole, hyphenated = last[1] + first[0], f"{last[1]}-{first[0]}"
            keeps = words[hyphenated.lower()] > words[whole.lower()]
            text = text[:-1] + ("-" if keeps and text[-1] != "\u00ad" else "") + line.text
        elif ALL_CJK.match(text[-1:]) and ALL_CJK.match(line.text[:1]):
            text += line.text
        else:
            text += f" {line.text}"
    return text
