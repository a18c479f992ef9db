"""The search field: waits for a pause in typing, and for the input method to be done."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop_app.core.i18n import tr
from desktop_app.ui.icons import icon
from desktop_app.ui.theme import set_look, theme_of

DEBOUNCE_MS = 150


class SearchField(QLineEdit):
    """``search_changed`` carries the text without outer spaces, once it is another than before."""

    search_changed = Signal(str)
    accepted = Signal()  # Enter: open the first hit
    left_downwards = Signal()
    left = Signal()  # Esc in the empty field

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_look(self, kind="quiet")
        self._composing = False
        self._sent = ""
        self._timer = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._timer.timeout.connect(self._send)
        self._glass = QAction(self)
        self.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self._clear = QAction(self)
        self._clear.triggered.connect(self.clear_search)
        self.addAction(self._clear, QLineEdit.ActionPosition.TrailingPosition)
        self.textChanged.connect(self._note_text)
        self._note_text("")
        self._timer.stop()
        self._dress()
        self.retranslate()

    def query(self) -> str:
        return self.text().strip()

    def clear_search(self) -> None:
        self.clear()
        self._timer.stop()
        self._sent = ""
        self.search_changed.emit("")
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def flush(self) -> None:
        """Send what is typed now instead of after the pause."""
        if self._timer.isActive():
            self._send()

    def retranslate(self) -> None:
        self.setPlaceholderText(tr("Search conversations"))
        self.setAccessibleName(tr("Search conversations"))
        self.setToolTip(tr("Search in titles and messages (Ctrl+F)"))
        self._clear.setText(tr("Clear the search"))
        self._clear.setToolTip(tr("Clear the search (Esc)"))

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._composing = bool(event.preeditString())
        super().inputMethodEvent(event)
        if not self._composing and self.query() != self._sent:
            self._timer.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if self._composing:
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_Escape:
            if self.text():
                self.clear_search()
            else:
                self.left.emit()
        elif key == Qt.Key.Key_Down:
            self.left_downwards.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.flush()
            self.accepted.emit()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.StyleChange and hasattr(self, "_glass"):
            self._dress()

    def _note_text(self, text: str) -> None:
        self._clear.setVisible(bool(text))
        self._timer.start()

    def _send(self) -> None:
        self._timer.stop()
        if self._composing:
            return  # the end of composing starts the timer again
        query = self.query()
        if query != self._sent:
            self._sent = query
            self.search_changed.emit(query)

    def _dress(self) -> None:
        quiet = theme_of(self).quiet
        self._glass.setIcon(icon("search", quiet))
        self._clear.setIcon(icon("x", quiet))
