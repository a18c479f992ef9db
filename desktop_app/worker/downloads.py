"""Downloads as the window sees them: a queue that goes on in the background and survives a restart."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from desktop_app.core.paths import Paths
from desktop_app.library.catalogue import Catalogue
from desktop_app.library.network import Network
from desktop_app.library.orders import Order, order_from, order_from_hub
from desktop_app.library.room import require_room
from desktop_app.worker.download_queue import DownloadQueue
from desktop_app.worker.download_state import DownloadPhase, DownloadState

__all__ = ["DownloadPhase", "DownloadState", "Downloads"]

GATHER_MS = 250


class Downloads(QObject):
    """One queue for the app. Everything is called on the thread that it was made on."""

    changed = Signal(object)  # DownloadState, at most four a second for one that is under way
    finished = Signal(object)  # DownloadState: the model is installed now
    active_changed = Signal(bool)  # whether anything may be connected at this moment

    _state_there = Signal(object)
    _active_there = Signal(bool)

    def __init__(
        self, paths: Paths, catalogue: Catalogue, network: Network, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._paths = paths
        self._catalogue = catalogue
        self._network = network
        self._gathered: dict[str, DownloadState] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(GATHER_MS)
        self._timer.timeout.connect(self._tell_gathered)
        # Emitted on the queue's thread, heard on this one.
        self._state_there.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self._active_there.connect(self.active_changed, Qt.ConnectionType.QueuedConnection)
        self._queue = DownloadQueue(paths, network, self._state_there.emit, self._active_there.emit)

    def start(self) -> None:
        """Take up what was not finished, where the offline lock allows it."""
        self._queue.start()

    def stop(self) -> None:
        """End what runs. What it has fetched is kept, and the next `start` goes on from there."""
        self._queue.stop()

    def states(self) -> tuple[DownloadState, ...]:
        return self._queue.states()

    def get(self, model_id: str, variant_id: str, licence_accepted: bool) -> None:
        """Queue a model of the catalogue. Raises `InkhornError` at once, where that is known now:
        ``offline``, ``licence``, ``disk_full`` (with figures), ``not_found``."""
        self._get(order_from(self._catalogue, model_id, variant_id, licence_accepted))

    def get_from_hub(self, text: str) -> None:
        """Queue ``hub:owner/name[@revision][:file.gguf]``. Raises as `get` does."""
        self._get(order_from_hub(text))

    def pause(self, name: str) -> None:
        self._queue.pause(name)

    def resume(self, name: str) -> None:
        """Go on with one that is paused, or try one again that has failed. Raises `InkhornError` of kind
        ``offline``."""
        self._network.require()
        self._queue.resume(name)

    def cancel(self, name: str) -> None:
        """End it and remove what was fetched."""
        self._queue.cancel(name)

    def forget(self, name: str) -> None:
        """Take a finished, cancelled or failed one off the list, with what a failed one has fetched."""
        self._queue.forget(name)

    def use_network(self, network: Network) -> None:
        """From now on; the offline lock ends what runs at once."""
        self._network = network
        self._queue.use_network(network)

    def _get(self, order: Order) -> None:
        self._network.require()
        if order.room is not None:
            require_room(self._paths.user_models, order.room, order.name)
        self._queue.add(order)

    @Slot(object)
    def _take(self, state: DownloadState) -> None:
        self._gathered.pop(state.id, None)  # overtaken
        if state.phase in ("running", "checking") and self._timer.isActive():
            self._gathered[state.id] = state
            return
        self.changed.emit(state)
        if state.phase == "done":
            self.finished.emit(state)
        if state.phase in ("running", "checking"):
            self._timer.start()

    @Slot()
    def _tell_gathered(self) -> None:
        gathered, self._gathered = self._gathered, {}
        for state in gathered.values():
            self.changed.emit(state)
        if gathered:
            self._timer.start()
