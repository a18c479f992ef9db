"""Joins the window of the memory to the store and to its files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop_app.core.errors import InkhornError
from desktop_app.core.i18n import tr
from desktop_app.core.translation_records import MemoryEntry
from desktop_app.store.store import Store
from desktop_app.ui.translate.direction import Direction
from desktop_app.ui.translate.memory import new_entry
from desktop_app.ui.translate.memory_dialog import MemoryDialog
from desktop_app.ui.translate.memory_files import MemoryFiles
from desktop_app.ui.translate.paged_table import PIECE
from desktop_app.worker.lane import Lane
from desktop_app.worker.storage import Storage


class MemoryDesk(QObject):
    """``changed`` when the memory has other sentences than before."""

    changed = Signal()

    def __init__(
        self, window: QWidget, storage: Storage, lane: Lane, direction: Direction, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._window, self._storage, self._direction = window, storage, direction
        self._dialog: MemoryDialog | None = None
        self._whole = 0
        self.files = MemoryFiles(storage, lane, self)
        self.files.progressed.connect(self._show_progress)
        self.files.imported.connect(self._imported)
        self.files.exported.connect(self._exported)
        self.files.failed.connect(self._tell)
        self.files.ended.connect(self._ended)

    @Slot()
    def open(self) -> MemoryDialog:
        if self._dialog is None:
            self._dialog = dialog = MemoryDialog(self._window)
            dialog.looked.connect(self._look)
            dialog.model.more_wanted.connect(self._fetch)
            dialog.corrected.connect(self._correct)
            dialog.remove_asked.connect(self._remove)
            dialog.import_asked.connect(self._choose_import)
            dialog.export_asked.connect(self._choose_export)
            dialog.strip.stop_asked.connect(self.files.stop)
        self.refresh()
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()
        return self._dialog

    @Slot()
    def refresh(self) -> None:
        """Another sentence was kept, here or under a translation."""
        dialog = self._dialog
        if dialog is None:
            return
        wanted = (self._direction.source, self._direction.target)

        def take(directions: list[tuple[str, str, int]]) -> None:
            self._whole = sum(count for _, _, count in directions)
            dialog.set_directions(directions, wanted)

        self._storage.run(lambda store: store.memory_table.directions(), take, self._tell)

    @Slot()
    def _look(self) -> None:
        dialog = self._dialog
        assert dialog is not None
        asked = (*dialog.direction(), dialog.search.query())

        def read(store: Store) -> tuple[list[MemoryEntry], int]:
            return store.memory_table.page(*asked, limit=PIECE), store.memory_table.count(*asked)

        def take(found: tuple[list[MemoryEntry], int]) -> None:
            if asked == (*dialog.direction(), dialog.search.query()):
                dialog.show_page(*found)

        self._storage.run(read, take, self._tell)

    @Slot(int)
    def _fetch(self, offset: int) -> None:
        dialog = self._dialog
        assert dialog is not None
        asked = (*dialog.direction(), dialog.search.query())

        def take(found: list[MemoryEntry]) -> None:
            if asked == (*dialog.direction(), dialog.search.query()):
                dialog.model.add(found)

        self._storage.run(
            lambda store: store.memory_table.page(*asked, limit=PIECE, offset=offset), take, self._tell
        )

    @Slot(object, str, str)
    def _correct(self, entry: MemoryEntry, text: str, translation: str) -> None:
        dialog = self._dialog
        assert dialog is not None
        new = new_entry(text.strip(), translation.strip())

        def take(changed: MemoryEntry) -> None:
            dialog.model.replace(changed)
            self.changed.emit()

        self._storage.run(lambda store: store.memory_table.change(entry.id, new), take, self._tell)

    @Slot(object)
    def _remove(self, entries: Sequence[MemoryEntry]) -> None:
        dialog = self._dialog
        assert dialog is not None
        keys = [entry.id for entry in entries]

        def gone(removed: list[MemoryEntry]) -> None:
            self._changed()
            text = (
                tr("Removed from the memory")
                if len(removed) == 1
                else tr("{count} sentences removed", count=f"{len(removed):,}")
            )
            dialog.toast.show_note(text, lambda: self._put_back(removed))

        self._storage.run(lambda store: store.memory_table.delete(keys), gone, self._tell)

    def _put_back(self, entries: Sequence[MemoryEntry]) -> None:
        self._storage.run(
            lambda store: store.memory_table.put_back(entries), lambda _: self._changed(), self._tell
        )

    def _changed(self) -> None:
        self.refresh()
        self.changed.emit()

    # --- files --------------------------------------------------------------------------------------

    @Slot()
    def _choose_import(self) -> None:
        kinds = f"TMX (*.tmx);;{tr('All files')} (*)"
        chosen, _ = QFileDialog.getOpenFileName(self._dialog, tr("Import a memory"), "", kinds)
        if chosen:
            self.files.read(Path(chosen))

    @Slot()
    def _choose_export(self) -> None:
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        name = str(Path(folder) / "memory.tmx")
        chosen, _ = QFileDialog.getSaveFileName(self._dialog, tr("Export the memory"), name, "TMX (*.tmx)")
        if chosen:
            path = Path(chosen)
            self.files.write(path if path.suffix else path.with_suffix(".tmx"), self._whole)

    @Slot(str, int, int)
    def _show_progress(self, what: str, done: int, whole: int) -> None:
        if self._dialog is None:
            return
        if not whole:
            text = tr("Reading the file…")
        elif what == "import":
            text = tr("{done} of {all} sentences stored", done=f"{done:,}", all=f"{whole:,}")
        else:
            text = tr("Writing {count} sentences…", count=f"{whole:,}")
        self._dialog.strip.say(text, done, whole)
        self._dialog.imports.setEnabled(False)

    @Slot(int, bool)
    def _imported(self, new: int, stopped: bool) -> None:
        self._changed()
        if self._dialog is not None:
            text = tr("{count} new sentences in your translation memory", count=f"{new:,}")
            if stopped:
                text = tr("Stopped. {count} new sentences stay in your memory", count=f"{new:,}")
            self._dialog.toast.show_note(text)

    @Slot(int, str)
    def _exported(self, count: int, name: str) -> None:
        if self._dialog is not None:
            text = tr("{count} sentences written to {name}", count=f"{count:,}", name=name)
            self._dialog.toast.show_note(text)

    @Slot()
    def _ended(self) -> None:
        if self._dialog is not None:
            self._dialog.strip.over()
            self._dialog.imports.setEnabled(True)

    @Slot(object)
    def _tell(self, error: InkhornError) -> None:
        if self._dialog is not None:
            self._dialog.show_error(error)
