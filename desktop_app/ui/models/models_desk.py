"""Joins the parts of the Models pane: widgets, library, downloads and engine."""

from __future__ import annotations

import functools
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QApplication

from desktop_app.core.errors import InkhornError
from desktop_app.core.i18n import tr
from desktop_app.core.paths import Paths
from desktop_app.core.settings import Settings
from desktop_app.library.catalogue import CatalogueOnDemand
from desktop_app.library.installed import Installed
from desktop_app.ui.chat.links import LinkOpener
from desktop_app.ui.model_picker import ModelPicker
from desktop_app.ui.models.adding import Adding
from desktop_app.ui.models.engine_facts import EngineFacts
from desktop_app.ui.models.fetching import Fetching
from desktop_app.ui.models.keeper import Keeper
from desktop_app.ui.models.load_failure import LoadFailure
from desktop_app.ui.models.offers import Wanted
from desktop_app.ui.models.pane import PANE, ModelsPane
from desktop_app.ui.models.problems import Trouble, library_trouble, way_words
from desktop_app.ui.models.rows import PAIRS
from desktop_app.ui.models.shelf import Shelf, read_shelf
from desktop_app.ui.models.showing import Showing
from desktop_app.ui.models.tending import Tending
from desktop_app.ui.models.using import Using
from desktop_app.ui.widgets.banner import Banner
from desktop_app.ui.window import MainWindow
from desktop_app.worker.download_state import DownloadState
from desktop_app.worker.engine_worker import EngineWorker
from desktop_app.worker.lane import Lane


