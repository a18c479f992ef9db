"""The glossaries in a window: the terms of a direction, and what a dictionary of the user's suggests."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from desktop_app.core.errors import InkhornError
from desktop_app.core.glossary_records import Glossary, GlossaryTerm, NewTerm
from desktop_app.core.i18n import tr
from desktop_app.ui.chat_list.search_field import SearchField
from desktop_app.ui.icons import icon
from desktop_app.ui.models.words import language_words
from desktop_app.ui.theme import set_look, space, theme_of
from desktop_app.ui.translate.paged_table import Column, PagedModel, TableView, direction_words
from desktop_app.ui.translate.problems import failure_words
from desktop_app.ui.translate.terms_suggestions import Suggestions
from desktop_app.ui.widgets.flowing import wrapped
from desktop_app.ui.widgets.toast import Toast

SOURCE, TARGET, NOTE = 0, 1, 2
_BELOW_UNDER = 720  # px: narrower, the suggestions stand below the table


class TermsDialog(QDialog):
    """Builds and shows; what happens is the desk's business. ``looked`` when another direction, glossary or
    search is wanted; ``changed`` with a term and what it is to be; ``used`` with a `Glossary` and whether it
    is to be kept to."""

    looked = Signal()
    added = Signal(object)  # NewTerm
    changed = Signal(object, object)  # GlossaryTerm, NewTerm
    ticked = Signal(object, bool)  # GlossaryTerm
    remove_asked = Signal(object)  # list of GlossaryTerm
    used = Signal(object, bool)
    glossary_remove_asked = Signal(object)  # Glossary
    import_asked = Signal()
    export_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._glossaries: tuple[Glossary, ...] = ()
        columns = (
            Column(self._source_words, lambda one: str(one.source), True, lambda one: bool(one.used)),
            Column(self._target_words, lambda one: str(one.target), editable=True),
            Column(lambda: tr("Note"), lambda one: str(one.note), editable=True),
            Column(lambda: tr("Glossary"), lambda one: glossary_words(one.glossary)),
        )
        self._about = wrapped(self, tone="quiet")
        self.pairs, self.glossary = QComboBox(self), QComboBox(self)
        self.search = _Search(self)
        self.in_use = QCheckBox(self)
        self.drop_glossary = QPushButton(self)
        self.model = PagedModel(columns, self)
        self.table = TableView(self.model, self)
        self.table.fit(3)
        self.source, self.target, self.note = QLineEdit(self), QLineEdit(self), QLineEdit(self)
        self.add = QPushButton(self)
        self._count = QLabel(self)
        set_look(self._count, size="caption", tone="quiet")
        self.remove, self.imports, self.exports, self._close = (QPushButton(self) for _ in range(4))
        self.suggestions = Suggestions(self)
        self.toast = Toast(self)
        self._build()
        self._connect()
        self.retranslate()
        self._dress()
        self.resize(860, 560)

    def direction(self) -> tuple[str, str]:
        held = self.pairs.currentData()
        return (held[0], held[1]) if held else ("", "")

    def glossary_id(self) -> int:
        """0 for all of them."""
        held = self.glossary.currentData()
        return held if isinstance(held, int) else 0

    def set_directions(self, directions: Sequence[tuple[str, str, int]], wanted: tuple[str, str]) -> None:
        """Those with terms, and ``wanted``, which is shown unless another was chosen here."""
        held = self.direction()
        known = {(source, target): count for source, target, count in directions}
        if all(wanted):
            known.setdefault(wanted, 0)
        self.pairs.blockSignals(True)
        self.pairs.clear()
        for (source, target), count in known.items():
            self.pairs.addItem(direction_words(source, target, count), (source, target))
        chosen = held if held in known else wanted
        self.pairs.setCurrentIndex(list(known).index(chosen) if chosen in known else 0)
        self.pairs.blockSignals(False)

    def show_direction(self, source: str, target: str) -> None:
        for place in range(self.pairs.count()):
            if self.pairs.itemData(place) == (source, target):
                self.pairs.setCurrentIndex(place)

    def set_glossaries(self, glossaries: Sequence[Glossary]) -> None:
        held = self.glossary_id()
        self._glossaries = tuple(glossaries)
        self.glossary.blockSignals(True)
        self.glossary.clear()
        self.glossary.addItem(tr("All glossaries"), 0)
        for one in glossaries:
            name = glossary_words(one.name)
            self.glossary.addItem(name if one.used else tr("{name} (put aside)", name=name), one.id)
        self.glossary.setCurrentIndex(max(0, self.glossary.findData(held)))
        self.glossary.blockSignals(False)
        self._show_glossary()

    def show_page(self, terms: Sequence[GlossaryTerm], total: int) -> None:
        self.model.begin(terms, total)
        self.model.retranslate()
        self._show_state()

    def show_error(self, error: InkhornError) -> None:
        reason = str(error.values.get("reason", "")) if error.kind == "bad_file" else ""
        known = {"no_text": tr("There are no terms for these languages in the file.")}
        self.toast.show_note(known.get(reason) or failure_words(error.kind, error.values))

    def retranslate(self) -> None:
        self.setWindowTitle(tr("Glossary"))
        self._about.setText(
            tr("Words that translations keep to. Below each translation stands how many of them it kept.")
        )
        self.pairs.setAccessibleName(tr("Languages"))
        self.glossary.setAccessibleName(tr("Glossary"))
        self.table.setAccessibleName(tr("Terms"))
        self.in_use.setText(tr("Keep to this glossary"))
        for field, text in (
            (self.source, tr("Term")),
            (self.target, tr("Is translated as")),
            (self.note, tr("Note (if you like)")),
        ):
            field.setPlaceholderText(text)
            field.setAccessibleName(text)
        for button, text in (
            (self.add, tr("Add")),
            (self.remove, tr("Remove")),
            (self.imports, tr("Import…")),
            (self.exports, tr("Export CSV…")),
            (self._close, tr("Close")),
            (self.drop_glossary, tr("Remove this glossary")),
        ):
            button.setText(text)
            button.setAccessibleName(text)
        self.imports.setToolTip(tr("A table (CSV, TSV) or a TBX file"))
        self.set_glossaries(self._glossaries)
        self.model.retranslate()
        self._show_state()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = event.size().width() < _BELOW_UNDER
        self._split.setOrientation(Qt.Orientation.Vertical if narrow else Qt.Orientation.Horizontal)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.StyleChange and hasattr(self, "toast"):
            self._dress()

    def _build(self) -> None:
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)
        for button in (self.remove, self.imports, self.exports, self.drop_glossary):
            set_look(button, kind="quiet")
        for box in (self.pairs, self.glossary):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(10)
        head, group, new, foot = (QHBoxLayout() for _ in range(4))
        for layout in (head, group, new):
            layout.setSpacing(space(2))
        foot.setSpacing(space(1))
        self.search.setMinimumWidth(space(35))
        head.addWidget(self.pairs, 2)
        head.addWidget(self.glossary, 2)
        head.addWidget(self.search, 3)
        self._group = QWidget(self)
        self._group.setLayout(group)
        group.setContentsMargins(0, 0, 0, 0)
        group.addWidget(self.in_use)
        group.addStretch(1)
        group.addWidget(self.drop_glossary)
        for field, share in ((self.source, 3), (self.target, 3), (self.note, 2)):
            new.addWidget(field, share)
        new.addWidget(self.add)
        for button in (self.imports, self.exports, self.remove):
            foot.addWidget(button)
        foot.addStretch(1)
        foot.addWidget(self._close)
        left = QWidget(self)
        table = QVBoxLayout(left)
        table.setContentsMargins(0, 0, 0, 0)
        table.setSpacing(space(2))
        table.addWidget(self.table, 1)
        table.addWidget(self._count)
        table.addLayout(new)
        self._split = QSplitter(self)
        self._split.setChildrenCollapsible(False)
        self._split.setHandleWidth(1)
        self._split.addWidget(left)
        self._split.addWidget(self.suggestions)
        self._split.setStretchFactor(0, 3)
        self._split.setStretchFactor(1, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(space(5), space(4), space(5), space(4))
        column.setSpacing(space(3))
        column.addWidget(self._about)
        column.addLayout(head)
        column.addWidget(self._group)
        column.addWidget(self._split, 1)
        column.addLayout(foot)

    def _connect(self) -> None:
        for box in (self.pairs, self.glossary):
            box.currentIndexChanged.connect(lambda _: self._other())
        self.search.search_changed.connect(lambda _: self.looked.emit())
        self.model.edited.connect(self._edited)
        self.model.ticked.connect(self.ticked)
        self.table.remove_asked.connect(self._remove)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._show_state())
        self.source.returnPressed.connect(self.target.setFocus)
        self.target.returnPressed.connect(self._add)
        self.note.returnPressed.connect(self._add)
        for field in (self.source, self.target):
            field.textChanged.connect(lambda _: self._show_state())
        self.add.clicked.connect(self._add)
        self.remove.clicked.connect(self._remove)
        self.imports.clicked.connect(self.import_asked)
        self.exports.clicked.connect(self.export_asked)
        self._close.clicked.connect(self.reject)
        self.in_use.clicked.connect(self._use)
        self.drop_glossary.clicked.connect(self._drop)

    def _other(self) -> None:
        self._show_glossary()
        self.looked.emit()

    def _shown_glossary(self) -> Glossary | None:
        return next((one for one in self._glossaries if one.id == self.glossary_id()), None)

    def _show_glossary(self) -> None:
        shown = self._shown_glossary()
        self._group.setVisible(shown is not None)
        if shown is not None:
            self.in_use.setChecked(shown.used)

    def _show_state(self) -> None:
        total = self.model.total()
        if total:
            text = tr("1 term") if total == 1 else tr("{count} terms", count=f"{total:,}")
        elif self.search.query():
            text = tr("Nothing found for “{query}”.", query=self.search.query())
        else:
            text = tr("No terms yet: write one below, or import a glossary.")
        self._count.setText(text)
        self.remove.setEnabled(self.table.selectionModel().hasSelection())
        self.exports.setEnabled(total > 0)
        self.add.setEnabled(bool(self.source.text().strip() and self.target.text().strip()) and self._ready())

    def _ready(self) -> bool:
        return bool(self.direction()[0])

    def _add(self) -> None:
        if not self.add.isEnabled():
            return
        texts = (field.text().strip() for field in (self.source, self.target, self.note))
        source, target, note = texts
        self.added.emit(NewTerm(source, target, note=note))
        for field in (self.source, self.target, self.note):
            field.clear()
        self.source.setFocus()

    def _edited(self, term: GlossaryTerm, column: int, text: str) -> None:
        values = [term.source, term.target, term.note]
        values[column] = text.strip()
        if values[SOURCE] and values[TARGET]:
            self.changed.emit(term, NewTerm(values[SOURCE], values[TARGET], term.exact, values[NOTE]))

    def _remove(self) -> None:
        chosen = self.table.chosen()
        if chosen:
            self.remove_asked.emit(chosen)

    def _use(self, used: bool) -> None:
        shown = self._shown_glossary()
        if shown is not None:
            self.used.emit(shown, used)

    def _drop(self) -> None:
        shown = self._shown_glossary()
        if shown is not None:
            self.glossary_remove_asked.emit(shown)

    def _source_words(self) -> str:
        return language_words(self.direction()[0]) if self._ready() else tr("Term")

    def _target_words(self) -> str:
        return language_words(self.direction()[1]) if self._ready() else tr("Is translated as")

    def _dress(self) -> None:
        quiet = theme_of(self).quiet
        self.add.setIcon(icon("plus"))
        for button in (self.remove, self.drop_glossary):
            button.setIcon(icon("trash-2", quiet))
        self.imports.setIcon(icon("import", quiet))
        self.exports.setIcon(icon("upload", quiet))


class _Search(SearchField):
    def retranslate(self) -> None:
        self.setPlaceholderText(tr("Search terms"))
        self.setAccessibleName(tr("Search terms"))
        self.setToolTip(tr("Search in both languages and in the notes"))
        self._clear.setText(tr("Clear the search"))
        self._clear.setToolTip(tr("Clear the search (Esc)"))


def glossary_words(name: str) -> str:
    return name or tr("My terms")
