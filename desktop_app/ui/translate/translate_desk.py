"""Joins the parts of the translation pane: widgets, engines, storage and models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut

from desktop_app.core.errors import InkhornError
from desktop_app.core.i18n import tr
from desktop_app.core.paths import bundle_root
from desktop_app.core.settings import Settings
from desktop_app.core.translation import Term, TranslateOptions
from desktop_app.core.translation_routes import Routes
from desktop_app.ui.numbers import bytes_text
from desktop_app.ui.translate.compare_desk import CompareDesk
from desktop_app.ui.translate.direction import Direction
from desktop_app.ui.translate.document_queue import DocumentQueue
from desktop_app.ui.translate.documents_desk import DocumentsDesk
from desktop_app.ui.translate.finding import Finder
from desktop_app.ui.translate.history_desk import HistoryDesk
from desktop_app.ui.translate.interpreter import Interpreter
from desktop_app.ui.translate.language_picker import Languages
from desktop_app.ui.translate.live import Live
from desktop_app.ui.translate.memory import Remembering
from desktop_app.ui.translate.memory_desk import MemoryDesk
from desktop_app.ui.translate.missing import Missing
from desktop_app.ui.translate.options_desk import OptionsDesk
from desktop_app.ui.translate.pane import PANE, TranslatePane
from desktop_app.ui.translate.route_picker import summary_words
from desktop_app.ui.translate.sentence_desk import SentenceDesk
from desktop_app.ui.translate.terms_desk import TermsDesk
from desktop_app.ui.translate.text_desk import TextDesk
from desktop_app.ui.window import MainWindow
from desktop_app.worker.engine_state import EngineState
from desktop_app.worker.engine_worker import EngineWorker
from desktop_app.worker.lane import Lane
from desktop_app.worker.storage import Storage

KEY = "translate"
"""Of what the settings remember of the window."""


class TranslateDesk(QObject):
    """``read_routes`` looks which models there are, on another thread. ``route_chosen`` with a `Route`
    that the user wants for its direction from now on; ``get_asked`` with ids of the catalogue's models that a
    direction needs; ``unlock_asked`` to the offline lock, ``more_asked`` to the Models pane."""

    remembered = Signal(object)
    route_chosen = Signal(object)
    get_asked = Signal(object)
    unlock_asked = Signal()
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
        self._window, self._background, self._read_routes = window, background, read_routes
        self._kept: dict[str, Any] = _dict(settings.window.get(KEY))
        self._language, self._finder = settings.language, finder
        self._routes = Routes()
        self._files = Lane("documents", self)
        self._files.problem.connect(self._tell)
        self._files.start()
        self.pane = pane = TranslatePane(settings, bool(self._kept.get("list", False)))
        self.interpreter = Interpreter(translators, chat, self)
        remembering = Remembering(storage, self)
        self.direction = direction = Direction(self._kept, finder.find, self)
        self.live = Live(self.interpreter, lambda *given: self.text.keep(*given), self)
        self.text = TextDesk(window, pane, self.live, direction, storage, background, self)
        self.history = HistoryDesk(window, pane.history, self.text, storage, self)
        self.sentences = SentenceDesk(
            pane.text, self.live, self.text.pointing, direction, self.interpreter, remembering, self
        )
        self.queue = DocumentQueue(
            storage, self.interpreter, self._files, remembering, self._language_of, self
        )
        self.documents = DocumentsDesk(window, pane, self.queue, direction, self._files, self)
        self.options = OptionsDesk(pane.options, storage, direction, self._kept, self)
        dictionary = str(self._kept.get("dictionary", ""))
        text = pane.text.source.toPlainText
        self.terms = TermsDesk(window, storage, self._files, direction, text, dictionary, self)
        self.memory = MemoryDesk(window, storage, self._files, direction, self)
        # A finder of its own: it reads on the thread of the files.
        own = Finder(bundle_root() / "resources")
        self.compare = CompareDesk(window, self.interpreter, self._files, direction, own, self)
        self.missing = Missing(pane, settings.offline, self)
        pane.documents.bilingual.setChecked(bool(self._kept.get("bilingual", False)))
        window.add_pane(PANE, "languages", lambda: tr("Translate"), pane)
        self._join(translators, remembering)
        self._use_options(self.options.options)

    def start(self) -> None:
        self.refresh_routes()
        self.history.refresh()
        self.queue.start()
        self.options.start()

    def flush(self) -> None:
        """Hand to the storage thread what is not there yet."""
        self.text.store_result()
        self.queue.stop()

    def stop(self) -> None:
        self._files.stop()

    def use_settings(self, settings: Settings) -> None:
        self.pane.text.use_settings(settings)
        if settings.language != self._language:
            self._language = settings.language
            self._use_direction()
        self.missing.set_offline(settings.offline)

    def _language_of(self, text: str) -> str:
        return self._finder.find(text, self.direction.recent)[0]

    def find(self) -> None:
        """Go to the search field of the list."""
        if not self.pane.is_list_shown():
            self.pane.toggle_list()
        self.pane.history.search.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @Slot()
    def refresh_routes(self) -> None:
        """Another model came or went, or the user chose one."""
        self._background.run(self._read_routes, self._take_routes, self._tell)

    def _take_routes(self, routes: Routes) -> None:
        self._routes = routes
        self._use_direction()
        self.queue.use_routes(routes)
        self.compare.use_routes(routes)

    @Slot()
    def _use_direction(self) -> None:
        d, pane = self.direction, self.pane
        languages = Languages(self._routes.languages(), self._routes.ready(), d.recent)
        for page in (pane.text, pane.documents):
            for picker in (page.source_language, page.target_language):
                picker.set_languages(languages)
            page.source_language.set_code(d.chosen, d.found)
            page.target_language.set_code(d.target)
        pane.text.target.set_language(d.target)
        route = self._routes.best(d.source, d.target)
        pane.route.set_ways(self._routes, self._routes.between(d.source, d.target), route)
        pane.route.set_known(bool(d.source))
        pane.text.foot.set_about(summary_words(route) if route is not None else "")
        self.missing.show(d.source, d.target, route, self._routes)
        self.sentences.use_route(route)
        self.options.use_direction()
        self.terms.use_direction()
        self.text.use_route(route)

    @Slot(object)
    def _use_options(self, options: TranslateOptions) -> None:
        self.live.set_options(options)
        self.sentences.use_options(options)
        self.documents.use_options(options)

    @Slot(object)
    def _use_terms(self, terms: tuple[Term, ...]) -> None:
        self.live.set_terms(terms)
        self.sentences.use_terms(terms)
        self.pane.options.set_terms(len(terms))

    @Slot(str)
    def _open(self, what: str) -> None:
        """A window of the options' menu."""
        {"glossary": self.terms.open, "memory": self.memory.open, "compare": self.compare.open}[what]()

    @Slot(object)
    def _show_state(self, state: EngineState) -> None:
        """The translators' engine is not the one of the status line: its memory is told here."""
        there = state.model if state.phase in ("ready", "busy") else None
        self.pane.route.set_in_memory(bytes_text(there.memory_bytes) if there is not None else "")
        self.pane.text.foot.set_loading(state.phase in ("starting", "loading", "restarting"))

    def _remember(self, **values: object) -> None:
        self._kept = {**self._kept, **values}
        self.remembered.emit({KEY: self._kept})

    @Slot(object)
    def _tell(self, error: InkhornError) -> None:
        self.pane.show_error(error)

    def _join(self, translators: EngineWorker, remembering: Remembering) -> None:
        pane, d = self.pane, self.direction
        for page in (pane.text, pane.documents):
            page.source_language.chosen.connect(d.choose_source)
            page.target_language.chosen.connect(d.choose_target)
        d.changed.connect(self._use_direction)
        d.remembered.connect(lambda values: self._remember(**values))
        pane.list_shown.connect(lambda shown: self._remember(list=shown))
        self.documents.remembered.connect(lambda both: self._remember(bilingual=both))
        self.options.remembered.connect(lambda values: self._remember(**values))
        self.options.changed.connect(self._use_options)
        self.terms.terms_changed.connect(self._use_terms)
        self.terms.remembered.connect(lambda values: self._remember(**values))
        pane.options.asked.connect(self._open)
        for told in (self.sentences.remembered, self.memory.changed):
            told.connect(self.options.count)
        self.sentences.remembered.connect(self.memory.refresh)
        pane.route.chosen.connect(self.route_chosen)
        pane.route.unload_asked.connect(translators.unload)
        pane.route.more_asked.connect(self.more_asked)
        self.missing.get_asked.connect(self.get_asked)
        self.missing.unlock_asked.connect(self.unlock_asked)
        self.missing.more_asked.connect(self.more_asked)
        translators.state_changed.connect(self._show_state)
        for source in (
            self.text,
            self.history,
            self.queue,
            self.documents,
            self.options,
            self.terms,
            remembering,
        ):
            source.trouble.connect(self._tell)
        shortcut = QShortcut(QKeySequence("Ctrl+Shift+S"), pane)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.text.swap)


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
