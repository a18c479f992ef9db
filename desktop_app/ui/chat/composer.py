"""The place at the foot of the pane where a message is written and sent."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from desktop_app.core.i18n import tr
from desktop_app.ui.chat.draft import Draft
from desktop_app.ui.chat.message_input import PASTE_AS_BLOCK, MessageInput
from desktop_app.ui.fonts import reading_font
from desktop_app.ui.icons import icon
from desktop_app.ui.theme import set_look, space, theme_of

DRAFT_DELAY_MS = 300
SHORT = 400  # characters; a longer text is never measured for whether it fits on one line


class _Block(QFrame):
    """A long pasted text: its size, and a way to take it out."""

    removed = Signal()

    def __init__(self, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.text = text
        set_look(self, surface="card")
        row = QHBoxLayout(self)
        row.setContentsMargins(space(2), space(1), space(1), space(1))
        row.setSpacing(space(1))
        self._label = QLabel(self)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        row.addWidget(self._label)
        self._remove = QToolButton(self)
        self._remove.setIcon(icon("x"))
        self._remove.setAutoRaise(True)
        self._remove.clicked.connect(self.removed)
        row.addWidget(self._remove)
        self.retranslate()

    def retranslate(self) -> None:
        self._label.setText(tr("Pasted text · {count} characters", count=f"{len(self.text):,}"))
        self._label.setToolTip(self.text[:1000])
        self._remove.setToolTip(tr("Take this text out"))
        self._remove.setAccessibleName(tr("Take this text out"))


class Composer(QWidget):
    """Emits ``sent`` with the whole message; it is cleared by `clear` once the message is stored, so
    that a failure loses nothing."""

    sent = Signal(str)
    stop_pressed = Signal()
    draft_changed = Signal(object)  # Draft, settled for DRAFT_DELAY_MS
    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._busy = False
        self._blocked = False
        self._blocks: list[_Block] = []
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._frame = QFrame(self)
        self._frame.setObjectName("composer")
        self._frame.setCursor(Qt.CursorShape.IBeamCursor)
        set_look(self._frame, surface="card")
        outer.addWidget(self._frame)
        self._grid = QGridLayout(self._frame)
        self._grid.setContentsMargins(space(3), space(1.75), space(1.75), space(1.75))
        self._grid.setSpacing(space(1))
        self._grid.setColumnStretch(0, 1)
        self._block_row = QHBoxLayout()
        self._block_row.setSpacing(space(2))
        self._block_row.addStretch(1)
        self._grid.addLayout(self._block_row, 0, 0, 1, 2)
        self.input = MessageInput(self._frame)
        set_look(self.input, kind="bare")
        self.input.focus_changed.connect(lambda focus: set_look(self._frame, focused=focus))
        self._foot = foot = QHBoxLayout()
        foot.setSpacing(space(2))
        self.notes = QHBoxLayout()
        foot.addLayout(self.notes)
        self._send = QToolButton(self._frame)
        self._send.setObjectName("send")
        self._send.setCursor(Qt.CursorShape.ArrowCursor)
        self._send.setFixedSize(QSize(space(9), space(9)))
        self._send.clicked.connect(self._pressed)
        foot.addWidget(self._send)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DRAFT_DELAY_MS)
        self._timer.timeout.connect(self._settled)
        self.input.textChanged.connect(self._changed)
        self.input.send_pressed.connect(self._try_send)
        self.input.big_paste.connect(self._add_block)
        self.input.escape_pressed.connect(self._escape)
        self.setFocusProxy(self.input)
        self._on_one_line: bool | None = None
        self._arrange()
        self.retranslate()
        self._dress()

    # --- for the controller -------------------------------------------------------------------

    def draft(self) -> Draft:
        return Draft(self.input.toPlainText(), tuple(block.text for block in self._blocks))

    def set_draft(self, draft: Draft) -> None:
        """Show ``draft`` without telling of a change. Text too long for the field becomes a block."""
        self._timer.stop()
        self.input.blockSignals(True)
        self._clear_blocks()
        typed, blocks = draft.typed, draft.blocks
        if len(typed) > PASTE_AS_BLOCK:
            typed, blocks = "", (typed, *blocks)
        self.input.setPlainText(typed)
        self.input.blockSignals(False)
        for text in blocks:
            self._place_block(text)
        cursor = self.input.textCursor()
        cursor.movePosition(cursor.MoveOperation.End)
        self.input.setTextCursor(cursor)
        self._arrange()
        self._refresh()

    def clear(self) -> None:
        self.set_draft(Draft())

    def flush(self) -> None:
        """Tell of a change that has not settled yet, now (closing, switching conversations)."""
        if self._timer.isActive():
            self._timer.stop()
            self._settled()

    def set_busy(self, busy: bool) -> None:
        """While a reply streams the button stops it."""
        self._busy = busy
        self._refresh()

    def set_blocked(self, blocked: bool) -> None:
        """Nothing can be sent (read-only data)."""
        self._blocked = blocked
        self.input.setReadOnly(blocked)
        self.retranslate()

    def set_reading(self, text_size: int, serif: bool) -> None:
        """What is written looks as what is read."""
        self.input.set_text_font(reading_font(self.font(), text_size, serif))
        self._arrange()

    def set_enter_sends(self, enter_sends: bool) -> None:
        self.input.set_enter_sends(enter_sends)
        self.retranslate()

    # --- inside -------------------------------------------------------------------------------

    def _pressed(self) -> None:
        if self._busy:
            self.stop_pressed.emit()
        else:
            self._try_send()

    def _escape(self) -> None:
        if self._busy:
            self.stop_pressed.emit()

    def _try_send(self) -> None:
        message = self.draft().message
        if message.strip() and not self._busy and not self._blocked:
            self._timer.stop()
            self.sent.emit(message)

    def _arrange(self) -> None:
        """What fits on one line stands beside the button; anything longer above it."""
        on_one_line = not self._blocks and self._fits_on_one_line()
        if on_one_line == self._on_one_line:
            return
        self._on_one_line = on_one_line
        self._grid.removeWidget(self.input)
        self._grid.removeItem(self._foot)
        self._foot.setParent(None)
        middle, right = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignRight
        if on_one_line:
            self._grid.addWidget(self.input, 1, 0, middle)
            self._grid.addLayout(self._foot, 1, 1)
        else:
            self._grid.addWidget(self.input, 1, 0, 1, 2)
            self._grid.addLayout(self._foot, 2, 0, 1, 2, right)

    def _fits_on_one_line(self) -> bool:
        text = self.input.toPlainText()
        if not text:
            return True
        margins = self._grid.contentsMargins()
        room = self.width() - margins.left() - margins.right() - self._foot.sizeHint().width() - space(4)
        return (
            len(text) <= SHORT
            and "\n" not in text
            and self.input.fontMetrics().horizontalAdvance(text) < room
        )

    def _changed(self) -> None:
        self._arrange()
        self._refresh()
        if not self._timer.isActive():  # not begun anew: steady typing must be kept too
            self._timer.start()
        self.edited.emit()

    def _settled(self) -> None:
        self.draft_changed.emit(self.draft())

    def _add_block(self, text: str) -> None:
        self._place_block(text)
        self._changed()

    def _place_block(self, text: str) -> None:
        block = _Block(text, self._frame)
        block.removed.connect(self._remove_sender)
        self._blocks.append(block)
        self._block_row.insertWidget(self._block_row.count() - 1, block)

    def _remove_sender(self) -> None:
        block = self.sender()
        if isinstance(block, _Block):
            self._blocks.remove(block)
            block.deleteLater()
            self.input.setFocus()
            self._changed()

    def _clear_blocks(self) -> None:
        for block in self._blocks:
            self._block_row.removeWidget(block)
            block.deleteLater()
        self._blocks = []

    def _refresh(self) -> None:
        empty = not self._blocks and not self.input.toPlainText().strip()
        self._send.setEnabled(self._busy or not (empty or self._blocked))
        name = tr("Stop") if self._busy else tr("Send")
        self._send.setAccessibleName(name)
        keys = "Esc" if self._busy else ("Enter" if self.input.enter_sends else "Ctrl+Enter")
        self._send.setToolTip(f"{name} ({keys})")
        theme = theme_of(self)
        self._send.setIcon(icon("square:filled" if self._busy else "arrow-up", theme.accent_ink))
        self._send.setIconSize(QSize(16, 16) if self._busy else QSize(20, 20))

    def retranslate(self) -> None:
        self.input.setPlaceholderText(
            tr("These conversations can only be read") if self._blocked else tr("Write a message")
        )
        self.input.setAccessibleName(tr("Message"))
        for block in self._blocks:
            block.retranslate()
        self._refresh()

    def _dress(self) -> None:
        set_look(self._send, kind="primary")
        self._refresh()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.input.setFocus(Qt.FocusReason.MouseFocusReason)  # beside the field is still the field

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.StyleChange and hasattr(self, "_send"):
            self._refresh()
