"""A table whose rows come piece by piece from the store, however many there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from desktop_app.core.i18n import tr
from desktop_app.ui.models.words import pair_words

Index = QModelIndex | QPersistentModelIndex
PIECE = 300
"""Rows that are asked for at once."""

_NONE = QModelIndex()


@dataclass(frozen=True, slots=True)
class Column:
    """``title`` as a function, so that it follows the language. ``checked`` for a column of boxes."""

    title: Callable[[], str]
    text: Callable[[Any], str]
    editable: bool = False
    checked: Callable[[Any], bool] | None = None


class PagedModel(QAbstractTableModel):
    """``more_wanted`` with how many rows there are already; `add` gives the next ones. ``edited`` with the
    row, the column and what was written there; ``ticked`` with the row and whether its box is on."""

    more_wanted = Signal(int)
    edited = Signal(object, int, str)
    ticked = Signal(object, bool)

    def __init__(self, columns: Sequence[Column], parent: QWidget) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)
        self._rows: list[Any] = []
        self._total = 0
        self._asked = False

    def begin(self, rows: Sequence[Any], total: int) -> None:
        """Another search or direction: ``rows`` are the first of ``total``."""
        self.beginResetModel()
        self._rows, self._total, self._asked = list(rows), total, False
        self.endResetModel()

    def add(self, rows: Sequence[Any]) -> None:
        self._asked = False
        if not rows:
            self._total = len(self._rows)
            return
        self.beginInsertRows(_NONE, len(self._rows), len(self._rows) + len(rows) - 1)
        self._rows += rows
        self.endInsertRows()

    def replace(self, row: Any) -> None:
        """A row with the same id is another now."""
        for place, held in enumerate(self._rows):
            if held.id == row.id:
                self._rows[place] = row
                self.dataChanged.emit(self.index(place, 0), self.index(place, len(self._columns) - 1))

    def row(self, index: Index) -> Any:
        return self._rows[index.row()]

    def total(self) -> int:
        return self._total

    def retranslate(self) -> None:
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self._columns) - 1)

    def rowCount(self, parent: Index = _NONE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NONE) -> int:
        return 0 if parent.isValid() else len(self._columns)

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and len(self._rows) < self._total and not self._asked

    def fetchMore(self, parent: Index) -> None:
        self._asked = True
        self.more_wanted.emit(len(self._rows))

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._columns[section].title()
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = 0) -> Any:
        column, row = self._columns[index.column()], self._rows[index.row()]
        if role == Qt.ItemDataRole.CheckStateRole and column.checked is not None:
            return Qt.CheckState.Checked if column.checked(row) else Qt.CheckState.Unchecked
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            text = column.text(row)
            return text if role == Qt.ItemDataRole.EditRole else " ".join(text[:500].split())
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.text(row) or None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{column.title()}: {column.text(row)}"
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        column = self._columns[index.column()]
        found = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if column.editable:
            found |= Qt.ItemFlag.ItemIsEditable
        if column.checked is not None:
            found |= Qt.ItemFlag.ItemIsUserCheckable
        return found

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Nothing changes here: what is written comes back from the store."""
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.CheckStateRole:
            self.ticked.emit(row, Qt.CheckState(value) == Qt.CheckState.Checked)
        elif role == Qt.ItemDataRole.EditRole and str(value) != self._columns[index.column()].text(row):
            self.edited.emit(row, index.column(), str(value))
        return True


class TableView(QTableView):
    """Rows are chosen whole; Delete asks with ``remove_asked``."""

    remove_asked = Signal()

    def __init__(self, model: PagedModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(32)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)

    def fit(self, *columns: int) -> None:
        """``columns`` are as wide as what stands in them, the others share the rest."""
        for column in columns:
            mode = QHeaderView.ResizeMode.ResizeToContents
            self.horizontalHeader().setSectionResizeMode(column, mode)

    def chosen(self) -> list[Any]:
        model = self.model()
        assert isinstance(model, PagedModel)
        return [model.row(index) for index in self.selectionModel().selectedRows()]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete and self.state() != QAbstractItemView.State.EditingState:
            self.remove_asked.emit()
        else:
            super().keyPressEvent(event)


def direction_words(source: str, target: str, count: int) -> str:
    """``English → Portuguese, 1,204``"""
    return tr("{pair}, {count}", pair=pair_words((source, target)), count=f"{count:,}")
