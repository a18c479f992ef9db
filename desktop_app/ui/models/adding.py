"""Models that the user has already: dropped on the window or chosen in a dialog, looked at, taken in."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog

from desktop_app.core.errors import InkhornError
from desktop_app.core.i18n import tr
from desktop_app.library.found import Found
from desktop_app.library.installed import Installed
from desktop_app.ui.models.drop_area import DropArea
from desktop_app.ui.models.keeper import Keeper
from desktop_app.ui.models.pane import PANE, ModelsPane
from desktop_app.ui.models.problems import library_trouble
from desktop_app.ui.window import MainWindow


class Adding(QObject):
    """Several that were dropped together come one after another. ``added`` with the `Installed`, and
    whether the very same was there before, so that nothing came of it."""

    added = Signal(object, bool)

    def __init__(self, window: MainWindow, pane: ModelsPane, keeper: Keeper) -> None:
        super().__init__(window)
        self._window, self._pane, self._keeper = window, pane, keeper
        self._card = pane.card
        self._waiting: list[Path] = []
        self._found: Found | None = None
        self._folder = ""
        self.drop = DropArea(window)
        self.drop.dropped.connect(self.take)
        pane.add_asked.connect(self._choose)
        self._card.asked.connect(self._answer)
        keeper.found.connect(self._show_found)
        keeper.refused.connect(self._refuse)
        keeper.imported.connect(self._imported)
        keeper.progress.connect(self._show_progress)

    @Slot(object)
    def take(self, paths: list[Path]) -> None:
        """Look at ``paths``; what they are, and what can be done with them, is shown on the card."""
        self._waiting += paths
        self._window.show_pane(PANE)
        self._pane.show_view("here")  # where it will stand
        if self._card.isHidden() or self._card.phase() == "refused":
            self._next()

    def _next(self) -> None:
        self._found = None
        if not self._waiting:
            self._card.hide()
            return
        path = self._waiting.pop(0)
        self._card.look_at(path.name)
        self._keeper.inspect(path)

    @Slot(str)
    def _choose(self, what: str) -> None:
        if what == "file":
            kinds = ";;".join((tr("Models (*.gguf)"), tr("All files (*)")))
            chosen = QFileDialog.getOpenFileName(self._window, tr("Add a file…"), self._folder, kinds)[0]
        else:
            chosen = QFileDialog.getExistingDirectory(self._window, tr("Add a folder…"), self._folder)
        if chosen:
            self._folder = str(Path(chosen).parent)
            self.take([Path(chosen)])

    @Slot(str)
    def _answer(self, what: str) -> None:
        if what == "close":
            if self._card.phase() == "working":
                self._keeper.stop("import")  # ends in `_refuse`
            else:
                self._next()
        elif self._found is not None:
            self._card.show_progress(0, self._found.bytes)
            self._keeper.take_in(self._found, copy=what == "copy")

    @Slot(object)
    def _show_found(self, found: Found) -> None:
        self._found = found
        self._card.show_found(found)

    @Slot(object)
    def _refuse(self, error: InkhornError) -> None:
        if error.kind == "cancelled":
            self._next()
        else:
            self._card.refuse(library_trouble(error.kind, error.values))

    @Slot(str, object, object)
    def _show_progress(self, key: str, done: int, total: int) -> None:
        if key == "import" and self._card.phase() == "working":
            self._card.show_progress(done, total)

    @Slot(object, bool)
    def _imported(self, installed: Installed, was_there: bool) -> None:
        self._next()
        self.added.emit(installed, was_there)
