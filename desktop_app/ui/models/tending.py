"""Care for what is on the disk: check it, show where it lies, remove it with a time to take that back."""

from __future__ import annotations

from PySide6.QtCore import QObject, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices

from desktop_app.core.errors import InkhornError
from desktop_app.core.i18n import tr
from desktop_app.core.paths import Paths
from desktop_app.library.installed import Installed
from desktop_app.ui.data_page import open_folder
from desktop_app.ui.models.keeper import Keeper
from desktop_app.ui.models.pane import ModelsPane
from desktop_app.ui.models.problems import library_trouble
from desktop_app.ui.models.showing import Showing
from desktop_app.ui.numbers import bytes_text
from desktop_app.ui.window import MainWindow


class Tending(QObject):
    """``changed`` when the disk is another; ``leaving`` and ``kept`` with the id of a model that is about
    to go, and of one that was taken back; ``trouble`` with an `InkhornError` of nobody's row."""

    changed = Signal()
    leaving = Signal(str)
    kept = Signal(str)
    trouble = Signal(object)

    def __init__(
        self, window: MainWindow, pane: ModelsPane, showing: Showing, keeper: Keeper, paths: Paths
    ) -> None:
        super().__init__(window)
        self._window, self._pane, self._showing = window, pane, showing
        self._keeper, self._paths = keeper, paths
        self._removing = ""  # the one that can still be taken back
        keeper.progress.connect(self._show_progress)
        keeper.checked.connect(self._checked)
        keeper.removed.connect(lambda *_: self.changed.emit())
        keeper.cleared.connect(self._cleared)
        keeper.failed.connect(self._failed)
        pane.disk.clear_asked.connect(keeper.clear_prepared)
        pane.disk.folder_asked.connect(lambda: open_folder(paths.user_models))
        pane.installed.delete_asked.connect(self.remove)

    def stop(self) -> None:
        """What was removed is removed; what is being checked stops."""
        if self._removing:
            self._window.toast.dismiss()
        self._keeper.stop_all()

    def do(self, action: str, one: Installed) -> bool:
        """Whether ``action`` was one of its own."""
        if action == "check":
            self._showing.show_check(one.id, 0.0)
            self._pane.installed_details.set_trouble(None)
            self._keeper.check(one)
        elif action == "stop_check":
            self._keeper.stop(one.id)
        elif action == "show":
            place = one.path if one.path.is_dir() else one.path.parent
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(place)))
        elif action == "remove":
            self.remove(one.id)
        else:
            return False
        return True

    @Slot(str)
    def remove(self, key: str) -> None:
        """Out of the list at once; off the disk when the note with Undo goes."""
        shelf = self._showing.shelf
        one = shelf.find(key) if shelf is not None else None
        if shelf is None or one is None or one.origin == "bundled":
            return
        self._window.toast.dismiss()  # an earlier one is final now
        self._removing = key
        self.leaving.emit(key)
        self._showing.hide_installed(key, True)
        given = shelf.given_back(one)
        text = tr("{name} removed: gives back {size}", name=one.name, size=bytes_text(given))
        if one.origin == "link":
            text = tr("{name} is forgotten; your own file stays", name=one.name)
        elif one.state == "missing":
            text = tr("{name} is no longer in the list", name=one.name)
        self._window.toast.show_note(text, lambda: self._take_back(key), lambda: self._remove_now(one))

    def _take_back(self, key: str) -> None:
        self._removing = ""
        self._showing.hide_installed(key, False)
        self.kept.emit(key)

    def _remove_now(self, one: Installed) -> None:
        self._removing = ""
        self._keeper.stop(one.id)
        self._keeper.remove(one)

    @Slot(str, object, object)
    def _show_progress(self, key: str, done: int, total: int) -> None:
        if key != "import" and total:
            self._showing.show_check(key, done / total)

    @Slot(str, object)
    def _checked(self, key: str, error: InkhornError | None) -> None:
        note = tr("Checked: every byte is right") if error is None else ""
        if error is not None and error.kind == "not_found":
            note = tr("Nothing is known to compare it with: it came from your own disk.")
        self._showing.show_check(key, None, note)
        if error is not None and error.kind not in ("cancelled", "not_found"):
            if self._pane.installed.current_key() == key:
                trouble = library_trouble(error.kind, error.values)
                self._pane.installed_details.set_trouble(trouble)
            self.changed.emit()

    @Slot(object)
    def _cleared(self, given_back: int) -> None:
        self._window.toast.show_note(tr("{size} given back", size=bytes_text(given_back)))
        self.changed.emit()

    @Slot(str, object)
    def _failed(self, key: str, error: InkhornError) -> None:
        if key:
            self._showing.hide_installed(key, False)
        self.trouble.emit(error)
        self.changed.emit()
