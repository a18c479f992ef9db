"""The widget that shows one `MessageDocument`: selectable, with links, code papers and copy buttons."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QPoint, QRectF, Qt, QUrl, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCursor,
    QTextDocument,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QTextBrowser, QTextEdit, QToolTip, QWidget

from desktop_app.ui.markdown.copy_button import CopyButton
from desktop_app.ui.markdown.document import MessageDocument
from desktop_app.ui.markdown.look import CODE_FOOT, CODE_HEAD
from desktop_app.ui.markdown.papers import paint_papers
from desktop_app.ui.theme import theme_of


class MarkdownBrowser(QTextBrowser):
    """As tall as its document: whoever places it asks `height_for` and scrolls it as a whole."""

    link_requested = Signal(str)
    menu_requested = Signal(QPoint, str)
    """Global position, and the address under it or ''."""
    dragged = Signal(QPoint)
    """The mouse moved to this global position while selecting."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "bare")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)  # wide tables
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setOpenLinks(False)
        self.setCursorWidth(0)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
            | Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.anchorClicked.connect(self._open)
        self.horizontalScrollBar().valueChanged.connect(self.place_buttons)
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
        self.setCursorWidth(0)
        self.setDocument(document if document is not None else QTextDocument(self))
        if document is not None:
            document.code_changed.connect(self._match_buttons)
        self._match_buttons()

    def loadResource(self, kind: int, name: QUrl | str) -> None:
        return None  # nothing is ever fetched, from disk neither

    def height_for(self, width: int) -> int:
        """The height in px that the document takes at ``width``."""
        document = self.document()
        if self.width() != width:  # Qt lays the document out for its widget's width, whatever one sets
            self.resize(width, self.height())
        if document.textWidth() != width:
            document.setTextWidth(width)
        foot = CODE_FOOT if self._own is not None and self._own.ends_in_code else 0
        if document.size().width() > width + 1:  # a wide table, which is scrolled sideways
            foot += self.horizontalScrollBar().sizeHint().height()
        return max(round(document.size().height() + 0.49) + foot, 1)

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
            left = width - size.width() - 5 - self.horizontalScrollBar().value()
            above = round(top) - (CODE_HEAD + size.height()) // 2
            button.setGeometry(left, above, size.width(), size.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.horizontalScrollBar().setValue(0)  # Qt goes to its caret, which nobody placed
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
            mark.cursor = cursor
            mark.format.setBackground(QColor(theme_of(self).found))
            marks.append(mark)
            if first is None:
                start = QTextCursor(cursor)
                start.setPosition(cursor.selectionStart())
                first = QRectF(self.cursorRect(start))
        self.setExtraSelections(marks)
        return first

    # --- painting ---------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._own is not None:
            painter = QPainter(self.viewport())
            aside = self.horizontalScrollBar().value()
            painter.translate(-aside, 0)
            paint_papers(
                painter, self._own, self.viewport().width(), QRectF(event.rect()).translated(aside, 0)
            )
            painter.end()
        super().paintEvent(event)

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

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            event.ignore()  # the conversation scrolls
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        # A caret is for those who select by keyboard; a click into what one reads brings none.
        self.setCursorWidth(0 if event.reason() == Qt.FocusReason.MouseFocusReason else 1)
        aside = self.horizontalScrollBar().value()
        super().focusInEvent(event)
        self.horizontalScrollBar().setValue(aside)

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta()
        bar = self.horizontalScrollBar()
        if abs(delta.x()) > abs(delta.y()) and bar.maximum() > 0:
            bar.setValue(bar.value() - delta.x())
            return
        event.ignore()  # the conversation scrolls

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.LanguageChange):
            self.viewport().update()
