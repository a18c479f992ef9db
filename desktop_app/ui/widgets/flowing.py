"""Text that breaks its lines, and columns that scroll."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QWidget

from desktop_app.ui.theme import set_look
from desktop_app.ui.widgets.policies import keep_height


def wrapped(parent: QWidget, **look: str) -> QLabel:
    """A label of plain text that breaks its lines; ``look`` as in `set_look`."""
    label = QLabel(parent)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setSizePolicy(keep_height())
    set_look(label, **look)
    return label


def scrolled(body: QWidget, parent: QWidget, name: str = "") -> QScrollArea:
    """An area of ``parent`` in which ``body`` scrolls up and down. With a ``name``, for those who listen, the
    keyboard reaches it; without one it reaches what is in it."""
    body.setProperty("plain", True)
    area = QScrollArea(parent)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    if name:
        area.setAccessibleName(name)
    else:
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(body)
    return area
