"""A summary that stands for the messages above it: readable, editable, removable."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop_app.core.chat import Note
from desktop_app.core.i18n import tr
from desktop_app.ui.conversation.editor import InlineEditor
from desktop_app.ui.fonts import reading_font
from desktop_app.ui.theme import set_look, space


class NoteCard(QFrame):
    edited = Signal(int, str)
    deleted = Signal(int)
    height_changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        set_look(self, surface="card")
        self._note = Note(0, 0, 0, "")
        self._text_size = 15
        self._title = QLabel(self)
        set_look(self._title, textSize="caption", tone="quiet")
        self._title.setWordWrap(True)
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._edit = QPushButton(self)
        self._delete = QPushButton(self)
        for button in (self._edit, self._delete):
            set_look(button, kind="quiet")
        self.editor: InlineEditor | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(space(4), space(3), space(4), space(2))
        self._column.setSpacing(space(1.5))
        self._column.addWidget(self._title)
        self._column.addWidget(self._text)
        self._row = QWidget(self)
        row = QHBoxLayout(self._row)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(self._edit)
        row.addWidget(self._delete)
        self._column.addWidget(self._row)
        self._edit.clicked.connect(self.edit)
        self._delete.clicked.connect(lambda: self.deleted.emit(self._note.id))
        self.retranslate()

    def show_note(self, note: Note, text_size: int, read_only: bool) -> None:
        if note.id != self._note.id:
            self._close()
        self._note = note
        self._text_size = text_size
        self._text.setText(note.text)
        self._text.setFont(reading_font(self.font(), text_size))
        self._row.setVisible(not read_only and self.editor is None)
        self.retranslate()

    def height_for(self, width: int) -> int:
        margins = self._column.contentsMargins()
        inner = width - margins.left() - margins.right() - 2
        if self.editor is not None:
            above = self._title.heightForWidth(inner)
            return above + self.editor.height_for(inner) + margins.top() + margins.bottom() + space(3)
        self._column.invalidate()
        return max(self._column.totalHeightForWidth(width), 40)

    def edit(self) -> None:
        if self.editor is not None:
            return
        self.editor = InlineEditor(self._note.text, tr("Save"), tr("Summary"), self._text_size, self)
        self.editor.kept.connect(self._keep)
        self.editor.cancelled.connect(self._cancel)
        self.editor.height_changed.connect(self.height_changed)
        self._text.hide()
        self._row.hide()
        self._column.addWidget(self.editor)
        self.editor.show()
        self.height_changed.emit()
        self.editor.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _keep(self, text: str) -> None:
        self._close()
        self._text.setText(text)
        self.edited.emit(self._note.id, text)
        self.height_changed.emit()

    def _cancel(self) -> None:
        self._close()
        self._edit.setFocus(Qt.FocusReason.OtherFocusReason)
        self.height_changed.emit()

    def _close(self) -> None:
        if self.editor is None:
            return
        self._column.removeWidget(self.editor)
        self.editor.hide()
        self.editor.deleteLater()
        self.editor = None
        self._text.show()
        self._row.show()

    def retranslate(self) -> None:
        self._title.setText(tr("Summary of the messages above, in their place for the model"))
        self._edit.setText(tr("Edit"))
        self._edit.setAccessibleName(tr("Edit the summary"))
        self._delete.setText(tr("Delete"))
        self._delete.setAccessibleName(tr("Delete the summary"))
        self.setAccessibleName(tr("Summary"))
        self.setAccessibleDescription(self._text.text())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange and hasattr(self, "_row"):
            self.retranslate()
