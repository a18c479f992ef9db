"""The translation pane: two texts beside each other, one above the other where it is narrow."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from desktop_app.core.i18n import tr
from desktop_app.core.settings import Settings
from desktop_app.ui.fonts import reading_font
from desktop_app.ui.icons import icon
from desktop_app.ui.theme import set_look, space, theme_of
from desktop_app.ui.translate.language_picker import LanguagePicker
from desktop_app.ui.translate.sentence_card import SentenceCard
from desktop_app.ui.translate.source_edit import SourceEdit
from desktop_app.ui.translate.target_foot import TargetFoot
from desktop_app.ui.translate.target_view import TargetView
from desktop_app.ui.widgets.banner import Banner

SIDE_BY_SIDE_FROM = 640  # px of the two texts together


class TextPage(QWidget):
    """Builds and arranges the two texts; what happens is `Live`'s and the desk's business."""

    swap_asked = Signal()
    clear_asked = Signal()

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.source_language = LanguagePicker(True, self)
        self.target_language = LanguagePicker(False, self)
        self.source = SourceEdit(self)
        self.target = TargetView(self)
        self.foot = TargetFoot(self)
        self.card = SentenceCard(self)
        self._swap = _button(self, self.swap_asked.emit)
        self._clear = _button(self, self.clear_asked.emit)
        self._count = QLabel(self)
        set_look(self._count, size="caption", tone="quiet")
        self._banner: Banner | None = None
        self._covers: list[QWidget] = []
        self._target_column = QVBoxLayout()
        self._wide: bool | None = None
        self._build()
        self.source.textChanged.connect(self._show_count)
        self.setFocusProxy(self.source)
        self.use_settings(settings)
        self.retranslate()
        self._dress()
        self._show_count()

    def use_settings(self, settings: Settings) -> None:
        for side in (self.source, self.target):
            side.set_text_font(
                reading_font(self.font(), settings.text_size, settings.reading_font == "serif")
            )

    def show_banner(self, banner: Banner | None) -> None:
        """One banner above the texts at a time; None takes it away."""
        if self._banner is not None:
            self._banners.removeWidget(self._banner)
            self._banner.deleteLater()
        self._banner = banner
        if banner is not None:
            banner.closed.connect(self._banner_closed)
            self._banners.addWidget(banner)

    def set_cover(self, widget: QWidget | None) -> None:
        """Show ``widget`` in place of the translation; None shows the translation again."""
        for old in self._covers:
            self._target_column.removeWidget(old)
            old.hide()
        self._covers = [] if widget is None else [widget]
        self.target.setVisible(widget is None)
        if widget is not None:
            self._target_column.insertWidget(0, widget, 1)
            widget.show()

    def retranslate(self) -> None:
        for button, words, keys in (
            (self._swap, tr("Swap the languages"), "Ctrl+Shift+S"),
            (self._clear, tr("Clear the text"), ""),
        ):
            button.setToolTip(f"{words} ({keys})" if keys else words)
            button.setAccessibleName(words)
        self.source.retranslate()
        self.target.retranslate()
        self._show_count()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(event.size().width() >= SIDE_BY_SIDE_FROM)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        elif event.type() == QEvent.Type.StyleChange and hasattr(self, "_covers"):
            self._dress()

    def _build(self) -> None:
        frame = QFrame(self)
        set_look(frame, surface="card")
        self._banners = QVBoxLayout()
        self._banners.setContentsMargins(0, 0, 0, 0)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(space(4), 0, space(4), space(4))
        whole.setSpacing(space(2))
        whole.addLayout(self._banners)
        whole.addWidget(frame, 1)

        self._languages = QHBoxLayout()
        self._languages.setContentsMargins(space(2), space(1.5), space(2), space(1.5))
        self._languages.setSpacing(space(1))
        self._left, self._right = QHBoxLayout(), QHBoxLayout()
        for side, inner in ((self._left, self.source_language), (self._right, self.target_language)):
            side.setContentsMargins(0, 0, 0, 0)
            side.addWidget(inner)
            side.addStretch(1)
        self._languages.addLayout(self._left, 1)
        self._languages.addWidget(self._swap)
        self._languages.addLayout(self._right, 1)

        self._source_side = source_side = QWidget(frame)
        source_column = QVBoxLayout(source_side)
        source_column.setContentsMargins(space(4), space(3), space(2), space(2))
        source_column.setSpacing(space(1))
        source_column.addWidget(self.source, 1)
        source_foot = QHBoxLayout()
        source_foot.addWidget(self._count, 1)
        source_foot.addWidget(self._clear)
        source_column.addLayout(source_foot)

        target_side = QWidget(frame)
        target_side.setLayout(self._target_column)
        self._target_column.setContentsMargins(space(4), space(3), space(2), space(2))
        self._target_column.setSpacing(space(1))
        self._target_column.addWidget(self.target, 1)
        self._target_column.addWidget(self.card)
        self.card.shown_changed.connect(lambda: self._make_room())
        self._target_column.addWidget(self.foot)

        self._rule = QFrame(frame)
        self._middle = QFrame(frame)
        for line in (self._rule, self._middle):
            line.setProperty("line", True)
        self._rule.setFixedHeight(1)
        self._sides = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._sides.setContentsMargins(0, 0, 0, 0)
        self._sides.setSpacing(0)
        self._sides.addWidget(source_side, 1)
        self._sides.addWidget(self._middle)
        self._sides.addWidget(target_side, 1)
        column = QVBoxLayout(frame)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addLayout(self._languages)
        column.addWidget(self._rule)
        column.addLayout(self._sides, 1)
        self._arrange(True)
        languages = (self.source_language, self._swap, self.target_language)
        order = (*languages, self.source, self._clear, self.target)
        for before, after in itertools.pairwise((*order, self.card, self.foot)):
            self.setTabOrder(before, after)

    def _arrange(self, wide: bool) -> None:
        if wide == self._wide:
            return
        self._wide = wide
        self._make_room()
        direction = QBoxLayout.Direction
        self._sides.setDirection(direction.LeftToRight if wide else direction.TopToBottom)
        if wide:
            self._middle.setFixedSize(QSize(1, 16777215))
            self._middle.setMinimumHeight(0)
        else:
            self._middle.setMinimumWidth(0)
            self._middle.setFixedSize(QSize(16777215, 1))
            self._middle.setMinimumWidth(0)

    def _make_room(self) -> None:
        """Where the texts stand one above the other, the card of a sentence takes the first's place."""
        self._source_side.setVisible(bool(self._wide) or self.card.isHidden())
        self._middle.setVisible(not self._source_side.isHidden())

    def _show_count(self) -> None:
        count = len(self.source.toPlainText())
        self._count.setText(tr("{count} characters", count=f"{count:,}") if count else "")
        self._clear.setVisible(bool(count))

    def _banner_closed(self) -> None:
        self._banner = None

    def _dress(self) -> None:
        quiet = theme_of(self).quiet
        self._swap.setIcon(icon("arrow-left-right", quiet))
        self._clear.setIcon(icon("x", quiet))


def _button(parent: QWidget, do: Callable[[], object]) -> QToolButton:
    made = QToolButton(parent)
    made.setIconSize(QSize(18, 18))
    set_look(made, kind="quiet")
    made.clicked.connect(lambda: do())
    return made
