"""One sentence of the translation: what else it could be, writing it oneself, and what is the matter."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.core.i18n import tr
from desktop_app.ui.icons import icon
from desktop_app.ui.theme import set_look, space, theme_of
from desktop_app.ui.translate.memory import Match
from desktop_app.ui.translate.problems import problem_words
from desktop_app.ui.translate.sheet import Line
from desktop_app.ui.widgets.elided_label import ElidedLabel
from desktop_app.ui.widgets.flowing import wrapped

_LINES = 3


class SentenceCard(QFrame):
    """``kept`` with what the user wrote, ``taken_back`` when the model's own is to stand, ``again_asked``
    for another try at a sentence that was not translated."""

    kept = Signal(str)
    taken_back = Signal()
    again_asked = Signal()
    shown_changed = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_look(self, surface="tint")
        self._line: Line | None = None
        self._alternatives: tuple[str, ...] | None = None
        self._matches: tuple[Match, ...] = ()
        self._title = ElidedLabel(self, least=60)  # the sentence in its own language
        set_look(self._title, size="caption", tone="quiet")
        self._close = QToolButton(self)
        self._close.setIconSize(QSize(16, 16))
        self._close.clicked.connect(self.closed)
        self._problem = wrapped(self, size="caption", tone="warning")
        self.edit = _Edit(self)
        self.edit.accepted.connect(self._keep)
        self.edit.left.connect(self.closed)
        self.edit.textChanged.connect(self._show_buttons)
        self._keep_button, self._back, self._again = (QPushButton(self) for _ in range(3))
        set_look(self._keep_button, kind="primary")
        for button in (self._back, self._again):
            set_look(button, kind="quiet")
        self._keep_button.clicked.connect(self._keep)
        self._back.clicked.connect(self.taken_back)
        self._again.clicked.connect(self.again_asked)
        self._offers = QVBoxLayout()
        self._offers.setSpacing(space(1))
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._close)
        foot = QHBoxLayout()
        foot.setSpacing(space(2))
        foot.addWidget(self._keep_button)
        foot.addWidget(self._back)
        foot.addWidget(self._again)
        foot.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(space(3), space(2), space(2), space(3))
        column.setSpacing(space(1.5))
        column.addLayout(head)
        column.addWidget(self._problem)
        column.addWidget(self.edit)
        column.addLayout(self._offers)
        column.addLayout(foot)
        self.retranslate()
        self._dress()
        self.hide()

    def show_line(self, line: Line) -> None:
        """Another sentence, or the same with a new result. What is being written in it is not touched."""
        same = self._line is not None and self._line.sentence == line.sentence
        written = same and self._line is not None and self.edit.toPlainText() != self._shown(self._line)
        self._line = line
        if not written:
            self.edit.setPlainText(self._shown(line))
        if not same:
            self._alternatives, self._matches = None, ()
        self._fill()
        self.show()

    def set_alternatives(self, texts: Sequence[str]) -> None:
        self._alternatives = tuple(texts)
        self._fill()

    def set_matches(self, matches: Sequence[Match]) -> None:
        self._matches = tuple(matches)
        self._fill()

    def write(self) -> None:
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)
        self.edit.selectAll()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown_changed.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.shown_changed.emit()

    def retranslate(self) -> None:
        self.edit.setAccessibleName(tr("Your translation of this sentence"))
        self.edit.setPlaceholderText(tr("Write your own translation"))
        for button, words in (
            (self._keep_button, tr("Keep")),
            (self._back, tr("Take back mine")),
            (self._again, tr("Try again")),
        ):
            button.setText(words)
            button.setAccessibleName(words)
        self._keep_button.setToolTip(tr("Keep it, and use it whenever this sentence comes again (Enter)"))
        self._close.setToolTip(f"{tr('Close')} (Esc)")
        self._close.setAccessibleName(tr("Close"))
        self._fill()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.StyleChange and hasattr(self, "_offers"):
            self._dress()

    @staticmethod
    def _shown(line: Line) -> str:
        return "" if line.problem else line.shown if line.is_ready else ""

    def _fill(self) -> None:
        line = self._line
        while self._offers.count():
            item = self._offers.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        if line is None:
            return
        self._title.setText(line.sentence)
        self._problem.setText(problem_words(line.problem))
        self._problem.setVisible(bool(line.problem))
        self._again.setVisible(bool(line.problem))
        self._back.setVisible(line.own is not None)
        for match in self._matches:
            caption = tr("From memory, {percent} % the same", percent=round(100 * match.score))
            self._offer(match.entry.translation, caption, match.entry.text)
        if self._alternatives is None:
            self._offers.addWidget(self._caption(tr("Looking for alternatives…")))
        elif not self._alternatives:
            self._offers.addWidget(self._caption(tr("The model offers no other translation.")))
        for text in self._alternatives or ():
            self._offer(text, "", "")
        self._show_buttons()

    def _caption(self, words: str) -> QLabel:
        label = wrapped(self, size="caption", tone="quiet")
        label.setText(words)
        return label

    def _offer(self, text: str, caption: str, tip: str) -> None:
        button = _Offer(text, caption, self)
        button.setToolTip(tip)
        button.clicked.connect(lambda: self.kept.emit(text))
        self._offers.addWidget(button)

    def _keep(self) -> None:
        text = self.edit.toPlainText().strip()
        if text:
            self.kept.emit(text)

    def _show_buttons(self) -> None:
        line = self._line
        text = self.edit.toPlainText().strip()
        self._keep_button.setEnabled(bool(text) and line is not None and text != line.own)

    def _dress(self) -> None:
        self._close.setIcon(icon("x", theme_of(self).quiet))


class _Edit(QPlainTextEdit):
    """Enter keeps, as a sentence has one line; Esc leaves. Never while an input method
    composes."""

    accepted = Signal()
    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTabChangesFocus(True)
        self.setFixedHeight(self.fontMetrics().lineSpacing() * _LINES + space(5))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()
            self.accepted.emit()
        elif event.key() == Qt.Key.Key_Escape:
            event.accept()
            self.left.emit()
        else:
            super().keyPressEvent(event)


class _Offer(QPushButton):
    """A button whose words break lines."""

    def __init__(self, text: str, caption: str, parent: QWidget) -> None:
        super().__init__(parent)
        set_look(self, kind="offer")
        self.setAccessibleName(f"{text}, {caption}" if caption else text)
        column = QVBoxLayout(self)
        column.setContentsMargins(space(3), space(2), space(3), space(2))
        column.setSpacing(space(0.5))
        for words, look in ((text, {}), (caption, {"size": "caption", "tone": "quiet"})):
            if words:
                label = wrapped(self, **look)
                label.setText(words)
                label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
                column.addWidget(label)

    def sizeHint(self) -> QSize:
        layout = self.layout()
        height = layout.totalHeightForWidth(self.width()) if layout is not None else 0
        return QSize(120, max(32, height))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()
