"""Rows of a list as plain values, and the model that Qt reads them from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

Index = QModelIndex | QPersistentModelIndex
Tone = Literal["quiet", "warning", "danger", "success", "accent"]
Fact = tuple[str, Tone]
Role = Qt.ItemDataRole


@dataclass(frozen=True, slots=True)
class Row:
    """``line`` is a sentence below the title, ``facts`` a line of small ones below that. ``mark`` is a
    word of praise, ``strengths`` two figures of 0…3 (English, Chinese). ``button`` is the word of the
    row's own button, "" for none; ``progress`` 0…1 of a download. ``spoken`` is for those who listen,
    in place of what is only drawn."""

    kind: Literal["heading", "model", "pairs"]
    key: str
    title: str
    aside: str = ""
    line: str = ""
    facts: tuple[Fact, ...] = ()
    mark: str = ""
    strengths: tuple[int, int] | None = None
    icon: str = ""
    icon_tone: Tone = "quiet"
    button: str = ""
    progress: float | None = None
    indented: bool = False
    spoken: str = ""


class RowModel(QAbstractListModel):
    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Where the same rows only look different, selection and place in the list stay."""
        new = list(rows)
        if [(row.kind, row.key) for row in new] == [(row.kind, row.key) for row in self._rows]:
            old, self._rows = self._rows, new
            for number, (before, after) in enumerate(zip(old, new, strict=True)):
                if before != after:
                    self.dataChanged.emit(self.index(number), self.index(number))
            return
        self.beginResetModel()
        self._rows = new
        self.endResetModel()

    def set_row(self, row: Row) -> None:
        """Replace the row of the same key."""
        number = self.number_of(row.key)
        if number is not None and self._rows[number] != row:
            self._rows[number] = row
            self.dataChanged.emit(self.index(number), self.index(number))

    def rows(self) -> list[Row]:
        return self._rows

    def row(self, index: Index) -> Row | None:
        return self._rows[index.row()] if 0 <= index.row() < len(self._rows) else None

    def number_of(self, key: str) -> int | None:
        found = (i for i, row in enumerate(self._rows) if row.key == key and row.kind != "heading")
        return next(found, None)

    # --- Qt's side ------------------------------------------------------------------------------

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        row = self.row(index)
        if row is None or row.kind == "heading":
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        row = self.row(index)
        if row is None:
            return None
        if role == Role.DisplayRole:
            return row.title
        if role == Role.AccessibleTextRole:
            facts = (text for text, _ in row.facts)
            return ". ".join(filter(None, (row.title, row.aside, row.mark, row.line, *facts, row.spoken)))
        if role == Role.ToolTipRole and row.kind == "model":
            return "\n".join(filter(None, (row.title, row.line)))
        return None
