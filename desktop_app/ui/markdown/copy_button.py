"""The button at a code block's top right that copies exactly that code."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QFontMetrics, QGuiApplication, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from desktop_app.core.i18n import tr
from desktop_app.ui.markdown.blocks import Code
from desktop_app.ui.theme import RADIUS_SMALL, SIZE_CAPTION, theme_of

_SAID_MS = 1_500


class CopyButton(QAbstractButton):
    """Belongs to the block at ``index`` of its document. It paints itself, quietly: a message may have
    hundreds, and the stylesheet would look at each."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.index = 0
        self._code = Code("")
        self._done = False
        self._back = QTimer(self)
        self._back.setSingleShot(True)
        self._back.setInterval(_SAID_MS)
        self._back.timeout.connect(self._rest)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover, True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.clicked.connect(self._copy)
        self.retranslate()

    def take(self, index: int, code: Code) -> None:
        self.index = index
        if code != self._code:
            self._code = code
            self.retranslate()

    def retranslate(self) -> None:
        self.setText(tr("Copied") if self._done else tr("Copy"))
        language = self._code.language
        self.setAccessibleName(
            tr("Copy the {language} code", language=language) if language else tr("Copy the code")
        )

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._small())
        return QSize(metrics.horizontalAdvance(self.text()) + 20, 26)

    def _small(self) -> QFont:
        font = self.font()
        font.setPixelSize(SIZE_CAPTION)
        return font

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        near = self.underMouse() or self.hasFocus()
        if near:
            painter.setPen(QPen(QColor(theme.focus), 2) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.pressed if self.isDown() else theme.hover))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS_SMALL, RADIUS_SMALL)
        painter.setFont(self._small())
        painter.setPen(QColor(theme.ink if near else theme.quiet))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._code.text)
        self._done = True
        self.retranslate()
        self._fit()
        self._back.start()

    def _rest(self) -> None:
        self._done = False
        self.retranslate()
        self._fit()

    def _fit(self) -> None:
        """Another word, another width: the right edge stays."""
        place, size = self.geometry(), self.sizeHint()
        self.setGeometry(place.right() + 1 - size.width(), place.top(), size.width(), size.height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
