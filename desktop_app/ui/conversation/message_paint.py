"""What a message paints itself: its ground, who wrote it, how it ended and how fast it came."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QWidget

from desktop_app.core.i18n import tr
from desktop_app.ui.conversation.items import MessageItem
from desktop_app.ui.conversation.measures import ABOVE_REPLY, DIVIDER, INSET, LINE, PAD
from desktop_app.ui.conversation.words import ending, figures, who
from desktop_app.ui.icons import pixmap
from desktop_app.ui.theme import RADIUS_LARGE, SIZE_BODY, SIZE_CAPTION, theme_of


def small_font(widget: QWidget) -> QFont:
    font = widget.font()
    font.setPixelSize(SIZE_CAPTION)
    return font


def paint_ground(
    painter: QPainter, widget: QWidget, item: MessageItem, room: QRectF, flash: bool, ring: bool
) -> None:
    """The divider above, the tint in ``room``, and the ring around it."""
    theme = theme_of(widget)
    if item.divider:
        _paint_divider(painter, widget)
    if item.is_user or flash:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.found if flash else theme.tint))
        painter.drawRoundedRect(room, RADIUS_LARGE, RADIUS_LARGE)
    if ring:
        painter.setPen(QPen(QColor(theme.focus), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(room.adjusted(1, 1, -1, -1), RADIUS_LARGE, RADIUS_LARGE)


def _paint_divider(painter: QPainter, widget: QWidget) -> None:
    theme = theme_of(widget)
    painter.setFont(small_font(widget))
    words = tr("The model no longer sees the messages above")
    room = painter.fontMetrics().horizontalAdvance(words) + 24
    middle = DIVIDER / 2 - 4
    width = widget.width()
    side = (width - 2 * INSET - room) / 2
    if side > 12:
        painter.fillRect(QRectF(INSET, middle, side, 1), QColor(theme.line))
        painter.fillRect(QRectF(width - INSET - side, middle, side, 1), QColor(theme.line))
    painter.setPen(QColor(theme.quiet))
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    painter.drawText(QRectF(INSET, 0, width - 2 * INSET, DIVIDER - 8), flags, words)


def name_font(widget: QWidget) -> QFont:
    font = widget.font()
    font.setPixelSize(SIZE_BODY)
    font.setWeight(QFont.Weight.DemiBold)
    return font


def head_end(widget: QWidget, item: MessageItem) -> int:
    """Where the name of a message, and its pin, end."""
    pin = 22 if item.message.pinned else 0
    return INSET + QFontMetrics(name_font(widget)).horizontalAdvance(who(item)) + pin


def paint_head(painter: QPainter, widget: QWidget, item: MessageItem, top: int) -> None:
    """Who, below ``top``, and a pin where the message is kept in context."""
    theme = theme_of(widget)
    painter.setFont(name_font(widget))
    painter.setPen(QColor(theme.quiet if item.left_out else theme.ink))
    metrics = painter.fontMetrics()
    name = metrics.elidedText(who(item), Qt.TextElideMode.ElideRight, widget.width() - 2 * INSET - 24)
    top += (PAD if item.is_user else ABOVE_REPLY) - 2
    painter.drawText(QRectF(INSET, top, widget.width(), 20), Qt.AlignmentFlag.AlignVCenter, name)
    if item.message.pinned:
        mark = pixmap("pin", 14, widget.devicePixelRatioF(), theme.accent)
        painter.drawPixmap(INSET + metrics.horizontalAdvance(name) + 8, top + 3, mark)


def paint_foot(painter: QPainter, widget: QWidget, item: MessageItem, bottom: int, room: QRectF) -> None:
    """Why it ended, on a line below ``bottom``; the figures in ``room``."""
    painter.setFont(small_font(widget))
    painter.setPen(QColor(theme_of(widget).quiet))
    end = ending(item)
    if end:
        line = QRectF(INSET, bottom, widget.width() - 2 * INSET, LINE)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, end)
    shown = figures(item)
    while shown and painter.fontMetrics().horizontalAdvance(" · ".join(shown)) > room.width():
        shown.pop()
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, " · ".join(shown))
