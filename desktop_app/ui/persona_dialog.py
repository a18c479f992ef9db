"""The editor of personas: those that come with the app to look at, the user's own to write."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.core.chat import Persona
from desktop_app.core.i18n import tr
from desktop_app.ui.icons import icon
from desktop_app.ui.persona_list import FREE_ID, NEW_ID, PersonaList, is_built_in
from desktop_app.ui.theme import set_look, space, theme_of


class PersonaDialog(QDialog):
    """Left the list, right the words of one. Changes are saved with the button, and also when one
    goes on to another persona or closes the window: nothing written is lost."""

    chosen = Signal(str, str)  # name ("" for free instructions), system prompt
    saved = Signal(object, str, str)  # id (None: a new one), name, prompt
    deleted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._personas: list[Persona] = []
        self._free = Persona(FREE_ID, "", "")
        self._chosen = ("", "")
        self._shown: Persona | None = None
        self._awaited: tuple[str, str] | None = None
        self._taken: Persona | None = None
        self.list = PersonaList()
        self.name = QLineEdit()
        self.prompt = QPlainTextEdit()
        self._name_label, self._prompt_label = QLabel(), QLabel()
        self._about = QLabel(wordWrap=True)
        self._deleted_label = QLabel()
        self.undo_button, self.add_button = QPushButton(), QPushButton()
        self.copy_button, self.delete_button, self.save_button = QPushButton(), QPushButton(), QPushButton()
        self.use_button, self.close_button = QPushButton(), QPushButton()
        self._build()
        self._connect()
        self.retranslate()
        self._dress()
        self.resize(720, 480)

    def set_personas(self, personas: Sequence[Persona]) -> None:
        """All of them; built-in ones (negative ids) come first and cannot be changed."""
        self._personas = sorted(personas, key=lambda p: (p.id > 0, abs(p.id)))
        wanted = self._shown.id if self._shown is not None else 0
        if self._awaited is not None:
            same = [p.id for p in self._personas if p.id > 0 and (p.name, p.prompt) == self._awaited]
            wanted = same[-1] if same else wanted
            self._awaited = None
        self._fill(wanted)

    def set_choice(self, name: str, prompt: str) -> None:
        """What the conversation has now."""
        self._chosen = (name, prompt)
        self._free = Persona(FREE_ID, "", "" if name else prompt)
        if self._shown is not None and self._shown.id == 0:
            self._fill(0)

    def begin(self, free_text: bool) -> None:
        """Show the conversation's own instructions, or the persona that is in use."""
        in_use = [p.id for p in self._personas if (p.name, p.prompt) == self._chosen]
        self._deleted_row(None)
        self._shown = None
        self._fill(0 if free_text or not in_use else in_use[0])
        (self.prompt if free_text else self.list).setFocus()

    def done(self, result: int) -> None:
        self._save()
        super().done(result)

    # --- building --------------------------------------------------------------------------------

    def _build(self) -> None:
        self._name_label.setBuddy(self.name)
        self._prompt_label.setBuddy(self.prompt)
        self.name.setMaxLength(80)
        self.prompt.setTabChangesFocus(True)
        set_look(self._about, tone="quiet")
        set_look(self._deleted_label, tone="quiet")
        set_look(self.undo_button, kind="link")
        set_look(self.use_button, kind="primary")
        for button in (self.add_button, self.copy_button, self.delete_button):
            set_look(button, kind="quiet")
        self.use_button.setDefault(True)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)

        side = QWidget()
        set_look(side, surface="sunken")
        left = QVBoxLayout(side)
        left.setContentsMargins(space(2), space(3), space(2), space(3))
        left.addWidget(self.list, 1)
        left.addWidget(self.add_button, 0, Qt.AlignmentFlag.AlignLeft)

        undo = QHBoxLayout()
        undo.addWidget(self._deleted_label)
        undo.addWidget(self.undo_button)
        undo.addStretch(1)
        tools = QHBoxLayout()
        tools.addWidget(self.copy_button)
        tools.addWidget(self.delete_button)
        tools.addStretch(1)
        tools.addWidget(self.save_button)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.close_button)
        foot.addWidget(self.use_button)
        right = QVBoxLayout()
        right.setContentsMargins(space(5), space(4), space(5), space(4))
        right.setSpacing(space(2))
        for widget in (self._name_label, self.name, self._prompt_label):
            right.addWidget(widget)
        right.addWidget(self.prompt, 1)
        right.addWidget(self._about)
        right.addLayout(tools)
        right.addLayout(undo)
        right.addSpacing(space(2))
        right.addLayout(foot)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(side)
        whole.addLayout(right, 1)

    def _connect(self) -> None:
        self.list.gone_to.connect(self._go_to)
        self.list.itemActivated.connect(lambda _: self.prompt.setFocus())
        self.name.textEdited.connect(self._note_edit)
        self.prompt.textChanged.connect(self._note_edit)
        self.add_button.clicked.connect(self._add)
        self.copy_button.clicked.connect(self._copy)
        self.delete_button.clicked.connect(self._delete)
        self.undo_button.clicked.connect(self._undo)
        self.save_button.clicked.connect(self._save)
        self.use_button.clicked.connect(self._use)
        self.close_button.clicked.connect(self.reject)
        QShortcut(QKeySequence("Ctrl+S"), self).activated.connect(self._save)
        QShortcut(QKeySequence("Ctrl+Return"), self).activated.connect(self._use)

    def retranslate(self) -> None:
        self.setWindowTitle(tr("Personas"))
        self.list.setAccessibleName(tr("Personas"))
        self._name_label.setText(tr("&Name"))
        self._prompt_label.setText(tr("&Instructions to the model"))
        self.name.setAccessibleName(tr("Name of the persona"))
        self.name.setPlaceholderText(tr("For example: Travel guide"))
        self.prompt.setAccessibleName(tr("Instructions to the model"))
        self.prompt.setPlaceholderText(
            tr("Who is the model, and how should it answer? Short instructions work best.")
        )
        self.add_button.setText(tr("New persona"))
        self.copy_button.setText(tr("Duplicate"))
        self.delete_button.setText(tr("Delete"))
        self.undo_button.setText(tr("Undo"))
        self.save_button.setText(tr("Save"))
        self.close_button.setText(tr("Close"))
        self.use_button.setText(tr("Use in this conversation"))
        self._show_shown()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if not hasattr(self, "close_button"):
            return
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.StyleChange:
            self._dress()
            self._fill(self._shown.id if self._shown is not None else 0)

    def _dress(self) -> None:
        self.add_button.setIcon(icon("plus"))
        self.copy_button.setIcon(icon("copy"))
        self.delete_button.setIcon(icon("trash-2", theme_of(self).danger))

    # --- the list --------------------------------------------------------------------------------

    def _fill(self, wanted: int) -> None:
        """Build the list anew with the persona of id ``wanted`` (0: free instructions) shown. If it is
        the one that is shown already, what is edited in it stays."""
        edited = self._edited() if self._shown is not None and self._shown.id == wanted else None
        self._show(self.list.fill(self._free, self._personas, wanted))
        if edited is not None:
            self.name.setText(edited[0])
            self.prompt.setPlainText(edited[1])

    def _go_to(self, wanted: Persona) -> None:
        edit = self._take_edit()
        self._show(wanted)
        if self.list.has_new() and wanted.id != NEW_ID:
            # Later, because the list is in the middle of telling where the user went.
            QTimer.singleShot(0, self, self._drop_new)
        self._keep(edit)

    def _drop_new(self) -> None:
        if self._shown is not None and self._shown.id != NEW_ID:
            self._fill(self._shown.id)

    # --- the one that is shown -------------------------------------------------------------------

    def _show(self, persona: Persona) -> None:
        self._shown = None  # what is set below is no edit
        self.name.setText(persona.name)
        self.prompt.setPlainText(persona.prompt)
        self._shown = persona
        self._show_shown()

    def _show_shown(self) -> None:
        shown = self._shown or self._free
        built_in = is_built_in(shown)
        self.name.setVisible(shown.id != 0)
        self._name_label.setVisible(shown.id != 0)
        for field in (self.name, self.prompt):
            field.setReadOnly(built_in)
        set_look(self.prompt, surface="sunken" if built_in else "")
        if built_in:
            self._about.setText(tr("Comes with Inkhorn. Duplicate it to make it your own."))
        elif shown.id == 0:
            self._about.setText(tr("These instructions hold for this conversation alone."))
        else:
            self._about.setText("")
        self._about.setVisible(bool(self._about.text()))
        self.copy_button.setVisible(shown.id != 0)
        self.delete_button.setVisible(shown.id > 0 or shown.id == NEW_ID)
        self.save_button.setVisible(shown.id > 0 or shown.id == NEW_ID)
        self._note_edit()

    def _edited(self) -> tuple[str, str] | None:
        """Name and prompt as they stand now, where they are not what is saved."""
        if self._shown is None or is_built_in(self._shown):
            return None
        now = (" ".join(self.name.text().split()), self.prompt.toPlainText().strip())
        return now if now != (self._shown.name, self._shown.prompt) else None

    def _note_edit(self) -> None:
        edited = self._edited()
        self.save_button.setEnabled(edited is not None and any(edited))

    def _save(self) -> None:
        edit = self._take_edit()
        if edit is not None:
            self._awaited = (edit.name, edit.prompt)  # stay with it when it comes back with an id
            self._keep(edit)

    def _take_edit(self) -> Persona | None:
        """What is edited, to be kept, and shown as unedited from now on. A persona without a name gets
        one from its first words."""
        edited, shown = self._edited(), self._shown
        if edited is None or shown is None or shown.id == 0 or not any(edited):
            return None
        name, prompt = edited
        self._shown = Persona(shown.id, name or prompt[:24].strip(), prompt)
        self._show_shown()
        return self._shown

    def _keep(self, edit: Persona | None) -> None:
        if edit is not None:
            self.saved.emit(None if edit.id == NEW_ID else edit.id, edit.name, edit.prompt)

    def _add(self) -> None:
        self._begin_new("", "")
        self.name.setFocus()

    def _copy(self) -> None:
        if self._shown is not None:
            self._begin_new(tr("{name} (copy)", name=self.name.text()), self.prompt.toPlainText())
            self.name.setFocus()
            self.name.selectAll()

    def _begin_new(self, name: str, prompt: str) -> None:
        edit = self._take_edit()
        self._shown = None
        self._fill(NEW_ID)
        self.name.setText(name)
        self.prompt.setPlainText(prompt)
        self._note_edit()
        self._keep(edit)

    def _delete(self) -> None:
        shown = self._shown
        if shown is None:
            return
        self._deleted_row(Persona(shown.id, self.name.text(), self.prompt.toPlainText()))
        self._shown = None
        if shown.id > 0:
            self.deleted.emit(shown.id)
        self._personas = [persona for persona in self._personas if persona.id != shown.id]
        self._fill(0)
        self.list.setFocus()

    def _deleted_row(self, persona: Persona | None) -> None:
        self._taken = persona
        if persona is not None:
            self._deleted_label.setText(tr("“{name}” is deleted.", name=persona.name or tr("New persona")))
        self._deleted_label.setVisible(persona is not None)
        self.undo_button.setVisible(persona is not None)

    def _undo(self) -> None:
        taken = self._taken
        self._deleted_row(None)
        if taken is not None:
            self._awaited = (taken.name, taken.prompt)
            self.saved.emit(None, taken.name or tr("New persona"), taken.prompt)

    def _use(self) -> None:
        self._save()
        if self._shown is not None:
            name = self._shown.name if self._shown.id != 0 else ""
            self.chosen.emit(name, self.prompt.toPlainText().strip())
        self.accept()
