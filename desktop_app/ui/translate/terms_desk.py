"""Joins the window of the glossaries to the store, and tells the pane which terms count."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop_app.core.errors import InkhornError
from desktop_app.core.glossary_records import Glossary, GlossaryTerm, NewTerm
from desktop_app.core.i18n import tr
from desktop_app.core.translation import Term
from desktop_app.store.store import Store
from desktop_app.translation.cedict import Dictionary, read_dictionary
from desktop_app.ui.translate.direction import Direction
from desktop_app.ui.translate.paged_table import PIECE
from desktop_app.ui.translate.terms_dialog import TermsDialog
from desktop_app.ui.translate.terms_files import Directed, read_both_ways, store_glossary, write_terms
from desktop_app.worker.lane import Lane
from desktop_app.worker.storage import Storage

MOST = 100_000
_TEXT_FOR_SUGGESTIONS = 20_000  # characters


class TermsDesk(QObject):
    """``terms_changed`` with the terms for the direction of the pane; ``remembered`` with what the settings
    should keep. ``text`` gives the text at hand."""

    terms_changed = Signal(object)
    remembered = Signal(object)
    trouble = Signal(object)  # InkhornError

    def __init__(
        self,
        window: QWidget,
        storage: Storage,
        lane: Lane,
        direction: Direction,
        text: Callable[[], str],
        dictionary: str,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._window, self._storage, self._lane = window, storage, lane
        self._direction, self._text = direction, text
        self._dialog: TermsDialog | None = None
        self._path = dictionary
        self._dictionary: Dictionary | None = None
        self._read_for = ("", "")

    # --- what translations keep to ------------------------------------------------------------------

    @Slot()
    def use_direction(self) -> None:
        """The pane has another direction."""
        wanted = (self._direction.source, self._direction.target)
        if wanted != self._read_for and wanted[0]:
            self.refresh_terms()

    def refresh_terms(self) -> None:
        wanted = self._read_for = (self._direction.source, self._direction.target)

        def take(terms: tuple[Term, ...]) -> None:
            if wanted == self._read_for:
                self.terms_changed.emit(terms)

        self._storage.run(lambda store: store.glossaries.terms(*wanted), take, self.trouble.emit)

    # --- the window ---------------------------------------------------------------------------------

    @Slot()
    def open(self) -> TermsDialog:
        if self._dialog is None:
            self._dialog = dialog = TermsDialog(self._window)
            dialog.looked.connect(self._look)
            dialog.model.more_wanted.connect(self._fetch)
            dialog.added.connect(self._add)
            dialog.changed.connect(self._change)
            dialog.ticked.connect(self._tick)
            dialog.remove_asked.connect(self._remove)
            dialog.used.connect(self._use)
            dialog.glossary_remove_asked.connect(self._remove_glossary)
            dialog.import_asked.connect(self._choose_import)
            dialog.export_asked.connect(self._choose_export)
            dialog.suggestions.taken.connect(self._take_suggestion)
            dialog.suggestions.load_asked.connect(self._choose_dictionary)
            dialog.suggestions.forget_asked.connect(lambda: self._use_dictionary(""))
        self.refresh()
        self._load_dictionary()
        dialog = self._dialog
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()
        dialog.source.setFocus()
        return dialog

    def refresh(self) -> None:
        """What the window shows, from the store."""
        dialog = self._dialog
        if dialog is None:
            return
        wanted = (self._direction.source, self._direction.target)

        def read(store: Store) -> tuple[list[tuple[str, str, int]], list[Glossary]]:
            return store.glossaries.directions(), store.glossaries.all()

        def take(found: tuple[list[tuple[str, str, int]], list[Glossary]]) -> None:
            dialog.set_directions(found[0], wanted)
            dialog.set_glossaries(found[1])
            self._look()

        self._storage.run(read, take, self._tell)

    def _asked(self) -> tuple[str, str, int, str]:
        dialog = self._shown()
        return (*dialog.direction(), dialog.glossary_id(), dialog.search.query())

    def _shown(self) -> TermsDialog:
        assert self._dialog is not None
        return self._dialog

    @Slot()
    def _look(self) -> None:
        asked = self._asked()

        def read(store: Store) -> tuple[list[GlossaryTerm], int]:
            return store.glossaries.page(*asked, limit=PIECE), store.glossaries.count(*asked)

        def take(found: tuple[list[GlossaryTerm], int]) -> None:
            if asked == self._asked():
                self._shown().show_page(*found)

        self._storage.run(read, take, self._tell)
        self._suggest()

    @Slot(int)
    def _fetch(self, offset: int) -> None:
        asked = self._asked()

        def take(found: list[GlossaryTerm]) -> None:
            if asked == self._asked():
                self._shown().model.add(found)

        self._storage.run(
            lambda store: store.glossaries.page(*asked, limit=PIECE, offset=offset), take, self._tell
        )

    # --- changes ------------------------------------------------------------------------------------

    @Slot(object)
    def _add(self, new: NewTerm) -> None:
        source, target = self._shown().direction()
        chosen = self._shown().glossary_id()

        def write(store: Store) -> None:
            store.glossaries.put(chosen or store.glossaries.own().id, source, target, new)

        self._storage.run(write, lambda _: self._changed(), self._tell)

    @Slot(object, object)
    def _change(self, term: GlossaryTerm, new: NewTerm) -> None:
        def write(store: Store) -> None:
            pair = (term.source_language, term.target_language)
            store.glossaries.put(term.glossary_id, *pair, new, term.id)

        self._storage.run(write, lambda _: self._changed(), self._tell)

    @Slot(object, bool)
    def _tick(self, term: GlossaryTerm, used: bool) -> None:
        def write(store: Store) -> GlossaryTerm:
            store.glossaries.set_term_used([term.id], used)
            return store.glossaries.term(term.id)

        def take(changed: GlossaryTerm) -> None:
            self._shown().model.replace(changed)
            self.refresh_terms()

        self._storage.run(write, take, self._tell)

    @Slot(object)
    def _remove(self, terms: Sequence[GlossaryTerm]) -> None:
        keys = [term.id for term in terms]

        def gone(removed: list[GlossaryTerm]) -> None:
            self._changed()
            count = len(removed)
            text = (
                tr("“{term}” removed", term=removed[0].source)
                if count == 1
                else tr("{count} terms removed", count=f"{count:,}")
            )
            self._shown().toast.show_note(text, lambda: self._put_back(None, removed))

        self._storage.run(lambda store: store.glossaries.delete_terms(keys), gone, self._tell)

    @Slot(object, bool)
    def _use(self, glossary: Glossary, used: bool) -> None:
        self._storage.run(
            lambda store: store.glossaries.set_used(glossary.id, used), lambda _: self._changed(), self._tell
        )

    @Slot(object)
    def _remove_glossary(self, glossary: Glossary) -> None:
        def gone(removed: tuple[Glossary, list[GlossaryTerm]]) -> None:
            self._changed()
            text = tr("Glossary removed, with {count} terms", count=f"{len(removed[1]):,}")
            self._shown().toast.show_note(text, lambda: self._put_back(*removed))

        self._storage.run(lambda store: store.glossaries.delete(glossary.id), gone, self._tell)

    def _put_back(self, glossary: Glossary | None, terms: Sequence[GlossaryTerm]) -> None:
        self._storage.run(
            lambda store: store.glossaries.put_back(glossary, terms), lambda _: self._changed(), self._tell
        )

    def _changed(self) -> None:
        self.refresh()
        self.refresh_terms()

    # --- files --------------------------------------------------------------------------------------

    @Slot()
    def _choose_import(self) -> None:
        kinds = f"{tr('Glossaries')} (*.csv *.tsv *.tbx *.txt *.xml);;{tr('All files')} (*)"
        chosen, _ = QFileDialog.getOpenFileName(self._dialog, tr("Import a glossary"), "", kinds)
        if chosen:
            self.import_glossary(Path(chosen))

    def import_glossary(self, path: Path) -> None:
        """As a glossary of its own, named after the file, for the direction that is shown."""
        source, target = self._shown().direction()

        def written(count: int) -> None:
            self._changed()
            text = tr("{count} terms from {name}", count=f"{count:,}", name=path.name)
            self._shown().toast.show_note(text)

        def read(found: list[Directed]) -> None:
            self._storage.run(lambda store: store_glossary(store, path.name, found), written, self._tell)

        self._lane.run(lambda: read_both_ways(path, source, target), read, self._tell)

    @Slot()
    def _choose_export(self) -> None:
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        source, target = self._shown().direction()
        name = str(Path(folder) / f"glossary.{source}-{target}.csv")
        chosen, _ = QFileDialog.getSaveFileName(self._dialog, tr("Export the glossary"), name, "CSV (*.csv)")
        if chosen:
            path = Path(chosen)
            self.export_glossary(path if path.suffix else path.with_suffix(".csv"))

    def export_glossary(self, path: Path) -> None:
        """What the table shows."""
        source, target, glossary, query = self._asked()

        def written(count: int) -> None:
            text = tr("{count} terms written to {name}", count=f"{count:,}", name=path.name)
            self._shown().toast.show_note(text)

        def read(terms: list[GlossaryTerm]) -> None:
            self._lane.run(lambda: write_terms(path, terms, source, target), written, self._tell)

        self._storage.run(
            lambda store: store.glossaries.page(source, target, glossary, query, MOST), read, self._tell
        )

    # --- suggestions --------------------------------------------------------------------------------

    @Slot()
    def _choose_dictionary(self) -> None:
        kinds = f"CC-CEDICT (*.u8 *.txt);;{tr('All files')} (*)"
        chosen, _ = QFileDialog.getOpenFileName(self._dialog, tr("Load a dictionary"), "", kinds)
        if chosen:
            self._use_dictionary(chosen)

    def _use_dictionary(self, path: str) -> None:
        self._path, self._dictionary = path, None
        self.remembered.emit({"dictionary": path})
        self._load_dictionary()

    def _load_dictionary(self) -> None:
        path = self._path
        if self._dictionary is not None or not path:
            self._take_dictionary(self._dictionary)
            return

        def failed(error: InkhornError) -> None:
            self._path = ""
            self._take_dictionary(None)
            self._tell(error)

        self._lane.run(lambda: read_dictionary(Path(path)), self._take_dictionary, failed)

    def _take_dictionary(self, dictionary: Dictionary | None) -> None:
        self._dictionary = dictionary
        count = len(dictionary) if dictionary is not None else 0
        self._shown().suggestions.set_dictionary(Path(self._path).name if count else "", count)
        self._suggest()

    def _suggest(self) -> None:
        """What of the text at hand the dictionary knows and the glossaries do not yet."""
        dictionary, pane = self._dictionary, self._shown().suggestions
        source, target = self._shown().direction()
        suits = {source.partition("-")[0], target.partition("-")[0]} == {"zh", "en"}
        here = (source, target) == (self._direction.source, self._direction.target)
        if dictionary is None or not suits or not here:
            pane.set_terms((), suits)
            return
        text = self._text()[:_TEXT_FOR_SUGGESTIONS]

        def known(terms: tuple[Term, ...]) -> None:
            have = {term.source.casefold() for term in terms}
            found = dictionary.suggested(text, source, target)
            pane.set_terms([term for term in found if term.source.casefold() not in have], suits)

        self._storage.run(lambda store: store.glossaries.terms(source, target), known, self._tell)

    @Slot(object)
    def _take_suggestion(self, term: Term) -> None:
        self._add(NewTerm(term.source, term.target, term.exact))

    @Slot(object)
    def _tell(self, error: InkhornError) -> None:
        if self._dialog is not None and self._dialog.isVisible():
            self._dialog.show_error(error)
        else:
            self.trouble.emit(error)
