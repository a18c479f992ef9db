"""The view of a conversation: what the chat pane talks to."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.core.chat import Message, Note
from desktop_app.core.i18n import tr
from desktop_app.ui.conversation.drag_scroll import DragScroll
from desktop_app.ui.conversation.edges import Edges
from desktop_app.ui.conversation.items import Context, MessageItem, Problem, Progress
from desktop_app.ui.conversation.layout_work import LayoutWork
from desktop_app.ui.conversation.message_widget import MessageWidget
from desktop_app.ui.conversation.reader import Reader
from desktop_app.ui.conversation.rows import SHOWN, MessageRows
from desktop_app.ui.conversation.stack import Stack


class ConversationView(QWidget):
    """Shows any number of messages and lets them be read, copied, edited and steered.

    It changes nothing by itself: every wish is a signal, and the app answers by the setters.
    """

    action = Signal(str, int)
    """copy, regenerate, continue, delete, pin, unpin, version_previous, version_next, problem:<key>."""
    edited = Signal(int, str)
    note_edited = Signal(int, str)
    note_deleted = Signal(int)
    link_requested = Signal(str)

    def __init__(self, text_size: int = 15, serif: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = MessageRows(lambda: self.stack.viewport(), self._dress, self._context, text_size, serif)
        self.stack = Stack(self._rows, self)
        self._busy = self._read_only = False
        self._left_out: set[int] = set()
        self._note: tuple[Note, int] | None = None
        self._empty: QWidget | None = None
        self._edges = Edges(self.stack, self)
        self._drag = DragScroll(self.stack)
        self._work = LayoutWork(self.stack)
        self._reader = Reader(self.stack, lambda widget, index: widget.refresh(self._context(index)))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.stack)
        self._edges.button.clicked.connect(self._go_to_end)
        self.stack.moved.connect(self._work.start)
        self._retranslate()

    # --- messages ---------------------------------------------------------------------------

    def set_messages(self, messages: list[Message], at_end: bool = True) -> None:
        """Show ``messages`` instead of what is there."""
        self._note = None
        self._left_out = set()
        self._rows.set_items([MessageItem(message, message.text) for message in messages])
        self._reader.current = len(messages) - 1
        self.stack.reset(at_end)
        self._show_empty()

    def append_message(self, message: Message) -> None:
        item = MessageItem(message, message.text, left_out=message.id in self._left_out)
        self._rows.append(item)
        was_last = len(self._rows.items) - 2
        if was_last >= 0 and self._rows.items[was_last].left_out and not item.left_out:
            item.divider = True
        if self._reader.current in (was_last, -1):
            self._reader.current = was_last + 1
        self._show_empty()
        self.stack.append()
        self._refresh(was_last)

    def replace_message(self, message: Message) -> None:
        """Show ``message`` in the place of the one with its id; unknown ids are ignored."""
        index = self._rows.find(message.id)
        if index is None:
            return
        item = self._rows.items[index]
        ended = item.is_streaming and message.state != "streaming"
        item.message = message
        if message.state != "streaming" or message.text:
            item.progress = None
        same_text = item.text == message.text
        item.text = message.text
        self._rows.text_changed(index)
        widget = self._widget(index)
        if ended and same_text:
            self._rows.finish_text(index)
        if widget is not None and not same_text:
            self._rows.rebind(index, widget)
        self._refresh(index)
        self._work.start()

    def remove_after(self, message_id: int | None) -> None:
        """Take away all messages after ``message_id``; all of them for None."""
        kept = self._rows.find(message_id) if message_id is not None else -1
        count = len(self._rows.items) if kept is None else kept + 1
        self.stack.truncate(count)
        self._rows.truncate(count)
        self._reader.current = min(self._reader.current, count - 1)
        self._refresh(count - 1)
        self._show_empty()

    def append_text(self, message_id: int, piece: str) -> None:
        """Add ``piece`` to a message that streams."""
        index = self._rows.find(message_id)
        if index is None or not piece:
            return
        item = self._rows.items[index]
        item.text += piece
        had_progress = item.progress is not None
        item.progress = None
        self._rows.text_changed(index)
        widget = self._widget(index)
        self._rows.append_text(index, piece, widget)
        if widget is not None and (had_progress or len(item.text) == len(piece)):
            widget.refresh(self._context(index))
        self.stack.changed(index)
        if widget is not None:
            widget.place()
        self._work.start()

    def set_progress(self, message_id: int, text: str, fraction: float | None) -> None:
        """What the model does before its first word, as `mark` has it; '' for nothing."""
        index = self._rows.find(message_id)
        if index is not None:
            self._rows.items[index].progress = Progress(text, fraction) if text else None
            self._refresh(index)

    def set_problem(self, message_id: int, problem: Problem | None) -> None:
        index = self._rows.find(message_id)
        if index is not None:
            item = self._rows.items[index]
            item.problem = problem
            item.progress = None if problem is not None else item.progress
            self._refresh(index)

    def set_left_out(self, ids: set[int]) -> None:
        """The messages that the model no longer sees."""
        if ids == self._left_out:
            return
        self._left_out = set(ids)
        changed, moved = self._rows.mark_left_out(ids)
        for index in changed:
            widget = self._widget(index)
            if widget is not None:
                self._rows.rebind(index, widget)
        self.stack.changed(*moved)
        self._place_all()
        self._work.start()

    def set_note(self, note: Note | None, before_id: int) -> None:
        """Show ``note`` before message ``before_id``; None takes it away."""
        if self._note == (note, before_id):
            return
        for index, item in enumerate(self._rows.items):
            wanted = note if item.message.id == before_id else None
            if item.note != wanted:
                item.note = wanted
                self._refresh(index)
        self._note = (note, before_id) if note is not None else None

    # --- reading ----------------------------------------------------------------------------

    def scroll_to(self, message_id: int, highlight: str = "") -> None:
        """Go to a message and mark it for a moment, and every place of ``highlight`` in it."""
        index = self._rows.find(message_id)
        if index is None:
            return
        self.stack.scroll_to_row(index)
        self._reader.go(index)
        if not highlight:
            return
        if highlight.lower() in self._rows.items[index].text[SHOWN:].lower():
            self._show_all(message_id)
        widget = self._widget(index)
        if widget is not None:
            self._reader.show_found(widget, index, highlight)

    def to_end(self) -> None:
        """Go to the end, and stay there while text comes."""
        self.stack.scroll_to_end()

    def set_reading(self, text_size: int, serif: bool) -> None:
        self._rows.set_reading(text_size, serif)
        self._dress_anew()

    def set_busy(self, busy: bool) -> None:
        """While a reply streams nothing else can be asked for."""
        if busy != self._busy:
            self._busy = busy
            self._refresh_all()

    def set_read_only(self, read_only: bool) -> None:
        if read_only != self._read_only:
            self._read_only = read_only
            self._refresh_all()

    def empty_widget(self, widget: QWidget) -> None:
        """``widget`` is shown where there are no messages."""
        self._empty = widget
        widget.setParent(self)
        self._show_empty()

    def edit_message(self, message_id: int) -> None:
        """Open the editor in a message of the user's."""
        index = self._rows.find(message_id)
        if index is None:
            return
        self._reader.bring(index)
        widget = self._widget(index)
        if widget is not None:
            widget.start_editing()

    @property
    def following(self) -> bool:
        """Whether the end stays in sight while text comes."""
        return self.stack.following

    @property
    def is_working(self) -> bool:
        """Whether something in sight is still being laid out."""
        return self._work.is_active

    # --- rows -------------------------------------------------------------------------------

    def _dress(self, widget: MessageWidget) -> None:
        widget.action.connect(self.action)
        widget.edited.connect(self.edited)
        widget.note_edited.connect(self.note_edited)
        widget.note_deleted.connect(self.note_deleted)
        widget.link_requested.connect(self.link_requested)
        widget.height_changed.connect(self._height_changed)
        widget.show_all.connect(self._show_all)
        widget.step.connect(lambda step: self._reader.step(step, len(self._rows.items)))
        widget.dragged.connect(lambda where, widget=widget: self._drag.dragged(widget.body, where))

    def _context(self, index: int) -> Context:
        last = index == len(self._rows.items) - 1
        return Context(index + 1, last, self._busy, self._read_only, index == self._reader.current)

    def _widget(self, index: int) -> MessageWidget | None:
        widget = self.stack.realised.get(index)
        return widget if isinstance(widget, MessageWidget) else None

    def _widgets(self) -> list[tuple[int, MessageWidget]]:
        return [(index, w) for index, w in self.stack.realised.items() if isinstance(w, MessageWidget)]

    def _refresh(self, index: int) -> None:
        """Item ``index`` changed in all but its text."""
        if 0 <= index < len(self._rows.items):
            widget = self._widget(index)
            if widget is not None:
                widget.refresh(self._context(index))
            self.stack.changed(index)
            if widget is not None:
                widget.place()

    def _refresh_all(self) -> None:
        """What may be done changed for all."""
        for index, widget in self._widgets():
            widget.refresh(self._context(index))
        self.stack.changed(*self.stack.realised)
        self._place_all()

    def _place_all(self) -> None:
        for _, widget in self._widgets():
            widget.place()

    def _height_changed(self, widget: MessageWidget) -> None:
        index = self._rows.find(widget.item.message.id)
        if index is not None and self._widget(index) is widget:
            self.stack.changed(index)
            widget.place()

    def _show_all(self, message_id: int) -> None:
        index = self._rows.find(message_id)
        if index is None:
            return
        self._rows.items[index].shown_whole = True
        widget = self._widget(index)
        if widget is not None:
            self._rows.rebind(index, widget)
            self._refresh(index)
            self._work.start()

    def _dress_anew(self) -> None:
        for index, widget in self._widgets():
            self._rows.rebind(index, widget)
        self.stack.measure_anew()
        self._place_all()
        self._work.start()

    # --- moving about -----------------------------------------------------------------------

    def _go_to_end(self) -> None:
        self.stack.scroll_to_end()
        self._reader.go(len(self._rows.items) - 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.stack.handle_key(event):
            event.ignore()

    # --- look -------------------------------------------------------------------------------

    def _show_empty(self) -> None:
        if self._empty is not None:
            empty = not self._rows.items
            self._empty.setVisible(empty)
            self.stack.setVisible(not empty)
            self._place_extras()
            if empty:
                self._edges.hide()

    def _place_extras(self) -> None:
        self._edges.place()
        if self._empty is not None:
            self._empty.setGeometry(self.rect())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_extras()

    def _retranslate(self) -> None:
        self.stack.setAccessibleName(tr("Conversation"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange and hasattr(self, "_work"):
            self._retranslate()
            self._refresh_all()
        elif event.type() == QEvent.Type.StyleChange and hasattr(self, "_work"):
            self._dress_anew()
