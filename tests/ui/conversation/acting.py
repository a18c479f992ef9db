"""What somebody sees and does in a conversation."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QToolButton, QWidget

from desktop_app.ui.conversation.message_widget import MessageWidget
from desktop_app.ui.conversation.view import ConversationView


def visible_widgets(view: ConversationView) -> list[MessageWidget]:
    return [w for w in view.stack.realised.values() if isinstance(w, MessageWidget)]


def actions(view: ConversationView) -> list[tuple[str, int]]:
    seen: list[tuple[str, int]] = []
    view.action.connect(lambda name, number: seen.append((name, number)))
    return seen


def button(widget: QWidget, name: str) -> QToolButton:
    found = [b for b in widget.findChildren(QToolButton) if b.accessibleName() == name and not b.isHidden()]
    assert found, f"no button {name}"
    return found[0]


def wheel(view: ConversationView, notches: int) -> None:
    place = QPointF(view.rect().center())
    event = QWheelEvent(
        place,
        QPointF(view.mapToGlobal(place)),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(view.stack.viewport(), event)
