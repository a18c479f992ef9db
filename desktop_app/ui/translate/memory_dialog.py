"""The translation memory in a window: how much it has for which pair, to look through and put right."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop_app.core.errors import InkhornError
from desktop_app.core.i18n import tr
from desktop_app.core.translation_records import MemoryEntry
from desktop_app.ui.chat_list.search_field import SearchField
from desktop_app.ui.icons import icon
from desktop_app.ui.theme import set_look, space, theme_of
from desktop_app.ui.translate.paged_table import Column, PagedModel, TableView, direction_words
from desktop_app.ui.translate.problems import failure_words
from desktop_app.ui.translate.work_strip import WorkStrip
from desktop_app.ui.widgets.flowing import wrapped
from desktop_app.ui.widgets.toast import Toast

TEXT, TRANSLATION = 0, 1


class MemoryDialog(QDialog):
    """Builds and shows; what happens is the desk's business. ``looked`` when another direction or search
    is wanted; ``corrected`` with an entry and its new text and translation."""

    looked = Signal()
    corrected = Signal(object, str, str)
    remove_asked = Signal(object)  # list of MemoryEntry
    import_asked = Signal()
    export_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        columns = (
            Column(lambda: tr("Sentence"), lambda one: str(one.text), editable=True),
            Column(lambda: tr("Translation"), lambda one: str(one.translation), editable=True),
            Column(lambda: tr("Origin"), _origin),
            Column(lambda: tr("Changed"), lambda one: f"{datetime.fromtimestamp(one.updated):%Y-%m-%d}"),
        )
        self._about = wrapped(self, tone="quiet")
        self.pairs = QComboBox(self)
        self.pairs.currentIndexChanged.connect(lambda _: self.looked.emit())
        self.search = _Search(self)
        self.search.search_changed.connect(lambda _: self.looked.emit())
        self.model = PagedModel(columns, self)
        self.model.edited.connect(self._edited)
        self.table = TableView(self.model, self)
        self.table.fit(2, 3)
        self.table.remove_asked.connect(self._remove)
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._show_state())
        self.model.modelReset.connect(self._show_state)
        self._count = QLabel(self)
        set_look(self._count, size="caption", tone="quiet")
        self.strip = WorkStrip(self)
        self.remove, self.imports, self.exports, self._close = (QPushButton(self) for _ in range(4))
        self.remove.clicked.connect(self._remove)
        self.imports.clicked.connect(self.import_asked)
        self.exports.clicked.connect(self.export_asked)
        self._close.clicked.connect(self.reject)
        self.toast = Toast(self)
        self._build()
        self.retranslate()
        self._dress()
        self.resize(780, 520)

    def direction(self) -> tuple[str, str]:
        """("", "") where the memory has nothing."""
        held = self.pairs.currentData()
        return (held[0], held[1]) if held else ("", "")

    def set_directions(self, directions: Sequence[tuple[str, str, int]], wanted: tuple[str, str]) -> None:
        """Those with sentences; ``wanted`` is shown unless another was chosen."""
        held = self.direction()
        self.pairs.blockSignals(True)
        self.pairs.clear()
        for source, target, count in directions:
            self.pairs.addItem(direction_words(source, target, count), (source, target))
        known = [(source, target) for source, target, _ in directions]
        chosen = held if held in known else wanted
        self.pairs.setCurrentIndex(known.index(chosen) if chosen in known else 0 if known else -1)
        self.pairs.blockSignals(False)
        self.looked.emit()

    def show_page(self, entries: Sequence[MemoryEntry], total: int) -> None:
        self.model.begin(entries, total)

    def show_error(self, error: InkhornError) -> None:
        self.toast.show_note(failure_words(error.kind, error.values))

    def retranslate(self) -> None:
        self.setWindowTitle(tr("Translation memory"))
        self._about.setText(
            tr(
                "Sentences that you corrected or approved, and those of files that you brought in. When the "
                "same sentence comes again, it is translated as it stands here, before any model is asked."
            )
        )
        self.pairs.setAccessibleName(tr("Languages"))
        self.table.setAccessibleName(tr("Translation memory"))
        for button, text in (
            (self.remove, tr("Remove")),
            (self.imports, tr("Import TMX…")),
            (self.exports, tr("Export TMX…")),
            (self._close, tr("Close")),
        ):
            button.setText(text)
            button.setAccessibleName(text)
        self.model.retranslate()
        self._show_state()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.StyleChange and hasattr(self, "toast"):
            self._dress()

    def _build(self) -> None:
        for button in (self.remove, self.imports, self.exports, self._close):
            button.setAutoDefault(False)
        for button in (self.remove, self.imports, self.exports):
            set_look(button, kind="quiet")
        self.pairs.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.pairs.setMinimumWidth(space(35))
        head = QHBoxLayout()
        head.setSpacing(space(2))
        head.addWidget(self.pairs)
        head.addWidget(self.search, 1)
        foot = QHBoxLayout()
        foot.setSpacing(space(1))
        for button in (self.imports, self.exports, self.remove):
            foot.addWidget(button)
        foot.addStretch(1)
        foot.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(space(5), space(4), space(5), space(4))
        column.setSpacing(space(3))
        column.addWidget(self._about)
        column.addLayout(head)
        column.addWidget(self.table, 1)
        column.addWidget(self._count)
        column.addWidget(self.strip)
        column.addLayout(foot)

    def _show_state(self) -> None:
        total = self.model.total()
        if total:
            text = tr("{count} sentences", count=f"{total:,}")
        elif self.search.query():
            text = tr("Nothing found for “{query}”.", query=self.search.query())
        else:
            text = tr("Nothing here yet: correct a sentence under a translation, or import a TMX file.")
        self._count.setText(text)
        self.remove.setEnabled(self.table.selectionModel().hasSelection())
        self.exports.setEnabled(self.pairs.count() > 0)

    def _edited(self, entry: MemoryEntry, column: int, text: str) -> None:
        if text.strip():
            both = (text, entry.translation) if column == TEXT else (entry.text, text)
            self.corrected.emit(entry, *both)

    def _remove(self) -> None:
        chosen = self.table.chosen()
        if chosen:
            self.remove_asked.emit(chosen)

    def _dress(self) -> None:
        quiet = theme_of(self).quiet
        self.remove.setIcon(icon("trash-2", quiet))
        self.imports.setIcon(icon("import", quiet))
        self.exports.setIcon(icon("upload", quiet))


class _Search(SearchField):
    def retranslate(self) -> None:
        self.setPlaceholderText(tr("Search in both languages"))
        self.setAccessibleName(tr("Search in both languages"))
        self.setToolTip(tr("Search in both languages"))
        self._clear.setText(tr("Clear the search"))
        self._clear.setToolTip(tr("Clear the search (Esc)"))


def _origin(entry: MemoryEntry) -> str:
    return tr("by you") if entry.origin == "own" else tr("from a file")
