"""What stands in the list, from top to bottom: headings, folders and conversations, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from desktop_app.core.chat import Conversation, SearchHit
from desktop_app.core.i18n import tr
from desktop_app.ui.chat_list.dates import group_of

RowKind = Literal["heading", "folder", "chat", "hit"]
Place = Literal["pinned", "folder", "recent", "hit"]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list. ``text`` is a heading or a folder's name; ``place`` says which part of
    the list the row belongs to, and ``folder`` which folder; ``count`` is a folder's conversations."""

    kind: RowKind
    place: Place
    text: str = ""
    folder: str = ""
    is_open: bool = False
    count: int = 0
    chat: Conversation | None = None
    hit: SearchHit | None = None


def arrange(
    conversations: Iterable[Conversation], folders: Sequence[str], open_folders: frozenset[str], today: date
) -> list[Row]:
    """Pinned first, then folders (a conversation in one stands only there), then by time, newest first."""
    pinned: list[Conversation] = []
    filed: dict[str, list[Conversation]] = {name: [] for name in folders}
    recent: list[Conversation] = []
    for chat in sorted(conversations, key=lambda c: (-c.updated, -c.id)):
        if chat.pinned:
            pinned.append(chat)
        elif chat.folder:
            filed.setdefault(chat.folder, []).append(chat)
        else:
            recent.append(chat)
    rows: list[Row] = []
    if pinned:
        rows.append(Row("heading", "pinned", tr("Pinned")))
        rows += [Row("chat", "pinned", chat=chat) for chat in pinned]
    if filed:
        rows.append(Row("heading", "folder", tr("Folders")))
    for name in sorted(filed, key=str.casefold):
        is_open = name in open_folders
        rows.append(Row("folder", "folder", name, name, is_open, len(filed[name])))
        if is_open:
            rows += [Row("chat", "folder", folder=name, chat=chat) for chat in filed[name]]
    start = float("inf")
    for chat in recent:
        if chat.updated < start:
            start, label = group_of(chat.updated, today)
            rows.append(Row("heading", "recent", label))
        rows.append(Row("chat", "recent", chat=chat))
    return rows


def hit_rows(hits: Iterable[SearchHit]) -> list[Row]:
    return [Row("hit", "hit", chat=hit.conversation, hit=hit) for hit in hits]


def title_of(chat: Conversation) -> str:
    """The title on one line; one that has none yet is called new."""
    return " ".join(chat.title.split()) or tr("New conversation")


def count_words(count: int) -> str:
    return tr("1 message") if count == 1 else tr("{count} messages", count=f"{count:,}")


LEAD = 18
"""Characters of a snippet that may stand before its first match, so that two narrow lines show it."""


def shown_snippet(hit: SearchHit) -> tuple[str, list[tuple[int, int]]]:
    """The snippet on one line, begun shortly before its first match, with the ranges moved along."""
    text = "".join(" " if c.isspace() else c for c in hit.snippet)  # one for one: ranges stay true
    if not hit.ranges or hit.ranges[0][0] <= LEAD:
        return text, list(hit.ranges)
    first = hit.ranges[0][0]
    space = text.find(" ", first - LEAD, first)
    cut = space + 1 if space >= 0 else first - LEAD // 2
    return "…" + text[cut:], [(start - cut + 1, length) for start, length in hit.ranges]


def matches_in(text: str, query: str) -> list[tuple[int, int]]:
    """(start, length) of every place in ``text`` that has a word of ``query``, in any case."""
    low = text.lower()
    if len(low) != len(text):  # a few letters grow when lowered; better no mark than one beside it
        return []
    found: list[tuple[int, int]] = []
    for word in query.lower().split():
        start = low.find(word)
        while start >= 0:
            found.append((start, len(word)))
            start = low.find(word, start + len(word))
    return found


def utf16_range(text: str, start: int, length: int) -> tuple[int, int]:
    """``(start, length)`` in Qt's units: a character outside the basic plane counts two."""
    before = len(text[:start].encode("utf-16-le")) // 2
    return before, len(text[start : start + length].encode("utf-16-le")) // 2
