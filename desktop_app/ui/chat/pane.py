"""The chat pane: the list of conversations, the conversation, and the place to write."""

from __future__ import annotations

import functools

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QSplitter, QVBoxLayout, QWidget

from desktop_app.core.i18n import mark, tr
from desktop_app.core.settings import Settings
from desktop_app.ui.chat.composer import Composer
from desktop_app.ui.chat.context_meter import ContextMeter
from desktop_app.ui.chat.header import ChatHeader
from desktop_app.ui.chat.sampling_button import SamplingButton
from desktop_app.ui.chat_list.conversation_list import MINIMUM_WIDTH, ConversationList
from desktop_app.ui.conversation.measures import column_width
from desktop_app.ui.conversation.view import ConversationView
from desktop_app.ui.model_picker import ModelPicker
from desktop_app.ui.personas import PersonaPicker
from desktop_app.ui.theme import set_look, space
from desktop_app.ui.widgets.banner import Banner
from desktop_app.ui.widgets.empty_state import EmptyState

LIST_WIDTH = 264
WIDEST_LIST = 480
REMEMBER_MS = 500
ONE_AT_A_TIME_BELOW = 620  # px: narrower, the list and the conversation take turns

SUGGESTIONS = (
    mark("Explain why the sky is blue, in three sentences."),
    mark("Write a short, friendly note to thank a colleague."),
    mark("Give me five ideas for a quiet weekend."),
)


class ChatPane(QWidget):
    """Builds and arranges; what happens is the controllers' business."""

    list_shown = Signal(bool)
    remembered = Signal(object)  # dict for Settings.window

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._starter = True
        self.list = ConversationList(self)
        self.view = ConversationView(settings.text_size, settings.reading_font == "serif", self)
        self.composer = Composer(self)
        self.meter = ContextMeter(self)
        self.model = ModelPicker(self)
        self.persona = PersonaPicker(self)
        self.sampling = SamplingButton(self)
        self.header = ChatHeader(self.model, self.persona, self.sampling, self)
        self.empty = EmptyState(
            "",
            lambda: tr("What shall we write?"),
            self._empty_words,
            suggestions=tuple(functools.partial(tr, text) for text in SUGGESTIONS),
        )
        self.empty.suggested.connect(self._suggest)
        self.view.empty_widget(self.empty)
        self.composer.notes.addWidget(self.meter)
        self.meter.set_plan(None)
        self._banner: Banner | None = None
        self._build()
        self._list_kept = bool(settings.window.get("list", True))
        self._list_turn = False  # in a narrow window, where the list takes turns with the conversation
        self._narrow = False
        self._set_list_width(settings.window.get("list_width"))
        self.list.set_open_folders(_strings(settings.window.get("folders")))
        self.header.list_toggled.connect(self.toggle_list)
        self.list.opened.connect(self._opened)
        self.list.new_requested.connect(self._opened)
        self.list.leave_requested.connect(self.write)
        self.list.typed.connect(self._begin_writing)
        self.list.open_folders_changed.connect(lambda folders: self.remembered.emit({"folders": folders}))
        self.use_settings(settings)
        self._arrange()

    def set_starter(self, starter: bool) -> None:
        """Whether the small model answers that came with the app, of which one should not expect much."""
        self._starter = starter
        self.empty.retranslate()

    def _empty_words(self) -> str:
        if self._starter:
            return tr(
                "The model runs on this computer, and what you write stays here. "
                "This starter model is small: it makes mistakes, and knows hardly any Chinese."
            )
        return tr("The model runs on this computer, and what you write stays here.")

    def use_settings(self, settings: Settings) -> None:
        self.view.set_reading(settings.text_size, settings.reading_font == "serif")
        self.composer.set_reading(settings.text_size, settings.reading_font == "serif")
        self.composer.set_enter_sends(settings.send_with == "enter")

    def show_banner(self, banner: Banner | None) -> None:
        """One banner above the composer at a time; None takes it away."""
        if self._banner is not None:
            self._banner_place.removeWidget(self._banner)
            self._banner.deleteLater()
        self._banner = banner
        if banner is not None:
            banner.closed.connect(self._banner_closed)
            self._banner_place.addWidget(banner)

    def is_list_shown(self) -> bool:
        return self._list_turn if self._narrow else self._list_kept

    def toggle_list(self) -> None:
        self._show_list(not self.is_list_shown())

    def search(self) -> None:
        """Go to the search field of the list."""
        self._show_list(True)
        self.list.focus_search()

    def write(self) -> None:
        """Go to the place to write."""
        self._opened()
        self.composer.setFocus(Qt.FocusReason.OtherFocusReason)

    def _build(self) -> None:
        set_look(self, surface="paper")
        self._splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(1)
        self._main = QWidget(self._splitter)
        column = QVBoxLayout(self._main)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.view, 1)
        foot = _Foot(self._main)
        self._banner_place = QVBoxLayout(foot)
        self._banner_place.setSpacing(space(2))
        self._banner_place.setDirection(QVBoxLayout.Direction.BottomToTop)
        self._banner_place.addWidget(self.composer)
        column.addWidget(foot)
        self._splitter.addWidget(self.list)
        self._splitter.addWidget(self._main)
        self._splitter.setStretchFactor(1, 1)
        self._width_timer = QTimer(self)
        self._width_timer.setSingleShot(True)
        self._width_timer.setInterval(REMEMBER_MS)
        self._width_timer.timeout.connect(
            lambda: self.remembered.emit({"list_width": self._splitter.sizes()[0]})
        )
        self._splitter.splitterMoved.connect(lambda: self._width_timer.start())
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._splitter)
        self.setFocusProxy(self.composer)

    def _set_list_width(self, width: object) -> None:
        known = width if isinstance(width, int) else LIST_WIDTH
        known = max(MINIMUM_WIDTH, min(WIDEST_LIST, known))
        self._splitter.setSizes([known, 4 * LIST_WIDTH])

    def _show_list(self, shown: bool) -> None:
        if self._narrow:
            self._list_turn = shown
        elif shown != self._list_kept:
            self._list_kept = shown
            self.remembered.emit({"list": shown})
        focus = QApplication.focusWidget()
        self._arrange()
        if focus is not None and self.isAncestorOf(focus) and not focus.isVisibleTo(self):
            # Qt would give the focus to whatever comes next. The mouse's reason: without a ring.
            place = self.composer if self._main.isVisibleTo(self) else self.list.view
            place.setFocus(Qt.FocusReason.MouseFocusReason)

    def _arrange(self) -> None:
        shown = self.is_list_shown()
        self.list.setVisible(shown)
        self._main.setVisible(not (self._narrow and shown))
        self.list_shown.emit(shown)

    def _opened(self) -> None:
        if self._narrow and self._list_turn:
            self._show_list(False)

    def _begin_writing(self, text: str) -> None:
        self.write()
        self.composer.input.insertPlainText(text)

    def _suggest(self, text: str) -> None:
        self.composer.sent.emit(text)

    def _banner_closed(self) -> None:
        self._banner = None

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = event.size().width() < ONE_AT_A_TIME_BELOW
        if narrow != self._narrow:
            self._narrow = narrow
            self._list_turn = False
            self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange and hasattr(self, "meter"):
            self.meter.retranslate()


class _Foot(QWidget):
    """As wide as the column of messages above it, to the pixel."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = event.size().width()
        width = column_width(room)
        left = (room - width) // 2
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(left, space(1), room - width - left, space(4))


def _strings(value: object) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []
