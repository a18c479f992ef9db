"""The Models pane: what is on this computer, and what else there is to get."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QIcon, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop_app.core.i18n import tr
from desktop_app.ui.icons import icon
from desktop_app.ui.models.disk_line import DiskLine
from desktop_app.ui.models.download_strip import DownloadStrip
from desktop_app.ui.models.filter_bar import FilterBar
from desktop_app.ui.models.import_card import ImportCard
from desktop_app.ui.models.installed_details import InstalledDetails
from desktop_app.ui.models.offer_details import OfferDetails
from desktop_app.ui.models.row_list import RowList
from desktop_app.ui.models.row_model import Row
from desktop_app.ui.models.side_by_side import SideBySide
from desktop_app.ui.theme import set_look, space, theme_of
from desktop_app.ui.widgets.banner import Banner
from desktop_app.ui.widgets.empty_state import EmptyState

PANE = "models"
"""Key of the pane in the window."""

ICONS_BELOW = 560  # px: narrower, the buttons for adding show icons alone
SHORT_BELOW = 430  # px: narrower, the two views have shorter names

View = Literal["here", "more"]


class ModelsPane(QWidget):
    """Builds and arranges; what happens is `ModelsDesk`'s business."""

    view_changed = Signal(str)
    add_asked = Signal(str)  # "file" or "folder"
    retry_asked = Signal()
    shown = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_look(self, surface="paper")
        self._icons_only = self._short = False
        self._told = False  # whether anything was ever shown
        self._counts = {"here": 0, "more": 0}
        self._views = {"here": QPushButton(self), "more": QPushButton(self)}
        self._add = {"file": QPushButton(self), "folder": QPushButton(self)}
        self.card = ImportCard(self)
        self.downloads = DownloadStrip(self)
        self.filter = FilterBar(self)
        self.installed, self.offers = RowList(self), RowList(self)
        self.installed_details, self.offer_details = InstalledDetails(self), OfferDetails(self)
        self.here = SideBySide(self.installed, self.installed_details, self.installed_details.back, self)
        self.more = SideBySide(self.offers, self.offer_details, self.offer_details.back, self)
        self.disk = DiskLine(self)
        self._stack = QStackedWidget(self)
        self._banner: Banner | None = None
        self._build()
        for rows, side, details in (
            (self.installed, self.here, self.installed_details),
            (self.offers, self.more, self.offer_details),
        ):
            rows.opened.connect(lambda _, side=side, details=details: _open(side, details))
            rows.clicked.connect(
                lambda _, side=side, details=details: _open(side, details) if side.takes_turns() else None
            )
        self.more.turned.connect(self._offers_turned)
        self.offers.left_upwards.connect(lambda: self.filter.setFocus(Qt.FocusReason.TabFocusReason))
        self.filter.left_downwards.connect(self.offers.enter_from_above)
        self.retranslate()
        self.show_view("here")

    # --- what is shown --------------------------------------------------------------------------

    def show_view(self, view: View) -> None:
        self._views[view].setChecked(True)
        self._stack.setCurrentIndex(0 if view == "here" else 1)
        self._place_focus()
        self.view_changed.emit(view)

    def view(self) -> View:
        return "here" if self._stack.currentIndex() == 0 else "more"

    def set_installed(self, rows: list[Row]) -> None:
        self._told = True
        self._count("here", rows)
        _set_rows(self.here, self.installed, rows)
        self.here.show_instead(None if rows else self._no_models())

    def set_offers(self, rows: list[Row], left_out: int) -> None:
        """``left_out`` is how many more there would be without "fits this computer"."""
        self._count("more", rows)
        _set_rows(self.more, self.offers, rows)
        self.more.show_instead(None if rows else self._nothing_found(left_out))

    def show_loading(self) -> None:
        for side in (self.here, self.more):
            side.show_instead(EmptyState("loader-circle", lambda: tr("Looking at your models…"), lambda: ""))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._told:
            self.show_loading()
        self.shown.emit()

    def show_error(self, sentence: Callable[[], str]) -> None:
        self._told = True
        for side in (self.here, self.more):
            page = EmptyState(
                "circle-alert",
                lambda: tr("The models cannot be shown"),
                sentence,
                lambda: tr("Try again"),
            )
            page.acted.connect(self.retry_asked)
            side.show_instead(page)

    def show_banner(self, banner: Banner | None) -> None:
        """One at a time above everything; None takes it away."""
        if self._banner is not None:
            self._banner.hide()
            self._banner.deleteLater()
        self._banner = banner
        if banner is not None:
            banner.closed.connect(self._banner_closed)
            self._notices.insertWidget(0, banner)

    def retranslate(self) -> None:
        self.setAccessibleName(tr("Models"))
        names = {"here": tr("On this computer"), "more": tr("Get more")}
        for key, button in self._views.items():
            count = self._counts[key]
            shown = tr("Here") if self._short and key == "here" else names[key]
            button.setText(f"{shown}  {count}" if count else shown)
            button.setMinimumWidth(space(14 if self._short else 34))
            button.setAccessibleName(tr("{name}, {count} models", name=names[key], count=count))
        for key, words in (("file", tr("Add a file…")), ("folder", tr("Add a folder…"))):
            explanation = tr("A GGUF file, a model’s folder, or an adapter. Or drop it here.")
            self._add[key].setText("" if self._icons_only else words)
            self._add[key].setAccessibleName(words)
            self._add[key].setToolTip(f"{words}\n{explanation}" if self._icons_only else explanation)
        self.installed.setAccessibleName(names["here"])
        self.offers.setAccessibleName(names["more"])

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.StyleChange and hasattr(self, "_stack"):
            self._dress()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.downloads.set_most_height(self.height() // 4)  # there has to be room for the list
        narrow = (self.width() < ICONS_BELOW, self.width() < SHORT_BELOW)
        if narrow != (self._icons_only, self._short):
            self._icons_only, self._short = narrow
            self.retranslate()
            self._dress()

    # --- inside ---------------------------------------------------------------------------------

    @Slot(bool)
    def _offers_turned(self, details_alone: bool) -> None:
        """What to look for is of no use beside one model, and takes a third of a narrow window."""
        self.filter.setHidden(details_alone)
        self._place_focus()

    def _place_focus(self) -> None:
        looking = self.offer_details.back if self.filter.isHidden() else self.filter
        self.setFocusProxy(self.installed if self.view() == "here" else looking)

    def _dress(self) -> None:
        for key, name in (("file", "file-text"), ("folder", "folder-plus")):
            self._add[key].setIcon(icon(name, theme_of(self).ink) if self._icons_only else QIcon())

    def _count(self, view: View, rows: list[Row]) -> None:
        count = sum(row.kind == "model" for row in rows)
        if self._counts[view] != count:
            self._counts[view] = count
            self.retranslate()

    def _no_models(self) -> EmptyState:
        page = EmptyState(
            "boxes",
            lambda: tr("No models yet"),
            lambda: tr("Get one that suits this computer, or drop a file of yours on the window."),
            lambda: tr("Get more"),
        )
        page.acted.connect(lambda: self.show_view("more"))
        return page

    def _nothing_found(self, left_out: int) -> EmptyState:
        if left_out:
            page = EmptyState(
                "search",
                lambda: tr("Nothing that fits this computer"),
                lambda: tr("{count} models match, but need more memory than is free.", count=left_out),
                lambda: tr("Show them all the same"),
            )
        else:
            page = EmptyState(
                "search",
                lambda: tr("Nothing found"),
                lambda: tr("No model in the catalogue is like that."),
                lambda: tr("Clear the filter"),
            )
        page.acted.connect(lambda: self._widen(bool(left_out)))
        return page

    def _widen(self, sizes_only: bool) -> None:
        from dataclasses import replace

        from desktop_app.ui.models.offers import Wanted

        wanted = self.filter.wanted()
        self.filter.set_wanted(
            replace(wanted, fits_only=False) if sizes_only else Wanted(fits_only=wanted.fits_only)
        )

    def _banner_closed(self) -> None:
        self._banner = None

    def _build(self) -> None:
        group = QButtonGroup(self)
        head = QHBoxLayout()
        head.setContentsMargins(space(4), space(3), space(4), space(2))
        head.setSpacing(space(1))
        for key, button in self._views.items():
            button.setCheckable(True)
            set_look(button, kind="segment")
            group.addButton(button)
            view: View = "here" if key == "here" else "more"
            button.clicked.connect(lambda _checked=False, view=view: self.show_view(view))
            head.addWidget(button)
        head.addStretch(1)
        for key, button in self._add.items():
            set_look(button, kind="quiet")
            button.clicked.connect(lambda _checked=False, key=key: self.add_asked.emit(key))
            head.addWidget(button)
        self._notices = QVBoxLayout()
        self._notices.setContentsMargins(space(4), 0, space(4), 0)
        self._notices.setSpacing(space(2))
        self._notices.addWidget(self.card)
        self._notices.addWidget(self.downloads)
        self.downloads.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        more = QWidget(self)
        column = QVBoxLayout(more)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(2))
        bar = QVBoxLayout()
        bar.setContentsMargins(space(4), space(2), space(4), 0)
        bar.addWidget(self.filter)
        column.addLayout(bar)
        column.addWidget(self.more, 1)
        self._stack.addWidget(self.here)
        self._stack.addWidget(more)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(head)
        whole.addLayout(self._notices)
        whole.addWidget(self._stack, 1)
        whole.addWidget(_line())
        whole.addWidget(self.disk)


def _set_rows(side: SideBySide, shown: RowList, rows: list[Row]) -> None:
    """Details that stand alone give way to the list when their model leaves it."""
    before = shown.current_key()
    shown.set_rows(rows)
    if side.is_turned() and shown.current_key() != before:
        side.show_list()


def _open(side: SideBySide, details: InstalledDetails | OfferDetails) -> None:
    side.show_details()
    details.focus_first()


def _line() -> QWidget:
    line = QWidget()
    line.setFixedHeight(1)
    set_look(line, surface="line")
    return line
