"""A model that cannot be loaded: said above whatever pane is open, with the ways out."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot

from desktop_app.core.i18n import tr
from desktop_app.core.messages import Failed
from desktop_app.ui.failures import words
from desktop_app.ui.models.pane import PANE
from desktop_app.ui.models.shelf import Shelf
from desktop_app.ui.models.using import Using
from desktop_app.ui.widgets.banner import Banner
from desktop_app.ui.window import MainWindow


class LoadFailure(QObject):
    """One banner at a time, until the engine is at work again or the user closes it."""

    def __init__(self, window: MainWindow, shelf: Callable[[], Shelf | None], using: Using) -> None:
        super().__init__(window)
        self._window, self._shelf, self._using = window, shelf, using
        self.banner: Banner | None = None

    @Slot(object)
    def show(self, failure: Failed) -> None:
        actions: list[tuple[Callable[[], str], Callable[[], object]]] = [
            (lambda: tr("Choose another model"), lambda: self._window.show_pane(PANE))
        ]
        shelf = self._shelf()
        starter = shelf.installed_of(shelf.catalogue.starter.id) if shelf is not None else ()
        if starter and starter[0].id != self._using.chosen:
            actions.append((lambda: tr("Use the small starter model"), lambda: self._using.choose("")))
        self.forget()
        self.banner = Banner("danger", lambda: words(failure.kind, failure.values), tuple(actions))
        self.banner.closed.connect(self._closed)
        self._window.show_banner(self.banner)

    @Slot()
    def forget(self) -> None:
        if self.banner is not None:
            self.banner.deleteLater()
            self.banner = None

    @Slot()
    def _closed(self) -> None:
        self.banner = None  # it deletes itself
