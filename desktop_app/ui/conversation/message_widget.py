"""One message on paper. Places its own parts, and tells how high it is at a width."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QEnterEvent,
    QFocusEvent,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractButton, QWidget

from desktop_app.core.chat import Message
from desktop_app.core.i18n import tr
from desktop_app.ui.conversation.action_row import BUTTON, ActionRow, actions_of
from desktop_app.ui.conversation.editor import InlineEditor
from desktop_app.ui.conversation.items import Context, MessageItem
from desktop_app.ui.conversation.measures import (
    ABOVE_REPLY,
    DIVIDER,
    HEAD,
    INSET,
    LINE,
    PAD,
    foot_of,
)
from desktop_app.ui.conversation.message_menu import open_menu
from desktop_app.ui.conversation.message_paint import (
    head_end,
    paint_foot,
    paint_ground,
    paint_head,
    small_font,
)
from desktop_app.ui.conversation.message_parts import MessageParts
from desktop_app.ui.conversation.words import accessible_description, accessible_name, ending
from desktop_app.ui.markdown.browser import MarkdownBrowser
from desktop_app.ui.markdown.document import MessageDocument

FLASH_MS = 1_400
_KEYBOARD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class MessageWidget(QWidget):
    """Used again for other messages: `bind` gives it one. It asks for new heights by `height_changed`."""

    action = Signal(str, int)
    edited = Signal(int, str)
    note_edited = Signal(int, str)
    note_deleted = Signal(int)
    link_requested = Signal(str)
    height_changed = Signal(object)
    show_all = Signal(int)
    step = Signal(int)
    """Go to the message before (-1) or after (1)."""
    dragged = Signal(QPoint)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.item = MessageItem(Message(0, 0, None, "user", "", "complete", 0.0))
        self.context = Context(1, False, False, False, False)
        self.document: MessageDocument | None = None
        self._text_size = 15
        self._estimated_rest = 0
        self._hidden_characters = 0
        self._hovered = self._focus_within = False
        self._flash = self._by_keyboard = False
        self.body = MarkdownBrowser(self)
        self.body.link_requested.connect(self.link_requested)
        self.body.menu_requested.connect(self._open_menu)
        self.body.dragged.connect(self.dragged)
        self.editor: InlineEditor | None = None
        self._actions: ActionRow | None = None
        self._parts = MessageParts(self)
        self._parts.acted.connect(self._act)
        self._parts.show_all.connect(self._ask_for_all)
        self._parts.note_edited.connect(self.note_edited)
        self._parts.note_deleted.connect(self.note_deleted)
        self._parts.height_changed.connect(self._changed)
        self._top = self._head = self._bottom = self._foot = 0

    # --- what it shows ----------------------------------------------------------------------

    def bind(
        self,
        item: MessageItem,
        document: MessageDocument,
        context: Context,
        text_size: int,
        hidden_characters: int = 0,
    ) -> None:
        """Show ``item``, whose text is in ``document`` but for its last ``hidden_characters``."""
        if item.message.id != self.item.message.id:
            self._stop_editing()
            self._hovered = self._focus_within = False
        self.item = item
        self._text_size = text_size
        self._hidden_characters = hidden_characters
        if document is not self.document:
            self.document = document
            self.body.show_document(document)
        self.refresh(context)

    def unbind(self) -> None:
        self._stop_editing()
        self._hovered = self._focus_within = self._flash = self._by_keyboard = False
        self.document = None
        self.body.show_document(None)
        self.hide()

    def refresh(self, context: Context) -> None:
        """Show the item as it is now."""
        self.context = context
        item = self.item
        self.setAccessibleName(accessible_name(item, context))
        self.setAccessibleDescription(accessible_description(item))
        self.body.setAccessibleName(self.accessibleName())
        policy = Qt.FocusPolicy.StrongFocus if context.is_current else Qt.FocusPolicy.ClickFocus
        self.setFocusPolicy(policy)
        self.body.setFocusPolicy(policy)
        self._parts.refresh(item, context, self._text_size, self._hidden_characters)
        self.body.setVisible(self.editor is None and bool(item.text))
        self._refresh_actions()
        self.update()

    def set_rest(self, estimated: int) -> None:
        """``estimated`` px for text that is not laid out yet."""
        self._estimated_rest = estimated

    # --- actions ----------------------------------------------------------------------------

    def set_focus_within(self, within: bool) -> None:
        if within != self._focus_within:
            self._focus_within = within
            self._refresh_actions()

    def tab_stops(self) -> list[QWidget]:
        """What can have the focus, in reading order."""
        stops: list[QWidget] = []
        parts = (*self._parts.before(), self, self.body, *self._parts.after(), self._actions)
        for part in parts:
            if part is None or part.isHidden():
                continue
            if part is self or part is self.body or isinstance(part, QAbstractButton):
                stops.append(part)
            if part is not self:
                stops += [b for b in part.findChildren(QAbstractButton) if not b.isHidden()]
        return stops

    def _refresh_actions(self) -> None:
        resting = self.context.is_last and not (self.context.busy or self.item.is_user)
        wanted = (self._hovered or self._focus_within or resting) and self.editor is None
        if wanted:
            if self._actions is None:
                self._actions = ActionRow(self)
                self._actions.triggered.connect(self._act)
            self._actions.set_actions(actions_of(self.item, self.context))
            self._place_actions()
        if self._actions is not None:
            self._actions.setVisible(wanted)
        self.update()

    def _act(self, name: str) -> None:
        if name == "edit":
            self.start_editing()
        else:
            self.action.emit(name, self.item.message.id)

    def _ask_for_all(self) -> None:
        self.show_all.emit(self.item.message.id)

    def _open_menu(self, where: QPoint, address: str = "") -> None:
        open_menu(self.body, address, actions_of(self.item, self.context), self._act, where)

    def start_editing(self) -> None:
        if self.editor is not None or self.context.read_only or not self.item.is_user:
            return
        self.editor = InlineEditor(
            self.item.text, tr("Save and send"), tr("Edit your message"), self._text_size, self
        )
        self.editor.keep.setEnabled(not self.context.busy)
        self.editor.kept.connect(self._keep_edit)
        self.editor.cancelled.connect(self._cancel_edit)
        self.editor.height_changed.connect(self._changed)
        self.editor.show()
        self.refresh(self.context)
        self._changed()
        self.editor.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _keep_edit(self, text: str) -> None:
        message_id = self.item.message.id
        self._stop_editing()
        self._changed()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.edited.emit(message_id, text)

    def _cancel_edit(self) -> None:
        self._stop_editing()
        self._changed()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _stop_editing(self) -> None:
        if self.editor is not None:
            self.editor.hide()
            self.editor.deleteLater()
            self.editor = None
            self.refresh(self.context)

    def _changed(self) -> None:
        self.height_changed.emit(self)

    def flash(self) -> None:
        """Mark this message for a moment."""
        self._flash = True
        self.update()
        QTimer.singleShot(FLASH_MS, self, self._end_flash)

    def _end_flash(self) -> None:
        self._flash = False
        self.update()

    # --- geometry ---------------------------------------------------------------------------

    def height_for(self, width: int) -> int:
        return self._arrange(width, place=False)

    def _arrange(self, width: int, place: bool) -> int:
        """Go through the parts from the top. Returns the height."""
        inner = width - 2 * INSET
        y = DIVIDER if self.item.divider else 0

        def put(part: QWidget, height: int) -> int:
            if place:
                part.setGeometry(INSET, y, inner, height)
            return height

        for part, height in self._parts.heights_above(inner):
            y += put(part, height) + 18
        self._top = y
        y += PAD if self.item.is_user else ABOVE_REPLY
        self._head = y
        y += HEAD
        if self.editor is not None:
            y += put(self.editor, self.editor.height_for(inner))
        elif not self.body.isHidden():
            y += put(self.body, self.body.height_for(inner) + self._estimated_rest)
        for part, height in self._parts.heights_below(inner):
            y += 8 if not self.body.isHidden() else 4
            y += put(part, height)
        y += PAD + 2 if self.item.is_user else 6
        self._bottom = y
        y += LINE if ending(self.item) else 0
        self._foot = y
        if place:
            self._parts.place_line(INSET, self._bottom, small_font(self))
            if self.item.is_user:
                self._parts.place_stepper(head_end(self, self.item) + 10, self._head - 6)
            else:
                self._parts.place_stepper(INSET - 6, y + 2)
            self._place_actions()
            self.body.place_buttons()
        return y + foot_of(self.item)

    def _place_actions(self) -> None:
        if self._actions is not None:
            size = self._actions.sizeHint()
            # Those of a question stand in its head, so that the reply can follow close below.
            top = self._head - 6 if self.item.is_user else self._foot + 2
            self._actions.setGeometry(self.width() - INSET - size.width() + 6, top, size.width(), BUTTON)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange(event.size().width(), place=True)

    def place(self) -> None:
        """Put the parts into place again after the height was asked for."""
        self._arrange(self.width(), place=True)
        self.update()

    # --- painting ---------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRectF(0.5, self._top + 0.5, self.width() - 1, self._bottom - self._top - 1)
        ring = self.hasFocus() and self._by_keyboard
        paint_ground(painter, self, self.item, room, self._flash, ring)
        paint_head(painter, self, self.item, self._top)
        left, right = INSET, self.width() - INSET
        if self._parts.stepper_right() and not self.item.is_user:
            left = self._parts.stepper_right() + 10
        if self._actions is not None and not self._actions.isHidden():
            right = self._actions.geometry().left() - 8
        paint_foot(painter, self, self.item, self._bottom, QRectF(left, self._foot + 2, right - left, BUTTON))

    # --- events -----------------------------------------------------------------------------

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hovered = True
        self._refresh_actions()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = False
        self._refresh_actions()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_keyboard = event.reason() in _KEYBOARD
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self._open_menu(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.step.emit(-1 if event.key() == Qt.Key.Key_Up else 1)
        elif event.matches(QKeySequence.StandardKey.Copy):
            self._act("copy")
        elif event.key() == Qt.Key.Key_Menu:
            self._open_menu(self.mapToGlobal(QPoint(INSET, self._top + HEAD)))
        else:
            event.ignore()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange and hasattr(self, "_foot"):
            if self._actions is not None:
                self._actions.set_actions([])
            self.refresh(self.context)
            self._changed()
