"""The list itself: what keys, clicks and drags on a row mean."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from desktop_app.core.i18n import tr
from desktop_app.ui.chat_list.delegate import RowDelegate
from desktop_app.ui.chat_list.model import RowModel, dragged_ids
from desktop_app.ui.chat_list.rows import Row


class ListView(QListView):
    """Shows a `RowModel`; says what the user wants, changes nothing itself."""

    chosen = Signal(object)  # Row: open this conversation or hit
    fold_toggled = Signal(str)  # folder
    menu_wanted = Signal(object, QPoint)  # Row under the pointer or the focus; where, on the screen
    delete_wanted = Signal()
    pin_wanted = Signal()
    dropped = Signal(object, object)  # list[int] ids, Row they were dropped on
    left_upwards = Signal()  # Up on the first row
    typed = Signal(str)  # letters that mean nothing here

    def __init__(self, model: RowModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows_model = model
        self.look = RowDelegate(self)
        self.setModel(model)
        self.setItemDelegate(self.look)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDropIndicatorShown(False)
        self.setMouseTracking(True)
        self.verticalScrollBar().setSingleStep(24)
        self.verticalScrollBar().rangeChanged.connect(self._note_scroll_bar)
        self.clicked.connect(self._click)

    def row_at(self, index: QModelIndex) -> Row | None:
        return self.rows_model.row(index)

    def selected_rows(self) -> list[Row]:
        """Selected conversations from top to bottom; the one with the focus if none is selected."""
        indexes = sorted(self.selectedIndexes(), key=lambda i: i.row())
        rows = [row for i in indexes if (row := self.row_at(i)) is not None]
        if not rows and (row := self.row_at(self.currentIndex())) is not None:
            rows = [row]
        return [row for row in rows if row.chat is not None]

    def select_row(self, number: int | None) -> None:
        """Put focus row and selection on ``number`` (None: nowhere), scrolled to where it shows."""
        if number is None:
            self.clearSelection()
            return
        index = self.rows_model.index(number)
        # Not the view's own setCurrentIndex: that asks which keys are held down.
        selection = self.selectionModel()
        selection.setCurrentIndex(index, selection.SelectionFlag.ClearAndSelect)
        self.scrollTo(index)

    def enter_from_above(self) -> None:
        """Take the focus at the first row, as Down in the search field asks."""
        self.setFocus(Qt.FocusReason.TabFocusReason)
        self._go_to_end(first=True)

    # --- keys ------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._show_focus(True)
        row = self.row_at(self.currentIndex())
        key, control = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        is_plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and row is not None:
            self._use(row)
        elif key == Qt.Key.Key_F2 and row is not None and row.chat is not None:
            self.rename(self.currentIndex())
        elif key == Qt.Key.Key_Delete or (key == Qt.Key.Key_Backspace and control):
            self.delete_wanted.emit()
        elif key == Qt.Key.Key_P and control:
            self.pin_wanted.emit()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and row is not None and row.folder and is_plain:
            self._fold_by_key(row, opens=key == Qt.Key.Key_Right)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and is_plain:
            self._go_to_end(first=key == Qt.Key.Key_Home)
        elif key == Qt.Key.Key_Up and is_plain and self._is_first(self.currentIndex()):
            self.left_upwards.emit()
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, search: str) -> None:
        self.typed.emit(search)

    def rename(self, index: QModelIndex) -> None:
        if self.rows_model.flags(index) & Qt.ItemFlag.ItemIsEditable:
            self.scrollTo(index)
            self.edit(index)

    def is_editing(self) -> bool:
        return self.state() == QAbstractItemView.State.EditingState

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._show_focus(event.reason() != Qt.FocusReason.MouseFocusReason)
        super().focusInEvent(event)
        if not self.currentIndex().isValid() or self.row_at(self.currentIndex()) is None:
            self._go_to_end(first=True)

    def _fold_by_key(self, row: Row, opens: bool) -> None:
        if row.kind == "folder":
            if row.is_open != opens:
                self.fold_toggled.emit(row.folder)
        elif not opens:  # Left inside a folder goes to the folder, as in every tree
            for number, other in enumerate(self.rows_model.rows()):
                if other.kind == "folder" and other.folder == row.folder:
                    self.select_row(number)

    def _go_to_end(self, first: bool) -> None:
        count = self.rows_model.rowCount()
        for number in range(count) if first else range(count - 1, -1, -1):
            if self.rows_model.flags(self.rows_model.index(number)) & Qt.ItemFlag.ItemIsEnabled:
                self.select_row(number)
                return

    def _is_first(self, index: QModelIndex) -> bool:
        above = (self.rows_model.flags(self.rows_model.index(n)) for n in range(index.row()))
        return not any(flags & Qt.ItemFlag.ItemIsEnabled for flags in above)

    def _show_focus(self, shown: bool) -> None:
        if self.look.focus_shown != shown:
            self.look.focus_shown = shown
            self.viewport().update()

    # --- mouse -----------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._show_focus(False)
        index = self.indexAt(event.position().toPoint())
        row = self.row_at(index)
        if event.button() == Qt.MouseButton.LeftButton and self._is_on_button(event.position().toPoint()):
            assert row is not None
            if not self.selectionModel().isSelected(index):
                self.select_row(index.row())
            corner = self.look.button_rect(self.visualRect(index)).bottomLeft()
            self.menu_wanted.emit(row, self.viewport().mapToGlobal(corner))
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(event.position().toPoint())
        super().mouseMoveEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Leave, QEvent.Type.HoverLeave):
            self._hover(None)
        elif event.type() == QEvent.Type.Wheel:
            self._hover(None)  # the next move of the pointer finds the row that came below it
        return super().viewportEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            index = self.currentIndex()
            where = self.visualRect(index).center()
        else:
            index, where = self.indexAt(event.pos()), event.pos()
        row = self.row_at(index)
        if row is not None and row.kind != "heading":
            self.menu_wanted.emit(row, self.viewport().mapToGlobal(where))

    def _is_on_button(self, where: QPoint) -> bool:
        index = self.indexAt(where)
        row = self.row_at(index)
        if row is None or row.chat is None:
            return False
        return self.look.button_rect(self.visualRect(index)).contains(where)

    def _hover(self, where: QPoint | None) -> None:
        index = self.indexAt(where) if where is not None else QModelIndex()
        row = self.row_at(index)
        number = index.row() if row is not None and row.kind != "heading" else -1
        over = where is not None and self._is_on_button(where)
        if (number, over) == (self.look.hovered, self.look.over_button):
            return
        self.look.hovered, self.look.over_button = number, over
        self.setToolTip(tr("More…") if over else "")
        self.viewport().update()

    def _click(self, index: QModelIndex) -> None:
        from PySide6.QtWidgets import QApplication

        row = self.row_at(index)
        if row is not None and QApplication.keyboardModifiers() == Qt.KeyboardModifier.NoModifier:
            self._use(row)

    def _use(self, row: Row) -> None:
        if row.kind == "folder":
            self.fold_toggled.emit(row.folder)
        elif row.chat is not None:
            self.chosen.emit(row)

    # --- dragging --------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._takes(event):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        super().dragMoveEvent(event)  # scrolls near the edges
        number = self.indexAt(event.position().toPoint()).row() if self._takes(event) else -1
        self._mark_drop(self._drop_row(number))
        event.setAccepted(number >= 0)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._mark_drop(-1)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        ids = dragged_ids(event.mimeData())
        row = self.row_at(self.indexAt(event.position().toPoint()))
        self._mark_drop(-1)
        if ids and row is not None and not self.rows_model.read_only:
            # The rows are the store's to move: a copy keeps Qt from removing them here.
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.dropped.emit(ids, row)
        else:
            event.ignore()

    def _takes(self, event: QDropEvent) -> bool:
        return not self.rows_model.read_only and bool(dragged_ids(event.mimeData()))

    def _drop_row(self, number: int) -> int:
        """The row to mark for a drop on row ``number``: a folder's own row for all that is in it."""
        rows = self.rows_model.rows()
        if not 0 <= number < len(rows):
            return -1
        folder = rows[number].folder
        if not folder:
            return -1
        return next(i for i, row in enumerate(rows) if row.kind == "folder" and row.folder == folder)

    def _mark_drop(self, number: int) -> None:
        if self.look.drop_row != number:
            self.look.drop_row = number
            self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._note_scroll_bar()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # What was scrolled to before there was a height is not where it should be.
        self.executeDelayedItemsLayout()
        self.scrollToTop()
        self.scrollTo(self.currentIndex())

    def _note_scroll_bar(self) -> None:
        self.look.scroll_bar_shown = self.verticalScrollBar().maximum() > 0
