"""The translation pane: the list of what was translated, the head, and the two pages: text and documents."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.core.errors import InkhornError
from desktop_app.core.i18n import tr
from desktop_app.core.messages import Failed
from desktop_app.core.settings import Settings
from desktop_app.ui.icons import icon
from desktop_app.ui.theme import set_look, space
from desktop_app.ui.translate.documents_page import DocumentsPage
from desktop_app.ui.translate.history_list import HistoryList
from desktop_app.ui.translate.options_button import OptionsButton
from desktop_app.ui.translate.problems import failure_words
from desktop_app.ui.translate.route_picker import RoutePicker
from desktop_app.ui.translate.text_page import TextPage
from desktop_app.ui.widgets.banner import Banner

PANE = "translate"
LIST_WIDTH = 248
ONE_AT_A_TIME_BELOW = 700  # px: narrower, the list and the texts take turns
ICONS_BELOW = 560  # px: narrower, the buttons of the head show icons alone


class TranslatePane(QWidget):
    """Builds and arranges; what happens is the desk's business. ``page_changed`` with ``text`` or
    ``documents``; ``list_shown`` when the user folds the list or opens it."""

    page_changed = Signal(str)
    list_shown = Signal(bool)

    def __init__(self, settings: Settings, list_shown: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_look(self, surface="paper")
        self.history = HistoryList(self)
        self.route = RoutePicker(self)
        self.options = OptionsButton(self)
        self.text = TextPage(settings, self)
        self.documents = DocumentsPage(self)
        self._list_kept = list_shown
        self._list_turn = self._narrow = False
        self._fold = QToolButton(self)
        self._fold.clicked.connect(self.toggle_list)
        self._tabs = {"text": QPushButton(self), "documents": QPushButton(self)}
        self._build()
        self.history.opened.connect(lambda _: self._opened())
        self.history.new_asked.connect(self._opened)
        self.history.left.connect(self.write)
        self.setFocusProxy(self.text)
        self.retranslate()
        self._dress()
        self._arrange()

    def page(self) -> str:
        return "documents" if self._pages.currentWidget() is self.documents else "text"

    def show_page(self, page: str) -> None:
        widget = self.documents if page == "documents" else self.text
        self._tabs[page].setChecked(True)
        if self._pages.currentWidget() is widget:
            return
        had_focus = self._pages.isAncestorOf(QApplication.focusWidget() or self)
        self._pages.setCurrentWidget(widget)
        self.setFocusProxy(widget)
        if had_focus:  # Qt would give it to whatever comes next
            widget.setFocus(Qt.FocusReason.OtherFocusReason)
        self._arrange()
        self.page_changed.emit(page)

    def write(self) -> None:
        """Go to the place to write."""
        self._opened()
        self.text.source.setFocus(Qt.FocusReason.OtherFocusReason)

    def is_list_shown(self) -> bool:
        return self._list_turn if self._narrow else self._list_kept

    def toggle_list(self) -> None:
        if self._narrow:
            self._list_turn = not self._list_turn
        else:
            self._list_kept = not self._list_kept
            self.list_shown.emit(self._list_kept)
        self.show_page("text")
        self._arrange()
        place = self.history.search if self.is_list_shown() else self.text.source
        place.setFocus(Qt.FocusReason.MouseFocusReason)

    def show_failure(self, failure: Failed | None, again: Callable[[], object]) -> None:
        if failure is None:
            self.text.show_banner(None)
            return
        kind, values = failure.kind, failure.values
        actions = ((lambda: tr("Try again"), again),)
        self.text.show_banner(Banner("danger", lambda: failure_words(kind, values), actions))

    def show_error(self, error: InkhornError) -> None:
        kind, values = error.kind, error.values
        page = self.documents if self.page() == "documents" else self.text
        page.show_banner(Banner("danger", lambda: failure_words(kind, values)))

    def retranslate(self) -> None:
        self._tabs["text"].setText(tr("Text"))
        self._tabs["documents"].setText(tr("Documents"))
        for button in self._tabs.values():
            button.setAccessibleName(button.text())
        words_ = tr("Show or hide the list of translations")
        self._fold.setToolTip(words_)
        self._fold.setAccessibleName(words_)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = event.size().width()
        narrow = width < ONE_AT_A_TIME_BELOW
        if narrow != self._narrow:
            self._narrow, self._list_turn = narrow, False
            self._arrange()
        style = Qt.ToolButtonStyle
        look = style.ToolButtonIconOnly if width < ICONS_BELOW else style.ToolButtonTextBesideIcon
        self.options.setToolButtonStyle(look)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.StyleChange and hasattr(self, "_pages"):
            self._dress()

    def _build(self) -> None:
        self._splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(1)
        self._main = QWidget(self._splitter)
        head = QHBoxLayout()
        head.setContentsMargins(space(3), space(2), space(3), space(2))
        head.setSpacing(space(1))
        head.addWidget(self._fold)
        self._fold.setIconSize(QSize(20, 20))
        group = QButtonGroup(self)
        segments = QHBoxLayout()
        segments.setSpacing(0)
        for key, button in self._tabs.items():
            set_look(button, kind="segment")
            button.setCheckable(True)
            group.addButton(button)
            button.clicked.connect(lambda _checked=False, key=key: self.show_page(key))
            segments.addWidget(button)
        self._tabs["text"].setChecked(True)
        head.addLayout(segments)
        head.addStretch(1)
        head.addWidget(self.route)
        head.addWidget(self.options)
        self._pages = QStackedWidget(self._main)
        self._pages.addWidget(self.text)
        self._pages.addWidget(self.documents)
        column = QVBoxLayout(self._main)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._pages, 1)
        self._splitter.addWidget(self.history)
        self._splitter.addWidget(self._main)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setSizes([LIST_WIDTH, 4 * LIST_WIDTH])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._splitter)

    def _arrange(self) -> None:
        shown = self.is_list_shown() and self.page() == "text"
        focus = QApplication.focusWidget()
        leaves = focus is not None and self.history.isAncestorOf(focus) and not shown
        self.history.setVisible(shown)
        self._main.setVisible(not (self._narrow and shown))
        if leaves:  # Qt would give the focus to whatever comes next. The mouse's reason: without a ring.
            page = self.documents if self.page() == "documents" else self.text
            page.setFocus(Qt.FocusReason.MouseFocusReason)

    def _opened(self) -> None:
        if self._narrow and self._list_turn:
            self._list_turn = False
            self._arrange()

    def _dress(self) -> None:
        self._fold.setIcon(icon("panel-left"))
