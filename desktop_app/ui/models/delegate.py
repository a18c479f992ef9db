"""How a row of models looks, and where its button is."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop_app.core.i18n import tr
from desktop_app.ui.icons import pixmap
from desktop_app.ui.models.row_model import Row, RowModel, Tone
from desktop_app.ui.theme import RADIUS, SIZE_CAPTION, Theme, space, theme_of

Index = QModelIndex | QPersistentModelIndex
Align = Qt.AlignmentFlag

_INSET = space(2)  # between the list's edge and a row's ground
_PAD = space(3)  # between the ground's edge and its text
_GAP = 2  # between lines
_INDENT = space(6)
_ICON = 16
_DOT = 6
_BUTTON_HEIGHT = space(7.5)


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
        title, caption = QFontMetrics(_bold(self._font())).height(), _caption_metrics(self._font()).height()
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
            painter.setFont(_caption(option.font, QFont.Weight.DemiBold))
            painter.setPen(QColor(theme.quiet))
            box = option.rect.adjusted(_INSET + _PAD, 0, -_INSET, -space(1))
            painter.drawText(box, Align.AlignLeft | Align.AlignBottom, row.title)
        else:
            self._paint_ground(painter, option, index, theme)
            self._paint_row(painter, option, row, index, theme)
        painter.restore()

    def _paint_ground(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index, theme: Theme
    ) -> None:
        ground = QRectF(_ground(option.rect))
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        colour = theme.tint if selected else theme.hover if index.row() == self.hovered else None
        painter.setPen(Qt.PenStyle.NoPen)
        if colour is not None:
            painter.setBrush(QColor(colour))
            painter.drawRoundedRect(ground, RADIUS, RADIUS)
        if selected:  # a mark beside the ground, so that colour alone does not carry it
            painter.setBrush(QColor(theme.accent))
            painter.drawRoundedRect(QRectF(ground.left(), ground.center().y() - 9, 3, 18), 1.5, 1.5)
        if bool(option.state & QStyle.StateFlag.State_HasFocus) and self.focus_shown:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.focus), 2))
            painter.drawRoundedRect(ground.adjusted(1, 1, -1, -1), RADIUS - 1, RADIUS - 1)

    def _paint_row(
        self, painter: QPainter, option: QStyleOptionViewItem, row: Row, index: Index, theme: Theme
    ) -> None:
        box = _ground(option.rect).adjusted(_PAD, 0, -_PAD, 0)
        box.setLeft(box.left() + (_INDENT if row.indented else 0))
        button = self.button_rect(option.rect, row)
        if row.button:
            box.setRight(button.left() - space(3))
        title = QFontMetrics(_bold(option.font))
        caption = _caption_metrics(option.font)
        lines = bool(row.line) + bool(row.facts)
        height = title.height() + lines * (caption.height() + _GAP)
        top = option.rect.center().y() - height // 2 + 1
        self._paint_title(painter, QRect(box.left(), top, box.width(), title.height()), option, row, theme)
        top += title.height() + _GAP
        if row.line:
            painter.setFont(_caption(option.font))
            painter.setPen(QColor(theme.ink))
            place = QRect(box.left(), top, box.width(), caption.height())
            text = caption.elidedText(row.line, Qt.TextElideMode.ElideRight, place.width())
            painter.drawText(place, Align.AlignLeft | Align.AlignVCenter, text)
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
        mark_width = caption.horizontalAdvance(row.mark) + space(3) if row.mark else 0
        title = QFontMetrics(_bold(option.font))
        room = box.right() - left + 1 - (mark_width + space(2) if row.mark else 0)
        text = title.elidedText(row.title, Qt.TextElideMode.ElideRight, room)
        painter.setFont(_bold(option.font))
        painter.setPen(QColor(theme.ink))
        painter.drawText(
            QRect(left, box.top(), room, box.height()), Align.AlignLeft | Align.AlignVCenter, text
        )
        left += title.horizontalAdvance(text) + space(2)
        if row.mark:
            place = QRectF(
                left, box.center().y() - caption.height() / 2 - 1, mark_width, caption.height() + 2
            )
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.success_paper))
            painter.drawRoundedRect(place, 4, 4)
            painter.setFont(_caption(option.font))
            painter.setPen(QColor(theme.success))
            painter.drawText(place, Align.AlignCenter, row.mark)
            left += mark_width + space(2)
        rest = box.right() - left + 1
        if row.aside and rest > space(10):
            painter.setFont(_caption(option.font))
            painter.setPen(QColor(theme.quiet))
            text = caption.elidedText(row.aside, Qt.TextElideMode.ElideRight, rest)
            painter.drawText(
                QRect(left, box.top(), rest, box.height()), Align.AlignLeft | Align.AlignVCenter, text
            )

    def _paint_facts(
        self, painter: QPainter, box: QRect, option: QStyleOptionViewItem, row: Row, theme: Theme
    ) -> None:
        painter.setFont(_caption(option.font))
        metrics = _caption_metrics(option.font)
        left, right = box.left(), box.right() + 1
        if row.strengths is not None:
            right -= self._paint_strengths(painter, box, metrics, row.strengths, theme)
        for number, (text, tone) in enumerate(row.facts):
            if number:
                painter.setPen(QColor(theme.quiet))
                painter.drawText(QRect(left, box.top(), space(3), box.height()), Align.AlignCenter, "·")
                left += space(3)
            if right - left < space(5):
                return
            painter.setPen(QColor(_colour(tone, theme)))
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, right - left)
            place = QRect(left, box.top(), right - left, box.height())
            painter.drawText(place, Align.AlignLeft | Align.AlignVCenter, shown)
            left += metrics.horizontalAdvance(shown)

    def _paint_strengths(
        self, painter: QPainter, box: QRect, metrics: QFontMetrics, strengths: tuple[int, int], theme: Theme
    ) -> int:
        """Two words, each with three dots, at the right edge. Returns the px they take."""
        names = (tr("EN"), tr("ZH"))
        dots = 3 * _DOT + 2 * 2
        widths = [metrics.horizontalAdvance(name) + space(1) + dots for name in names]
        whole = sum(widths) + space(3)
        if whole > box.width() // 2:
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


def _row(index: Index) -> Row | None:
    model = index.model()
    return model.row(index) if isinstance(model, RowModel) else None


def _ground(rect: QRect) -> QRect:
    return rect.adjusted(_INSET, 1, -_INSET, -1)


def _colour(tone: Tone, theme: Theme) -> str:
    colour: str = getattr(theme, tone)
    return colour


def _bold(font: QFont) -> QFont:
    heavy = QFont(font)
    heavy.setWeight(QFont.Weight.DemiBold)
    return heavy


def _caption(font: QFont, weight: QFont.Weight | None = None) -> QFont:
    small = QFont(font)
    small.setPixelSize(SIZE_CAPTION)
    if weight is not None:
        small.setWeight(weight)
    return small


def _caption_metrics(font: QFont) -> QFontMetrics:
    return QFontMetrics(_caption(font))
