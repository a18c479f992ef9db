"""HTML: blocks are segments, tags within them marks; what is not translated stays byte for byte.

Own tokenizer instead of a parser's tree, because a tree is written back as another file: quotes, case, white
space, entities and errors would change all over.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from desktop_app.documents.document import Mark, Rendered, Segment
from desktop_app.documents.encodings import Encoded, read
from desktop_app.documents.html_runs import (
    SPACE,
    Item,
    Part,
    Root,
    Run,
    Words,
    collapsed,
    match_tags,
    runs,
    whole_pairs,
)
from desktop_app.documents.html_tokens import Attribute, Token
from desktop_app.documents.nesting import pieces, whole_marks
from desktop_app.documents.spans import Edit, SpanDocument, direction, load, shown

DECLARED = re.compile(
    rb"<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:-]+)|<meta[^>]*?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.I
)
HEAD = re.compile(r"<head(?:\s[^>]*)?>", re.I)
IDENTITY = re.compile(r"\s(?:id|name)\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>]+)", re.I)
SET_TOGETHER = {"option", "title", "button"}
"""A line break may not stand in these."""


@dataclass(frozen=True, slots=True)
class _Tag:
    """What a mark stands for: a pair of tags, or what stays (``close`` is None)."""

    open: tuple[int, int]
    close: tuple[int, int] | None = None
    words: bool = False  # the source's words stand in place of the translation's
    after: str = ""  # the space after it, where there is one before it too


@dataclass(frozen=True, slots=True)
class _Block:
    start: int
    end: int
    breaks: tuple[str, ...]
    plain: bool  # no tags may be put in


class Html:
    """A `desktop_app.documents.spans.Body`. Keys of segments and marks begin at ``first_key``."""

    def __init__(self, source: Encoded, xml: bool, first_key: int = 0) -> None:
        self._source = source
        self._xml = xml
        self._tags: dict[int, _Tag] = {}
        self._blocks: dict[int, _Block] = {}
        self._words: dict[int, Attribute] = {}
        self._root: Token | None = None
        self._nbsp = "&nbsp;" in source.text and not xml
        self._next = first_key
        segments: list[Segment] = []
        for found in runs(source.text, xml):
            if isinstance(found, Root):
                self._root = self._root or found.token
            elif isinstance(found, Words):
                self._words[self._next] = found.attribute
                segments.append(
                    Segment(self._key(), shown(SPACE.sub(" ", found.text).strip()), place=found.place)
                )
            elif segment := self._segment(found):
                segments.append(segment)
        self.segments = tuple(segments)
        self._by_key = {segment.key: segment for segment in segments}
        self.next_key = self._next

    def _key(self) -> int:
        self._next += 1
        return self._next - 1

    def _segment(self, run: Run) -> Segment | None:
        items = run.items
        text = self._source.text
        visible = [
            place
            for place, item in enumerate(items)
            if (item.part is Part.TEXT and SPACE.sub("", text[item.start : item.end])) or item.shown.strip()
        ]
        if not any(items[place].part is Part.TEXT for place in visible):
            return None
        match_tags(items)
        first, last = whole_pairs(items, visible[0], visible[-1])
        words, marks, breaks = self._read(items[first : last + 1], first)
        if not any(map(str.isalpha, words)):
            return None
        start, end = items[first].start, items[last].end
        if items[first].part is Part.TEXT:
            start += len(text[start:end]) - len(text[start:end].lstrip(" \t\n\r\f"))
        if items[last].part is Part.TEXT:
            end = start + len(text[start:end].rstrip(" \t\n\r\f"))
        key = self._key()
        self._blocks[key] = _Block(start, end, breaks, run.place == "title")
        return Segment(key, shown(words), marks, run.place)

    def _read(self, items: tuple[Item, ...], first: int) -> tuple[str, tuple[Mark, ...], tuple[str, ...]]:
        """The run as a reader sees it, the places of its tags in that, and its line breaks."""
        parts: list[str] = []
        length, ends_in_space = 0, True
        anchor = -1  # the key of what stays and has no words, if that was the last
        open_at: dict[int, tuple[int, int, int]] = {}  # place of an opening tag → key, position, place
        found: list[tuple[int, int, int]] = []
        breaks: list[str] = []

        def add(words: str) -> None:
            nonlocal length, ends_in_space
            if words:
                parts.append(words)
                length += len(words)
                ends_in_space = words[-1] in " \n"

        for place, item in enumerate(items, first):
            raw = self._source.text[item.start : item.end]
            if item.part is Part.TEXT:
                words = collapsed(html.unescape(raw) if "&" in raw else raw)
                if ends_in_space and words[:1] == " ":
                    words = words[1:]
                    if anchor >= 0:
                        self._tags[anchor] = replace(self._tags[anchor], after=" ")
                add(words)
                anchor = -1
            elif item.part is Part.BREAK:
                if parts and parts[-1] == " ":
                    parts.pop()
                    length -= 1
                elif parts and parts[-1].endswith(" "):
                    parts[-1] = parts[-1][:-1]
                    length -= 1
                add("\n")
                breaks.append(raw)
            elif item.part is Part.OPEN and item.partner >= 0:
                key = self._key()
                open_at[place] = (key, length, item.start)
            elif item.part is Part.CLOSE and item.partner in open_at:
                key, position, _start = open_at[item.partner]
                opening = items[item.partner - first]
                self._tags[key] = _Tag((opening.start, opening.end), (item.start, item.end))
                found.append((position, length, key))
            else:
                key = self._key()
                self._tags[key] = _Tag((item.start, item.end), None, bool(item.shown.strip()))
                position = length
                add(item.shown if item.shown.strip() else "")
                anchor = key if position == length else -1
                found.append((position, length, key))
        words = "".join(parts)
        lead = len(words) - len(words.lstrip(" \n"))
        words = words.strip(" \n")

        def within(position: int) -> int:
            return min(max(position - lead, 0), len(words))

        marks = tuple(
            Mark(within(begin), within(end), key) for begin, end, key in sorted(found, key=lambda one: one[2])
        )
        return words, marks, tuple(breaks)

    def content(self, rendered: Mapping[int, Rendered], bilingual: bool, language: str) -> bytes:
        return self._source.spliced(self.edits(rendered, bilingual, language))

    def edits(self, rendered: Mapping[int, Rendered], bilingual: bool, language: str) -> list[Edit]:
        """What changes in the source, in order."""
        words = []
        for key in sorted(rendered.keys() & self._words.keys()):
            attribute = self._words[key]
            text = _one_line(rendered[key].text)
            if bilingual:
                text = f"{self._by_key[key].text} / {text}"
            quote = attribute.quote or '"'
            new = self._escaped(text).replace(quote, "&quot;" if quote == '"' else "&#39;")
            words.append(Edit(attribute.start, attribute.end, new if attribute.quote else f'"{new}"'))
        words.sort()
        blocks = []
        for key in rendered.keys() & self._blocks.keys():
            block = self._blocks[key]
            new = self._block(block, self._by_key[key], rendered[key], words, repeated=bilingual)
            if bilingual and block.plain:
                blocks.append(Edit(block.end, block.end, f" / {new}"))
            elif bilingual:
                named = f' lang="{html.escape(language)}" dir="{direction(language)}"' if language else ""
                new = f"{'<br/>' if self._xml else '<br>'}<span{named}>{new}</span>"
                blocks.append(Edit(block.end, block.end, new))
            else:
                blocks.append(Edit(block.start, block.end, new))
        blocks.sort()
        starts = [block.start for block in blocks]
        outside = [edit for edit in words if not _covered(edit, blocks, starts)]
        blocks += self._declaration([*blocks, *words])
        root = [] if bilingual or not language or self._root is None else self._language(self._root, language)
        return sorted([*root, *blocks, *outside])

    def _block(
        self, block: _Block, segment: Segment, rendered: Rendered, words: list[Edit], repeated: bool
    ) -> str:
        """The segment's words with their tags. ``repeated``: beside the source, so that names must not come
        twice, nor pictures and notes."""
        if block.plain:
            return self._escaped(_one_line(rendered.text))
        fixed = [mark.key for mark in segment.marks if self._tags[mark.key].words]
        whole = whole_marks(segment, rendered, fixed)
        order = {mark.key: place for place, mark in enumerate(segment.marks)}
        parts: list[str] = []
        hidden = 0
        breaks = 0
        for piece in pieces(whole.text, whole.marks, order):
            if piece.key < 0:
                if not hidden:
                    for number, line in enumerate(piece.text.split("\n")):
                        if number:
                            usual = "<br/>" if self._xml else "<br>"
                            parts.append(
                                block.breaks[min(breaks, len(block.breaks) - 1)] if block.breaks else usual
                            )
                            breaks += 1
                        parts.append(self._escaped(line))
                continue
            tag = self._tags[piece.key]
            opening = self._raw(*tag.open, words)
            if tag.close is None:
                if piece.step <= 0 and not (piece.step == 0 and repeated and not tag.words):
                    parts.append(opening + tag.after if piece.step == 0 else "")
                elif piece.step == 1 and not piece.again:
                    parts.append(opening)
                hidden += piece.step if tag.words else 0
                continue
            if piece.again or repeated:
                opening = IDENTITY.sub("", opening)
            if piece.step >= 0:
                parts.append(opening)
            if piece.step <= 0:
                parts.append(self._source.text[slice(*tag.close)])
        return "".join(parts)

    def _raw(self, start: int, end: int, words: list[Edit]) -> str:
        """``source[start:end]`` with the new words in its attributes."""
        parts = []
        for place in range(bisect_left(words, (start,)), len(words)):
            edit = words[place]
            if edit.end > end:
                break
            parts += [self._source.text[start : edit.start], edit.new]
            start = edit.end
        return "".join([*parts, self._source.text[start:end]])

    def _escaped(self, text: str) -> str:
        """As text of the page. What its encoding has no bytes for comes as a number."""
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        if self._nbsp:
            text = text.replace("\xa0", "&nbsp;")
        if self._source.fits(text):
            return text
        encoding = self._source.encoding
        return text.encode(encoding, "xmlcharrefreplace").decode(encoding)

    def _declaration(self, edits: list[Edit]) -> list[Edit]:
        """A page in ASCII need not say its encoding; one in UTF-8 has to."""
        source = self._source
        if self._xml or source.bom or not source.text.isascii() or all(edit.new.isascii() for edit in edits):
            return []
        head = HEAD.search(source.text)
        if head is None or source.encoding != "utf-8" or DECLARED.search(source.text[:4096].encode()):
            return []
        return [Edit(head.end(), head.end(), '<meta charset="utf-8">')]

    def _language(self, root: Token, language: str) -> list[Edit]:
        """The document element's language, and the direction in which it is written if that changes."""
        edits = []
        attributes = {attribute.name: attribute for attribute in root.attributes}
        code = html.escape(language)
        for name in ("lang", "xml:lang"):
            if name in attributes:
                edits.append(_set(attributes[name], code))
        way = direction(language)
        if "dir" in attributes:
            edits.append(_set(attributes["dir"], way))
        added = "" if edits else f' xml:lang="{code}"' if self._xml else f' lang="{code}"'
        if way == "rtl" and "dir" not in attributes:
            added += ' dir="rtl"'
        at = root.start + 1 + len(root.name)
        return [*edits, Edit(at, at, added)] if added else edits


def open_html(path: Path) -> SpanDocument:
    """Raises ``bad_file``."""
    source = read_html(load(path))
    return SpanDocument(path, "html", Html(source, source.text.lstrip().startswith("<?xml")))


def read_html(data: bytes) -> Encoded:
    """The text of a page in the encoding that it declares."""
    found = DECLARED.search(data, 0, 4096)
    return read(data, (found[1] or found[2]).decode("ascii") if found else "")


def _one_line(text: str) -> str:
    return SPACE.sub(" ", text)


def _covered(edit: Edit, blocks: list[Edit], starts: list[int]) -> bool:
    place = bisect_left(starts, edit.start + 1) - 1
    return place >= 0 and edit.end <= blocks[place].end


def _set(attribute: Attribute, value: str) -> Edit:
    return Edit(attribute.start, attribute.end, value if attribute.quote else f'"{value}"')
