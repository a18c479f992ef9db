"""What stands in the translation's place where no model goes this way yet, and how to get one."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from desktop_app.core.i18n import tr
from desktop_app.core.translation_routes import Route, Routes
from desktop_app.ui.models.words import pair_words
from desktop_app.ui.numbers import bytes_text
from desktop_app.ui.translate.pane import TranslatePane
from desktop_app.ui.widgets.empty_state import EmptyState


class Missing(QObject):
    """``get_asked`` with the ids of the models in the catalogue that are to be fetched."""

    get_asked = Signal(object)
    unlock_asked = Signal()
    more_asked = Signal()

    def __init__(self, pane: TranslatePane, offline: bool, parent: QObject) -> None:
        super().__init__(parent)
        self._pane, self._offline = pane, offline
        self._cover: EmptyState | None = None
        self._direction = ("", "")
        self._get: Route | None = None
        self._fetching: frozenset[str] = frozenset()

    def set_offline(self, offline: bool) -> None:
        if offline != self._offline:
            self._offline = offline
            self._renew()

    def set_fetching(self, ids: frozenset[str]) -> None:
        """Models of the catalogue whose download is under way."""
        if ids != self._fetching:
            self._fetching = ids
            self._renew()

    def show(self, source: str, target: str, route: Route | None, routes: Routes) -> None:
        self._direction = (source, target)
        lacks = route is None and bool(source) and source != target
        self._get = routes.to_get(source, target) if lacks else None
        if not lacks:
            self._take_away()
        else:
            self._renew(anew=True)

    def _renew(self, anew: bool = False) -> None:
        if self._cover is None and not anew:
            return
        self._take_away()
        icon = "wifi-off" if self._offline else "languages"
        cover = EmptyState(icon, self._title, self._sentence, self._action)
        cover.acted.connect(self._act)
        self._cover = cover
        self._pane.text.set_cover(cover)

    def _take_away(self) -> None:
        if self._cover is not None:
            self._pane.text.set_cover(None)
            self._cover.deleteLater()
            self._cover = None

    def _is_coming(self) -> bool:
        return self._get is not None and all(one.id in self._fetching for one in self._get.missing)

    def _title(self) -> str:
        return pair_words(self._direction)

    def _sentence(self) -> str:
        get = self._get
        if get is None:
            return tr("No known model translates this way. A chat model may; look among the models.")
        if self._is_coming():
            return tr("The model is being fetched. The translation comes by itself when it is here.")
        name = get.missing[0].name
        if self._offline:
            return tr("{name} could translate this, but the offline lock is on.", name=name)
        if len(get.missing) == 2:
            return tr("{name} translates this through English, with two small models.", name=name)
        return tr("{name} translates this, on this computer.", name=name)

    def _action(self) -> str:
        get = self._get
        if get is None:
            return tr("Look among the models")
        if self._is_coming():
            return tr("Show the download")
        if self._offline:
            return tr("Offline lock…")
        size = sum(one.size for one in get.missing)
        return tr("Get it ({size})", size=bytes_text(size))

    def _act(self) -> None:
        if self._get is None or self._is_coming():
            self.more_asked.emit()
        elif self._offline:
            self.unlock_asked.emit()
        else:
            self.get_asked.emit([one.id for one in self._get.missing])
