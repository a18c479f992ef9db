"""The rows as a Qt list model, with names for screen readers, renaming, and dragging into folders."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QPersistentModelIndex, Qt, Signal

from desktop_app.core.i18n import tr
from desktop_app.ui.chat_list.dates import long_time
from desktop_app.ui.chat_list.rows import Row, count_words, title_of

MIME = "application/x-inkhorn-conversations"
Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole


class RowModel(QAbstractListModel):
    """Holds `Row` values. ``renamed`` is emitted for an edit; the rows change when they are set anew."""

    renamed = Signal(int, str)

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []
        self._row_of: dict[int, int] = {}
        self.read_only = False

    def set_rows(self, rows: Sequence[Row]) -> None:
        self.beginResetModel()
        self._rows = list(rows)
        self._row_of = {row.chat.id: i for i, row in enumerate(self._rows) if row.chat is not None}
        self.endResetModel()

    def row(self, index: Index) -> Row | None:
        return self._rows[index.row()] if 0 <= index.row() < len(self._rows) else None

    def rows(self) -> list[Row]:
        return self._rows

    def number_of(self, conversation_id: int | None) -> int | None:
        """The row that shows the conversation; None where it is in a folded folder or not there."""
        return None if conversation_id is None else self._row_of.get(conversation_id)

    def number_like(self, row: Row | None) -> int | None:
        """Where ``row``, of earlier rows, stands now."""
        if row is None or row.chat is not None:
            return self.number_of(row.chat.id) if row is not None and row.chat is not None else None
        alike = (i for i, r in enumerate(self._rows) if (r.kind, r.text) == (row.kind, row.text))
        return next(alike, None)

    # --- Qt's side -------------------------------------------------------------------------------

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        row = self.row(index)
        flag = Qt.ItemFlag
        if row is None or row.kind == "heading":
            return flag.NoItemFlags
        if row.kind == "folder":
            return flag.ItemIsEnabled
        usual = flag.ItemIsEnabled | flag.ItemIsSelectable
        if self.read_only:
            return usual
        return usual | flag.ItemIsEditable | flag.ItemIsDragEnabled

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        row = self.row(index)
        if row is None:
            return None
        if role in (Role.DisplayRole, Role.EditRole):
            return title_of(row.chat) if row.chat is not None else row.text
        if role == Role.AccessibleTextRole:
            return self._spoken(row)
        if role == Role.ToolTipRole and row.chat is not None:
            return tr(
                "{title}\n{when} · {count}",
                title=title_of(row.chat),
                when=long_time(row.chat.updated),
                count=count_words(row.chat.messages),
            )
        return None

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:
        row = self.row(index)
        if row is None or row.chat is None or role != Role.EditRole or self.read_only:
            return False
        title = " ".join(str(value).split())
        if not title or title == title_of(row.chat):
            return False
        self.renamed.emit(row.chat.id, title)
        return True

    def mimeTypes(self) -> list[str]:
        return [MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        rows = [self.row(index) for index in indexes]
        data = QMimeData()
        data.setData(MIME, json.dumps([r.chat.id for r in rows if r is not None and r.chat]).encode())
        return data

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def _spoken(self, row: Row) -> str:
        if row.kind == "heading":
            return row.text
        if row.kind == "folder":
            state = tr("open") if row.is_open else tr("folded")
            words = {"name": row.text, "count": row.count, "state": state}
            return tr("Folder {name}, {count} conversations, {state}", **words)
        assert row.chat is not None
        title, when = title_of(row.chat), long_time(row.chat.updated)
        if row.hit is not None and row.hit.snippet:
            return tr("{title}, {when}: {snippet}", title=title, when=when, snippet=row.hit.snippet)
        if row.chat.pinned:
            return tr("{title}, pinned, {when}", title=title, when=when)
        return tr("{title}, {when}", title=title, when=when)


def dragged_ids(data: QMimeData) -> list[int]:
    """The conversations in ``data``; none where it comes from elsewhere."""
    if not data.hasFormat(MIME):
        return []
    try:
        found = json.loads(bytes(data.data(MIME).data()))
    except ValueError:
        return []
    return [i for i in found if isinstance(i, int)] if isinstance(found, list) else []
