"""The list of what was translated: shown, searched, opened, deleted with a way back."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop_app.core.i18n import tr
from desktop_app.core.translation_records import TranslationHit, TranslationRecord
from desktop_app.store.store import Store
from desktop_app.ui.translate.history_list import HistoryList
from desktop_app.ui.translate.text_desk import TextDesk
from desktop_app.ui.window import MainWindow
from desktop_app.worker.storage import Storage

REFRESH_MS = 120  # changes that come together are shown together


class HistoryDesk(QObject):
    trouble = Signal(object)  # InkhornError

    def __init__(
        self, window: MainWindow, view: HistoryList, text: TextDesk, storage: Storage, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._window, self._view, self._text, self._storage = window, view, text, storage
        self._query = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self._read)
        view.opened.connect(text.open)
        view.new_asked.connect(text.begin_anew)
        view.search_changed.connect(self._search)
        view.deleted.connect(self._delete)
        view.clear_asked.connect(self._clear)
        text.listed.connect(self.refresh)

    @Slot()
    def refresh(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def _read(self) -> None:
        if self._query:
            self._search(self._query)
            return

        def show(records: Sequence[TranslationRecord]) -> None:
            if not self._query:
                self._view.set_records(records)
                self._view.set_current(self._text.entry)

        self._storage.run(lambda store: store.history.newest(), show, self.trouble.emit)

    @Slot(str)
    def _search(self, query: str) -> None:
        self._query = query
        if not query:
            self._read()
            return

        def show(hits: list[TranslationHit]) -> None:
            if query == self._query:  # an answer to an older question is of no use any more
                self._view.set_hits(hits)

        self._storage.run(lambda store: store.history.search(query), show, self.trouble.emit)

    @Slot(object)
    def _delete(self, keys: list[int]) -> None:
        self._text.store_result()
        self._storage.run(
            lambda store: store.history.delete(*keys), lambda _: self._deleted(keys), self.trouble.emit
        )

    @Slot()
    def _clear(self) -> None:
        self._text.store_result()
        self._storage.run(lambda store: store.history.clear(), self._deleted, self.trouble.emit)

    def _deleted(self, keys: list[int]) -> None:
        def restore(store: Store) -> None:
            store.history.restore(*keys)

        def undo() -> None:
            self._storage.run(restore, lambda _: self._read(), self.trouble.emit)

        self._text.forget(keys)
        self._read()
        one = tr("Translation deleted")
        text = one if len(keys) == 1 else tr("{count} translations deleted", count=f"{len(keys):,}")
        self._window.toast.show_note(text, undo)
