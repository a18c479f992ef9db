"""What was translated before, the newest first, with search in both languages."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.core.i18n import tr
from desktop_app.core.translation_records import TranslationHit, TranslationRecord
from desktop_app.ui.chat_list.search_field import SearchField
from desktop_app.ui.icons import icon
from desktop_app.ui.models.words import pair_words
from desktop_app.ui.theme import SIZE_CAPTION, set_look, space, theme_of
from desktop_app.ui.widgets.flowing import wrapped

Index = QModelIndex | QPersistentModelIndex
_RECORD = Qt.ItemDataRole.UserRole
MINIMUM_WIDTH = 200


class HistoryList(QWidget):
    opened = Signal(object)  # TranslationRecord
    deleted = Signal(object)  # list of ids
    clear_asked = Signal()
    new_asked = Signal()
    search_changed = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_look(self, surface="sunken")
        self.setMinimumWidth(MINIMUM_WIDTH)
        self.search = _Search(self)
        self._new, self._more = QToolButton(self), QToolButton(self)
        for button in (self._new, self._more):
            button.setIconSize(QSize(18, 18))
        self._new.clicked.connect(self.new_asked)
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QMenu(self)
        self._clear = self._menu.addAction("")
        self._clear.triggered.connect(self.clear_asked)
        self._more.setMenu(self._menu)
        self.list = _List(self)
        self.list.setItemDelegate(_Delegate(self.list))
        self.list.itemClicked.connect(self._open)
        self.list.itemActivated.connect(self._open)
        self.list.delete_wanted.connect(self._delete)
        self._hint = wrapped(self, tone="quiet")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._hint.setContentsMargins(space(5), space(10), space(5), space(5))
        self.search.search_changed.connect(self.search_changed)
        self.search.left_downwards.connect(self._enter)
        self.search.accepted.connect(self._open_first)
        self.search.left.connect(self.left)
        head = QHBoxLayout()
        head.setContentsMargins(space(2), space(2), space(2), space(2))
        head.setSpacing(space(1))
        head.addWidget(self.search, 1)
        head.addWidget(self._new)
        head.addWidget(self._more)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._hint)
        column.addWidget(self.list, 1)
        self.retranslate()
        self._dress()

    def set_records(self, records: Sequence[TranslationRecord]) -> None:
        self._fill([(record, record.text, record.translation) for record in records])

    def set_hits(self, hits: Sequence[TranslationHit]) -> None:
        self._fill([(hit.record, hit.snippet, hit.record.translation) for hit in hits])

    def set_current(self, key: int) -> None:
        for row in range(self.list.count()):
            item = self.list.item(row)
            if item.data(_RECORD).id == key:
                self.list.setCurrentItem(item)
                return
        self.list.setCurrentIndex(QModelIndex())
        self.list.clearSelection()

    def retranslate(self) -> None:
        self.list.setAccessibleName(tr("Translations"))
        for button, words in ((self._new, tr("New translation")), (self._more, tr("More…"))):
            button.setToolTip(words)
            button.setAccessibleName(words)
        self._clear.setText(tr("Delete all translations"))
        self._show_hint()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.StyleChange and hasattr(self, "_hint"):
            self._dress()

    def _fill(self, rows: Sequence[tuple[TranslationRecord, str, str]]) -> None:
        current = self.list.currentItem()
        key = current.data(_RECORD).id if current is not None else 0
        self.list.clear()
        for record, first, second in rows:
            item = QListWidgetItem(" ".join(first.split())[:300])
            item.setData(_RECORD, record)
            item.setData(Qt.ItemDataRole.UserRole + 1, " ".join(second.split())[:300])
            spoken = f"{pair_words((record.source, record.target))}: {item.text()}"
            item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)
            self.list.addItem(item)
        self.set_current(key)
        self._show_hint()

    def _show_hint(self) -> None:
        query = self.search.query()
        self._hint.setText(
            tr("Nothing found for “{query}”.", query=query)
            if query
            else tr("Your translations will stand here.")
        )
        empty = self.list.count() == 0
        self._hint.setVisible(empty)
        self._clear.setEnabled(not empty)

    def _open(self, item: QListWidgetItem) -> None:
        self.opened.emit(item.data(_RECORD))

    def _open_first(self) -> None:
        if self.list.count():
            self._open(self.list.item(0))

    def _enter(self) -> None:
        if self.list.count():
            self.list.setFocus(Qt.FocusReason.TabFocusReason)
            self.list.setCurrentRow(0)

    def _delete(self) -> None:
        keys = [item.data(_RECORD).id for item in self.list.selectedItems()]
        if keys:
            self.deleted.emit(keys)

    def _dress(self) -> None:
        quiet = theme_of(self).quiet
        self._new.setIcon(icon("plus", quiet))
        self._more.setIcon(icon("ellipsis", quiet))


class _Search(SearchField):
    def retranslate(self) -> None:
        self.setPlaceholderText(tr("Search translations"))
        self.setAccessibleName(tr("Search translations"))
        self.setToolTip(tr("Search translations"))
        self._clear.setText(tr("Clear the search"))
        self._clear.setToolTip(tr("Clear the search (Esc)"))


class _List(QListWidget):
    delete_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete_wanted.emit()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if not self.selectedItems():
            return
        keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
        here = self.visualItemRect(self.selectedItems()[0]).center()
        menu = QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.addAction(tr("Delete")).triggered.connect(self.delete_wanted)
        menu.popup(self.viewport().mapToGlobal(here) if keyboard else event.globalPos())


class _Delegate(QStyledItemDelegate):
    """The text, and quietly below it what became of it."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        height = option.fontMetrics.lineSpacing() + _caption(option).lineSpacing() + space(4.5)
        return QSize(120, height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme = theme_of()
        state = option.state
        area: QRect = option.rect.adjusted(space(1.5), 1, -space(1.5), -1)
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.tint if chosen else theme.hover))
            painter.drawRoundedRect(area, 6, 6)
        if chosen and state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QColor(theme.focus))
            painter.drawRoundedRect(area, 6, 6)
        inner = area.adjusted(space(2), space(1.5), -space(2), -space(1.5))
        font = option.font
        metrics = option.fontMetrics
        painter.setFont(font)
        painter.setPen(QColor(theme.ink))
        text = metrics.elidedText(index.data(), Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, text)
        font.setPixelSize(SIZE_CAPTION)
        painter.setFont(font)
        painter.setPen(QColor(theme.quiet))
        record: TranslationRecord = index.data(_RECORD)
        second = f"{record.target}  {index.data(Qt.ItemDataRole.UserRole + 1)}"
        small = painter.fontMetrics().elidedText(second, Qt.TextElideMode.ElideRight, inner.width())
        below = inner.adjusted(0, metrics.lineSpacing() + space(0.5), 0, space(1))
        painter.drawText(QRect(QPoint(below.x(), below.y()), below.size()), Qt.AlignmentFlag.AlignLeft, small)
        painter.restore()


def _caption(option: QStyleOptionViewItem) -> QFontMetrics:
    font = QFont(option.font)
    font.setPixelSize(SIZE_CAPTION)
    return QFontMetrics(font)
