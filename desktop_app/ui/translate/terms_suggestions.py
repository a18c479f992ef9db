"""Words of the text at hand that a dictionary of the user's knows, each to be taken with one press."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from desktop_app.core.i18n import tr
from desktop_app.core.translation import Term
from desktop_app.ui.icons import icon
from desktop_app.ui.theme import set_look, space, theme_of
from desktop_app.ui.widgets.elided_label import ElidedLabel
from desktop_app.ui.widgets.flowing import wrapped

_TERM = Qt.ItemDataRole.UserRole


class Suggestions(QWidget):
    """``taken`` with a `Term`; ``load_asked`` for another dictionary, ``forget_asked`` to do without."""

    taken = Signal(object)
    load_asked = Signal()
    forget_asked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._name, self._words = "", 0
        self._suits = True
        self._title = ElidedLabel(self)
        self._title.setProperty("textSize", "body")
        self._source = ElidedLabel(self, middle=True)
        set_look(self._source, size="caption", tone="quiet")
        self._hint = wrapped(self, tone="quiet")
        self.list = _List(self)
        self.list.itemActivated.connect(self._take)
        self.list.itemClicked.connect(self._take)
        self.load, self.forget = QPushButton(self), QPushButton(self)
        for button in (self.load, self.forget):
            button.setAutoDefault(False)
            set_look(button, kind="quiet")
        self.load.clicked.connect(self.load_asked)
        self.forget.clicked.connect(self.forget_asked)
        row = QHBoxLayout()
        row.setSpacing(space(1))
        row.addWidget(self.load)
        row.addWidget(self.forget)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(space(3), 0, 0, 0)
        column.setSpacing(space(2))
        column.addWidget(self._title)
        column.addWidget(self._source)
        column.addWidget(self._hint)
        column.addWidget(self.list, 1)
        column.addLayout(row)
        self.setMinimumWidth(space(55))
        self.setMinimumHeight(space(30))
        self.retranslate()
        self._dress()

    def set_dictionary(self, name: str, entries: int) -> None:
        """``name`` of the file, "" where none is loaded."""
        self._name, self._words = name, entries
        self.retranslate()

    def set_terms(self, terms: Sequence[Term], suits: bool) -> None:
        """``suits``: the dictionary can be asked for this direction."""
        self._suits = suits
        self.list.clear()
        for term in terms:
            item = QListWidgetItem(f"{term.source}  →  {term.target}")
            item.setData(_TERM, term)
            item.setToolTip(tr("Press to add it to your terms"))
            self.list.addItem(item)
        self._dress()
        self.retranslate()

    def retranslate(self) -> None:
        self._title.setText(tr("Suggestions for your text"))
        self.list.setAccessibleName(tr("Suggestions for your text"))
        self._source.setText(
            tr("From {name}, {count} words", name=self._name, count=f"{self._words:,}") if self._name else ""
        )
        self._source.setVisible(bool(self._name))
        if not self._name:
            hint = tr(
                "Load a dictionary in the form of CC-CEDICT (Chinese and English). Words of it that stand in "
                "your text are then suggested here as terms."
            )
        elif not self._suits:
            hint = tr("The dictionary is for Chinese; your text is translated between other languages.")
        else:
            hint = tr("No words of the dictionary stand in your text that are not among your terms already.")
        self._hint.setText(hint)
        self._hint.setVisible(self.list.count() == 0)
        self.list.setVisible(self.list.count() > 0)
        self.load.setText(tr("Load a dictionary…") if not self._name else tr("Another…"))
        self.load.setAccessibleName(tr("Load a dictionary…"))
        self.forget.setText(tr("Do without"))
        self.forget.setAccessibleName(tr("Do without the dictionary"))
        self.forget.setVisible(bool(self._name))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.StyleChange and hasattr(self, "forget"):
            self._dress()

    def _take(self, item: QListWidgetItem) -> None:
        term = item.data(_TERM)
        self.list.takeItem(self.list.row(item))
        self.retranslate()
        self.taken.emit(term)

    def _dress(self) -> None:
        plus = icon("plus", theme_of(self).accent)
        for row in range(self.list.count()):
            self.list.item(row).setIcon(plus)


class _List(QListWidget):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setIconSize(QSize(16, 16))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and self.currentItem() is not None:
            self.itemActivated.emit(self.currentItem())
        else:
            super().keyPressEvent(event)
