"""Downloads as the window sees them: begun, shown, told of when they are ready, in the way of nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.core.errors import InkhornError
from desktop_app.core.i18n import tr
from desktop_app.core.paths import Paths
from desktop_app.core.settings import Settings
from desktop_app.library.catalogue import Catalogue, Model
from desktop_app.library.network import network_from
from desktop_app.ui.models.licence_dialog import LicenceDialog
from desktop_app.ui.models.pane import PANE, ModelsPane
from desktop_app.ui.models.problems import download_trouble, way_words
from desktop_app.ui.models.rows import UNDER_WAY
from desktop_app.ui.models.shelf import Shelf
from desktop_app.ui.widgets.banner import Banner
from desktop_app.ui.window import MainWindow
from desktop_app.worker.download_state import DownloadState
from desktop_app.worker.downloads import Downloads

_ACTIVE = ("waiting", "listing", "running", "checking")


class Fetching(QObject):
    """Owns the `Downloads`. ``way_asked`` with a `Way` and a model's id; ``came`` with the state of a
    download that is ready; ``changed`` when rows of the catalogue look different."""

    changed = Signal(object)  # DownloadState
    came = Signal(object)
    active_changed = Signal(bool)
    way_asked = Signal(str, str)
    use_asked = Signal(str, str)  # ids of model and variant

    def __init__(self, window: MainWindow, pane: ModelsPane, paths: Paths, settings: Settings) -> None:
        super().__init__(window)
        self._window, self._pane, self._paths, self._settings = window, pane, paths, settings
        self._catalogue: Catalogue | None = None
        self._downloads: Downloads | None = None
        pane.downloads.asked.connect(self._do)
        pane.downloads.set_usable(self._can_chat)
        pane.downloads.set_locked(settings.offline)

    def begin(self, catalogue: Catalogue) -> None:
        """Take up what was under way when the app was closed."""
        self._catalogue = catalogue
        self._downloads = made = Downloads(self._paths, catalogue, network_from(self._settings), self)
        made.changed.connect(self._show)
        made.finished.connect(self._finished)
        made.active_changed.connect(self.active_changed)
        made.start()
        self._show_all()

    def stop(self) -> None:
        if self._downloads is not None:
            self._downloads.stop()

    def states(self) -> dict[str, DownloadState]:
        """By the model's id; of several forms of one model the last."""
        downloads = self._downloads
        return {state.model_id: state for state in downloads.states()} if downloads is not None else {}

    def use_settings(self, settings: Settings) -> None:
        """Where the lock is taken off, what it held up goes on."""
        old, self._settings = self._settings, settings
        self._pane.downloads.set_locked(settings.offline)
        downloads = self._downloads
        if downloads is None or network_from(old) == network_from(settings):
            return
        downloads.use_network(network_from(settings))
        if old.offline and not settings.offline:
            for state in downloads.states():
                if state.phase == "failed" and state.failure is not None and state.failure.kind == "offline":
                    downloads.resume(state.id)
        self._show_all()

    def get(self, model: Model, variant_id: str) -> None:
        """Begin a download, after the licence where it has to be agreed to."""
        if not model.must_accept:
            self._start(model, variant_id, accepted=False)
            return
        dialog = LicenceDialog(model, self._window)
        dialog.link_asked.connect(lambda address: self.way_asked.emit("link", address))
        dialog.accepted.connect(lambda: self._start(model, variant_id, accepted=True))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def get_all(self, shelf: Shelf, ids: Iterable[str]) -> None:
        """… of several models, each in the form that suits this computer."""
        for key in ids:
            model = shelf.catalogue.find(key)
            if model is not None:
                self.get(model, shelf.best(model).id)

    def under_way(self) -> frozenset[str]:
        """Models of the catalogue that are being fetched."""
        return frozenset(key for key, state in self.states().items() if state.phase in UNDER_WAY)

    def get_from_hub(self, name: str) -> None:
        """``name`` as `hub_name` makes it."""
        downloads = self._downloads
        if downloads is not None:
            self._try(lambda: downloads.get_from_hub(name), name.removeprefix("hub:"), "")

    def _start(self, model: Model, variant_id: str, accepted: bool) -> None:
        downloads = self._downloads
        if downloads is not None:
            self._try(lambda: downloads.get(model.id, variant_id, accepted), model.name, model.id)

    def _try(self, begin: Callable[[], None], name: str, model_id: str) -> None:
        """Where it cannot even begin, say why above the list, with the ways out."""
        try:
            begin()
        except InkhornError as error:
            self._refuse(begin, name, model_id, error)
        else:
            self._pane.show_banner(None)
            self._show_all()

    def _refuse(self, begin: Callable[[], None], name: str, model_id: str, error: InkhornError) -> None:
        trouble = download_trouble(error.kind, error.values)

        def go(way: str) -> Callable[[], object]:
            if way == "retry":
                return lambda: self._try(begin, name, model_id)
            return lambda: self.way_asked.emit(way, model_id)

        actions = tuple(((lambda way=way: way_words(way)), go(way)) for way in trouble.ways[:3])
        self._pane.show_banner(Banner("warning", lambda: f"{name}: {trouble.text}", actions))

    # --- what happens to them -------------------------------------------------------------------

    @Slot(object)
    def _show(self, state: DownloadState) -> None:
        if state.phase == "cancelled":
            self._show_all()
        else:
            self._pane.downloads.set_state(state)
        self._badge()
        self.changed.emit(state)

    def _show_all(self) -> None:
        if self._downloads is not None:
            states = tuple(state for state in self._downloads.states() if state.phase != "cancelled")
            self._pane.downloads.set_states(states)
            self._badge()

    def _can_chat(self, model_id: str) -> bool:
        model = self._catalogue.find(model_id) if self._catalogue is not None else None
        return model is not None and "chat" in model.tasks

    def _badge(self) -> None:
        states = self._downloads.states() if self._downloads and not self._settings.offline else ()
        count = sum(state.phase in _ACTIVE for state in states)
        one = count == 1
        self._window.rail.set_badge(
            PANE,
            None
            if not count
            else lambda: (
                tr("1 download under way") if one else tr("{count} downloads under way", count=count)
            ),
        )

    @Slot(object)
    def _finished(self, state: DownloadState) -> None:
        self._show_all()
        self.came.emit(state)
        chats = self._can_chat(state.model_id)
        use = (lambda: self.use_asked.emit(state.model_id, state.variant_id)) if chats else None
        self._window.toast.show_note(tr("{name} is ready", name=state.name), use, action=tr("Use now"))

    @Slot(str, str)
    def _do(self, action: str, key: str) -> None:
        downloads = self._downloads
        state = next((s for s in downloads.states() if s.id == key), None) if downloads is not None else None
        if downloads is None or state is None:
            return
        model = self._catalogue.find(state.model_id) if self._catalogue is not None else None
        if action == "use":
            downloads.forget(key)
            self.use_asked.emit(state.model_id, state.variant_id)
        elif action == "licence" and model is not None:
            self.get(model, state.variant_id)
        elif action in ("pause", "resume", "cancel", "forget"):
            self._try(lambda: getattr(downloads, action)(key), state.name, state.model_id)
        else:
            self.way_asked.emit(action, state.model_id)
        self._show_all()
        self.changed.emit(state)
