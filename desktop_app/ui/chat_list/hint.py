"""What stands in the list's place when there is nothing to list: one sentence, one action."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from desktop_app.core.i18n import tr
from desktop_app.ui.theme import set_look, space


class Hint(QWidget):
    clear_wanted = Signal()
    import_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._query: str | None = None
        self._can_import = True
        self.sentence = QLabel(alignment=Qt.AlignmentFlag.AlignHCenter, wordWrap=True)
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.action = QPushButton()
        set_look(self.sentence, tone="quiet")
        set_look(self.action, kind="link")
        self.action.clicked.connect(self._act)
        column = QVBoxLayout(self)
        column.setContentsMargins(space(5), space(10), space(5), space(5))
        column.setSpacing(space(2))
        column.addWidget(self.sentence)
        column.addWidget(self.action, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self.retranslate()

    def nothing_found(self, query: str) -> None:
        self._query = query
        self.retranslate()

    def nothing_yet(self, can_import: bool) -> None:
        self._query, self._can_import = None, can_import
        self.retranslate()

    def retranslate(self) -> None:
        if self._query is not None:
            self.sentence.setText(tr("Nothing found for “{query}”.", query=self._query))
            self.action.setText(tr("Clear the search"))
        else:
            self.sentence.setText(tr("Your conversations will stand here."))
            self.action.setText(tr("Import conversations…"))
        self.action.setVisible(self._query is not None or self._can_import)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def _act(self) -> None:
        (self.import_wanted if self._query is None else self.clear_wanted).emit()
