"""The narrow rail at the left edge: one button for each pane, settings at the foot."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QButtonGroup, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from desktop_app.core.i18n import tr
from desktop_app.ui.icons import icon
from desktop_app.ui.theme import set_look, space, theme_of

WIDE, NARROW = 76, 48  # px, with and without words


class Rail(QWidget):
    """Emits ``chosen`` with a pane's key, ``settings_asked`` from the foot. Tab reaches it, the arrow
    keys walk it."""

    chosen = Signal(str)
    settings_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_look(self, surface="sunken")
        self._words = True
        self._entries: dict[str, tuple[_RailButton, str, Callable[[], str], str]] = {}
        self._badges: dict[str, Callable[[], str]] = {}
        self._group = QButtonGroup(self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(space(1), space(2), space(1), space(2))
        self._column.setSpacing(space(1))
        self._column.addStretch(1)
        self._settings = self._make_button()
        self._settings.setCheckable(False)
        self._settings.clicked.connect(self.settings_asked)
        self._column.addWidget(self._settings)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.set_words(True)
        self.retranslate()
        self._dress()

    def add(self, key: str, icon_name: str, title: Callable[[], str], shortcut: str) -> None:
        """A button below the others. ``title`` gives its word in the language of the moment."""
        button = self._make_button()
        button.setCheckable(True)
        button.clicked.connect(self._clicked)
        self._group.addButton(button)
        self._column.insertWidget(len(self._entries), button)
        self._entries[key] = (button, icon_name, title, shortcut)
        self.set_words(self._words)
        self.retranslate()
        self._dress()

    def set_current(self, key: str) -> None:
        self._entries[key][0].setChecked(True)

    def set_badge(self, key: str, words: Callable[[], str] | None) -> None:
        """A quiet dot at the pane's button while something goes on there; ``words`` say what, for the
        tool tip and to those who listen. None takes it away."""
        if words is None:
            self._badges.pop(key, None)
        else:
            self._badges[key] = words
        button = self._entries[key][0]
        if button.marked != (words is not None):
            button.marked = words is not None
            button.update()
        self.retranslate()

    def set_words(self, words: bool) -> None:
        """Show icon and word, or the icon alone where the window is narrow."""
        self._words = words
        style = Qt.ToolButtonStyle.ToolButtonTextUnderIcon if words else Qt.ToolButtonStyle.ToolButtonIconOnly
        self.setFixedWidth(WIDE if words else NARROW)
        for button in self._buttons():
            button.setToolButtonStyle(style)
            button.setFixedSize(QSize(WIDE - 8, 56) if words else QSize(NARROW - 8, NARROW - 8))

    def has_words(self) -> bool:
        return self._words

    def retranslate(self) -> None:
        self.setAccessibleName(tr("Panes"))
        for key, (button, _, title, shortcut) in self._entries.items():
            badge = self._badges.get(key)
            _name(button, title(), shortcut, badge() if badge else "")
        _name(self._settings, tr("Settings"), "Ctrl+,")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        buttons = self._buttons()
        focused = self.focusWidget()
        if step is None or not isinstance(focused, QToolButton) or focused not in buttons:
            super().keyPressEvent(event)
            return
        target = buttons[(buttons.index(focused) + step) % len(buttons)]
        target.setFocus(Qt.FocusReason.TabFocusReason)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.StyleChange and hasattr(self, "_settings"):
            self._dress()

    def _clicked(self) -> None:
        for key, (button, *_) in self._entries.items():
            if button is self.sender():
                self.chosen.emit(key)

    def _buttons(self) -> list[QToolButton]:
        return [*(button for button, *_ in self._entries.values()), self._settings]

    def _make_button(self) -> _RailButton:
        button = _RailButton(self)
        button.setIconSize(QSize(20, 20))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_look(button, kind="rail")
        return button

    def _dress(self) -> None:
        theme = theme_of(self)
        for button, icon_name, _, _ in self._entries.values():
            button.setIcon(icon(icon_name, theme.quiet, on=theme.accent))
        self._settings.setIcon(icon("settings", theme.quiet))


class _RailButton(QToolButton):
    """Gives the arrow keys to the rail; Qt would choose the pane at once instead of moving focus."""

    marked = False

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.marked:
            theme = theme_of(self)
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(theme.sunken), 2))
            painter.setBrush(QColor(theme.accent))
            middle = self.width() / 2 + self.iconSize().width() / 2 + 1
            painter.drawEllipse(QPointF(middle, 12.0), 5, 5)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            event.ignore()
            return
        super().keyPressEvent(event)


def _name(button: QToolButton, title: str, shortcut: str, badge: str = "") -> None:
    button.setText(title)
    button.setAccessibleName(f"{title}, {badge}" if badge else title)
    shown = QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)
    button.setToolTip("\n".join(filter(None, (f"{title}  {shown}" if shown else title, badge))))
