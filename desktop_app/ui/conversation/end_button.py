"""The round button that brings back the end of a conversation."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from desktop_app.core.i18n import tr
from desktop_app.ui.icons import pixmap
from desktop_app.ui.theme import theme_of

SIZE = 36


class EndButton(QAbstractButton):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedSize(SIZE, SIZE)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover, True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.retranslate()

    def sizeHint(self) -> QSize:
        return QSize(SIZE, SIZE)

    def retranslate(self) -> None:
        self.setAccessibleName(tr("To the end"))
        self.setToolTip(tr("To the end"))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill = theme.pressed if self.isDown() else theme.hover if self.underMouse() else theme.raised
        painter.setBrush(QColor(fill))
        focus = self.hasFocus()
        painter.setPen(QPen(QColor(theme.focus if focus else theme.edge), 2 if focus else 1))
        painter.drawEllipse(QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5))
        symbol = pixmap("arrow-down", 18, self.devicePixelRatioF(), theme.ink)
        painter.drawPixmap((SIZE - 18) // 2, (SIZE - 18) // 2, symbol)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
