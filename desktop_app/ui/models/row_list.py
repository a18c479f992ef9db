"""A list of models: what keys and clicks on a row mean."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from desktop_app.ui.models.delegate import ModelDelegate
from desktop_app.ui.models.row_model import Row, RowModel

_BY_KEY = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class RowList(QListView):
    """``chosen`` follows the selection, ``opened`` is Enter or a double click, ``acted`` a press of the
    row's own button, ``delete_asked`` the Delete key. Only what is seen is ever laid out and drawn."""

    chosen = Signal(str)  # key, "" for none
    opened = Signal(str)
    acted = Signal(str)
    delete_asked = Signal(str)
    left_upwards = Signal()  # Up on the first row

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows_model = RowModel(self)
        self.look = ModelDelegate(self)
        self.setModel(self.rows_model)
        self.setItemDelegate(self.look)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.verticalScrollBar().setSingleStep(24)
        self.selectionModel().currentChanged.connect(lambda index, _: self.chosen.emit(self._key(index)))
        self.doubleClicked.connect(self._double_clicked)

    def set_rows(self, rows: list[Row]) -> None:
        """Show ``rows``; what was chosen stays chosen while it is there, else the first is."""
        before = self.current_key()
        self.rows_model.set_rows(rows)
        if self.current_key() == before and before:
            return
        number = self.rows_model.number_of(before) if before else None
        if number is None:
            number = next((i for i, row in enumerate(rows) if row.kind != "heading"), None)
        if number is None:
            self.chosen.emit("")
        else:
            self.choose(rows[number].key)
            if all(row.kind == "heading" for row in rows[:number]):
                self.scrollToTop()  # with the heading above it

    def current_key(self) -> str:
        return self._key(self.currentIndex())

    def choose(self, key: str) -> None:
        """Put the selection on ``key``, scrolled to where it shows; nothing where it is not there."""
        number = self.rows_model.number_of(key)
        if number is not None:
            index = self.rows_model.index(number)
            # Not the view's own setCurrentIndex: that asks which keys are held down.
            selection = self.selectionModel()
            selection.setCurrentIndex(index, selection.SelectionFlag.ClearAndSelect)
            self.scrollTo(index)

    def enter_from_above(self) -> None:
        """Take the focus, as Down in the search field asks."""
        self._show_focus(True)
        self.setFocus(Qt.FocusReason.TabFocusReason)

    # --- keys -----------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._show_focus(True)
        key = self.current_key()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_Right) and key:
            self.opened.emit(key)
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and key:
            self.delete_asked.emit(key)
        elif event.key() == Qt.Key.Key_Up and self._is_first(self.currentIndex()):
            self.left_upwards.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._show_focus(event.reason() in _BY_KEY)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._show_focus(False)
        super().focusOutEvent(event)

    def _show_focus(self, shown: bool) -> None:
        if self.look.focus_shown != shown:
            self.look.focus_shown = shown
            self.viewport().update()

    def _is_first(self, index: QModelIndex) -> bool:
        rows = self.rows_model.rows()
        return all(row.kind == "heading" for row in rows[: max(0, index.row())])

    # --- mouse ----------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._show_focus(False)
        if event.button() == Qt.MouseButton.LeftButton and self._button_at(event.position().toPoint()):
            event.accept()  # the button's, at its release
            return
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        key = self._button_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and key:
            self.choose(key)
            self.acted.emit(key)
            return
        super().mouseReleaseEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(event.position().toPoint())

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._hover(None)
        return super().viewportEvent(event)

    def _hover(self, where: QPoint | None) -> None:
        index = self.indexAt(where) if where is not None else QModelIndex()
        row = self.rows_model.row(index)
        number = index.row() if row is not None and row.kind != "heading" else -1
        over = where is not None and bool(self._button_at(where))
        if (number, over) != (self.look.hovered, self.look.over_button):
            self.look.hovered, self.look.over_button = number, over
            self.viewport().update()

    def _button_at(self, where: QPoint) -> str:
        """The key of the row whose button is at ``where``, or ""."""
        index = self.indexAt(where)
        row = self.rows_model.row(index)
        if row is None or not row.button:
            return ""
        return row.key if self.look.button_rect(self.visualRect(index), row).contains(where) else ""

    def _double_clicked(self, index: QModelIndex) -> None:
        key = self._key(index)
        if key:
            self.opened.emit(key)

    def _key(self, index: QModelIndex) -> str:
        row = self.rows_model.row(index)
        return row.key if row is not None and row.kind != "heading" else ""
