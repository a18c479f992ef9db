"""Builds the Word document of `docx.to_docx`: Markdown tokens in, styles and runs out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from docx import Document
from docx.shared import Mm, Pt
from markdown_it.token import Token

from desktop_app.core.chat import Conversation, Message
from desktop_app.core.i18n import tr
from desktop_app.store.transfer.docx_parts import (
    CODE,
    INLINE_CODE,
    add_link,
    add_rule,
    prepare_styles,
    restart_numbers,
    run_right_to_left,
)
from desktop_app.store.transfer.markup import read, reader, runs_right_to_left
from desktop_app.store.transfer.words import date_of, said, speaker, title_of

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_DEEPEST = 3  # levels of lists that Word's own template has styles for


def write_docx(conversation: Conversation, messages: Sequence[Message]) -> bytes:
    """The content of a .docx file."""
    document = Document()
    prepare_styles(document)
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)  # A4
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Mm(25)
    title = _plain(title_of(conversation))
    document.core_properties.title = title[:255]
    document.core_properties.author = ""
    document.core_properties.comments = ""
    document.add_heading(title, level=0)
    document.add_paragraph(date_of(conversation), style="Subtitle")
    if conversation.system_prompt.strip():
        _section(document, tr("System prompt"), conversation.system_prompt, typed=True)
    for message in said(list(messages)):
        _section(document, speaker(message), message.text, typed=message.role != "assistant")
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def _section(document: Any, name: str, text: str, typed: bool) -> None:
    document.add_heading(_plain(name), level=1)
    _Writer(document).write(read(reader(typed), _plain(text.strip("\n"))))


def _plain(text: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", text)


class _Writer:
    """Walks the block tokens of one message once."""

    def __init__(self, document: Any) -> None:
        self._document = document
        self._lists: list[tuple[str, int | None]] = []  # style, and the numbering of an ordered one
        self._first_in_item = False
        self._quotes = 0

    def write(self, tokens: Sequence[Token]) -> None:
        index = 0
        while index < len(tokens):
            index = self._take(tokens, index)

    def _take(self, tokens: Sequence[Token], index: int) -> int:
        token = tokens[index]
        kind = token.type
        if kind == "inline":
            before = tokens[index - 1]
            if before.type == "heading_open":
                # A message's own headings stand below the speaker's.
                style = f"Heading {min(9, int(before.tag[1]) + 1)}"
                self._fill(self._document.add_paragraph(style=style), token)
            else:
                self._fill(self._paragraph(), token)
        elif kind in ("fence", "code_block", "formula_block"):
            self._code(token.content)
        elif kind == "hr":
            add_rule(self._document.add_paragraph())
        elif kind == "table_open":
            return self._table(tokens, index)
        elif kind in ("bullet_list_open", "ordered_list_open"):
            self._open_list(token)
        elif kind in ("bullet_list_close", "ordered_list_close"):
            self._lists.pop()
        elif kind == "list_item_open":
            self._first_in_item = True
        elif kind == "list_item_close":
            if self._first_in_item:
                self._paragraph()  # an item without content still shows its mark
        elif kind == "blockquote_open":
            self._quotes += 1
        elif kind == "blockquote_close":
            self._quotes -= 1
        return index + 1

    def _open_list(self, token: Token) -> None:
        if self._first_in_item:
            self._paragraph()  # a list right inside an item
        ordered = token.type == "ordered_list_open"
        level = min(len(self._lists) + 1, _DEEPEST)
        style = ("List Number" if ordered else "List Bullet") + (f" {level}" if level > 1 else "")
        start = int(token.attrs.get("start", 1)) if ordered else 1
        number = restart_numbers(self._document, style, start) if ordered else None
        self._lists.append((style, number))

    def _paragraph(self) -> Any:
        if self._lists:
            style, number = self._lists[-1]
            if not self._first_in_item:
                level = min(len(self._lists), _DEEPEST)
                return self._document.add_paragraph(
                    style="List Continue" + (f" {level}" if level > 1 else "")
                )
            self._first_in_item = False
            paragraph = self._document.add_paragraph(style=style)
            if number is not None:
                properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
                properties.get_or_add_ilvl().val = 0
                properties.get_or_add_numId().val = number
            return paragraph
        return self._document.add_paragraph(style="Quote" if self._quotes else None)

    def _code(self, content: str) -> None:
        if self._first_in_item:
            self._paragraph()
        paragraph = self._document.add_paragraph(style=CODE)
        paragraph.add_run(content.rstrip("\n"))  # line breaks and tabs become Word's own
        if self._lists:
            paragraph.paragraph_format.left_indent = Pt(18 * (len(self._lists) + 1))

    def _table(self, tokens: Sequence[Token], index: int) -> int:
        rows: list[list[tuple[Token, str]]] = []
        align = ""
        while tokens[index].type != "table_close":
            token = tokens[index]
            if token.type == "tr_open":
                rows.append([])
            elif token.type in ("th_open", "td_open"):
                align = str(token.attrs.get("style", "")).removeprefix("text-align:").strip()
            elif token.type == "inline":
                rows[-1].append((token, align))
            index += 1
        width = max(len(row) for row in rows)
        table = self._document.add_table(rows=len(rows), cols=width, style="Table Grid")
        for number, (row, cells) in enumerate(zip(rows, table.rows, strict=True)):
            for (token, align), cell in zip(row, cells.cells, strict=False):
                paragraph = cell.paragraphs[0]
                paragraph.alignment = {"center": 1, "right": 2}.get(align)
                self._fill(paragraph, token, bold=number == 0)
        self._document.add_paragraph()  # Word joins tables that touch
        return index + 1

    def _fill(self, paragraph: Any, token: Token, bold: bool = False) -> None:
        style = {"strong": int(bold), "em": 0, "s": 0}
        address = ""
        for child in token.children or []:
            name, _, side = child.type.rpartition("_")
            if child.type in ("softbreak", "hardbreak"):
                paragraph.add_run().add_break()
            elif name in style:
                style[name] += 1 if side == "open" else -1
            elif child.type == "link_open":
                address = str(child.attrs["href"])
            elif child.type == "link_close":
                address = ""
            elif child.content:
                run = (
                    add_link(paragraph, address, child.content)
                    if address
                    else paragraph.add_run(child.content)
                )
                if child.type in ("code_inline", "formula"):
                    run.style = INLINE_CODE
                run.bold = True if style["strong"] else None
                run.italic = True if style["em"] else None
                run.font.strike = True if style["s"] else None
        if runs_right_to_left(token.content):
            run_right_to_left(paragraph)
