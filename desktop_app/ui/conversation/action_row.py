"""The quiet row of what can be done with a message: icons on hover and focus, and the same as a menu."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from desktop_app.core.i18n import mark, tr
from desktop_app.ui.conversation.items import Context, MessageItem
from desktop_app.ui.conversation.words import ending
from desktop_app.ui.icons import icon
from desktop_app.ui.theme import theme_of

BUTTON = 28


@dataclass(frozen=True, slots=True)
class Action:
    name: str
    label: str
    symbol: str
    enabled: bool = True


_LABELS = {
    "copy": (mark("Copy"), "copy"),
    "edit": (mark("Edit"), "pencil"),
    "regenerate": (mark("Write another reply"), "refresh-cw"),
    "continue": (mark("Continue"), "play"),
    "pin": (mark("Keep in the model’s context"), "pin"),
    "unpin": (mark("No longer keep in context"), "pin-off"),
    "delete": (mark("Delete"), "trash-2"),
}


def actions_of(item: MessageItem, context: Context) -> list[Action]:
    """What can be done with ``item``, in the order shown."""
    names = ["copy"] if item.text else []
    if not context.read_only:
        if item.is_user:
            names.append("edit")
        else:
            names.append("regenerate")
            if context.is_last and item.text and not (item.is_streaming or ending(item)):
                names.append("continue")
        if item.text:
            names.append("unpin" if item.message.pinned else "pin")
        names.append("delete")
    return [_action(name, item, context) for name in names]


def _action(name: str, item: MessageItem, context: Context) -> Action:
    label, symbol = _LABELS[name]
    waits = context.busy and name in ("edit", "regenerate", "continue")
    own = item.is_streaming and name in ("delete", "pin", "unpin")
    return Action(name, tr(label), symbol, not (waits or own))


def fill_menu(menu: QMenu, actions: list[Action], act: Callable[[str], None]) -> None:
    """Add ``actions`` to ``menu``; choosing one calls ``act`` with its name."""
    for action in actions:
        entry = menu.addAction(icon(action.symbol), action.label)
        entry.setEnabled(action.enabled)
        entry.triggered.connect(lambda _=False, name=action.name: act(name))


class ActionRow(QWidget):
    """Made when it is first needed and given the actions of its message again and again."""

    triggered = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._buttons: dict[str, QToolButton] = {}
        self._shown: list[Action] = []
        self._line = QHBoxLayout(self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(0)

    def set_actions(self, actions: list[Action]) -> None:
        if actions == self._shown:
            return
        self._shown = actions
        for button in self._buttons.values():
            button.hide()
            self._line.removeWidget(button)
        before: QToolButton | None = None
        for action in actions:
            button = self._buttons.get(action.name) or self._make(action.name)
            button.setEnabled(action.enabled)
            button.setToolTip(action.label)
            button.setAccessibleName(action.label)
            self._line.addWidget(button)
            button.show()
            if before is not None:
                QWidget.setTabOrder(before, button)
            before = button
        self._colour()

    def sizeHint(self) -> QSize:
        return QSize(BUTTON * len(self._shown), BUTTON)

    def first(self) -> QToolButton:
        return self._buttons[self._shown[0].name]

    def _make(self, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setAutoRaise(True)
        button.setFixedSize(BUTTON, BUTTON)
        button.setIconSize(QSize(16, 16))
        button.clicked.connect(lambda _=False, name=name: self.triggered.emit(name))
        self._buttons[name] = button
        return button

    def _colour(self) -> None:
        quiet = theme_of(self).quiet
        for action in self._shown:
            self._buttons[action.name].setIcon(icon(action.symbol, quiet))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_shown"):
            self._colour()
