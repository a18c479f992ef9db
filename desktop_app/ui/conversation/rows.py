"""The messages of a view as rows of a stack: which widget and which document show which message."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.ui.conversation.estimate import Extent, extent_of, text_height
from desktop_app.ui.conversation.items import Context, MessageItem
from desktop_app.ui.conversation.measures import (
    ABOVE_REPLY,
    DIVIDER,
    HEAD,
    INSET,
    LINE,
    PAD,
    column_width,
    foot_of,
)
from desktop_app.ui.conversation.message_widget import MessageWidget
from desktop_app.ui.conversation.words import ending
from desktop_app.ui.markdown.document import MessageDocument, Tools
from desktop_app.ui.markdown.look import Look
from desktop_app.ui.theme import READING_WIDTH, Theme, theme_of

LONG = 60_000  # characters; of a longer message the first SHOWN are shown until the rest is asked for
SHOWN = 40_000
KEPT_DOCUMENTS = 24


class MessageRows:
    """Answers the stack (see `stack.Rows`) and keeps widgets and documents for use again."""

    def __init__(
        self,
        parent: Callable[[], QWidget],
        dress: Callable[[MessageWidget], None],
        context: Callable[[int], Context],
        text_size: int,
        serif: bool,
    ) -> None:
        self._parent = parent
        self._dress = dress
        self._context = context
        self._text_size = text_size
        self._serif = serif
        self.items: list[MessageItem] = []
        self._places: dict[int, int] = {}
        self._extents: list[Extent] = []
        self._spare: list[MessageWidget] = []
        self._documents: OrderedDict[int, tuple[str, Look, MessageDocument]] = OrderedDict()
        self._tools = Tools()
        self._inner = READING_WIDTH
        self._looks: dict[tuple[str, bool, bool], Look] = {}

    # --- items ------------------------------------------------------------------------------

    def set_items(self, items: list[MessageItem]) -> None:
        self.items = items
        self._places = {item.message.id: index for index, item in enumerate(items)}
        self._extents = [extent_of(item.text) for item in items]
        self._documents.clear()

    def append(self, item: MessageItem) -> None:
        self._places[item.message.id] = len(self.items)
        self.items.append(item)
        self._extents.append(extent_of(item.text))

    def truncate(self, count: int) -> None:
        for item in self.items[count:]:
            self._documents.pop(item.message.id, None)
            del self._places[item.message.id]
        del self.items[count:]
        del self._extents[count:]

    def find(self, message_id: int) -> int | None:
        """The index of a message."""
        return self._places.get(message_id)

    def mark_left_out(self, ids: set[int]) -> tuple[list[int], list[int]]:
        """Mark the messages that the model no longer sees, and the first below them. Returns the indices
        that look different now, and those that have another height."""
        last = max((self._places[i] for i in ids if i in self._places), default=-1)
        changed, moved = [], []
        for index, item in enumerate(self.items):
            left_out, divider = item.message.id in ids, index == last + 1 and last >= 0
            if item.left_out != left_out or item.divider != divider:
                changed.append(index)
                if item.divider != divider:
                    moved.append(index)
                item.left_out, item.divider = left_out, divider
        return changed, moved

    def text_changed(self, index: int) -> None:
        self._extents[index] = extent_of(self.items[index].text)

    def set_reading(self, text_size: int, serif: bool) -> None:
        self._text_size, self._serif = text_size, serif
        self._looks.clear()

    @property
    def text_size(self) -> int:
        return self._text_size

    # --- for the stack ----------------------------------------------------------------------

    def row_width(self, room: int) -> int:
        width = column_width(room)
        self._inner = width - 2 * INSET
        return width

    def estimates(self, width: int) -> list[int]:
        return [self.estimate(index, width) for index in range(len(self.items))]

    def estimate(self, index: int, width: int) -> int:
        item = self.items[index]
        height = HEAD + foot_of(item) + (2 * PAD + 2 if item.is_user else ABOVE_REPLY + 6)
        if item.text:
            height += text_height(self._extents[index], self._text_size, width - 2 * INSET)
        if item.divider:
            height += DIVIDER
        if ending(item):
            height += LINE
        return height

    def realise(self, index: int, until: float) -> QWidget:
        widget = self._spare.pop() if self._spare else self._make()
        item = self.items[index]
        document = self._document(item)
        document.setTextWidth(self._inner)
        document.step(min(until, time.perf_counter() + 0.008))
        widget.bind(item, document, self._context(index), self._text_size, self._hidden(item))
        return widget

    def height(self, index: int, widget: QWidget, width: int) -> int:
        assert isinstance(widget, MessageWidget)
        document, item = widget.document, self.items[index]
        rest = document.pending_characters if document is not None else 0
        guess = text_height(self._extents[index], self._text_size, width - 2 * INSET) if rest else 0
        widget.set_rest(round(guess * rest / max(len(item.text), 1)))
        return widget.height_for(width)

    def release(self, index: int, widget: QWidget) -> None:
        assert isinstance(widget, MessageWidget)
        widget.unbind()
        self._spare.append(widget)

    def must_stay(self, widget: QWidget) -> bool:
        assert isinstance(widget, MessageWidget)
        focus = QApplication.focusWidget()
        return (
            widget.editor is not None or (focus is not None and widget.isAncestorOf(focus)) or focus is widget
        )

    # --- documents --------------------------------------------------------------------------

    def look(self, item: MessageItem) -> Look:
        theme = theme_of(self._parent())
        key = (theme.name, item.left_out, item.is_user)
        if key not in self._looks:
            shown: Theme = replace(theme, code_paper=theme.paper) if item.is_user else theme
            if item.left_out:
                shown = replace(shown, ink=theme.quiet, accent=theme.quiet)
            self._looks[key] = Look(shown, self._text_size, self._serif, QFont(self._parent().font()))
        return self._looks[key]

    def _hidden(self, item: MessageItem) -> int:
        return len(item.text) - SHOWN if len(item.text) > LONG and not item.shown_whole else 0

    def _document(self, item: MessageItem) -> MessageDocument:
        shown = item.text[:SHOWN] if self._hidden(item) else item.text
        look = self.look(item)
        kept = self._documents.pop(item.message.id, None)
        if kept is not None and kept[1] is look and kept[0] == shown:
            document = kept[2]
        else:
            document = MessageDocument(self._tools, look, plain=item.is_user)
            document.set_text(shown, growing=item.is_streaming)
        self._documents[item.message.id] = (shown, look, document)
        while len(self._documents) > KEPT_DOCUMENTS:
            self._documents.popitem(last=False)
        return document

    def rebind(self, index: int, widget: MessageWidget) -> None:
        """Show item ``index`` anew, for another text or look."""
        item = self.items[index]
        document = self._document(item)
        document.step(time.perf_counter() + 0.008)
        widget.bind(item, document, self._context(index), self._text_size, self._hidden(item))

    def append_text(self, index: int, piece: str, widget: MessageWidget | None) -> None:
        """``piece`` was added to the text of item ``index``, which ``widget`` shows, if any does."""
        item = self.items[index]
        kept = self._documents.get(item.message.id)
        if kept is not None and kept[0] + piece == item.text and not self._hidden(item):
            kept[2].append(piece)
            kept[2].step(time.perf_counter() + 0.004)
            self._documents[item.message.id] = (item.text, kept[1], kept[2])
            self._documents.move_to_end(item.message.id)
        elif widget is not None:
            self.rebind(index, widget)
        else:
            self._documents.pop(item.message.id, None)

    def finish_text(self, index: int) -> None:
        kept = self._documents.get(self.items[index].message.id)
        if kept is not None:
            kept[2].finish()

    def _make(self) -> MessageWidget:
        widget = MessageWidget(self._parent())
        widget.hide()
        self._dress(widget)
        return widget
