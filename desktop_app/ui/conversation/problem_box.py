"""What went wrong with a message, and the way out: calm, beside the message."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop_app.core.i18n import tr
from desktop_app.ui.conversation.items import Problem
from desktop_app.ui.icons import pixmap
from desktop_app.ui.theme import set_look, space, theme_of

_SIGNS = {"info": "info", "warning": "triangle-alert", "danger": "circle-alert"}


class ProblemBox(QFrame):
    chosen = Signal(str)
    """The key of the action that was pressed."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self._problem = Problem(str)
        self._sign = QLabel(self)
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._buttons: list[QPushButton] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(space(3), space(2.5), space(3), space(2.5))
        row.setSpacing(space(2.5))
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(space(2))
        column.addWidget(self._text)
        self._line = QHBoxLayout()
        self._line.setSpacing(space(2))
        self._line.addStretch(1)
        column.addLayout(self._line)
        row.addLayout(column, 1)

    def show_problem(self, problem: Problem) -> None:
        self._text.setText(problem.text)
        if problem.tone == "info":
            self.setAccessibleName(tr("Question: {question}", question=problem.text))
        else:
            self.setAccessibleName(tr("Problem: {problem}", problem=problem.text))
        set_look(self, banner=problem.tone)
        keys = [key for key, _ in problem.actions]
        if keys != [key for key, _ in self._problem.actions]:
            for button in self._buttons:
                self._line.removeWidget(button)
                button.hide()
                button.deleteLater()
            self._buttons = [self._make(index, key) for index, key in enumerate(keys)]
        for button, (_, label) in zip(self._buttons, problem.actions, strict=True):
            button.setText(label())
        self._problem = problem
        self._draw_sign()

    def set_enabled(self, enabled: bool) -> None:
        for button in self._buttons:
            button.setEnabled(enabled)

    def height_for(self, width: int) -> int:
        layout = self.layout()
        assert layout is not None
        layout.invalidate()
        return max(layout.totalHeightForWidth(width), layout.totalMinimumSize().height())

    def _make(self, index: int, key: str) -> QPushButton:
        button = QPushButton(self)
        button.clicked.connect(lambda _=False: self.chosen.emit(key))
        self._line.insertWidget(index, button)
        button.show()
        return button

    def _draw_sign(self) -> None:
        theme, tone = theme_of(self), self._problem.tone
        colour = {"info": theme.accent, "warning": theme.warning, "danger": theme.danger}[tone]
        self._sign.setPixmap(pixmap(_SIGNS[tone], 18, self.devicePixelRatioF(), colour))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and hasattr(self, "_sign"):
            self._draw_sign()
