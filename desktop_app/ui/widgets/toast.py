"""A short note at the foot of the window that offers to take back what was just done."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, QTimer
from PySide6.QtGui import QEnterEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QWidget

from desktop_app.core.i18n import tr
from desktop_app.ui.icons import icon
from desktop_app.ui.theme import space, theme_of
from desktop_app.ui.widgets.announce import announce
from desktop_app.ui.widgets.elided_label import ElidedLabel

SHOWN_MS = 8000
_MARGIN = space(4)


class Toast(QFrame):
    """Lies above ``host`` at its foot, one note at a time, for 8 s; while the mouse is on it or the
    keyboard in it, the time stands still. Escape closes it."""

    def __init__(self, host: QWidget, shown_ms: int = SHOWN_MS) -> None:
        super().__init__(host)
        self.setProperty("toast", True)
        self._host = host
        self._shown_ms = shown_ms
        self._undo: Callable[[], object] | None = None
        self._gone: Callable[[], object] | None = None
        self._above: QWidget | None = None
        self._label = ElidedLabel(self, least=80)
        self._button = QPushButton(self)
        self._button.clicked.connect(self._pressed)
        self._close = QToolButton(self)
        self._close.setIconSize(QSize(16, 16))
        self._close.clicked.connect(self.dismiss)
        row = QHBoxLayout(self)
        row.setContentsMargins(space(4), space(1.5), space(2), space(1.5))
        row.setSpacing(space(2))
        row.addWidget(self._label, 1)
        row.addWidget(self._button)
        row.addWidget(self._close)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.dismiss)
        host.installEventFilter(self)
        for widget in (self._button, self._close):
            widget.installEventFilter(self)
        self.hide()
        self.retranslate()
        self._dress()

    def show_note(
        self,
        text: str,
        undo: Callable[[], object] | None = None,
        gone: Callable[[], object] | None = None,
        action: str = "",
    ) -> None:
        """Show ``text``. ``undo`` is called if its button (titled ``action``, or "Undo") is pressed;
        otherwise ``gone`` is called when the note goes, also because the next one takes its place."""
        self.dismiss()
        self._undo, self._gone = undo, gone
        self._label.setText(text)
        self.setAccessibleName(text)
        self._button.setText(action or tr("Undo"))
        self._button.setAccessibleName(self._button.text())
        self._button.setVisible(undo is not None)
        self._place()
        self.show()
        self.raise_()
        self._timer.start(self._shown_ms)
        announce(self, text)

    def dismiss(self) -> None:
        """Take the note away; what it was about is final."""
        gone, self._undo, self._gone = self._gone, None, None
        self._leave()
        if gone is not None:
            gone()

    def take_back(self, text: str) -> None:
        """`dismiss`, if ``text`` is what it shows: what it told of is over."""
        if not self.isHidden() and self._label.text() == text:
            self.dismiss()

    def stay_above(self, widget: QWidget | None) -> None:
        """Stand over ``widget`` (the field that one writes in) and never cover it, while it is visible."""
        self._above = widget

    def is_paused(self) -> bool:
        return not self.isHidden() and not self._timer.isActive()

    def retranslate(self) -> None:
        self._close.setToolTip(tr("Close"))
        self._close.setAccessibleName(tr("Close"))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._host and event.type() == QEvent.Type.Resize:
            self._place()
        elif watched is not self._host and event.type() == QEvent.Type.FocusIn:
            self._timer.stop()
        elif watched is not self._host and event.type() == QEvent.Type.FocusOut:
            self._go_on()
        return False

    def enterEvent(self, event: QEnterEvent) -> None:
        self._timer.stop()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._go_on()
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.StyleChange and hasattr(self, "_timer"):
            self._dress()

    def _pressed(self) -> None:
        undo, self._undo, self._gone = self._undo, None, None
        self._leave()
        if undo is not None:
            undo()

    def _leave(self) -> None:
        self._timer.stop()
        if self._has_focus():
            self._host.setFocus(Qt.FocusReason.OtherFocusReason)
        self.hide()

    def _has_focus(self) -> bool:
        return self._button.hasFocus() or self._close.hasFocus()

    def _go_on(self) -> None:
        if not self.isHidden() and not self._has_focus() and not self.underMouse():
            self._timer.start(self._shown_ms)

    def _place(self) -> None:
        room = self._host.width() - 2 * _MARGIN
        self.adjustSize()
        width = max(0, min(self.sizeHint().width(), room))
        height = self.sizeHint().height()
        foot, middle = self._host.height(), self._host.width() // 2
        if self._above is not None and self._above.isVisible():
            corner = self._above.mapTo(self._host, QPoint(0, 0))
            foot, middle = corner.y(), corner.x() + self._above.width() // 2
        left = max(_MARGIN, min(middle - width // 2, self._host.width() - _MARGIN - width))
        self.setGeometry(left, foot - height - _MARGIN, width, height)

    def _dress(self) -> None:
        self._close.setIcon(icon("x", theme_of(self).tip_ink))
