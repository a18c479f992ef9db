"""Facts in two columns, and the way back to where they were asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop_app.ui.theme import set_look, space
from desktop_app.ui.widgets.elided_label import ElidedLabel
from desktop_app.ui.widgets.flowing import wrapped

_LINK_EDGE = 2  # px of a link's border, as the stylesheet has it


@dataclass(frozen=True, slots=True)
class Fact:
    """``link`` makes a button of the value; ``whole`` is shown as a tool tip, and what is copied."""

    title: str
    value: str
    link: str = ""
    whole: str = ""


class FactGrid(QWidget):
    """``link_asked`` with the address behind a value that was pressed."""

    link_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: list[Fact] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(space(4))
        self._grid.setVerticalSpacing(space(1.5))
        self._grid.setColumnStretch(1, 1)

    def set_facts(self, facts: Sequence[Fact]) -> None:
        facts = [fact for fact in facts if fact.value]
        if facts == self._shown:
            return
        self._shown = facts
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for row, fact in enumerate(facts):
            title = QLabel(fact.title, self)
            set_look(title, size="caption", tone="quiet")
            value = self._value(fact, title)
            if isinstance(value, _Link):  # one line, and higher than its words
                middle = Qt.AlignmentFlag.AlignVCenter
                self._grid.addWidget(title, row, 0, middle)
                self._grid.addWidget(value, row, 1, Qt.AlignmentFlag.AlignLeft | middle)
            else:
                self._grid.addWidget(title, row, 0, Qt.AlignmentFlag.AlignTop)
                self._grid.addWidget(value, row, 1)

    def facts(self) -> list[Fact]:
        return self._shown

    def _value(self, fact: Fact, title: QLabel) -> QWidget:
        if fact.link:
            button = _Link(fact.value, self)
            button.setToolTip(fact.link)
            button.setAccessibleName(f"{fact.title}: {fact.value}")
            button.clicked.connect(lambda: self.link_asked.emit(fact.link))
            title.setBuddy(button)
            return button
        if fact.whole:
            label: QLabel = ElidedLabel(self, middle=True, least=60)
            label.setText(fact.value)
        else:
            label = wrapped(self)
            label.setText(fact.value)
        label.setAccessibleName(f"{fact.title}: {fact.value}")
        set_look(label, size="caption")
        return label


class _Link(QPushButton):
    """Words to press, elided where they have no room."""

    def __init__(self, words: str, parent: QWidget) -> None:
        super().__init__(words, parent)
        self._words = words
        set_look(self, kind="fact")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance(self._words) + 2 * _LINK_EDGE
        return QSize(width, self.fontMetrics().height() + 2 * _LINK_EDGE)

    def minimumSizeHint(self) -> QSize:
        return QSize(min(space(15), self.sizeHint().width()), self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        text = self._words
        if self.width() < self.sizeHint().width():
            room = self.width() - 2 * _LINK_EDGE
            text = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room)
        self.setText(text.replace("&", "&&"))


def back_row(button: QPushButton, column: QVBoxLayout) -> None:
    """``button`` alone at the head of ``column``, for panes that take turns."""
    set_look(button, kind="link")
    row = QHBoxLayout()
    row.addWidget(button)
    row.addStretch(1)
    column.addLayout(row)
