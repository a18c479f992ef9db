"""Tables in a QTextDocument: a real grid, with a head, that can grow row by row."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
    QTextFrameFormat,
    QTextTable,
    QTextTableFormat,
)

from desktop_app.ui.markdown.blocks import Run, Style, Table
from desktop_app.ui.markdown.look import CELL_PADDING, ITEM, Look

UNBROKEN = 16
"""Bytes of a cell's text up to which it stays on one line, so that a wide table in a narrow window can be
scrolled sideways instead of standing on end."""

WriteRuns = Callable[[QTextCursor, tuple[Run, ...], int, bool], None]
"""Writes runs at a cursor: heading level, and whether all is bold."""

_ALIGNMENTS = {
    "": Qt.AlignmentFlag.AlignLeft,
    "left": Qt.AlignmentFlag.AlignLeft,
    "center": Qt.AlignmentFlag.AlignHCenter,
    "right": Qt.AlignmentFlag.AlignRight,
}


def insert(
    cursor: QTextCursor, block: Table, look: Look, shape: QTextBlockFormat, write_runs: WriteRuns
) -> QTextTable:
    """Insert ``block`` after the empty block at ``cursor``, which becomes its carrier. ``shape`` says how
    far in and how far below it stands."""
    hide_carrier(cursor)
    form = QTextTableFormat()
    form.setBorder(1)
    form.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    form.setBorderBrush(QBrush(QColor(look.theme.line)))
    form.setBorderCollapse(True)
    form.setCellPadding(CELL_PADDING)
    form.setHeaderRowCount(1)
    form.setTopMargin(shape.topMargin())
    form.setLeftMargin(shape.leftMargin() + shape.indent() * ITEM)
    table = cursor.insertTable(len(block.rows), max(len(block.alignments), 1), form)
    for row in range(len(block.rows)):
        for column in range(len(block.alignments)):
            _write_cell(table, block, row, column, look, write_runs)
    end = table.lastCursorPosition()
    end.movePosition(QTextCursor.MoveOperation.End)
    hide_carrier(end)
    return table


def grow(table: QTextTable, before: Table, new: Table, look: Look, write_runs: WriteRuns) -> bool:
    """Turn ``table``, which shows ``before``, into ``new`` by adding rows. False if that cannot be."""
    if before.alignments != new.alignments or before.place != new.place:
        return False
    if len(new.rows) < len(before.rows) or new.rows[: len(before.rows) - 1] != before.rows[:-1]:
        return False
    if len(new.rows) > len(before.rows):
        table.appendRows(len(new.rows) - len(before.rows))
    for row in range(len(before.rows) - 1, len(new.rows)):
        for column in range(len(new.alignments)):
            if row >= len(before.rows) or new.rows[row][column] != before.rows[row][column]:
                _write_cell(table, new, row, column, look, write_runs)
    return True


def _write_cell(
    table: QTextTable, block: Table, row: int, column: int, look: Look, write_runs: WriteRuns
) -> None:
    cell = table.cellAt(row, column)
    cursor = cell.firstCursorPosition()
    cursor.setPosition(cell.lastPosition(), QTextCursor.MoveMode.KeepAnchor)
    cursor.removeSelectedText()
    runs = block.rows[row][column]
    shape = QTextBlockFormat()
    shape.setAlignment(_ALIGNMENTS[block.alignments[column]])
    height = round(look.text_size * 1.4)
    shape.setLineHeight(height, QTextBlockFormat.LineHeightTypes.MinimumHeight.value)
    words = "".join(run.text for run in runs)
    shape.setNonBreakableLines(len(words.encode("utf-8", "replace")) <= UNBROKEN)
    cursor.setBlockFormat(shape)
    # Qt keeps the first paragraph's character format in the cell's own, so both are set as one.
    form = cell.format().toTableCellFormat()
    form.merge(look.text(Style(bold=row == 0)))
    form.setLeftPadding(11)
    form.setRightPadding(11)
    form.setTopPadding(5)
    form.setBottomPadding(6)
    if row == 0:
        form.setBackground(QColor(look.theme.sunken))
    cell.setFormat(form)
    write_runs(cursor, runs, 0, row == 0)


def hide_carrier(cursor: QTextCursor) -> None:
    """Qt needs an ordinary block before and after a table; it takes no room here."""
    shape = QTextBlockFormat()
    shape.setLineHeight(1, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
    cursor.setBlockFormat(shape)
    tiny = QTextCharFormat()
    tiny.setProperty(QTextFormat.Property.FontPixelSize, 1)
    cursor.setBlockCharFormat(tiny)
