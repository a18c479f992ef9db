"""How a row of models looks, and where its button is."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop_app.core.i18n import tr
from desktop_app.ui.icons import pixmap
from desktop_app.ui.models.row_model import Fact, Row, RowModel, Tone
from desktop_app.ui.theme import RADIUS, Theme, space, theme_of
from desktop_app.ui.widgets.list_row import (
    INSET,
    bold_font,
    caption_font,
    draw_elided,
    paint_ground,
    paint_heading,
)

Index = QModelIndex | QPersistentModelIndex
Align = Qt.AlignmentFlag

_PAD = space(3)  # between the ground's edge and its text
_GAP = 2  # between lines
_INDENT = space(6)
_ICON = 16
_DOT = 6
_BUTTON_HEIGHT = space(7.5)
_BETWEEN = space(3)  # facts
LEAST_SHARE, LEAST_WIDTH = 0.75, space(15)
"""How much of a fact has to be shown for it to say something; with less room it is left out. Short ones,
such as sizes, are shown whole or not at all."""


class ModelDelegate(QStyledItemDelegate):
    """Draws `Row` values. The view sets ``hovered``, ``over_button`` and ``focus_shown``."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.hovered = -1
        self.over_button = False
        self.focus_shown = False

    # --- geometry -------------------------------------------------------------------------------

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row = _row(index)
        title, caption = (
            QFontMetrics(bold_font(self._font())).height(),
            _caption_metrics(self._font()).height(),
        )
        if row is None or row.kind == "heading":
            return QSize(space(40), caption + space(5 if index.row() else 3))
        lines = bool(row.line) + bool(row.facts)
        return QSize(space(40), title + lines * (caption + _GAP) + space(5))

    def button_rect(self, rect: QRect, row: Row) -> QRect:
        """Where the button of ``row`` stands, an empty one where it has none."""
        if not row.button:
            return QRect()
        ground = _ground(rect)
        width = QFontMetrics(self._font()).horizontalAdvance(row.button) + space(6)
        top = ground.center().y() - _BUTTON_HEIGHT // 2 + 1
        return QRect(ground.right() - width - _PAD + 1, top, width, _BUTTON_HEIGHT)

    def _font(self) -> QFont:
        widget = self.parent()
        return widget.font() if isinstance(widget, QWidget) else QFont()

    # --- painting -------------------------------------------------------------------------------

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = _row(index)
        if row is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = theme_of()
        if row.kind == "heading":
            paint_heading(painter, option.rect, _PAD, row.title, option.font, theme)
        else:
            selected = bool(option.state & QStyle.StateFlag.State_Selected)
            colour = theme.tint if selected else theme.hover if index.row() == self.hovered else None
            focused = bool(option.state & QStyle.StateFlag.State_HasFocus) and self.focus_shown
            paint_ground(painter, QRectF(_ground(option.rect)), theme, colour, selected, focused)
            self._paint_row(painter, option, row, index, theme)
        painter.restore()

    def _paint_row(
        self, painter: QPainter, option: QStyleOptionViewItem, row: Row, index: Index, theme: Theme
    ) -> None:
        box = _ground(option.rect).adjusted(_PAD, 0, -_PAD, 0)
        box.setLeft(box.left() + (_INDENT if row.indented else 0))
        button = self.button_rect(option.rect, row)
        if row.button:
            box.setRight(button.left() - space(3))
        title = QFontMetrics(bold_font(option.font))
        caption = _caption_metrics(option.font)
        whole = title.horizontalAdvance(row.title) + _mark_width(row, caption) + space(8)
        if row.mark and whole > box.width():
            row = replace(row, mark="", facts=((row.mark, "success"), *row.facts))  # the name goes first
        lines = bool(row.line) + bool(row.facts)
        height = title.height() + lines * (caption.height() + _GAP)
        top = option.rect.center().y() - height // 2 + 1
        self._paint_title(painter, QRect(box.left(), top, box.width(), title.height()), option, row, theme)
        top += title.height() + _GAP
        if row.line:
            place = QRect(box.left(), top, box.width(), caption.height())
            draw_elided(painter, place, row.line, caption_font(option.font), theme.ink)
            top += caption.height() + _GAP
        if row.facts:
            self._paint_facts(
                painter, QRect(box.left(), top, box.width(), caption.height()), option, row, theme
            )
        if row.progress is not None:
            self._paint_progress(painter, option.rect, row.progress, theme)
        if row.button:
            self._paint_button(painter, button, row, index, option, theme)

    def _paint_title(
        self, painter: QPainter, box: QRect, option: QStyleOptionViewItem, row: Row, theme: Theme
    ) -> None:
        ratio = painter.device().devicePixelRatioF()
        left = box.left()
        if row.icon:
            picture = pixmap(row.icon, _ICON, ratio, _colour(row.icon_tone, theme))
            painter.drawPixmap(left, box.center().y() - _ICON // 2 + 1, picture)
            left += _ICON + space(1.5)
        caption = _caption_metrics(option.font)
        mark_width = _mark_width(row, caption)
        room = box.right() - left + 1 - (mark_width + space(2) if row.mark else 0)
        place = QRect(left, box.top(), room, box.height())
        left += draw_elided(painter, place, row.title, bold_font(option.font), theme.ink) + space(2)
        if row.mark:
            height = caption.height() + 2
            badge = QRectF(left, box.center().y() - height / 2, mark_width, height)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.success_paper))
            painter.drawRoundedRect(badge, 4, 4)
            painter.setFont(caption_font(option.font))
            painter.setPen(QColor(theme.success))
            painter.drawText(badge, Align.AlignCenter, row.mark)
            left += mark_width + space(2)
        rest = box.right() - left + 1
        if row.aside and rest > space(10):
            place = QRect(left, box.top(), rest, box.height())
            draw_elided(painter, place, row.aside, caption_font(option.font), theme.quiet)

    def _paint_facts(
        self, painter: QPainter, box: QRect, option: QStyleOptionViewItem, row: Row, theme: Theme
    ) -> None:
        font = caption_font(option.font)
        metrics = QFontMetrics(font)
        painter.setFont(font)
        left, right = box.left(), box.right() + 1
        if row.strengths is not None:
            right -= self._paint_strengths(painter, box, metrics, row.strengths, theme)
        for number, (text, tone) in enumerate(facts_in(row.facts, right - left, metrics)):
            if number:
                painter.setPen(QColor(theme.quiet))
                painter.drawText(QRect(left, box.top(), _BETWEEN, box.height()), Align.AlignCenter, "·")
                left += _BETWEEN
            place = QRect(left, box.top(), right - left, box.height())
            left += draw_elided(painter, place, text, font, _colour(tone, theme))

    def _paint_strengths(
        self, painter: QPainter, box: QRect, metrics: QFontMetrics, strengths: tuple[int, int], theme: Theme
    ) -> int:
        """Two words, each with three dots, at the right edge. Returns the px they take."""
        names = (tr("EN"), tr("ZH"))
        dots = 3 * _DOT + 2 * 2
        widths = [metrics.horizontalAdvance(name) + space(1) + dots for name in names]
        whole = sum(widths) + space(3)
        if whole > 0.4 * box.width():
            return 0
        left = box.right() + 1 - whole
        for name, level, width in zip(names, strengths, widths, strict=True):
            painter.setPen(QColor(theme.quiet))
            painter.drawText(
                QRect(left, box.top(), width, box.height()), Align.AlignLeft | Align.AlignVCenter, name
            )
            for number in range(3):
                middle = QPointF(left + width - dots + number * (_DOT + 2) + _DOT / 2, box.center().y() + 1)
                painter.setPen(QPen(QColor(theme.quiet), 1))
                painter.setBrush(QColor(theme.quiet) if number < level else Qt.BrushStyle.NoBrush)
                painter.drawEllipse(middle, _DOT / 2 - 0.5, _DOT / 2 - 0.5)
            left += width + space(3)
        return whole + space(3)

    def _paint_progress(self, painter: QPainter, rect: QRect, progress: float, theme: Theme) -> None:
        ground = QRectF(_ground(rect))
        line = QRectF(ground.left() + _PAD, ground.bottom() - 3, ground.width() - 2 * _PAD, 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.pressed))
        painter.drawRoundedRect(line, 1, 1)
        line.setWidth(line.width() * max(0.0, min(1.0, progress)))
        painter.setBrush(QColor(theme.accent))
        painter.drawRoundedRect(line, 1, 1)

    def _paint_button(
        self,
        painter: QPainter,
        button: QRect,
        row: Row,
        index: Index,
        option: QStyleOptionViewItem,
        theme: Theme,
    ) -> None:
        over = index.row() == self.hovered and self.over_button
        painter.setPen(QPen(QColor(theme.accent if over else theme.edge), 1))
        painter.setBrush(QColor(theme.accent if over else theme.raised))
        painter.drawRoundedRect(QRectF(button).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        painter.setFont(option.font)
        painter.setPen(QColor(theme.accent_ink if over else theme.ink))
        painter.drawText(button, Align.AlignCenter, row.button)


def facts_in(facts: tuple[Fact, ...], room: int, metrics: QFontMetrics) -> tuple[Fact, ...]:
    """Those that ``room`` px have place for, of the last one enough of it to say something."""
    taken = 0
    for number, (text, _) in enumerate(facts):
        width = metrics.horizontalAdvance(text)
        if number and room - taken < _BETWEEN + min(width, max(LEAST_WIDTH, width * LEAST_SHARE)):
            return facts[:number]
        taken += width + (_BETWEEN if number else 0)
    return facts


def _row(index: Index) -> Row | None:
    model = index.model()
    return model.row(index) if isinstance(model, RowModel) else None


def _ground(rect: QRect) -> QRect:
    return rect.adjusted(INSET, 1, -INSET, -1)


def _mark_width(row: Row, caption: QFontMetrics) -> int:
    return caption.horizontalAdvance(row.mark) + space(3) if row.mark else 0


def _colour(tone: Tone, theme: Theme) -> str:
    colour: str = getattr(theme, tone)
    return colour


def _caption_metrics(font: QFont) -> QFontMetrics:
    return QFontMetrics(caption_font(font))
