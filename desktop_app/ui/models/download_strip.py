"""All downloads that are under way or have just ended, in the order they were asked for."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from desktop_app.core.i18n import tr
from desktop_app.ui.models.download_row import DownloadRow
from desktop_app.ui.theme import space
from desktop_app.worker.download_state import DownloadState

_MOST_HEIGHT = 236  # px; more than about three of them scroll


class DownloadStrip(QScrollArea):
    """``asked`` as `DownloadRow.asked`. As high as its rows, up to a limit; hidden while there are none."""

    asked = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[str, DownloadRow] = {}
        self._body = QWidget(self)
        self._body.setProperty("plain", True)
        self._column = QVBoxLayout(self._body)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(space(1.5))
        self.setWidget(self._body)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(tr("Downloads"))
        self.hide()

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
        self.updateGeometry()

    def set_state(self, state: DownloadState) -> None:
        row = self._rows.get(state.id)
        if row is None:
            row = self._rows[state.id] = DownloadRow(self._body)
            row.asked.connect(self.asked)
            self._column.addWidget(row)
            self.show()
        before = row.sizeHint().height()
        row.set_state(state)
        if row.sizeHint().height() != before:
            self.updateGeometry()

    def rows(self) -> tuple[DownloadRow, ...]:
        return tuple(self._rows.values())

    def sizeHint(self) -> QSize:
        inner = self._column.totalHeightForWidth(self.viewport().width())
        height = inner if inner > 0 else self._column.sizeHint().height()
        return QSize(space(60), min(_MOST_HEIGHT, height))

    def minimumSizeHint(self) -> QSize:
        return QSize(space(40), min(self.sizeHint().height(), space(20)))
