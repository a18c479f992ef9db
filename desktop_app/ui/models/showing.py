"""Keeps the lists and the details as the shelf, the filter, the downloads and the engine have it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, Slot

from desktop_app.library.adapters import fitting_adapters
from desktop_app.library.catalogue import Model
from desktop_app.ui.models.installed_details import adapter_choices
from desktop_app.ui.models.offers import find_offers, hub_name, pair_languages
from desktop_app.ui.models.pane import ModelsPane
from desktop_app.ui.models.rows import PAIRS, InUse, hub_row, installed_rows, offer_rows
from desktop_app.ui.models.shelf import Shelf
from desktop_app.worker.download_state import DownloadState


class Showing(QObject):
    """Knows what is on the screen and nothing of how it came to be. ``downloads`` gives the states of the
    moment by the model's id, ``adapters`` what the settings say of a base's adapters."""

    def __init__(
        self,
        pane: ModelsPane,
        downloads: Callable[[], Mapping[str, DownloadState]],
        adapters: Callable[[str], Mapping[str, tuple[bool, float]]],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._pane, self._downloads, self._adapters = pane, downloads, adapters
        self.shelf: Shelf | None = None
        self.in_use = InUse()
        self._gone: set[str] = set()  # about to be removed
        self._checking: dict[str, float] = {}
        pane.filter.changed.connect(self.show_offers)
        pane.installed.chosen.connect(self.show_installed_details)
        pane.offers.chosen.connect(self.show_offer_details)

    def take_shelf(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self._gone &= {one.id for one in shelf.installed}
        self._pane.disk.set_use(shelf.disk)
        self.show_all()

    def take_in_use(self, in_use: InUse) -> None:
        if in_use != self.in_use:
            self.in_use = in_use
            self.show_installed()

    def hide_installed(self, key: str, hidden: bool) -> None:
        """Take a model out of the list while its removal can still be taken back."""
        (self._gone.add if hidden else self._gone.discard)(key)
        self.show_all()

    def show_check(self, key: str, fraction: float | None, note: str = "") -> None:
        if fraction is None:
            self._checking.pop(key, None)
        else:
            self._checking[key] = fraction
        self.show_installed()
        if self._pane.installed.current_key() == key:
            self._pane.installed_details.set_checking(fraction, note)

    @Slot()
    def show_all(self) -> None:
        self.show_installed()
        self.show_offers()

    def show_installed(self) -> None:
        if self.shelf is not None:
            rows = installed_rows(self.shelf, self.in_use, self._gone, self._checking)
            self._pane.set_installed(rows)
            self.show_installed_details(self._pane.installed.current_key())

    @Slot()
    def show_offers(self) -> None:
        shelf, bar = self.shelf, self._pane.filter
        if shelf is None:
            return
        wanted = bar.wanted()
        bar.set_languages(*pair_languages(shelf, wanted))
        offers = find_offers(shelf, wanted)
        rows = offer_rows(shelf, offers, wanted, self._downloads())
        name = hub_name(wanted.text)
        if name and not rows and not offers.too_big:
            rows = [hub_row(name)]
        self._pane.set_offers(rows, offers.too_big)
        self.show_offer_details(self._pane.offers.current_key())

    @Slot(str)
    def show_installed_details(self, key: str) -> None:
        shelf, details = self.shelf, self._pane.installed_details
        one = shelf.find(key) if shelf is not None else None
        details.set_installed(one, self.in_use, shelf.prepared.get(key, 0) if shelf is not None else 0)
        if one is not None and shelf is not None:
            is_base = one.kind == "model" and "chat" in one.tasks
            kept = self._adapters(one.id)
            adapters = fitting_adapters(one, shelf.installed) if is_base else ()
            details.set_adapters(adapter_choices(adapters, kept))
            if key in self._checking:
                details.set_checking(self._checking[key])

    @Slot(str)
    def show_offer_details(self, key: str) -> None:
        shelf = self.shelf
        model: Model | None = None
        if shelf is not None and key != PAIRS:
            model = shelf.catalogue.find(key) if key else None
        if shelf is not None:
            self._pane.offer_details.set_model(shelf, model, self._downloads().get(key))
