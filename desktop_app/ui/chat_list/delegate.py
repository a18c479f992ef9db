"""How a row looks, and where in it one can click or type."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QPainter,
    QTextCharFormat,
    QTextLayout,
    QTextLine,
    QTextOption,
)
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop_app.core.i18n import tr
from desktop_app.ui.chat_list.dates import short_time
from desktop_app.ui.chat_list.model import RowModel
from desktop_app.ui.chat_list.rows import Row, count_words, matches_in, shown_snippet, title_of, utf16_range
from desktop_app.ui.icons import pixmap
from desktop_app.ui.theme import RADIUS, Theme, space, theme_of
from desktop_app.ui.widgets.list_row import INSET, caption_font, draw_elided, paint_ground, paint_heading

Index = QModelIndex | QPersistentModelIndex
State = QStyle.StateFlag
Align = Qt.AlignmentFlag

_PAD = space(2.5)  # between the ground's edge and its text
_GAP = 1  # between title and second line
_INDENT = space(6)  # of a conversation in a folder: its title stands below the folder's name
_BUTTON = space(6)
_SNIPPET_LINES = 2


class RowDelegate(QStyledItemDelegate):
    """Draws `Row` values. The view sets ``open_id``, ``hovered``, ``over_button``, ``drop_row``,
    ``query`` and ``focus_shown`` and asks for a repaint."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.open_id: int | None = None
        self.hovered = -1
        self.over_button = False
        self.drop_row = -1
        self.query = ""
        self.focus_shown = False
        self.scroll_bar_shown = False
        self.today = date.today()
        self._sizes: dict[str, QSize] = {}

    def forget_sizes(self) -> None:
        """After a change of font."""
        self._sizes.clear()

    # --- geometry --------------------------------------------------------------------------------

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row = _row(index)
        key: str = row.kind if row is not None else "heading"
        if key == "heading" and index.row() == 0:
            key = "first"
        elif row is not None and row.hit is not None and row.hit.message_id is None:
            key = "chat"  # found by its title, which it shows anyway
        if key not in self._sizes:
            widget = self.parent()
            font = widget.font() if isinstance(widget, QWidget) else QFont()
            title, caption = QFontMetrics(font).height(), QFontMetrics(caption_font(font)).height()
            height = {
                "first": caption + space(2),
                "heading": caption + space(5),
                "folder": title + space(3.5),
                "chat": title + _GAP + caption + space(3.5),
                "hit": title + _GAP + _SNIPPET_LINES * caption + space(4),
            }[key]
            self._sizes[key] = QSize(space(40), height)
        return self._sizes[key]

    def ground_rect(self, rect: QRect) -> QRect:
        """The rounded ground of a row whose item has ``rect``."""
        return rect.adjusted(INSET, 1, -(0 if self.scroll_bar_shown else INSET), -1)

    def button_rect(self, rect: QRect) -> QRect:
        """Where the ⋯ of a row stands."""
        ground = self.ground_rect(rect)
        top = ground.center().y() - _BUTTON // 2 + 1
        return QRect(ground.right() - _BUTTON - space(1), top, _BUTTON, _BUTTON)

    # --- painting --------------------------------------------------------------------------------

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = _row(index)
        if row is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = theme_of()
        if row.kind == "heading":
            paint_heading(painter, option.rect, _PAD, row.text, option.font, theme)
        else:
            self._paint_ground(painter, option, index, row, theme)
            if row.kind == "folder":
                self._paint_folder(painter, option, row, theme)
            else:
                self._paint_chat(painter, option, index, row, theme)
        painter.restore()

    def _paint_ground(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index, row: Row, theme: Theme
    ) -> None:
        is_open = row.chat is not None and row.chat.id == self.open_id
        colour = None
        if option.state & State.State_Selected and not is_open:
            colour = theme.pressed
        elif is_open:
            colour = theme.tint
        elif index.row() == self.hovered:
            colour = theme.hover
        has_focus = bool(option.state & State.State_HasFocus) and self.focus_shown
        framed = has_focus or index.row() == self.drop_row
        paint_ground(painter, QRectF(self.ground_rect(option.rect)), theme, colour, is_open, framed)

    def _paint_folder(self, painter: QPainter, option: QStyleOptionViewItem, row: Row, theme: Theme) -> None:
        box = self.ground_rect(option.rect).adjusted(_PAD, 0, -_PAD, 0)
        ratio = painter.device().devicePixelRatioF()
        middle = box.center().y() - 7
        name = "folder-open" if row.is_open else "folder"
        painter.drawPixmap(box.left(), middle, pixmap(name, 16, ratio, theme.quiet))
        chevron = "chevron-down" if row.is_open else "chevron-right"
        painter.drawPixmap(box.right() - 13, middle + 1, pixmap(chevron, 14, ratio, theme.quiet))
        painter.setFont(caption_font(option.font))
        count = str(row.count)
        count_width = QFontMetrics(painter.font()).horizontalAdvance(count)
        painter.setPen(QColor(theme.quiet))
        right = box.adjusted(0, 0, -space(5), 0)
        painter.drawText(right, Align.AlignRight | Align.AlignVCenter, count)
        text = box.adjusted(16 + space(2), 0, -count_width - space(7), 0)
        draw_elided(painter, text, row.text, option.font, theme.ink)

    def _paint_chat(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index, row: Row, theme: Theme
    ) -> None:
        assert row.chat is not None
        ratio = painter.device().devicePixelRatioF()
        box = self.ground_rect(option.rect).adjusted(_PAD, 0, -_PAD, 0)
        box.setLeft(box.left() + (_INDENT if row.place == "folder" else 0))
        metrics, caption = QFontMetrics(option.font), QFontMetrics(caption_font(option.font))
        has_snippet = row.hit is not None and row.hit.message_id is not None
        lines = _SNIPPET_LINES if has_snippet else 1
        top = box.center().y() - (metrics.height() + _GAP + lines * caption.height()) // 2 + 1
        hovered = index.row() == self.hovered
        room = box.width() - (_BUTTON - space(1) if hovered else 0)
        title = QRect(box.left(), top, room, metrics.height())
        below = QRect(box.left(), title.bottom() + 1 + _GAP, room, lines * caption.height())
        if row.hit is not None:
            text, ranges = title_of(row.chat), matches_in(title_of(row.chat), self.query)
            _draw_marked(painter, title, text, ranges, option.font, theme.ink, theme)
            if row.hit.message_id is None:  # its snippet is the title again
                text, ranges = self._second_line(row), []
            else:
                text, ranges = shown_snippet(row.hit)
            _draw_marked(painter, below, text, ranges, caption_font(option.font), theme.quiet, theme)
        else:
            draw_elided(painter, title, title_of(row.chat), option.font, theme.ink)
            if row.chat.pinned:
                middle = below.center().y() - 5
                painter.drawPixmap(below.left(), middle, pixmap("pin", 12, ratio, theme.quiet))
                below.setLeft(below.left() + space(4))
            draw_elided(painter, below, self._second_line(row), caption_font(option.font), theme.quiet)
        if hovered:
            button = self.button_rect(option.rect)
            if self.over_button:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(theme.pressed))
                painter.drawRoundedRect(QRectF(button), RADIUS - 1, RADIUS - 1)
            corner = button.center() - QRect(0, 0, 16, 16).center()
            painter.drawPixmap(corner, pixmap("ellipsis", 16, ratio, theme.ink))

    def _second_line(self, row: Row) -> str:
        assert row.chat is not None
        when = short_time(row.chat.updated, self.today)
        if row.chat.messages == 0:
            return when
        return tr("{when} · {count}", when=when, count=count_words(row.chat.messages))

    # --- renaming --------------------------------------------------------------------------------

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setAccessibleName(tr("Title of the conversation"))
        editor.setMaxLength(200)
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        box = self.ground_rect(option.rect)
        height = min(editor.sizeHint().height(), box.height())
        editor.setGeometry(box.left(), box.center().y() - height // 2 + 1, box.width(), height)


def _row(index: Index) -> Row | None:
    model = index.model()
    return model.row(index) if isinstance(model, RowModel) else None


def _draw_marked(
    painter: QPainter,
    box: QRect,
    text: str,
    ranges: list[tuple[int, int]],
    font: QFont,
    colour: str,
    theme: Theme,
) -> None:
    """``text`` in as many lines as ``box`` has room for, elided at the end, with ``ranges`` marked."""
    metrics = QFontMetrics(font)
    lines = max(1, round(box.height() / metrics.height()))
    layout = QTextLayout(text, font)
    how = QTextOption()
    how.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(how)
    marks = []
    for start, length in ranges:
        mark = QTextLayout.FormatRange()
        mark.start, mark.length = utf16_range(text, start, length)
        look = QTextCharFormat()
        look.setBackground(QColor(theme.found))
        look.setForeground(QColor(theme.ink))
        mark.format = look
        marks.append(mark)
    layout.setFormats(marks)
    layout.beginLayout()
    made: list[QTextLine] = []
    while len(made) < lines:
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(box.width())
        line.setPosition(QPointF(0, len(made) * metrics.height()))
        made.append(line)
    more = layout.createLine().isValid() if made else False
    layout.endLayout()
    painter.setPen(QColor(colour))
    for line in made[:-1] if more else made:
        line.draw(painter, QPointF(box.topLeft()))
    if more:
        last = made[-1]
        begin = last.textStart()
        units = text.encode("utf-16-le")
        rest = units[2 * begin :].decode("utf-16-le", errors="ignore")
        shift = len(units[: 2 * begin].decode("utf-16-le", errors="ignore"))
        kept = metrics.elidedText(rest, Qt.TextElideMode.ElideRight, box.width())
        row = QRect(box.left(), box.top() + (len(made) - 1) * metrics.height(), box.width(), metrics.height())
        inside = [(s - shift, n) for s, n in ranges if s - shift >= 0 and s - shift + n < len(kept)]
        _draw_marked(painter, row, kept, inside, font, colour, theme)
