"""The page of the two texts: what is typed, kept, translated, corrected and taken away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QStandardPaths, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog

from desktop_app.core.errors import InkhornError, kind_of_os_error
from desktop_app.core.files import write_atomically
from desktop_app.core.i18n import tr
from desktop_app.core.messages import Failed
from desktop_app.core.translation_records import TranslationRecord
from desktop_app.core.translation_routes import Route
from desktop_app.store.store import Store
from desktop_app.store.titles import title_from
from desktop_app.ui.exporting import safe_file_name
from desktop_app.ui.translate.direction import Direction
from desktop_app.ui.translate.live import Live
from desktop_app.ui.translate.memory import exact
from desktop_app.ui.translate.pane import TranslatePane
from desktop_app.ui.translate.pointing import Pointing
from desktop_app.ui.translate.sheet import Sheet, sheet_of
from desktop_app.ui.window import MainWindow
from desktop_app.worker.lane import Lane
from desktop_app.worker.storage import Storage


@dataclass(slots=True)
class _Entry:
    """Of the history, the one that is being written. ``id`` is 0 until the storage thread has made it; it
    alone sets it, so that what is typed meanwhile goes into the same."""

    id: int = 0


class TextDesk(QObject):
    """``listed`` when the history has something new in it."""

    listed = Signal()
    trouble = Signal(object)  # InkhornError

    def __init__(
        self,
        window: MainWindow,
        pane: TranslatePane,
        live: Live,
        direction: Direction,
        storage: Storage,
        background: Lane,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._window, self._pane, self._page = window, pane, pane.text
        self.live, self._direction, self._storage, self._background = live, direction, storage, background
        self._route: Route | None = None
        self._entry = _Entry()
        self._stored: Sheet | None = None
        self.pointing = Pointing(self._page, self)
        page = self._page
        page.source.typed.connect(self._typed)
        page.swap_asked.connect(self.swap)
        page.clear_asked.connect(self.begin_anew)
        page.foot.copy_asked.connect(self.copy)
        page.foot.export_asked.connect(self.export)
        live.changed.connect(self._show)
        live.settled.connect(self._settled)
        live.failed.connect(self._failed)
        live.working.connect(page.foot.set_working)

    @property
    def entry(self) -> int:
        return self._entry.id

    def use_route(self, route: Route | None) -> None:
        self._route = route
        self.live.set_direction(self._direction.source, self._direction.target, route)

    # --- what the user does -----------------------------------------------------------------------

    @Slot(str)
    def _typed(self, text: str) -> None:
        self._direction.look_at(text)
        if not text.strip():
            self.store_result()
            self._entry = _Entry()
        self.live.set_text(text)

    @Slot()
    def swap(self) -> None:
        """The translation becomes the text to translate."""
        if not self._direction.source:
            return
        sheet = self.live.sheet
        text = sheet.text if sheet.lines and sheet.is_ready else self._page.source.toPlainText()
        self.store_result()
        self._entry = _Entry()
        self._direction.swap()
        self._put(text)

    @Slot()
    def begin_anew(self) -> None:
        """An empty page; what stood there is in the history."""
        self.store_result()
        self._entry = _Entry()
        self._put("")
        self._pane.history.set_current(0)
        self._pane.write()

    def open(self, record: TranslationRecord) -> None:
        """An entry of the history, as it was left."""
        self.store_result()
        self._entry = _Entry(record.id)
        self._direction.use(record.source, record.target, record.found)
        self._page.source.set_text(record.text)
        self.live.show(record.text, sheet_of(record))

    def forget(self, keys: Sequence[int]) -> None:
        """Entries were deleted: what is open goes on as a new one."""
        if self._entry.id in keys:
            self._entry = _Entry()
            self._put("")

    @Slot()
    def copy(self) -> None:
        if self.live.sheet.lines:
            QGuiApplication.clipboard().setText(self.live.sheet.text)
            self._window.toast.show_note(tr("The translation is on the clipboard"))

    @Slot()
    def export(self) -> None:
        """As plain text, alone or below each paragraph of the original."""
        sheet = self.live.sheet
        if not sheet.lines:
            return
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        name = safe_file_name(title_from(sheet.text), ".txt")
        kinds = (f"{tr('Translation')} (*.txt)", f"{tr('Both languages')} (*.txt)")
        chosen, kind = QFileDialog.getSaveFileName(
            self._pane, tr("Save as…"), str(Path(folder) / name), ";;".join(kinds)
        )
        if not chosen:
            return
        path = Path(chosen) if Path(chosen).suffix else Path(f"{chosen}.txt")
        text = _both(sheet) if kind == kinds[1] else sheet.text
        self._background.run(
            lambda: write_text(path, text),
            lambda _: self._window.toast.show_note(tr("Saved as {name}", name=path.name)),
            self.trouble.emit,
        )

    def _put(self, text: str) -> None:
        self._page.source.set_text(text)
        self.live.set_text(text)

    # --- keeping ------------------------------------------------------------------------------------

    def keep(self, text: str, sentences: Sequence[str], then: Callable[[dict[str, str]], None]) -> None:
        """What was typed is on the disk before a model is asked; what the memory has needs none."""
        d, entry = self._direction, self._entry
        source, target, found = d.source, d.target, not d.chosen

        def write(store: Store) -> tuple[bool, dict[str, str]]:
            before = entry.id
            entry.id = store.history.keep(before, text, source, found, target).id
            return entry.id != before, exact(store, source, target, sentences)

        def kept(result: tuple[bool, dict[str, str]]) -> None:
            is_new, remembered = result
            if is_new:
                self.listed.emit()
            then(remembered)

        def failed(error: InkhornError) -> None:
            self.trouble.emit(error)
            then({})  # a full disk is no reason not to translate

        self._storage.run(write, kept, failed)

    @Slot()
    def store_result(self) -> None:
        """Put what is translated beside what was typed."""
        sheet, entry = self.live.sheet, self._entry
        if sheet is self._stored or not any(line.is_ready for line in sheet.lines):
            return
        self._stored = sheet
        model = self._route.key if self._route is not None else ""
        spans, text = sheet.spans(), sheet.text

        def write(store: Store) -> None:
            if entry.id:
                store.history.put_result(entry.id, text, spans, model)

        self._storage.run(write, lambda _: self.listed.emit(), self.trouble.emit)

    # --- what happens -------------------------------------------------------------------------------

    @Slot(object)
    def _show(self, sheet: Sheet) -> None:
        self._page.target.show_sheet(sheet)
        self._page.foot.set_sheet(sheet)
        self.pointing.set_sheet(sheet)

    @Slot()
    def _settled(self) -> None:
        self.store_result()
        self._direction.note_use()

    @Slot(object)
    def _failed(self, failure: Failed | None) -> None:
        self._pane.show_failure(failure, self.live.try_again)


def _both(sheet: Sheet) -> str:
    """Sentence by sentence, each with its translation below it."""
    return "\n\n".join(f"{line.sentence}\n{line.shown}" for line in sheet.lines) + "\n"


def write_text(path: Path, text: str) -> None:
    """Raises InkhornError ``disk_full``, ``read_only``."""
    try:
        write_atomically(path, text.encode())
    except OSError as error:
        message = f"{path.name} could not be written: {error.strerror or error}"
        raise InkhornError(kind_of_os_error(error), message) from error
