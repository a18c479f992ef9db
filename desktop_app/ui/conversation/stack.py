"""A virtual list: of many thousand rows only those in sight, and a few around, are widgets.

The others are guessed heights. What is seen never moves when a guess is corrected: the correction
goes into the scroll position instead.
"""

from __future__ import annotations

import time
from typing import Protocol

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from desktop_app.ui.conversation.glide import Glide
from desktop_app.ui.conversation.heights import Heights

BUDGET_S = 0.016  # of one turn: rows that do not fit into it come in the next
LINE = 40  # px of an arrow key
TOP = 12  # px above the first row
BOTTOM = 16


class Rows(Protocol):
    """What a stack needs to know of its rows."""

    def estimates(self, width: int) -> list[int]: ...
    def estimate(self, index: int, width: int) -> int: ...
    def realise(self, index: int, until: float) -> QWidget: ...
    def height(self, index: int, widget: QWidget, width: int) -> int: ...
    def release(self, index: int, widget: QWidget) -> None: ...
    def must_stay(self, widget: QWidget) -> bool: ...
    def row_width(self, room: int) -> int: ...


class Stack(QAbstractScrollArea):
    """Scrolls rows. ``following`` keeps the end in sight while rows grow or are added."""

    moved = Signal()
    """The position, the range or ``following`` changed."""

    def __init__(self, rows: Rows, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = rows
        self._heights = Heights()
        self._measured: list[bool] = []
        self.realised: dict[int, QWidget] = {}
        self._y = 0
        self._width = 0
        self._arranging = False
        self.following = True
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self.verticalScrollBar().setSingleStep(LINE)
        self.verticalScrollBar().sliderPressed.connect(self._grabbed)
        self._glide = Glide(self, self._glided)
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.setInterval(0)
        self._again.timeout.connect(self._arrange_more)

    # --- rows -------------------------------------------------------------------------------

    def reset(self, at_end: bool) -> None:
        """All rows are other ones."""
        self._release(list(self.realised))
        self._width = self._rows.row_width(self.width())
        self._heights = Heights(self._rows.estimates(self._width))
        self._measured = [False] * len(self._heights)
        self.following = at_end
        self._y = 0
        self._glide.stop()
        self.arrange()

    def append(self) -> None:
        """A row was added at the end."""
        index = len(self._heights)
        self._heights.append(self._rows.estimate(index, self._width))
        self._measured.append(False)
        self.arrange()

    def truncate(self, count: int) -> None:
        self._release([index for index in self.realised if index >= count])
        self._heights.truncate(count)
        del self._measured[count:]
        self.arrange()

    def changed(self, *indices: int) -> None:
        """These rows may have other heights now."""
        for index in indices:
            widget = self.realised.get(index)
            if widget is None:
                self._measured[index] = False
                self._set_height(index, self._rows.estimate(index, self._width))
            else:
                self._measure(index, widget)
        self.arrange()

    def measure_anew(self) -> None:
        """Every row may have another height now."""
        self._width = 0
        self.arrange()

    @property
    def is_working(self) -> bool:
        """Whether rows are still being made."""
        return self._again.isActive()

    @property
    def is_gliding(self) -> bool:
        return self._glide.running

    # --- position ---------------------------------------------------------------------------

    @property
    def offset(self) -> int:
        """Px of the content above the view."""
        return self._y

    @property
    def offset_max(self) -> int:
        return max(self._heights.total + TOP + BOTTOM - self.viewport().height(), 0)

    def row_top(self, index: int) -> int:
        return self._heights.top(index) + TOP

    def row_height(self, index: int) -> int:
        return self._heights[index]

    def index_at(self, y: int) -> int:
        return self._heights.index_at(max(y - TOP, 0))

    def scroll_to(self, y: int) -> None:
        """Go to ``y`` px; at the end it follows from then on."""
        self._glide.stop()
        self._go(y)

    def scroll_by(self, distance: int) -> None:
        """Glide ``distance`` px down (or up), on top of a glide under way."""
        if distance < 0:
            self.following = False
        self._glide.go(distance)

    def scroll_to_end(self) -> None:
        self._glide.stop()
        self.following = True
        self.arrange()

    def scroll_to_row(self, index: int, inside: int = 0) -> None:
        """Show row ``index`` from ``inside`` px below its top, near the top of the view."""
        self._glide.stop()
        self.following = False
        for _ in range(3):  # measuring what comes into sight moves the row
            self._y = max(0, min(self.row_top(index) + inside - TOP, self.offset_max))
            self.arrange(until=time.perf_counter() + 0.03)
        self.following = self._y >= self.offset_max and self._y > 0
        self.moved.emit()

    def show_span(self, top: int, bottom: int) -> None:
        """Scroll as little as it takes to have ``top`` … ``bottom`` in sight."""
        if top < self._y:
            self.scroll_to(top)
        elif bottom > self._y + self.viewport().height():
            self.scroll_to(min(bottom - self.viewport().height(), top))

    def _go(self, y: int) -> None:
        self._y = max(0, min(y, self.offset_max))
        self.following = y >= self.offset_max
        self.arrange()

    def _glided(self, step: int) -> None:
        self._go(self._y + step)

    def _grabbed(self) -> None:
        self._glide.stop()

    # --- arranging --------------------------------------------------------------------------

    def arrange(self, until: float = 0.0) -> None:
        """Put what is in sight into its place; what takes too long now comes in the next turn."""
        if self._arranging or not self.isVisible():
            return
        self._arranging = True
        try:
            self._match_width()
            complete = self._realise(0, until or time.perf_counter() + BUDGET_S)
            self._place()
        finally:
            self._arranging = False
        if not complete or self._around_missing():
            self._again.start()
        self.moved.emit()

    def _arrange_more(self) -> None:
        if self._arranging or not self.isVisible():
            return
        self._arranging = True
        try:
            until = time.perf_counter() + BUDGET_S / 2
            complete = self._realise(0, until) and self._realise(self._around(), until)
            self._place()
        finally:
            self._arranging = False
        if not complete:
            self._again.start()
        self.moved.emit()

    def _around(self) -> int:
        return self.viewport().height() // 2

    def _around_missing(self) -> bool:
        return any(not self._measured[i] or i not in self.realised for i in self._span(self._around()))

    def _span(self, margin: int) -> range:
        if not len(self._heights):
            return range(0)
        first = self.index_at(self._y - margin)
        return range(first, self.index_at(self._y + self.viewport().height() + margin - 1) + 1)

    def _match_width(self) -> None:
        # Of the whole width: what is read does not move when a scroll bar comes or goes.
        width = self._rows.row_width(self.width())
        if width == self._width or not len(self._heights):
            self._width = width
            return
        anchor = self.index_at(self._y)
        inside = (self._y - self.row_top(anchor)) / max(self._heights[anchor], 1)
        self._width = width
        self._heights = Heights(self._rows.estimates(width))
        self._measured = [False] * len(self._heights)
        if anchor in self.realised:
            self._measure(anchor, self.realised[anchor])
        self._y = round(self.row_top(anchor) + inside * self._heights[anchor])

    def _realise(self, margin: int, until: float) -> bool:
        """Make and measure the rows in sight, with ``margin`` px around. False if time ran out."""
        made = False
        while True:
            self._clamp()
            span = self._span(margin)
            order = reversed(span) if self.following else iter(span)
            index = next((i for i in order if not self._measured[i] or i not in self.realised), None)
            if index is None:
                return True
            if made and time.perf_counter() >= until:
                return False
            made = True
            widget = self.realised.get(index)
            if widget is None:
                widget = self.realised[index] = self._rows.realise(index, until)
            self._measure(index, widget)

    def _measure(self, index: int, widget: QWidget) -> None:
        self._set_height(index, self._rows.height(index, widget, self._width))
        self._measured[index] = True

    def _set_height(self, index: int, height: int) -> None:
        change = height - self._heights[index]
        if not change:
            return
        if not self.following and index < self._anchor():
            self._y += change
        self._heights.set(index, height)

    def _anchor(self) -> int:
        """The row that must not move: the first in sight that has its true height."""
        span = self._span(0)
        return next((i for i in span if self._measured[i] and i in self.realised), span.start)

    def _clamp(self) -> None:
        self._y = self.offset_max if self.following else max(0, min(self._y, self.offset_max))

    def _place(self) -> None:
        self._clamp()
        near = self._span(self._around())
        away = [index for index in self.realised if index not in near]
        self._release([index for index in away if not self._rows.must_stay(self.realised[index])])
        left = (self.width() - self._width) // 2
        for index, widget in self.realised.items():
            widget.setGeometry(left, self.row_top(index) - self._y, self._width, self._heights[index])
            if not widget.isVisible():
                widget.show()
        bar = self.verticalScrollBar()
        bar.blockSignals(True)
        bar.setPageStep(self.viewport().height())
        bar.setRange(0, self.offset_max)
        bar.setValue(self._y)
        bar.blockSignals(False)

    def _release(self, indices: list[int]) -> None:
        # All are out of the list before the first is hidden: hiding what has the focus moves it, and
        # whoever hears of that may come back here.
        gone = [(index, self.realised.pop(index)) for index in indices]
        for index, widget in gone:
            self._rows.release(index, widget)

    # --- events -----------------------------------------------------------------------------

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self._go(self.verticalScrollBar().value())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.arrange(until=time.perf_counter() + 2 * BUDGET_S)

    def showEvent(self, event: QEvent) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self.arrange(until=time.perf_counter() + 2 * BUDGET_S)

    def wheelEvent(self, event: QWheelEvent) -> None:
        pixels = event.pixelDelta().y()
        if pixels:
            self.scroll_to(self._y - pixels)
        elif event.angleDelta().y():
            lines = 3 * event.angleDelta().y() / 120
            self.scroll_by(round(-lines * LINE))
        event.accept()

    def handle_key(self, event: QKeyEvent) -> bool:
        """Scroll by the keys that scroll. True if ``event`` was one."""
        page = max(self.viewport().height() - 2 * LINE, LINE)
        key = event.key()
        if key == Qt.Key.Key_PageUp:
            self.scroll_by(-page)
        elif key == Qt.Key.Key_PageDown:
            self.scroll_by(page)
        elif key == Qt.Key.Key_Home:
            self.scroll_to(0)
        elif key == Qt.Key.Key_End:
            self.scroll_to_end()
        else:
            return False
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.handle_key(event):
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        return  # rows paint themselves, on the paper behind

    def to_content(self, widget: QWidget) -> tuple[int, int]:
        """Top and bottom of ``widget``, which lies in a row, in px of the whole content."""
        top = widget.mapTo(self.viewport(), QPoint(0, 0)).y() + self._y
        return top, top + widget.height()
