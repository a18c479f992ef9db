"""How much of the model's context a conversation uses: a thin bar, exact tokens, and what is in it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QToolButton, QWidget, QWidgetAction

from desktop_app.core.i18n import tr
from desktop_app.core.messages import ContextPlan
from desktop_app.ui.chat.prompt import DRAFT_KEY, SYSTEM_KEY
from desktop_app.ui.theme import set_look, space, theme_of
from desktop_app.ui.widgets.button_menu import ButtonMenu


class ContextMeter(QToolButton):
    """Shows the newest `ContextPlan`; pressing it opens the figures behind it."""

    summarise_pressed = Signal()
    show_left_out_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._plan: ContextPlan | None = None
        self.setAutoRaise(True)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = ButtonMenu(self)
        self._menu.aboutToShow.connect(self._fill_menu)
        self.setMenu(self._menu)
        self.retranslate()

    def set_plan(self, plan: ContextPlan | None) -> None:
        self._plan = plan
        self.setVisible(plan is not None)
        self.retranslate()
        self.updateGeometry()
        self.update()

    def used(self) -> int:
        return self._plan.prompt_tokens if self._plan else 0

    def retranslate(self) -> None:
        plan = self._plan
        if plan is None:
            self.setText("")
            return
        used, limit = f"{plan.prompt_tokens:,}", f"{plan.context_length:,}"
        self.setText(f"{used} / {limit}")
        self.setAccessibleName(tr("Context: {used} of {limit} tokens", used=used, limit=limit))
        self.setToolTip(
            tr(
                "The model sees {used} of the {limit} tokens that it can read at once.",
                used=used,
                limit=limit,
            )
        )

    def sizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance(self.text())
        return QSize(width + space(4), self.fontMetrics().height() + space(4))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._plan is None:
            return
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.hasFocus():
            painter.setPen(QColor(theme.focus) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.hover))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        tight = self._level() != "ok"
        painter.setPen(QColor(theme.warning if tight else theme.quiet))
        text_area = self.rect().adjusted(space(2), 0, -space(2), -space(1))
        painter.drawText(text_area, Qt.AlignmentFlag.AlignCenter, self.text())
        bar = QRectF(space(2), self.height() - space(1.5), self.width() - space(4), 3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.line))
        painter.drawRoundedRect(bar, 1.5, 1.5)
        share = min(1.0, self._plan.prompt_tokens / max(1, self._plan.context_length))
        painter.setBrush(QColor(theme.warning if tight else theme.accent))
        painter.drawRoundedRect(QRectF(bar.x(), bar.y(), max(3.0, bar.width() * share), 3), 1.5, 1.5)

    def _level(self) -> str:
        plan = self._plan
        if plan is None:
            return "ok"
        if plan.left_out or plan.prompt_tokens + plan.reserve > plan.context_length:
            return "full"
        return "ok"

    def _fill_menu(self) -> None:
        plan = self._plan
        self._menu.clear()
        if plan is None:
            return
        kept = set(plan.kept)
        named = {SYSTEM_KEY, DRAFT_KEY}
        rows = [
            (tr("Instructions and summary"), plan.tokens.get(SYSTEM_KEY, 0)),
            (
                tr("{count} messages", count=f"{len(kept - named):,}"),
                sum(plan.tokens.get(key, 0) for key in kept - named),
            ),
            (tr("What you are writing"), plan.tokens.get(DRAFT_KEY, 0)),
            (tr("The model’s own format"), plan.prompt_tokens - sum(plan.tokens.get(key, 0) for key in kept)),
            (tr("Kept free for the reply"), plan.reserve),
            (tr("Still free"), max(0, plan.context_length - plan.prompt_tokens - plan.reserve)),
        ]
        box = QWidget(self._menu)
        grid = QGridLayout(box)
        grid.setContentsMargins(space(3), space(2), space(3), space(2))
        grid.setHorizontalSpacing(space(6))
        grid.setVerticalSpacing(space(1.5))
        for line, (name, tokens) in enumerate(rows):
            figure = QLabel(tr("{count} tokens", count=f"{tokens:,}"), box)
            figure.setAlignment(Qt.AlignmentFlag.AlignRight)
            set_look(figure, tone="quiet")
            grid.addWidget(QLabel(name, box), line, 0)
            grid.addWidget(figure, line, 1)
        if plan.left_out:
            label = QLabel(tr("{count} earlier messages no longer fit", count=f"{len(plan.left_out):,}"), box)
            set_look(label, tone="warning")
            grid.addWidget(label, len(rows), 0, 1, 2)
        action = QWidgetAction(self._menu)
        action.setDefaultWidget(box)
        self._menu.addAction(action)
        self._menu.addSeparator()
        if plan.left_out:
            self._menu.addAction(tr("Show where the model’s view begins"), self.show_left_out_pressed.emit)
        summarise = self._menu.addAction(tr("Summarise the older messages"), self.summarise_pressed.emit)
        summarise.setEnabled(len(kept - named) + len(plan.left_out) > 2)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
