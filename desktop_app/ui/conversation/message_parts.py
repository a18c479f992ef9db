"""The parts of a message that only some have, made when one first needs them."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QPushButton, QWidget

from desktop_app.core.i18n import tr
from desktop_app.ui.conversation.action_row import BUTTON
from desktop_app.ui.conversation.items import Context, MessageItem
from desktop_app.ui.conversation.measures import LINE
from desktop_app.ui.conversation.note_card import NoteCard
from desktop_app.ui.conversation.problem_box import ProblemBox
from desktop_app.ui.conversation.progress_line import HEIGHT as PROGRESS_HEIGHT
from desktop_app.ui.conversation.progress_line import ProgressLine
from desktop_app.ui.conversation.version_stepper import VersionStepper
from desktop_app.ui.conversation.words import ending
from desktop_app.ui.theme import set_look


class MessageParts(QObject):
    """Children of a message's widget, which places them."""

    acted = Signal(str)
    show_all = Signal()
    note_edited = Signal(int, str)
    note_deleted = Signal(int)
    height_changed = Signal()

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner)
        self._owner = owner
        self._item: MessageItem | None = None
        self._note: NoteCard | None = None
        self._problem: ProblemBox | None = None
        self._progress: ProgressLine | None = None
        self._stepper: VersionStepper | None = None
        self._continue: QPushButton | None = None
        self._more: QPushButton | None = None

    def refresh(self, item: MessageItem, context: Context, text_size: int, hidden_characters: int) -> None:
        """Show what ``item`` has and hide the rest."""
        self._item = item
        self._refresh_note(item, context, text_size)
        self._refresh_problem(item, context)
        self._refresh_progress(item)
        self._refresh_stepper(item, context)
        self._refresh_continue(item, context)
        self._refresh_more(item, hidden_characters)

    def before(self) -> list[QWidget]:
        return [part for part in (self._note,) if part is not None]

    def after(self) -> list[QWidget]:
        parts = (self._more, self._problem, self._continue, self._stepper)
        return [part for part in parts if part is not None]

    def heights_above(self, width: int) -> list[tuple[QWidget, int]]:
        if self._note is None or self._note.isHidden():
            return []
        return [(self._note, self._note.height_for(width))]

    def heights_below(self, width: int) -> list[tuple[QWidget, int]]:
        """The parts between the text and the foot, from the top down."""
        parts: list[tuple[QWidget, int]] = []
        if self._more is not None and not self._more.isHidden():
            parts.append((self._more, LINE))
        if self._progress is not None and not self._progress.isHidden():
            parts.append((self._progress, PROGRESS_HEIGHT))
        if self._problem is not None and not self._problem.isHidden():
            parts.append((self._problem, self._problem.height_for(width)))
        return parts

    def place_line(self, left: int, y: int, font: QFont) -> None:
        """Put "Continue" behind the words that say why the reply ended."""
        if self._continue is None or self._item is None:
            return
        size = self._continue.sizeHint()
        left += QFontMetrics(font).horizontalAdvance(ending(self._item)) + 8
        self._continue.setGeometry(left, y + (LINE - size.height()) // 2, size.width(), size.height())

    def place_stepper(self, left: int, y: int) -> None:
        if self._stepper is not None:
            self._stepper.setGeometry(left, y, self._stepper.sizeHint().width(), BUTTON)

    def stepper_right(self) -> int:
        """Where the stepper ends, 0 if there is none."""
        shown = self._stepper is not None and not self._stepper.isHidden()
        return self._stepper.geometry().right() if self._stepper is not None and shown else 0

    def _refresh_note(self, item: MessageItem, context: Context, text_size: int) -> None:
        if item.note is not None:
            if self._note is None:
                self._note = NoteCard(self._owner)
                self._note.edited.connect(self.note_edited)
                self._note.deleted.connect(self.note_deleted)
                self._note.height_changed.connect(self.height_changed)
            self._note.show_note(item.note, text_size, context.read_only)
        if self._note is not None:
            self._note.setVisible(item.note is not None)

    def _refresh_problem(self, item: MessageItem, context: Context) -> None:
        if item.problem is not None:
            if self._problem is None:
                self._problem = ProblemBox(self._owner)
                self._problem.chosen.connect(lambda key: self.acted.emit(f"problem:{key}"))
            self._problem.show_problem(item.problem)
            self._problem.set_enabled(not context.read_only)
        if self._problem is not None:
            self._problem.setVisible(item.problem is not None)

    def _refresh_progress(self, item: MessageItem) -> None:
        if item.progress is not None:
            if self._progress is None:
                self._progress = ProgressLine(self._owner)
            self._progress.show_progress(item.progress)
        if self._progress is not None:
            self._progress.setVisible(item.progress is not None)

    def _refresh_stepper(self, item: MessageItem, context: Context) -> None:
        message = item.message
        if message.versions > 1:
            if self._stepper is None:
                self._stepper = VersionStepper(self._owner)
                self._stepper.stepped.connect(self.acted)
            free = not (context.busy or context.read_only)
            self._stepper.show_version(message.version, message.versions, free)
        if self._stepper is not None:
            self._stepper.setVisible(message.versions > 1)

    def _refresh_continue(self, item: MessageItem, context: Context) -> None:
        wanted = bool(ending(item)) and context.is_last and not context.read_only
        if wanted and self._continue is None:
            self._continue = self._make_link()
            self._continue.clicked.connect(lambda: self.acted.emit("continue"))
        if self._continue is not None:
            self._continue.setText(tr("Continue") if item.text else tr("Try again"))
            self._continue.setEnabled(not context.busy)
            self._continue.setVisible(wanted)

    def _refresh_more(self, item: MessageItem, hidden_characters: int) -> None:
        if hidden_characters and self._more is None:
            self._more = self._make_link()
            self._more.clicked.connect(self.show_all)
        if self._more is not None:
            self._more.setText(tr("Show all {count} characters", count=f"{len(item.text):,}"))
            self._more.setVisible(bool(hidden_characters))

    def _make_link(self) -> QPushButton:
        button = QPushButton(self._owner)
        set_look(button, kind="link")
        return button
