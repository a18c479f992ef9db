"""What the model does before its first word: a sentence, and a dot that breathes beside it."""

from __future__ import annotations

import math

from PySide6.QtCore import QElapsedTimer, QEvent, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from desktop_app.core.i18n import tr
from desktop_app.ui.conversation.items import Progress
from desktop_app.ui.theme import SIZE_BODY, motion_ms, theme_of

HEIGHT = 30
_PERIOD_MS = 1_600


class ProgressLine(QWidget):
    """Painted only; where the system asks for no motion the dot stands still."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._progress = Progress("")
        self._clock = QElapsedTimer()
        self._clock.start()
        self._tick = QTimer(self)
        self._tick.setInterval(50)
        self._tick.timeout.connect(self._breathe)

    def show_progress(self, progress: Progress) -> None:
        if progress != self._progress:
            self._progress = progress
            self.setAccessibleName(self.words())
            self.update()

    def words(self) -> str:
        stage, fraction = tr(self._progress.text), self._progress.fraction
        if fraction is None:
            return stage
        return tr("{stage} {percent} %", stage=stage, percent=round(100 * fraction))

    def _breathe(self) -> None:
        self.update(0, 0, 16, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        phase = self._clock.elapsed() % _PERIOD_MS / _PERIOD_MS if self._tick.isActive() else 0.5
        colour = QColor(theme.accent)
        colour.setAlphaF(0.35 + 0.65 * math.sin(math.pi * phase) ** 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(QRectF(1, self.height() / 2 - 4, 8, 8))
        font = self.font()
        font.setPixelSize(SIZE_BODY)
        painter.setFont(font)
        painter.setPen(QColor(theme.quiet))
        words = painter.fontMetrics().elidedText(self.words(), Qt.TextElideMode.ElideRight, self.width() - 18)
        painter.drawText(self.rect().adjusted(18, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, words)
        fraction = self._progress.fraction
        if fraction is not None:
            y = self.height() - 2
            painter.fillRect(QRectF(18, y, 160, 2), QColor(theme.line))
            painter.fillRect(QRectF(18, y, 160 * max(0.0, min(1.0, fraction)), 2), QColor(theme.accent))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.setAccessibleName(self.words())
            self.update()

    def showEvent(self, event: QShowEvent) -> None:
        if motion_ms(self) > 0:
            self._tick.start()

    def hideEvent(self, event: QHideEvent) -> None:
        self._tick.stop()
