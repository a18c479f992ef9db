"""What is painted behind the text of a document: code papers, quote bars, rules, list marks, and the
soft ground of inline code. Qt's own forms of these cannot be spaced, coloured or rounded."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QTextBlock

from desktop_app.core.i18n import tr
from desktop_app.ui.markdown.blocks import Code, Paragraph, Rule, Table, is_rtl
from desktop_app.ui.markdown.document import MessageDocument
from desktop_app.ui.markdown.look import CODE_FOOT, CODE_HEAD, CODE_SIDE, INLINE_CODE, ITEM, QUOTE
from desktop_app.ui.markdown.writer import Written
from desktop_app.ui.theme import RADIUS, RADIUS_SMALL, SIZE_CAPTION

MARK_GAP = 9  # px between a list mark and its text
_REACH = 64  # px that a block may paint beyond its own text


def paint_papers(painter: QPainter, document: MessageDocument, width: int, clip: QRectF) -> None:
    """Paint what lies behind the part of ``document`` (``width`` px wide) that ``clip`` shows."""
    if not document.written:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    place = QPointF(clip.left(), max(clip.top() - _REACH, 0))
    position = document.documentLayout().hitTest(place, Qt.HitTestAccuracy.FuzzyHit)
    index = max(document.written_at(max(position, 0)) - 1, 0)
    while index < len(document.written):
        written = document.written[index]
        top, bottom = document.extent(index)
        if top - _REACH > clip.bottom():
            break
        _paint(painter, document, written, index, QRectF(0, top, width, bottom - top), clip)
        index += 1


def _paint(
    painter: QPainter, document: MessageDocument, written: Written, index: int, room: QRectF, clip: QRectF
) -> None:
    block = written.block
    path = block.place.path
    room.setLeft(path.count("i") * ITEM + path.count("q") * QUOTE)
    theme = document.look.theme
    if "q" in path:
        _paint_quote(painter, document, index, room)
    if isinstance(block, Code):
        _paint_code(painter, document, room, block)
    elif isinstance(block, Rule):
        painter.fillRect(QRectF(room.left(), room.center().y(), room.width(), 1), QColor(theme.line))
    elif isinstance(block, Paragraph | Table):
        _paint_inline_code(painter, document, written, clip)
    if block.place.marker and not isinstance(block, Table):
        _paint_mark(painter, document, written, room)


def _paint_quote(painter: QPainter, document: MessageDocument, index: int, room: QRectF) -> None:
    """A bar for each level, drawn through to the next block where the quote goes on."""
    block = document.written[index].block
    top, bottom = room.top(), room.bottom()
    if isinstance(block, Code):
        top, bottom = top - CODE_HEAD, bottom + CODE_FOOT
    following = document.written[index + 1].block.place.path if index + 1 < len(document.written) else ""
    x = 0.0
    rtl = is_rtl(block)
    for depth, letter in enumerate(block.place.path):
        if letter == "q":
            end = bottom
            if following[: depth + 1] == block.place.path[: depth + 1]:
                end = document.extent(index + 1)[0] + 3  # over the next bar's round end
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(document.look.theme.line))
            left = room.right() - x - 3 if rtl else x
            painter.drawRoundedRect(QRectF(left, top, 3, end - top), 1.5, 1.5)
        x += QUOTE if letter == "q" else ITEM


def _paint_code(painter: QPainter, document: MessageDocument, text: QRectF, block: Code) -> None:
    theme = document.look.theme
    paper = text.adjusted(0.5, -CODE_HEAD + 0.5, -0.5, CODE_FOOT - 0.5)
    painter.setPen(QPen(QColor(theme.line), 1))
    painter.setBrush(QColor(theme.code_paper))
    painter.drawRoundedRect(paper, RADIUS, RADIUS)
    painter.setPen(QColor(theme.quiet))
    painter.setFont(_sized(document.look.system_font, SIZE_CAPTION))
    head = QRectF(paper.left() + CODE_SIDE, paper.top(), paper.width() - 110, CODE_HEAD)
    flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine
    painter.drawText(head, flags, block.language or tr("Code"))


def _paint_inline_code(painter: QPainter, document: MessageDocument, written: Written, clip: QRectF) -> None:
    ground = QColor(document.look.theme.ink)
    ground.setAlpha(30 if document.look.theme.dark else 17)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    block = document.findBlock(written.start)
    while block.isValid() and block.position() <= written.last:
        area = document.documentLayout().blockBoundingRect(block)
        if area.top() > clip.bottom():
            return
        if area.bottom() >= clip.top():
            for first, last in _inline_codes(block):
                _paint_ground(painter, block, area.topLeft(), first, last)
        block = block.next()


def _inline_codes(block: QTextBlock) -> list[tuple[int, int]]:
    """Where inline code stands in ``block``, from its start."""
    found = []
    iterator = block.begin()
    while not iterator.atEnd():
        fragment = iterator.fragment()
        if fragment.charFormat().boolProperty(INLINE_CODE):
            first = fragment.position() - block.position()
            found.append((first, first + fragment.length()))
        iterator += 1
    return found


def _paint_ground(painter: QPainter, block: QTextBlock, origin: QPointF, first: int, last: int) -> None:
    layout = block.layout()
    for number in range(layout.lineCount()):
        line = layout.lineAt(number)
        start, end = line.textStart(), line.textStart() + line.textLength()
        if end <= first or start >= last:
            continue
        # PySide answers the position and the cursor it settled on.
        left = _x(line.cursorToX(max(first, start)))
        right = _x(line.cursorToX(min(last, end)))
        left, right = min(left, right), max(left, right)
        baseline = origin.y() + line.y() + line.ascent()
        size = QFontMetricsF(block.charFormat().font()).xHeight()
        ground = QRectF(origin.x() + left - 2, baseline - 1.9 * size, right - left + 4, 2.55 * size)
        painter.drawRoundedRect(ground, RADIUS_SMALL, RADIUS_SMALL)


def _x(answer: object) -> float:
    return float(answer[0]) if isinstance(answer, tuple) else float(answer)  # type: ignore[arg-type]


def _paint_mark(painter: QPainter, document: MessageDocument, written: Written, room: QRectF) -> None:
    block = document.findBlock(written.start)
    area = document.documentLayout().blockBoundingRect(block)
    line = block.layout().lineAt(0)
    if not line.isValid():
        return
    rtl = block.textDirection() == Qt.LayoutDirection.RightToLeft
    depth = written.block.place.path.count("i")
    if isinstance(written.block, Code):
        baseline = area.top() - CODE_HEAD / 2 + 4
    else:
        baseline = area.top() + line.y() + line.ascent()
    edge = room.right() - depth * ITEM + MARK_GAP if rtl else room.left() - MARK_GAP
    theme, marker = document.look.theme, written.block.place.marker
    size = document.look.text_size
    if marker in ("[ ]", "[x]"):
        _paint_box(painter, document, edge if rtl else edge - size * 0.93, baseline, marker == "[x]", rtl)
    elif marker == "•":
        radius = size * (0.17 if depth == 1 else 0.15)
        centre = QPointF(edge + radius if rtl else edge - radius - 1, baseline - size * 0.33)
        painter.setPen(QPen(QColor(theme.quiet), 1.2))
        painter.setBrush(QColor(theme.quiet) if depth % 2 else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(centre, radius, radius)
    else:
        font = document.look.font
        painter.setFont(font)
        painter.setPen(QColor(theme.quiet))
        wide = QFontMetricsF(font).horizontalAdvance(marker)
        painter.drawText(QPointF(edge if rtl else max(edge - wide, 0), baseline), marker)


def _paint_box(
    painter: QPainter, document: MessageDocument, left: float, baseline: float, done: bool, rtl: bool
) -> None:
    theme, size = document.look.theme, document.look.text_size * 0.93
    box = QRectF(math.floor(left) + 0.5, math.floor(baseline - size * 0.9) + 0.5, size, size)
    painter.setPen(QPen(QColor(theme.accent if done else theme.edge), 1.2))
    painter.setBrush(QColor(theme.accent) if done else Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box, RADIUS_SMALL - 1, RADIUS_SMALL - 1)
    if done:
        pen = QPen(QColor(theme.accent_ink), 1.8)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawPolyline(
            [
                box.topLeft() + QPointF(x * size, y * size)
                for x, y in ((0.24, 0.53), (0.43, 0.72), (0.77, 0.3))
            ]
        )


def _sized(font: QFont, size: int) -> QFont:
    result = QFont(font)
    result.setPixelSize(size)
    return result
