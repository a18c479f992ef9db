"""The widget that shows one `MessageDocument`: selectable, with links, code papers and copy buttons."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QPoint, QRectF, Qt, QUrl, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QGuiApplication,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QTextCursor,
    QTextDocument,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QTextBrowser, QTextEdit, QToolTip, QWidget

from desktop_app.core.i18n import tr
from desktop_app.ui.markdown.blocks import Code, Rule
from desktop_app.ui.markdown.copy_button import CopyButton
from desktop_app.ui.markdown.document import MessageDocument
from desktop_app.ui.markdown.look import CODE_FOOT, CODE_HEAD, CODE_SIDE, ITEM, QUOTE
from desktop_app.ui.theme import RADIUS, SIZE_CAPTION, theme_of


class MarkdownBrowser(QTextBrowser):
    """As tall as its document: whoever places it asks `height_for` and scrolls it as a whole."""

    link_requested = Signal(str)
    menu_requested = Signal(QPoint, str)
    """Global position, and the address under it or ''."""
    dragged = Signal(QPoint)
    """The mouse moved to this global position while selecting."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message_body")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet("#message_body { background: transparent; border: none; padding: 0; }")
        self.viewport().setAutoFillBackground(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setOpenLinks(False)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
            | Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.anchorClicked.connect(self._open)
        self._buttons: list[CopyButton] = []
        self._own: MessageDocument | None = None
        self._found = ""

    # --- document ---------------------------------------------------------------------------

    def show_document(self, document: MessageDocument | None) -> None:
        if self._own is not None:
            self._own.code_changed.disconnect(self._match_buttons)
        self._own = document
        self._found = ""
        self.setExtraSelections([])
        self.setDocument(document if document is not None else QTextDocument(self))
        if document is not None:
            document.code_changed.connect(self._match_buttons)
        self._match_buttons()

    def loadResource(self, kind: int, name: QUrl | str) -> None:
        return None  # nothing is ever fetched, from disk neither

    def height_for(self, width: int) -> int:
        """The height in px that the document takes at ``width``."""
        document = self.document()
        if document.textWidth() != width:
            document.setTextWidth(width)
        return max(round(document.size().height() + 0.49), 1)

    # --- copy buttons -----------------------------------------------------------------------

    def _match_buttons(self) -> None:
        codes = list(self._own.codes()) if self._own is not None else []
        while len(self._buttons) > len(codes):
            self._buttons.pop().deleteLater()
        while len(self._buttons) < len(codes):
            button = CopyButton(self.viewport())
            self._buttons.append(button)
            button.show()
        for button, (index, code) in zip(self._buttons, codes, strict=True):
            button.take(index, code)
        self.place_buttons()

    def place_buttons(self) -> None:
        """Put every copy button at its code's top right. Called when heights have changed."""
        document = self._own
        if document is None:
            return
        width = self.viewport().width()
        for button in self._buttons:
            if button.index >= len(document.written):
                continue
            top, _ = document.extent(button.index)
            size = button.sizeHint()
            button.setGeometry(
                width - size.width() - 5, round(top) - CODE_HEAD + 4, size.width(), size.height()
            )

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self.place_buttons()

    # --- found text -------------------------------------------------------------------------

    def mark_found(self, text: str) -> QRectF | None:
        """Mark every place of ``text``; returns where the first is, None if there is none."""
        self._found = text
        marks: list[QTextEdit.ExtraSelection] = []
        first: QRectF | None = None
        cursor = QTextCursor(self.document())
        while text and len(marks) < 500:
            cursor = self.document().find(text, cursor)
            if cursor.isNull():
                break
            mark = QTextEdit.ExtraSelection()
            mark.cursor = cursor  # type: ignore[attr-defined]
            mark.format.setBackground(QColor(theme_of(self).found))  # type: ignore[attr-defined]
            marks.append(mark)
            if first is None:
                start = QTextCursor(cursor)
                start.setPosition(cursor.selectionStart())
                first = QRectF(self.cursorRect(start))
        self.setExtraSelections(marks)
        return first

    # --- painting ---------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._own is not None and self._own.written:
            painter = QPainter(self.viewport())
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_papers(painter, self._own, event.rect().top(), event.rect().bottom())
            painter.end()
        super().paintEvent(event)

    def _paint_papers(self, painter: QPainter, document: MessageDocument, top: int, bottom: int) -> None:
        layout = document.documentLayout()
        position = layout.hitTest(QRectF(0, top - CODE_HEAD, 1, 1).topLeft(), Qt.HitTestAccuracy.FuzzyHit)
        index = max(document.written_at(max(position, 0)) - 1, 0)
        theme = theme_of(self)
        while index < len(document.written):
            block = document.written[index].block
            first, last = document.extent(index)
            if first - CODE_HEAD > bottom:
                break
            left = block.place.path.count("i") * ITEM + block.place.path.count("q") * QUOTE
            room = QRectF(left, first, self.viewport().width() - left, last - first)
            if "q" in block.place.path:
                self._paint_quote(painter, document, index, first, last)
            if isinstance(block, Code):
                self._paint_code(painter, room, block)
            elif isinstance(block, Rule):
                middle = room.center().y()
                painter.fillRect(QRectF(left, middle, room.width(), 1), QColor(theme.line))
            index += 1

    def _paint_quote(
        self, painter: QPainter, document: MessageDocument, index: int, first: float, last: float
    ) -> None:
        """A bar for each level, drawn through to the next block where the quote goes on."""
        block = document.written[index].block
        if isinstance(block, Code):
            first, last = first - CODE_HEAD, last + CODE_FOOT
        after = document.written[index + 1].block.place.path if index + 1 < len(document.written) else ""
        x = 0.0
        for depth, letter in enumerate(block.place.path):
            if letter == "q":
                end = last
                if after[: depth + 1] == block.place.path[: depth + 1]:
                    end = document.extent(index + 1)[0]
                painter.fillRect(QRectF(x, first, 3, end - first), QColor(theme_of(self).line))
            x += QUOTE if letter == "q" else ITEM

    def _paint_code(self, painter: QPainter, text: QRectF, block: Code) -> None:
        theme = theme_of(self)
        paper = text.adjusted(0.5, -CODE_HEAD + 0.5, -0.5, CODE_FOOT - 0.5)
        painter.setPen(QPen(QColor(theme.line), 1))
        painter.setBrush(QColor(theme.code_paper))
        painter.drawRoundedRect(paper, RADIUS, RADIUS)
        painter.setPen(QColor(theme.quiet))
        font = self.font()
        font.setPixelSize(SIZE_CAPTION)
        painter.setFont(font)
        head = QRectF(paper.left() + CODE_SIDE, paper.top(), paper.width() - 110, CODE_HEAD)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine
        painter.drawText(head, flags, block.language or tr("Code"))

    # --- interaction ------------------------------------------------------------------------

    def createMimeDataFromSelection(self) -> QMimeData:
        if self._own is None:
            return super().createMimeDataFromSelection()
        data = QMimeData()
        data.setText(self._own.plain_text(self.textCursor()))
        return data

    def copy_selection(self) -> None:
        QGuiApplication.clipboard().setMimeData(self.createMimeDataFromSelection())

    def _open(self, address: QUrl) -> None:
        self.link_requested.emit(address.toString())

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            address = self.anchorAt(event.pos())
            QToolTip.showText(event.globalPos(), address, self.viewport())
            return True
        return super().viewportEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_requested.emit(event.globalPos(), self.anchorAt(event.pos()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.dragged.emit(event.globalPosition().toPoint())

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the conversation scrolls

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.LanguageChange):
            colours = self.palette()
            colours.setColor(QPalette.ColorRole.Base, Qt.GlobalColor.transparent)
            self.viewport().update()
