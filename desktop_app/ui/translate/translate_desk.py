"""Joins the parts of the translation pane: widgets, engines, storage and models."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut

from desktop_app.core.errors import InkhornError
from desktop_app.core.i18n import tr
from desktop_app.core.messages import Failed
from desktop_app.core.settings import Settings
from desktop_app.core.translation import TranslateOptions
from desktop_app.core.translation_records import TranslationRecord
from desktop_app.core.translation_routes import Route, Routes
from desktop_app.store.store import Store
from desktop_app.ui.translate.direction import Direction
from desktop_app.ui.translate.finding import Finder
from desktop_app.ui.translate.interpreter import Interpreter
from desktop_app.ui.translate.language_picker import Languages
from desktop_app.ui.translate.live import Live
from desktop_app.ui.translate.pane import PANE, TranslatePane
from desktop_app.ui.translate.pointing import Pointing
from desktop_app.ui.translate.sheet import Sheet
from desktop_app.ui.window import MainWindow
from desktop_app.worker.engine_worker import EngineWorker
from desktop_app.worker.lane import Lane
from desktop_app.worker.storage import Storage

KEY = "translate"  # of what the settings remember of the window


class TranslateDesk(QObject):
    """``read_routes`` looks which models there are, on a thread that may wait. ``route_chosen`` with a
    `Route` that the user wants for its direction from now on."""

    remembered = Signal(object)
    route_chosen = Signal(object)
    get_asked = Signal(object)  # Route with models that are missing
    more_asked = Signal()

    def __init__(
        self,
        window: MainWindow,
        storage: Storage,
        translators: EngineWorker,
        chat: EngineWorker,
        background: Lane,
        settings: Settings,
        read_routes: Callable[[], Routes],
        finder: Finder,
    ) -> None:
        super().__init__(window)
        self._window, self._storage, self._background = window, storage, background
        self._read_routes = read_routes
        self._routes = Routes()
        self._route: Route | None = None
        self._entry = 0  # of the history that is being written
        self.pane = pane = TranslatePane(settings)
        self.interpreter = Interpreter(translators, chat, self)
        self.live = Live(self.interpreter, self._keep, self)
        self.direction = Direction(settings.window.get(KEY), finder.find, self)
        self._pointing = Pointing(pane.text, self)
        self._join()
        window.add_pane(PANE, "languages", lambda: tr("Translate"), pane)

    def start(self) -> None:
        self.refresh_routes()

    def flush(self) -> None:
        """Hand to the storage thread what is not there yet."""
        self._store_result()

    def use_settings(self, settings: Settings) -> None:
        self.pane.text.use_settings(settings)

    @Slot()
    def refresh_routes(self) -> None:
        """Another model came or went, or the user chose one."""
        self._background.run(self._read_routes, self._take_routes, self._tell)

    def _take_routes(self, routes: Routes) -> None:
        self._routes = routes
        self._use_direction()

    # --- what the user does -----------------------------------------------------------------------

    @Slot(str)
    def _typed(self, text: str) -> None:
        self.direction.look_at(text)
        self.live.set_text(text)
        if not text.strip():
            self._store_result()
            self._entry = 0

    def swap(self) -> None:
        """The translation becomes the text to translate."""
        sheet, text = self.live.sheet, self.pane.text.source.toPlainText()
        turned = sheet.text if text.strip() and sheet.is_ready else text
        self._store_result()
        self._entry = 0
        self.direction.swap()
        self.pane.text.source.set_text(turned)
        self.live.set_text(turned)

    def clear(self) -> None:
        self._store_result()
        self._entry = 0
        self.pane.text.source.set_text("")
        self.live.set_text("")
        self.pane.text.source.setFocus(Qt.FocusReason.OtherFocusReason)

    def copy(self) -> None:
        if self.live.sheet.lines:
            QGuiApplication.clipboard().setText(self.live.sheet.text)
            self._window.toast.show_note(tr("The translation is on the clipboard"))

    # --- direction and model ------------------------------------------------------------------------

    @Slot()
    def _use_direction(self) -> None:
        d, text = self.direction, self.pane.text
        langs = Languages(self._routes.languages(), self._routes.ready(), d.recent)
        text.source_language.set_languages(langs)
        text.target_language.set_languages(langs)
        text.source_language.set_code(d.chosen, d.found)
        text.target_language.set_code(d.target)
        text.target.set_language(d.target)
        self._route = self._routes.best(d.source, d.target)
        self.pane.route.set_ways(self._routes, self._routes.between(d.source, d.target), self._route)
        self.live.set_direction(d.source, d.target, self._route)

    # --- keeping ------------------------------------------------------------------------------------

    def _keep(self, text: str, sentences: Sequence[str], then: Callable[[dict[str, str]], None]) -> None:
        """What was typed is on the disk before a model is asked; what the memory has needs none."""
        d, entry = self.direction, self._entry

        def write(store: Store) -> TranslationRecord:
            return store.history.keep(entry, text, d.source, not d.chosen, d.target)

        def kept(record: TranslationRecord) -> None:
            if entry == self._entry:
                self._entry = record.id
            then({})

        def failed(error: InkhornError) -> None:
            self._tell(error)
            then({})  # a full disk is no reason not to translate

        self._storage.run(write, kept, failed)

    def _store_result(self) -> None:
        sheet, entry, route = self.live.sheet, self._entry, self._route
        if not entry or not any(line.is_ready for line in sheet.lines):
            return
        model = route.key if route is not None else ""
        self._storage.run(
            lambda store: store.history.put_result(entry, sheet.text, sheet.spans(), model), failed=self._tell
        )

    # --- what happens -------------------------------------------------------------------------------

    @Slot(object)
    def _show(self, sheet: Sheet) -> None:
        self.pane.text.target.show_sheet(sheet)
        self.pane.text.foot.set_sheet(sheet)
        self._pointing.set_sheet(sheet)

    @Slot()
    def _settled(self) -> None:
        self._store_result()
        self.direction.note_use()

    @Slot(object)
    def _failed(self, failure: Failed | None) -> None:
        self.pane.show_failure(failure, self.live.try_again)

    @Slot(object)
    def _tell(self, error: InkhornError) -> None:
        self.pane.show_error(error)

    def _join(self) -> None:
        text, d = self.pane.text, self.direction
        text.source.typed.connect(self._typed)
        text.swap_asked.connect(self.swap)
        text.clear_asked.connect(self.clear)
        text.foot.copy_asked.connect(self.copy)
        text.source_language.chosen.connect(d.choose_source)
        text.target_language.chosen.connect(d.choose_target)
        d.changed.connect(self._use_direction)
        d.remembered.connect(lambda values: self.remembered.emit({KEY: values}))
        self.live.changed.connect(self._show)
        self.live.settled.connect(self._settled)
        self.live.failed.connect(self._failed)
        self.live.working.connect(text.foot.set_working)
        self.pane.route.chosen.connect(self.route_chosen)
        self.pane.route.unload_asked.connect(self.interpreter.translators.unload)
        self.pane.route.more_asked.connect(self.more_asked)
        shortcut = QShortcut(QKeySequence("Ctrl+Shift+S"), self.pane)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.swap)


__all__ = ["TranslateDesk", "TranslateOptions"]
