"""One message on paper. Places its own parts, and tells how high it is at a width."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QEnterEvent,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractButton, QMenu, QPushButton, QWidget

from desktop_app.core.chat import Message
from desktop_app.core.i18n import tr
from desktop_app.ui.conversation.action_row import BUTTON, ActionRow, actions_of, fill_menu
from desktop_app.ui.conversation.editor import InlineEditor
from desktop_app.ui.conversation.items import Context, MessageItem
from desktop_app.ui.conversation.note_card import NoteCard
from desktop_app.ui.conversation.problem_box import ProblemBox
from desktop_app.ui.conversation.progress_line import HEIGHT as PROGRESS_HEIGHT
from desktop_app.ui.conversation.progress_line import ProgressLine
from desktop_app.ui.conversation.version_stepper import VersionStepper
from desktop_app.ui.conversation.words import accessible_description, accessible_name, ending, figures, who
from desktop_app.ui.icons import pixmap
from desktop_app.ui.markdown.browser import MarkdownBrowser
from desktop_app.ui.markdown.document import MessageDocument
from desktop_app.ui.theme import RADIUS_LARGE, SIZE_BODY, SIZE_CAPTION, set_look, theme_of

INSET = 16  # px of paper, or tint, at each side of the text
HEAD = 24
PAD = 10  # px above the header and below the text, inside the tint
FOOT = 34  # actions and figures; also the distance to the next message
FOOT_OF_REPLY = 46
DIVIDER = 40
LINE = 32  # a line with one button
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
        self._stepper: VersionStepper | None = None
        self._problem: ProblemBox | None = None
        self._progress: ProgressLine | None = None
        self._note: NoteCard | None = None
        self._more: QPushButton | None = None
        self._top = self._bottom = self._foot = 0
        self._continue: QPushButton | None = None

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
        self._refresh_note()
        self._refresh_problem()
        self._refresh_progress()
        self._refresh_buttons()
        self._refresh_actions()
        self.update()

    def set_rest(self, estimated: int) -> None:
        """``estimated`` px for text that is not laid out yet."""
        self._estimated_rest = estimated

    def _refresh_note(self) -> None:
        note = self.item.note
        if note is not None:
            if self._note is None:
                self._note = NoteCard(self)
                self._note.edited.connect(self.note_edited)
                self._note.deleted.connect(self.note_deleted)
                self._note.height_changed.connect(self._changed)
            self._note.show_note(note, self._text_size, self.context.read_only)
        if self._note is not None:
            self._note.setVisible(note is not None)

    def _refresh_problem(self) -> None:
        problem = self.item.problem
        if problem is not None:
            if self._problem is None:
                self._problem = ProblemBox(self)
                self._problem.chosen.connect(lambda key: self._act(f"problem:{key}"))
            self._problem.show_problem(problem)
            self._problem.set_enabled(not self.context.read_only)
        if self._problem is not None:
            self._problem.setVisible(problem is not None)

    def _refresh_progress(self) -> None:
        progress = self.item.progress
        if progress is not None:
            if self._progress is None:
                self._progress = ProgressLine(self)
            self._progress.show_progress(progress)
        if self._progress is not None:
            self._progress.setVisible(progress is not None)

    def _refresh_buttons(self) -> None:
        message, context = self.item.message, self.context
        if message.versions > 1:
            if self._stepper is None:
                self._stepper = VersionStepper(self)
                self._stepper.stepped.connect(self._act)
            self._stepper.show_version(
                message.version, message.versions, not (context.busy or context.read_only)
            )
        if self._stepper is not None:
            self._stepper.setVisible(message.versions > 1)
        goes_on = bool(ending(self.item)) and context.is_last and not context.read_only
        if goes_on and self._continue is None:
            self._continue = QPushButton(self)
            set_look(self._continue, kind="link")
            self._continue.clicked.connect(lambda: self._act("continue"))
        if self._continue is not None:
            self._continue.setText(tr("Continue"))
            self._continue.setEnabled(not context.busy)
            self._continue.setVisible(goes_on)
        if self._hidden_characters and self._more is None:
            self._more = QPushButton(self)
            set_look(self._more, kind="link")
            self._more.clicked.connect(lambda: self.show_all.emit(self.item.message.id))
        if self._more is not None:
            self._more.setText(tr("Show all {count} characters", count=f"{len(self.item.text):,}"))
            self._more.setVisible(bool(self._hidden_characters))
        self.body.setVisible(self.editor is None and bool(self.item.text))

    # --- actions ----------------------------------------------------------------------------

    def set_focus_within(self, within: bool) -> None:
        if within != self._focus_within:
            self._focus_within = within
            self._refresh_actions()

    def tab_stops(self) -> list[QWidget]:
        """What can have the focus, in reading order."""
        stops: list[QWidget] = []
        parts = (
            self._note,
            self,
            self.body,
            self._more,
            self._problem,
            self._continue,
            self._stepper,
            self._actions,
        )
        for part in parts:
            if part is None or part.isHidden():
                continue
            if part is self or part is self.body or isinstance(part, QPushButton):
                stops.append(part)
            if part is not self:
                stops += [b for b in part.findChildren(QAbstractButton) if not b.isHidden()]
        return stops

    def _refresh_actions(self) -> None:
        wanted = (self._hovered or self._focus_within) and self.editor is None
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

    def _open_menu(self, where: QPoint, address: str = "") -> None:
        menu = QMenu(self)
        if self.body.textCursor().hasSelection():
            menu.addAction(tr("Copy selection"), self.body.copy_selection)
        menu.addAction(tr("Select all"), self.body.selectAll)
        if address:
            menu.addAction(tr("Copy link address"), lambda: QGuiApplication.clipboard().setText(address))
        menu.addSeparator()
        fill_menu(menu, actions_of(self.item, self.context), self._act)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(where)

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
        y = 0
        if self.item.divider:
            y += DIVIDER
        if self.item.note is not None and self._note is not None:
            height = self._note.height_for(inner)
            if place:
                self._note.setGeometry(INSET, y, inner, height)
            y += height + 18
        self._top = y
        y += (PAD if self.item.is_user else 4) + HEAD
        if self.editor is not None:
            height = self.editor.height_for(inner)
            if place:
                self.editor.setGeometry(INSET, y, inner, height)
            y += height
        elif not self.body.isHidden():
            height = self.body.height_for(inner) + self._estimated_rest
            if place:
                self.body.setGeometry(INSET, y, inner, height)
            y += height
        for part, height in self._lines(inner):
            y += 8 if part is self._problem and not self.body.isHidden() else 0
            if place:
                part.setGeometry(INSET, y, inner if part is not self._more else min(inner, 320), height)
            y += height
        y += PAD + 2 if self.item.is_user else 6
        self._bottom = y
        end = ending(self.item)
        if end:
            if place and self._continue is not None:
                size = self._continue.sizeHint()
                left = INSET + QFontMetrics(self._small()).horizontalAdvance(end) + 8
                self._continue.setGeometry(left, y + (LINE - size.height()) // 2, size.width(), size.height())
            y += LINE
        self._foot = y
        if place:
            if self._stepper is not None:
                self._stepper.setGeometry(INSET - 6, y + 2, self._stepper.sizeHint().width(), BUTTON)
            self._place_actions()
            self.body.place_buttons()
        return y + (FOOT if self.item.is_user else FOOT_OF_REPLY)

    def _lines(self, inner: int) -> list[tuple[QWidget, int]]:
        parts: list[tuple[QWidget, int]] = []
        if self._more is not None and self._hidden_characters:
            parts.append((self._more, LINE))
        if self._progress is not None and self.item.progress is not None:
            parts.append((self._progress, PROGRESS_HEIGHT))
        if self._problem is not None and self.item.problem is not None:
            parts.append((self._problem, self._problem.height_for(inner)))
        return parts

    def _place_actions(self) -> None:
        if self._actions is not None:
            size = self._actions.sizeHint()
            self._actions.setGeometry(
                self.width() - INSET - size.width() + 6, self._foot + 2, size.width(), BUTTON
            )

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange(event.size().width(), place=True)

    def place(self) -> None:
        """Put the parts into place again after the height was asked for."""
        self._arrange(self.width(), place=True)
        self.update()

    # --- painting ---------------------------------------------------------------------------

    def _small(self) -> QFont:
        font = self.font()
        font.setPixelSize(SIZE_CAPTION)
        return font

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.item.divider:
            self._paint_divider(painter)
        room = QRectF(0.5, self._top + 0.5, self.width() - 1, self._bottom - self._top - 1)
        if self.item.is_user or self._flash:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.found if self._flash else theme.tint))
            painter.drawRoundedRect(room, RADIUS_LARGE, RADIUS_LARGE)
        if self.hasFocus() and self._by_keyboard:
            painter.setPen(QPen(QColor(theme.focus), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(room.adjusted(1, 1, -1, -1), RADIUS_LARGE, RADIUS_LARGE)
        self._paint_head(painter)
        self._paint_foot(painter)

    def _paint_divider(self, painter: QPainter) -> None:
        theme = theme_of(self)
        painter.setFont(self._small())
        words = tr("The model no longer sees the messages above")
        room = painter.fontMetrics().horizontalAdvance(words) + 24
        middle = DIVIDER / 2 - 4
        side = (self.width() - 2 * INSET - room) / 2
        if side > 12:
            painter.fillRect(QRectF(INSET, middle, side, 1), QColor(theme.line))
            painter.fillRect(QRectF(self.width() - INSET - side, middle, side, 1), QColor(theme.line))
        painter.setPen(QColor(theme.quiet))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(QRectF(INSET, 0, self.width() - 2 * INSET, DIVIDER - 8), flags, words)

    def _paint_head(self, painter: QPainter) -> None:
        theme = theme_of(self)
        font = self.font()
        font.setPixelSize(SIZE_BODY)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QColor(theme.quiet if self.item.left_out else theme.ink))
        metrics = painter.fontMetrics()
        name = metrics.elidedText(who(self.item), Qt.TextElideMode.ElideRight, self.width() - 2 * INSET - 24)
        top = self._top + (PAD if self.item.is_user else 4) - 2
        painter.drawText(QRectF(INSET, top, self.width(), 20), Qt.AlignmentFlag.AlignVCenter, name)
        if self.item.message.pinned:
            mark = pixmap("pin", 14, self.devicePixelRatioF(), theme.accent)
            painter.drawPixmap(INSET + metrics.horizontalAdvance(name) + 8, top + 3, mark)

    def _paint_foot(self, painter: QPainter) -> None:
        painter.setFont(self._small())
        painter.setPen(QColor(theme_of(self).quiet))
        end = ending(self.item)
        if end:
            place = QRectF(INSET, self._bottom, self.width() - 2 * INSET, LINE)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, end)
        words = figures(self.item)
        if not words:
            return
        left = INSET
        if self._stepper is not None and not self._stepper.isHidden():
            left = self._stepper.geometry().right() + 10
        right = self.width() - INSET
        if self._actions is not None and not self._actions.isHidden():
            right = self._actions.geometry().left() - 8
        words = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, right - left)
        place = QRectF(left, self._foot + 2, right - left, BUTTON)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, words)

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
        if event.type() == QEvent.Type.LanguageChange and hasattr(self, "_continue"):
            if self._actions is not None:
                self._actions.set_actions([])
            self.refresh(self.context)
            self._changed()