class ModelsDesk(QObject):
    """``models_changed`` with new `Settings.models`: another model for chat, or other adapters."""

    models_changed = Signal(object)
    settings_asked = Signal(str)  # group of the settings dialog
    shelf_changed = Signal()  # what is on this computer may be another
    reload_wanted = Signal()

    def __init__(
        self,
        window: MainWindow,
        worker: EngineWorker,
        paths: Paths,
        settings: Settings,
        picker: ModelPicker,
        catalogue: CatalogueOnDemand,
    ) -> None:
        super().__init__(window)
        self._catalogue = catalogue
        self._window, self._paths, self._settings, self._picker = window, paths, settings, picker
        self.pane = pane = ModelsPane()
        window.add_pane(PANE, "boxes", lambda: tr("Models"), pane)
        self.reading, self._long = Lane("library", self), Lane("files", self)
        for lane in (self.reading, self._long):
            lane.problem.connect(self._tell)
            lane.start()
        self.facts = EngineFacts(worker, self)
        self.fetching = Fetching(window, pane, paths, settings)
        keeper = Keeper(paths, catalogue, self._long, self)
        self.adding = Adding(window, pane, keeper)
        self.showing = Showing(pane, self.fetching.states, lambda base: self.using.kept(base), self)
        self.using = Using(pane, self.showing, self.facts, picker, window.status_line, settings)
        self.tending = Tending(window, pane, self.showing, keeper, paths)
        self.load_failure = LoadFailure(window, lambda: self.showing.shelf, self.using)
        self._links = LinkOpener(window, lambda: self._settings.confirm_links, self)
        self._connected = False
        self._left = ""  # was in use when it was removed, and is again if that is taken back
        self._join()
        self._show_connection()
        self._show_lock()

    def start(self) -> None:
        self.refresh()

    def stop(self) -> None:
        """Downloads first: they stop at once, and are taken up again at the next start."""
        self.fetching.stop()
        self.tending.stop()
        self.reading.stop()
        self._long.stop()

    def use_settings(self, settings: Settings) -> None:
        locked = settings.offline != self._settings.offline
        spoken = settings.language != self._settings.language
        self._settings = settings
        self.using.use_settings(settings)
        self.fetching.use_settings(settings)
        if spoken:  # rows are plain values, with their words in them
            self.showing.show_all()
        if locked:
            self._show_connection()
            self._show_lock()

    def set_chosen(self, installed_id: str) -> None:
        """Which installed model chat has, whether it is in memory or not."""
        self.using.set_chosen(installed_id)

    def measure(self) -> None:
        """After a reply: what is remembered of the conversation has grown."""
        self.facts.measure()

    @Slot()
    def refresh(self) -> None:
        self._look(lambda _: None)

    # --- the shelf ------------------------------------------------------------------------------

    def _look(self, then: Callable[[Shelf], None]) -> None:
        """Look at disk and memory, show it, and go on with ``then``."""
        devices, held = self.facts.devices, self.facts.memory_bytes

        def take(shelf: Shelf) -> None:
            self._take_shelf(shelf)
            then(shelf)

        def read() -> Shelf:
            return read_shelf(self._paths, devices, held, self._catalogue.get())

        self.reading.run(read, take, self._shelf_failed)

    def _take_shelf(self, shelf: Shelf) -> None:
        before, chosen = self.showing.shelf, self.using.chosen
        self.showing.take_shelf(shelf)
        if before is None:
            self.fetching.begin(shelf.catalogue)
        elif self.facts.failure is not None and shelf.can_load(chosen) and not before.can_load(chosen):
            self.reload_wanted.emit()  # it was fetched, added, or put back by hand
        self.using.show()
        self.shelf_changed.emit()

    def _shelf_failed(self, error: InkhornError) -> None:
        if self.showing.shelf is None:
            self.pane.show_error(library_trouble(error.kind, error.values).words)
        else:
            self._tell(error)

    # --- what other panes ask for ------------------------------------------------------------------

    @Slot(object)
    def get(self, ids: list[str]) -> None:
        """Fetch models of the catalogue, each in the form that suits this computer."""
        if self.showing.shelf is not None:
            self.fetching.get_all(self.showing.shelf, ids)

    @Slot()
    def show_translation(self) -> None:
        """Go to the models that translate."""
        self.pane.filter.set_wanted(Wanted(task="translation"))
        self.pane.show_view("more")
        self._window.show_pane(PANE)

    # --- what the user asks for -----------------------------------------------------------------

    @Slot(str)
    def use(self, installed_id: str) -> None:
        self.using.use(installed_id, self._look)

    @Slot(str, str)
    def _use_offer(self, model_id: str, variant_id: str) -> None:
        """A download that is ready: it may be so new that the shelf does not hold it yet."""

        def then(shelf: Shelf) -> None:
            for one in shelf.installed_of(model_id):
                if one.variant == variant_id:
                    self.using.use(one.id, lambda go: go(shelf))

        self._look(then)

    @Slot(str)
    def _offer_acted(self, key: str) -> None:
        shelf = self.showing.shelf
        if key == PAIRS:
            self.pane.filter.choose_pair()
        elif key.startswith("hub:"):
            self.fetching.get_from_hub(key)
        elif shelf is not None and (model := shelf.catalogue.find(key)) is not None:
            self.fetching.get(model, shelf.best(model).id)

    @Slot(str)
    def _offer_opened(self, key: str) -> None:
        """Those of which there is nothing more to tell do what their button does."""
        if key == PAIRS or key.startswith("hub:"):
            self._offer_acted(key)

    @Slot(str, str)
    def _get(self, model_id: str, variant_id: str) -> None:
        shelf = self.showing.shelf
        model = shelf.catalogue.find(model_id) if shelf is not None else None
        if model is not None:
            self.fetching.get(model, variant_id)

    @Slot(str, str)
    def _installed_asked(self, action: str, key: str) -> None:
        shelf = self.showing.shelf
        one = shelf.find(key) if shelf is not None else None
        if one is None:
            return
        if action == "use":
            self.use(one.id)
        elif action == "unload":
            self.facts.unload()
        elif not self.tending.do(action, one):
            self._go(action, one.model.id if one.model is not None else "", one.variant)

    def _go(self, way: str, key: str = "", variant_id: str = "") -> None:
        """Take one of the `Way` out; ``key`` is a model of the catalogue, or an address for ``link``."""
        shelf = self.showing.shelf
        model = shelf.catalogue.find(key) if shelf is not None and key else None
        if way in ("unlock", "token", "mirror"):
            self.settings_asked.emit("internet")
        elif way == "link":
            self._links.ask(key)
        elif way == "page" and model is not None:
            self._links.ask(model.homepage)
        elif way == "fetch" and model is not None and shelf is not None:
            self.pane.show_view("more")
            self.fetching.get(model, variant_id or shelf.best(model).id)
        elif way == "manage":
            self.pane.show_view("here")
        elif way == "smaller":
            self.pane.filter.set_wanted(Wanted(task="chat"))
            self.pane.show_view("more")
        elif way == "unload":
            self.facts.unload()

    @Slot(str, object)
    def _refused(self, installed_id: str, trouble: Trouble) -> None:
        actions = tuple(
            ((lambda way=way: way_words(way)), functools.partial(self._go, way)) for way in trouble.ways
        )
        self.pane.show_banner(Banner("warning", trouble.words, actions))
        self._window.show_pane(PANE)

    # --- what happens ---------------------------------------------------------------------------

    @Slot(object)
    def _models_changed(self, models: dict[str, object]) -> None:
        self._show_lock()  # in place of what was the matter before
        self.models_changed.emit(models)

    @Slot(str)
    def _leaving(self, installed_id: str) -> None:
        """It is about to be removed: out of memory with it, and the starter takes its place."""
        self._left = installed_id if installed_id == self.using.chosen else ""
        if self._left:
            self.using.choose("")

    @Slot(str)
    def _kept(self, installed_id: str) -> None:
        if installed_id == self._left:
            self.using.choose(installed_id)

    @Slot(object, bool)
    def _added(self, installed: Installed, was_there: bool) -> None:
        def then(_: Shelf) -> None:
            self.pane.show_view("here")
            self.pane.installed.choose(installed.id)

        self._look(then)
        can_chat = installed.kind == "model" and "chat" in installed.tasks
        use = functools.partial(self.use, installed.id) if can_chat else None
        text = tr("{name} is ready", name=installed.name)
        if was_there:
            text = tr("This is {name}, which is here already. Nothing was added.", name=installed.name)
        if installed.id == self.using.chosen:
            use = None
        self._window.toast.show_note(text, use, action=tr("Use now"))

    @Slot(object)
    def _download_changed(self, _state: DownloadState) -> None:
        if self.pane.isVisible():
            self.showing.show_offers()

    @Slot(bool)
    def _set_connected(self, connected: bool) -> None:
        self._connected = connected
        self._show_connection()

    def _show_connection(self) -> None:
        offline = self._settings.offline
        self._window.status_line.set_connection(
            "locked" if offline else "connected" if self._connected else "private"
        )

    def _show_lock(self) -> None:
        banner = None
        if self._settings.offline:
            banner = Banner(
                "info",
                lambda: tr("The offline lock is on, so nothing is fetched. What is here already stays."),
                ((lambda: tr("Offline lock…"), lambda: self.settings_asked.emit("internet")),),
            )
        self.pane.show_banner(banner)

    @Slot()
    def _look_again(self) -> None:
        """Memory comes and goes, and what other programs do with the files is told by nobody."""
        if self.showing.shelf is not None:
            self.refresh()

    @Slot(object)
    def _app_changed(self, state: Qt.ApplicationState) -> None:
        if state == Qt.ApplicationState.ApplicationActive and self.pane.isVisible():
            self._look_again()

    @Slot(object)
    def _tell(self, error: InkhornError) -> None:
        self.pane.show_banner(Banner("danger", library_trouble(error.kind, error.values).words))

    def _join(self) -> None:
        pane, picker = self.pane, self._picker
        app = QApplication.instance()
        assert isinstance(app, QApplication)  # there are widgets
        app.applicationStateChanged.connect(self._app_changed)
        pane.view_changed.connect(self._look_again)
        pane.retry_asked.connect(self.refresh)
        pane.shown.connect(self._look_again)
        pane.installed.acted.connect(self.use)
        pane.installed_details.asked.connect(self._installed_asked)
        pane.installed_details.link_asked.connect(self._links.ask)
        pane.offers.acted.connect(self._offer_acted)
        pane.offers.opened.connect(self._offer_opened)
        pane.offer_details.get_asked.connect(self._get)
        pane.offer_details.link_asked.connect(self._links.ask)
        pane.offer_details.way_asked.connect(self._go)
        picker.chosen.connect(self.use)
        picker.manage_asked.connect(lambda: self._window.show_pane(PANE))
        self.fetching.changed.connect(self._download_changed)
        self.fetching.came.connect(lambda _: self.refresh())
        self.fetching.active_changed.connect(self._set_connected)
        self.fetching.way_asked.connect(self._go)
        self.fetching.use_asked.connect(self._use_offer)
        self.using.models_changed.connect(self._models_changed)
        self.using.refused.connect(self._refused)
        self.using.reload_wanted.connect(self.reload_wanted)
        self.tending.changed.connect(self.refresh)
        self.tending.leaving.connect(self._leaving)
        self.tending.kept.connect(self._kept)
        self.tending.trouble.connect(self._tell)
        self.adding.added.connect(self._added)
        self.facts.devices_known.connect(lambda _: self.refresh())
        self.facts.failed.connect(self.refresh)
