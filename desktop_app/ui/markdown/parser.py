"""Markdown source → `Group`s of blocks. No Qt, and nothing is fetched or trusted.

Raw HTML is text, links lead to http, https and mailto only, and an image is its alternative text with
its address. A single line break is kept, as people and models write them on purpose.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import cast

from markdown_it import MarkdownIt
from markdown_it.token import Token

from desktop_app.store.transfer.markup import safe_address
from desktop_app.store.transfer.maths import maths_plugin
from desktop_app.ui.markdown.blocks import (
    PLAIN,
    Alignment,
    Block,
    Code,
    Formula,
    Group,
    Paragraph,
    Place,
    Rule,
    Run,
    Style,
    Table,
)

_TASK = re.compile(r"\[([ xX])\]\s+")


class Parser:
    """Reads whole messages or pieces of them that begin at a top-level block.

    With ``plain`` it reads what a person typed: only fences, inline code and formulas mean anything;
    everything else is shown as typed, line for line.
    """

    def __init__(self, plain: bool = False) -> None:
        if plain:
            self._md = MarkdownIt("zero").enable(["fence", "backticks"])
        else:
            self._md = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
        # Every address parses; `safe_address` then decides, so that a bad link still shows its text.
        vars(self._md)["validateLink"] = lambda address: True
        self._md.use(maths_plugin)

    def parse(self, source: str, blank_before: bool = True) -> list[Group]:
        """The groups of ``source`` in order. ``blank_before`` says whether the line before it is
        blank, which only matters for the distance of a list item that begins it."""
        tokens = self._md.parse(source)
        lines = source.split("\n")
        return _Reader(tokens, lines, blank_before).groups()


class _Reader:
    """Walks the block tokens once."""

    def __init__(self, tokens: Sequence[Token], lines: list[str], blank_before: bool) -> None:
        self._tokens = tokens
        self._lines = lines
        self._blank_before = blank_before
        self._path = ""
        self._marker = ""
        self._loose = True
        self._ordered: list[str] = []  # the delimiter of each open list, "" for bullets
        self._groups: list[Group] = []
        self._line = 0
        self._blocks: list[Block] = []

    def groups(self) -> list[Group]:
        index = 0
        while index < len(self._tokens):
            token = self._tokens[index]
            if token.map is not None and (self._starts_group(token)):
                self._flush()
                self._line = token.map[0]
            index = self._take(index)
        self._flush()
        return self._groups

    def _starts_group(self, token: Token) -> bool:
        if token.type == "list_item_open":
            return token.level == 1
        return token.level == 0 and token.nesting >= 0 and not token.type.endswith("_list_open")

    def _flush(self) -> None:
        if self._blocks:
            self._groups.append(Group(self._line, tuple(self._blocks)))
        self._blocks = []

    def _take(self, index: int) -> int:
        """Read the token at ``index``; returns the index of the next one to read."""
        token = self._tokens[index]
        kind = token.type
        if kind == "inline":
            heading = self._tokens[index - 1].tag
            level = int(heading[1]) if heading[:1] == "h" and heading[1:].isdigit() else 0
            self._add_paragraph(read_runs(token.children or []), level)
        elif kind in ("fence", "code_block"):
            language = token.info.strip().split()[0] if token.info.strip() else ""
            text = token.content[:-1] if token.content.endswith("\n") else token.content
            self._blocks.append(Code(text, language, self._place()))
        elif kind == "formula_block":
            self._blocks.append(Formula(token.content, self._place(), closed=token.info != "open"))
        elif kind == "hr":
            self._blocks.append(Rule(self._place()))
        elif kind == "table_open":
            return self._take_table(index)
        elif kind == "blockquote_open":
            self._path += "q"
        elif kind == "bullet_list_open":
            self._ordered.append("")
        elif kind == "ordered_list_open":
            self._ordered.append(token.markup or ".")
        elif kind.endswith("_list_close"):
            self._ordered.pop()
        elif kind == "list_item_open":
            self._open_item(token)
        elif kind == "list_item_close":
            if self._marker:  # an item without content still shows its mark
                self._blocks.append(Paragraph((), self._place()))
            self._path = self._path[:-1]
        elif kind == "blockquote_close":
            self._path = self._path[:-1]
        return index + 1

    def _open_item(self, token: Token) -> None:
        delimiter = self._ordered[-1]
        self._marker = f"{token.info}{delimiter}" if delimiter else "•"
        self._path += "i"
        first = token.map[0] if token.map else 0
        before = self._lines[first - 1] if first else ("" if self._blank_before else "x")
        self._loose = not before.strip(" >\t")

    def _place(self) -> Place:
        place = Place(self._path, self._marker, self._loose if self._marker else True)
        self._marker = ""
        return place

    def _add_paragraph(self, runs: tuple[Run, ...], heading: int) -> None:
        if self._marker == "•" and runs and not runs[0].latex and runs[0].style == PLAIN:
            task = _TASK.match(runs[0].text)
            if task:
                self._marker = "[ ]" if task[1] == " " else "[x]"
                runs = (replace(runs[0], text=runs[0].text[task.end() :]), *runs[1:])
        if len(runs) == 1 and runs[0].latex and runs[0].display:
            self._blocks.append(Formula(runs[0].latex, self._place()))
        elif runs or self._marker:
            self._blocks.append(Paragraph(runs, self._place(), heading))

    def _take_table(self, index: int) -> int:
        rows: list[tuple[tuple[Run, ...], ...]] = []
        cells: list[tuple[Run, ...]] = []
        alignments: list[Alignment] = []
        while self._tokens[index].type != "table_close":
            token = self._tokens[index]
            if token.type == "tr_open":
                cells = []
            elif token.type == "tr_close":
                rows.append(tuple(cells))
            elif token.type == "inline":
                cells.append(read_runs(token.children or []))
            elif token.type == "th_open":
                style = str(token.attrs.get("style", ""))
                alignments.append(cast(Alignment, style.removeprefix("text-align:").strip()))
            index += 1
        width = len(alignments)
        full = tuple((row + ((),) * width)[:width] for row in rows)
        self._blocks.append(Table(full, tuple(alignments), self._place()))
        return index + 1


def read_runs(tokens: Sequence[Token]) -> tuple[Run, ...]:
    """Inline tokens as runs; neighbours in the same style are one run."""
    runs: list[Run] = []
    styles = [PLAIN]

    def add(text: str, style: Style) -> None:
        if not text:
            return
        if runs and runs[-1].style == style and not runs[-1].latex:
            runs[-1] = Run(runs[-1].text + text, style)
        else:
            runs.append(Run(text, style))

    for token in tokens:
        style = styles[-1]
        kind = token.type
        if kind in ("softbreak", "hardbreak"):
            add("\n", style)
        elif kind == "code_inline":
            add(token.content, replace(style, code=True))
        elif kind == "formula":
            source = f"{token.markup}{token.content}{_CLOSING.get(token.markup, token.markup)}"
            runs.append(Run(source, style, token.content, display=token.info == "display"))
        elif kind == "strong_open":
            styles.append(replace(style, bold=True))
        elif kind == "em_open":
            styles.append(replace(style, italic=True))
        elif kind == "s_open":
            styles.append(replace(style, strike=True))
        elif kind == "link_open":
            styles.append(replace(style, href=safe_address(str(token.attrs.get("href", "")))))
        elif kind in ("strong_close", "em_close", "s_close", "link_close"):
            styles.pop()
        elif kind == "image":
            _add_image(token, style, add)
        else:  # text, text_special, and whatever else carries characters
            add(token.content, style)
    return tuple(runs)


_CLOSING = {"\\(": "\\)", "\\[": "\\]"}


def _add_image(token: Token, style: Style, add: Callable[[str, Style], None]) -> None:
    """Images are never fetched: their words and, where it may be opened, their address."""
    address = str(token.attrs.get("src", ""))
    words = token.content.strip()
    href = safe_address(address)
    if href and not style.href:
        add(words or href, replace(style, href=href))
        return
    add(words or address, style)
