"""A list with its details beside it; in a narrow window the two take turns."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSplitter, QStackedWidget, QWidget

from desktop_app.ui.models.row_list import RowList
from desktop_app.ui.theme import space
from desktop_app.ui.widgets.empty_state import EmptyState

ONE_AT_A_TIME_BELOW = 660  # px


class SideBySide(QWidget):
    """``back`` is the button of the details that leads to the list; it is seen only where they take turns.
    `show_instead` puts a page in place of the list that has nothing to show. ``turned`` says whether the
    details stand alone now."""

    turned = Signal(bool)

    def __init__(
        self, rows: RowList, details: QWidget, back: QPushButton, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._rows, self._details, self._back = rows, details, back
        self._narrow = False
        self._turn = False  # of the details, where they take turns
        self._left = QStackedWidget(self)
        self._left.addWidget(rows)
        self._splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(1)
        self._splitter.addWidget(self._left)
        self._splitter.addWidget(details)
        self._splitter.setStretchFactor(0, 3)
        self._splitter.setStretchFactor(1, 2)
        self._splitter.setSizes([600, 400])
        rows.setMinimumWidth(space(70))
        details.setMinimumWidth(space(65))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._splitter)
        back.clicked.connect(self.show_list)
        self._arrange()

    def show_instead(self, page: EmptyState | None) -> None:
        """``page`` instead of the list, until None."""
        old = self._left.widget(1)
        if old is page:
            return  # also where there is nothing to take away: who reads the details goes on reading
        if old is not None:
            self._left.removeWidget(old)
            old.deleteLater()
        if page is not None:
            self._left.addWidget(page)
            self._left.setCurrentWidget(page)
        self._turn = False
        self._arrange()

    def is_instead(self) -> bool:
        return self._left.count() > 1

    def show_details(self) -> None:
        self._turn = True
        self._arrange()

    def show_list(self) -> None:
        had = self._details.isAncestorOf(self.focusWidget() or self)
        self._turn = False
        self._arrange()
        if had or self._narrow:
            self._rows.enter_from_above()

    def takes_turns(self) -> bool:
        return self._narrow

    def is_turned(self) -> bool:
        return self._narrow and self._turn and not self.is_instead()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._details.isVisible():
            self.show_list()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = event.size().width() < ONE_AT_A_TIME_BELOW
        if narrow != self._narrow:
            self._narrow, self._turn = narrow, False
            self._arrange()

    def _arrange(self) -> None:
        instead = self.is_instead()
        self.turned.emit(self.is_turned())
        self._left.setVisible(not (self._narrow and self._turn))
        self._details.setVisible(not instead and (self._turn or not self._narrow))
        self._back.setVisible(self._narrow)
