"""How the rows of our lists are painted: their ground, their heading, a line of text that is cut with an
ellipsis. Sizes are px."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen

from desktop_app.ui.theme import RADIUS, SIZE_CAPTION, Theme, space

INSET = space(2)
"""Between the list's edge and a row's ground."""

_LEFT = Qt.AlignmentFlag.AlignLeft


def caption_font(font: QFont, weight: QFont.Weight | None = None) -> QFont:
    """``font`` in the size of what stands below a title."""
    small = QFont(font)
    small.setPixelSize(SIZE_CAPTION)
    if weight is not None:
        small.setWeight(weight)
    return small


def bold_font(font: QFont) -> QFont:
    heavy = QFont(font)
    heavy.setWeight(QFont.Weight.DemiBold)
    return heavy


def paint_heading(painter: QPainter, rect: QRect, pad: int, text: str, font: QFont, theme: Theme) -> None:
    """The name of a group of rows, at the foot of its item's ``rect``; ``pad`` is that of a row's ground."""
    painter.setFont(caption_font(font, QFont.Weight.DemiBold))
    painter.setPen(QColor(theme.quiet))
    box = rect.adjusted(INSET + pad, 0, -INSET, -space(1))
    painter.drawText(box, _LEFT | Qt.AlignmentFlag.AlignBottom, text)


def paint_ground(
    painter: QPainter, ground: QRectF, theme: Theme, colour: str | None, marked: bool, framed: bool
) -> None:
    """The rounded ground of a row in ``colour``, if it has one, with the bar of the row that is open or
    chosen (``marked``: colour alone must not carry it) and the frame of the one with the keyboard's focus."""
    painter.setPen(Qt.PenStyle.NoPen)
    if colour is not None:
        painter.setBrush(QColor(colour))
        painter.drawRoundedRect(ground, RADIUS, RADIUS)
    if marked:
        painter.setBrush(QColor(theme.accent))
        painter.drawRoundedRect(QRectF(ground.left(), ground.center().y() - 9, 3, 18), 1.5, 1.5)
    if framed:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(theme.focus), 2))
        painter.drawRoundedRect(ground.adjusted(1, 1, -1, -1), RADIUS - 1, RADIUS - 1)


def draw_elided(painter: QPainter, box: QRect, text: str, font: QFont, colour: str) -> int:
    """``text`` in one line at the left of ``box``, cut with an ellipsis where it is too long. Returns the
    width that it takes."""
    metrics = QFontMetrics(font)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
    painter.setFont(font)
    painter.setPen(QColor(colour))
    painter.drawText(box, _LEFT | Qt.AlignmentFlag.AlignVCenter, shown)
    return metrics.horizontalAdvance(shown)
