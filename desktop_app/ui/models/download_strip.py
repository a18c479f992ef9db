"""All downloads that are under way or have just ended, in the order they were asked for."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLayout, QScrollArea, QVBoxLayout, QWidget

from desktop_app.core.i18n import tr
from desktop_app.ui.models.download_row import DownloadRow
from desktop_app.ui.theme import space
from desktop_app.worker.download_state import DownloadState

_MOST_HEIGHT = 240  # px; more than about three of them scroll


class DownloadStrip(QScrollArea):
    """``asked`` as `DownloadRow.asked`. As high as its rows, up to a limit; hidden while there are none."""

    asked = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[str, DownloadRow] = {}
        self._usable: Callable[[str], bool] = lambda _: False
        self._locked = False
        self._most = _MOST_HEIGHT
        self._body = _Body(self)
        self._body.setProperty("plain", True)
        self._column = QVBoxLayout(self._body)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(space(1.5))
        self._column.addStretch(1)
        self._body.installEventFilter(self)
        self.setWidget(self._body)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.retranslate()
        self.hide()

    def set_most_height(self, most: int) -> None:
        """What does not fit into ``most`` px scrolls."""
        self._most = min(_MOST_HEIGHT, most)
        self._fit()

    def set_usable(self, usable: Callable[[str], bool]) -> None:
        """Which models (by their ids) chat can use."""
        self._usable = usable

    def set_locked(self, locked: bool) -> None:
        """Whether the offline lock is on, and everything waits for that."""
        self._locked = locked
        for row in self._rows.values():
            state = row.state()
            if state is not None:
                self.set_state(state)

    def set_states(self, states: tuple[DownloadState, ...]) -> None:
        """Rows for ``states``; one that is shown already keeps its widget, and so the focus in it."""
        wanted = {state.id for state in states}
        for key in [key for key in self._rows if key not in wanted]:
            row = self._rows.pop(key)
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        for state in states:
            self.set_state(state)
        self.setVisible(bool(self._rows))
        self._fit()

    def set_state(self, state: DownloadState) -> None:
        row = self._rows.get(state.id)
        if row is None:
            row = self._rows[state.id] = DownloadRow(self._body)
            row.asked.connect(self.asked)
            self._column.insertWidget(len(self._rows) - 1, row)
            self.show()
        row.set_state(state, self._usable(state.model_id), self._locked)

    def rows(self) -> tuple[DownloadRow, ...]:
        return tuple(self._rows.values())

    def retranslate(self) -> None:
        self.setAccessibleName(tr("Downloads"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return False

    def _fit(self) -> None:
        height = _height_of(self._column, self.viewport().width())
        self.setFixedHeight(min(self._most, max(1, height)))


class _Body(QWidget):
    """Needs no more height than its rows have at its width; Qt would count with the narrowest."""

    def minimumSizeHint(self) -> QSize:
        layout = self.layout()
        width = super().minimumSizeHint().width()
        return QSize(width, _height_of(layout, self.width()) if layout is not None else 0)


def _height_of(layout: QLayout, width: int) -> int:
    height = layout.totalHeightForWidth(width)
    return height if height >= 0 else layout.totalSizeHint().height()  # no row has a sentence to break
